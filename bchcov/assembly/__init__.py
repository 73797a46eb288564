"""CashAssembly, the language of libauth and Bitauth IDE: into script bytes and back."""

from .assemble import Assembled, Binding, Span, assemble, assemble_with_map
from .disassemble import disassemble, disassemble_lines
from .notation import Notation, assemble_notation
from .parser import parse

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
