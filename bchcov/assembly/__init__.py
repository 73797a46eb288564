"""Assemble CashAssembly, the script language of libauth and Bitauth IDE, and disassemble to it."""

from .assemble import assemble, assemble_with_map
from .assembler import Binding
from .disassemble import disassemble, disassemble_lines
from .notation import Notation, assemble_notation
from .parser import parse
from .source_map import Assembled, Span

__all__ = [
    "Assembled",
    "Binding",
    "Notation",
    "Span",
    "assemble",
    "assemble_notation",
    "assemble_with_map",
    "disassemble",
    "disassemble_lines",
    "parse",
]
