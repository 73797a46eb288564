"""Script bytes to CashAssembly; any byte string is preserved when assembled again."""

from __future__ import annotations

from collections.abc import Iterator

from ..encoding.expected import expect_bytes
from ..script.opcodes import opcode_name
from ..script.pushes import Instruction, encode_push, instructions
from ..vm.rules.ruleset import RuleSet

__all__ = ["disassemble", "disassemble_lines"]


def _write(step: Instruction, code: bytes, rules: RuleSet | None) -> str:
    name = opcode_name(step.opcode) if rules is None else rules.name_opcode(step.opcode)
    if step.data is None:
        return name
    written = code[step.offset : step.end]
    if not step.missing:
        if written == encode_push(step.data):
            return f"<0x{step.data.hex()}>"
        return f"{name} 0x{written[1:].hex()}"
    rest = f" 0x{written[1:].hex()}" if len(written) > 1 else ""
    what = "bytes of its length" if step.announced < 0 else "bytes"
    return f"{name}{rest} /* {step.missing} {what} missing */"


def disassemble_lines(code: bytes, rules: RuleSet | None = None) -> Iterator[tuple[int, str]]:
    """Yield the byte offset and the CashAssembly of each instruction of `code`.

    `rules` with proposals name the opcodes of these. Raises EncodeError for anything but bytes.
    """
    expect_bytes(code, "bytecode")
    for step in instructions(code):
        yield step.offset, _write(step, code, rules)


def disassemble(code: bytes, rules: RuleSet | None = None) -> str:
    """Write any byte string as CashAssembly that assembles to the same bytes.

    A push in its shortest form is written `<0x...>`, any other push as its opcode
    followed by the bytes of its length and data. A push that the end of the script cuts
    off gets a comment that says how many bytes are missing. `rules` with proposals name the
    opcodes of these. Raises EncodeError for anything but bytes.
    """
    return " ".join(text for _, text in disassemble_lines(code, rules))
