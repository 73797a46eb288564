"""CashAssembly, assembled and disassembled by libauth as well."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from bchcov import AssemblyError
from bchcov.assembly import assemble, disassemble

pytestmark = pytest.mark.node

SOURCES = [
    *("0b101", "0b1_0000_0000", "0b", "0x0", "0x01_02", "0x_01", "0x01_", "1_000", "-0", "<-1>"),
    *("<0b11>", "'a'", "<'é'>", "OP_PUSHBYTES_1 0x01", "OP_UNKNOWN189", "-5", "--5", "1__0"),
    *("0b1_", "OP_1NEGATE", "<<<1>>>", "OP_1OP_2", "<1>OP_ADD", "'a'\"b\"", "0X01", "0b2", "1a"),
    *("OP_VER", "OP_RESERVED1", "OP_2MUL", "<0x00>", "<>", "/* a /* b */ OP_1", "// x\nOP_1"),
    *("OP_POW", "OP_EVAL", "OP_UNKNOWN255", "OP_RETURN_", "é", "0xZZ", "0B1", "", " ", "\n\t"),
    *("<", ">", "<OP_1", "OP_1>", "/*", "'", '"', "'\n'", "$", "$(", ")", "#", "_", "OP_0 OP_16"),
    *("<128> <-128> <32767> <32768>", "<0x" + "aa" * 75 + ">", "<0x" + "aa" * 76 + ">"),
    *("<0x" + "aa" * 255 + ">", "<0x" + "aa" * 256 + ">", "OP_BEGIN OP_UNTIL OP_DEFINE OP_INVOKE"),
    *("OP_LSHIFTNUM OP_RSHIFTNUM OP_LSHIFTBIN OP_RSHIFTBIN OP_INVERT", "OP_NOP1 OP_NOP10"),
    *("1 2 3", "0x01 0x02", "OP_1 // a // b", "OP_1 /**/ OP_2", "9" * 50, "-" + "9" * 50),
]
SCRIPT = """
import { readFileSync } from 'node:fs';
import { binToHex, cashAssemblyToBin, hexToBin } from '@bitauth/libauth';
const { sources } = JSON.parse(readFileSync(0, 'utf8'));
const answers = sources.map((source) => {
  const code = cashAssemblyToBin(source);
  return typeof code === 'string' ? null : binToHex(code);
});
process.stdout.write(JSON.stringify(answers));
"""


def ask(libauth: Path, sources: list[str]) -> list[str | None]:
    script = libauth / "assemble.mjs"
    script.write_text(SCRIPT)
    done = subprocess.run(
        ["node", str(script)],
        input=json.dumps({"sources": sources}),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[str | None] = json.loads(done.stdout)
    return answers


def ours(source: str) -> str | None:
    try:
        return assemble(source).hex()
    except AssemblyError:
        return None


def test_sources_assemble_as_by_libauth(libauth: Path) -> None:
    for source, answer in zip(SOURCES, ask(libauth, SOURCES), strict=True):
        assert ours(source) == answer, source


def test_what_we_disassemble_libauth_assembles(libauth: Path) -> None:
    random = Random(7)
    codes = [random.randbytes(random.randrange(40)) for _ in range(300)]
    answers = ask(libauth, [disassemble(code) for code in codes])
    for code, answer in zip(codes, answers, strict=True):
        assert answer == code.hex(), disassemble(code)
