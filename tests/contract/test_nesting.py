"""How deep a contract may nest, whatever the depth of the caller."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bchcov.contract import checks_in, compile_contract

FUNCTIONS = " ".join(f"<<{at + 1}> OP_INVOKE> <{at}> OP_DEFINE" for at in range(98))
SOURCES = {
    "pushes": "<" * 100 + "OP_VERIFY" + ">" * 100 + " OP_EQUAL",
    "scripts in scripts": "<OP_1 " * 100 + "OP_VERIFY" + ">" * 100 + " OP_EQUAL",
    "branches": "OP_IF " * 100 + "OP_EQUAL " + "OP_ENDIF " * 100,
    "loops": "OP_BEGIN " * 100 + "OP_EQUAL " + "OP_1 OP_UNTIL " * 100,
    "functions": f"{FUNCTIONS} <OP_EQUAL> <98> OP_DEFINE <0> OP_INVOKE",
}
# Reads a contract from a caller 150 frames deep, where only 300 are allowed.
CALLER = """
import sys
from bchcov.contract import checks_in, compile_contract
def call(depth, source):
    return call(depth - 1, source) if depth else seen(source)
def seen(source):
    contract = compile_contract("deep", source=source)
    places = [str(contract.place(offset)) for offset in range(len(contract.code))]
    return checks_in(source), contract.checks, places
seen("<OP_1 OP_VERIFY> OP_IF OP_EQUAL OP_ENDIF")
sys.setrecursionlimit(300)
print(call(150, sys.stdin.read()))
"""


@pytest.mark.parametrize("kind", SOURCES)
def test_a_deep_contract_is_read_alike_at_any_depth_of_the_caller(kind: str) -> None:
    source = SOURCES[kind]
    contract = compile_contract("deep", source=source)
    places = [str(contract.place(offset)) for offset in range(len(contract.code))]
    assert [check.opcode for check in contract.checks].count("OP_EQUAL") == 1
    done = subprocess.run(
        [sys.executable, "-c", CALLER], input=source, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout == f"{(checks_in(source), contract.checks, places)}\n"
