"""CashAssembly, assembled and disassembled by libauth as well."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from bchcov import AssemblyError
from bchcov.assembly import assemble, disassemble
from bchcov.script.opcodes import opcode_name
from bchcov.script.pushes import instructions

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
    *(
        "'\ufb01'",
        "'e\u0301'",
        "\uff1c\uff11\uff1e",
        "\ufeff1",
        "\x85 1",
        "\x1c1",
        "\u2028 1\u1680",
    ),
    *("1 2 3", "0x01 0x02", "OP_1 // a // b", "OP_1 /**/ OP_2", "9" * 50, "-" + "9" * 50),
]
# Bytes are variables to libauth, sources are scripts.
VARIABLES = {"key": b"\x02" + b"\xaa" * 32, "nothing": b"", "owner.name": b"ab", "one": b"\x01"}
SCRIPTS = {
    "double": "OP_DUP OP_ADD",
    "four": "$(<2> double)",
    "lock": "OP_HASH160 <$(<key> OP_HASH160)> OP_EQUALVERIFY",
    "odd-name.x": "<lock> four",
    "wrong": "OP_1 nobody",
    "circle": "OP_1 <turn>",
    "turn": "circle",
}
BOUND = [
    *("key", "<key>", "<nothing>", "nothing", "<one>", "double", "<double>", "four", "<four>"),
    *("lock", "<lock>", "odd-name.x", "wrong", "circle", "turn", "nobody", "$(key)", "$(<key>)"),
    *("$(<1> <2> OP_ADD)", "$()", "$(OP_1 OP_1)", "$(0 0)", "$(<0>)", "$(OP_IF)", "$(0xef)"),
    *("$(<1> OP_RETURN)", "$(OP_1 OP_IF OP_2)", "$(OP_1 OP_TOALTSTACK OP_2)", "$(0x51 0x52 0x93)"),
    *("$(OP_PUSHBYTES_5 0x01)", "$(OP_PUSHDATA_1 0x01 0x01)", "$(<1> OP_BEGIN OP_DUP OP_UNTIL)"),
    *("$(<0> OP_BEGIN OP_1ADD OP_DUP <200> OP_NUMEQUAL OP_UNTIL)", "$(OP_BEGIN OP_0 OP_UNTIL)"),
    *("$(OP_ACTIVEBYTECODE)", "$(OP_1 OP_DROP OP_CODESEPARATOR OP_ACTIVEBYTECODE)"),
    *("$(OP_TXVERSION)", "$(OP_TXLOCKTIME)", "$(OP_INPUTINDEX)", "$(OP_TXINPUTCOUNT)"),
    *("$(OP_0 OP_OUTPOINTTXHASH)", "$(OP_0 OP_OUTPUTBYTECODE)", "$(OP_0 OP_UTXOBYTECODE)"),
    *("$(OP_0 OP_INPUTSEQUENCENUMBER)", "$(OP_0 OP_UTXOVALUE)", "$(OP_1 OP_UTXOVALUE)"),
    *("<$(<'a'> OP_SHA256)>", "$(<$(<3>)> OP_1ADD)", "$($(<0x5152>) OP_ADD)", "$ (OP_1)"),
    *("$(<2> <-100000000000000000000> OP_MUL)", "$(<OP_1ADD> <0> OP_DEFINE <4> <0> OP_INVOKE)"),
    *("$(<5> <OP_1ADD> OP_EVAL)", "$(<0> <0> <key> OP_CHECKDATASIG)", "$(<0> <key> OP_CHECKSIG)"),
]
SCRIPT = """
import { readFileSync } from 'node:fs';
import { binToHex, cashAssemblyToBin, createCompilerCommon, createVirtualMachineBchSpec,
  hexToBin } from '@bitauth/libauth';
const { sources, variables, scripts } = JSON.parse(readFileSync(0, 'utf8'));
const simple = (source) => {
  const code = cashAssemblyToBin(source);
  return typeof code === 'string' ? null : binToHex(code);
};
const vm = createVirtualMachineBchSpec(false);
const over = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
const bound = (source) => {
  const names = Object.keys(variables).map((name) => [name.split('.')[0], { type: 'WalletData' }]);
  const result = createCompilerCommon({
    vm, variables: Object.fromEntries(names), scripts: { ...scripts, 'the source': source },
  }).generateBytecode({ data: { bytecode: over(variables, hexToBin) }, scriptId: 'the source' });
  return result.success ? binToHex(result.bytecode) : null;
};
const answers = sources.map(variables === null ? simple : bound);
process.stdout.write(JSON.stringify(answers));
"""


def ask(
    libauth: Path,
    sources: list[str],
    variables: dict[str, bytes] | None = None,
    scripts: dict[str, str] | None = None,
) -> list[str | None]:
    question: dict[str, object] = {"sources": sources, "scripts": scripts, "variables": None}
    if variables is not None:
        question["variables"] = {name: value.hex() for name, value in variables.items()}
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        cwd=libauth,
        input=json.dumps(question),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers: list[str | None] = json.loads(done.stdout)
    return answers


def ours(source: str, bindings: dict[str, bytes | int | str] | None = None) -> str | None:
    try:
        return assemble(source, bindings).hex()
    except AssemblyError:
        return None


def test_sources_assemble_as_by_libauth(libauth: Path) -> None:
    for source, answer in zip(SOURCES, ask(libauth, SOURCES), strict=True):
        assert ours(source) == answer, source


def test_bindings_and_evaluations_mean_what_they_mean_to_libauth(libauth: Path) -> None:
    for source, answer in zip(BOUND, ask(libauth, BOUND, VARIABLES, SCRIPTS), strict=True):
        assert ours(source, {**VARIABLES, **SCRIPTS}) == answer, source


def test_numbers_and_pushes_of_every_size_are_those_of_libauth(libauth: Path) -> None:
    random = Random(11)
    values = [
        sign * (1 << bits) + step for bits in range(70) for sign in (1, -1) for step in (-1, 0)
    ]
    sizes = [*range(80), 254, 255, 256, 257, 65_535, 65_536]
    sources = [f"<{value}> {value}" for value in values]
    sources += [f"<0x{random.randbytes(size).hex()}>" if size else "<>" for size in sizes]
    sources += [f"<0x{value:02x}>" for value in range(256)]
    sources += [f"0b{random.getrandbits(size):0{size}b}" for size in range(1, 40)]
    for source, answer in zip(sources, ask(libauth, sources), strict=True):
        assert ours(source) == answer, source[:80]


def test_what_we_disassemble_libauth_assembles(libauth: Path) -> None:
    random = Random(7)
    codes = [random.randbytes(random.randrange(40)) for _ in range(300)]
    answers = ask(libauth, [disassemble(code) for code in codes])
    for code, answer in zip(codes, answers, strict=True):
        assert answer == code.hex(), disassemble(code)


DISASSEMBLE = """
import { readFileSync } from 'node:fs';
import { disassembleBytecodeBch, hexToBin } from '@bitauth/libauth';
const codes = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(codes.map((code) => disassembleBytecodeBch(hexToBin(code)))));
"""


def test_libauth_reads_the_same_instructions_by_the_same_names(libauth: Path) -> None:
    random = Random(8)
    codes = [bytes((code,)) for code in range(256)]
    codes += [random.randbytes(random.randrange(60)) for _ in range(500)]
    # Pushes that are whole, but not in their shortest form.
    codes += [bytes.fromhex(code) for code in ("4c00", "4d0100aa51", "4e02000000aabb51", "0101")]
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", DISASSEMBLE],
        cwd=libauth,
        input=json.dumps([code.hex() for code in codes]),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    for code, answer in zip(codes, json.loads(done.stdout), strict=True):
        # libauth writes the lengths of pushes too, and what is missing in brackets.
        words = answer.split("[")[0].split()
        steps = list(instructions(code))
        # OP_NOP1 has a meaning of its own under BCH_SPEC only, and there libauth's name.
        names = ["OP_POW" if step.opcode == 0xB0 else opcode_name(step.opcode) for step in steps]
        assert [word for word in words if word.startswith("OP_")] == names
        whole = [step.data.hex() for step in steps if step.data and not step.missing]
        data = [word[2:] for word in words if len(word) > 2 and word.startswith("0x")]
        assert data[: len(whole)] == whole, answer
