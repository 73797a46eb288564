"""Every operation by example: what it takes, what it leaves, what it charges."""

from __future__ import annotations

import pytest

from bchcov import BCH_SPEC, Reason, RuleSet, run_script
from bchcov.assembly import assemble
from bchcov.vm.operation import Operation
from bchcov.vm.rules.upgrades import BCH_2023, BCH_2025, BCH_2026

# Each line: a script; what it leaves, bottom first; its operation cost beyond 100 an
# instruction. BCH_2026 in consensus mode, where a hash iteration costs 64.
EXAMPLES = """
OP_0 OP_16 OP_1NEGATE <0x0102>        | 0x 0x10 0x81 0x0102 | 4
OP_1 OP_NOP                           | 0x01 | 1
OP_1 OP_VERIFY                        |  | 1
OP_1 OP_IF OP_2 OP_ELSE OP_3 OP_ENDIF | 0x02 | 2
OP_0 OP_IF OP_2 OP_ELSE OP_3 OP_ENDIF | 0x03 | 1
OP_0 OP_NOTIF OP_2 OP_ENDIF           | 0x02 | 1
<0x80> OP_IF OP_2 OP_ENDIF            |  | 1
<0x0080> OP_NOTIF OP_2 OP_ENDIF       | 0x02 | 3
<0x8000> OP_IF OP_2 OP_ENDIF          | 0x02 | 3
OP_1 OP_IF OP_2 OP_ELSE OP_3 OP_ELSE OP_4 OP_ENDIF | 0x02 0x04 | 3
OP_1 OP_2 OP_TOALTSTACK OP_3 OP_FROMALTSTACK | 0x01 0x03 0x02 | 4
OP_1 OP_2 OP_2DROP                    |  | 2
<0xaa> <0xbbbb> OP_2DUP               | 0xaa 0xbbbb 0xaa 0xbbbb | 6
OP_1 OP_2 OP_3 OP_3DUP                | 0x01 0x02 0x03 0x01 0x02 0x03 | 6
OP_1 OP_2 OP_3 OP_4 OP_2OVER          | 0x01 0x02 0x03 0x04 0x01 0x02 | 6
OP_1 OP_2 OP_3 OP_4 OP_5 OP_6 OP_2ROT | 0x03 0x04 0x05 0x06 0x01 0x02 | 8
OP_1 OP_2 OP_3 OP_4 OP_2SWAP          | 0x03 0x04 0x01 0x02 | 4
OP_5 OP_IFDUP                         | 0x05 0x05 | 2
OP_0 OP_IFDUP                         | 0x | 0
<0x0000> OP_IFDUP                     | 0x0000 | 2
OP_5 OP_5 OP_DEPTH                    | 0x05 0x05 0x02 | 3
OP_DEPTH                              | 0x | 0
OP_1 OP_2 OP_DROP                     | 0x01 | 2
<0xabcd> OP_DUP                       | 0xabcd 0xabcd | 4
OP_1 OP_2 OP_NIP                      | 0x02 | 2
<0xaa> <0xbbbb> OP_OVER               | 0xaa 0xbbbb 0xaa | 4
<0xaaaa> OP_2 OP_3 OP_2 OP_PICK       | 0xaaaa 0x02 0x03 0xaaaa | 7
<0xaaaa> OP_2 OP_3 OP_2 OP_ROLL       | 0x02 0x03 0xaaaa | 9
OP_1 OP_2 OP_3 OP_ROT                 | 0x02 0x03 0x01 | 3
OP_1 OP_2 OP_SWAP                     | 0x02 0x01 | 2
<0xaa> <0xbbbb> OP_TUCK               | 0xbbbb 0xaa 0xbbbb | 5
<0xaa> <0xbbbb> OP_CAT                | 0xaabbbb | 6
<0xaabbcc> OP_1 OP_SPLIT              | 0xaa 0xbbcc | 7
<0xaabbcc> OP_0 OP_SPLIT              | 0x 0xaabbcc | 6
<0xaabbcc> OP_3 OP_SPLIT              | 0xaabbcc 0x | 7
OP_5 OP_3 OP_NUM2BIN                  | 0x050000 | 5
<-5> OP_3 OP_NUM2BIN                  | 0x050080 | 5
<0x0000> OP_0 OP_NUM2BIN              | 0x | 2
<0x050080> OP_1 OP_NUM2BIN            | 0x85 | 5
<0x0080> OP_2 OP_NUM2BIN              | 0x0000 | 5
<0x050000> OP_BIN2NUM                 | 0x05 | 4
<0x0080> OP_BIN2NUM                   | 0x | 2
<0xff00> OP_BIN2NUM                   | 0xff00 | 4
<0xaabbcc> OP_SIZE                    | 0xaabbcc 0x03 | 4
OP_0 OP_SIZE                          | 0x 0x | 0
<0x0f> OP_INVERT                      | 0xf0 | 2
<0x0c> <0x0a> OP_AND                  | 0x08 | 3
<0x0c> <0x0a> OP_OR                   | 0x0e | 3
<0x0c> <0x0a> OP_XOR                  | 0x06 | 3
OP_0 OP_0 OP_XOR                      | 0x | 0
<0xaabb> <0xaabb> OP_EQUAL            | 0x01 | 5
<0xaabb> <0xaa> OP_EQUAL              | 0x | 3
OP_1 OP_1 OP_EQUALVERIFY              |  | 3
OP_7 OP_1ADD                          | 0x08 | 3
OP_0 OP_1SUB                          | 0x81 | 2
OP_7 OP_NEGATE                        | 0x87 | 3
OP_0 OP_NEGATE                        | 0x | 0
<-7> OP_ABS                           | 0x07 | 3
OP_7 OP_NOT                           | 0x | 1
OP_0 OP_NOT                           | 0x01 | 1
OP_7 OP_0NOTEQUAL                     | 0x01 | 2
OP_0 OP_0NOTEQUAL                     | 0x | 0
<127> OP_1 OP_ADD                     | 0x8000 | 6
OP_3 OP_5 OP_SUB                      | 0x82 | 4
<300> <200> OP_MUL                    | 0x60ea00 | 14
<-7> OP_2 OP_DIV                      | 0x83 | 5
OP_7 <-2> OP_DIV                      | 0x83 | 5
<-7> OP_2 OP_MOD                      | 0x81 | 5
OP_7 <-2> OP_MOD                      | 0x01 | 5
OP_1 OP_9 OP_LSHIFTNUM                | 0x0002 | 4
<-1> OP_1 OP_RSHIFTNUM                | 0x81 | 3
<-3> OP_1 OP_RSHIFTNUM                | 0x82 | 3
OP_1 <100> OP_RSHIFTNUM               | 0x | 2
<0x00ff> OP_4 OP_LSHIFTBIN            | 0x0ff0 | 5
<0xff00> OP_4 OP_RSHIFTBIN            | 0x0ff0 | 5
<0xff00> <1000> OP_RSHIFTBIN          | 0x0000 | 6
OP_1 OP_0 OP_BOOLAND                  | 0x | 1
OP_1 OP_2 OP_BOOLAND                  | 0x01 | 3
OP_1 OP_0 OP_BOOLOR                   | 0x01 | 2
OP_0 OP_0 OP_BOOLOR                   | 0x | 0
OP_5 OP_5 OP_NUMEQUAL                 | 0x01 | 3
OP_5 OP_6 OP_NUMEQUAL                 | 0x | 2
OP_5 OP_5 OP_NUMEQUALVERIFY           |  | 3
OP_5 OP_6 OP_NUMNOTEQUAL              | 0x01 | 3
OP_5 OP_5 OP_NUMNOTEQUAL              | 0x | 2
OP_5 OP_6 OP_LESSTHAN                 | 0x01 | 3
OP_6 OP_6 OP_LESSTHAN                 | 0x | 2
OP_7 OP_6 OP_GREATERTHAN              | 0x01 | 3
OP_6 OP_6 OP_GREATERTHAN              | 0x | 2
OP_6 OP_6 OP_LESSTHANOREQUAL          | 0x01 | 3
OP_7 OP_6 OP_LESSTHANOREQUAL          | 0x | 2
OP_6 OP_6 OP_GREATERTHANOREQUAL       | 0x01 | 3
OP_5 OP_6 OP_GREATERTHANOREQUAL       | 0x | 2
OP_5 <-6> OP_MIN                      | 0x86 | 4
OP_5 <-6> OP_MAX                      | 0x05 | 4
OP_5 OP_5 OP_6 OP_WITHIN              | 0x01 | 4
OP_6 OP_5 OP_6 OP_WITHIN              | 0x | 3
'abc' OP_RIPEMD160                    | 0x8eb208f7e05d987a9b044a8e98c6b087f15a0bfc | 87
'abc' OP_SHA1                         | 0xa9993e364706816aba3e25717850c26c9cd0d89d | 87
'abc' OP_SHA256                       | 0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad | 99
'abc' OP_HASH160                      | 0xbb1be98c142444d7a56aa3981c3942a978e4dc33 | 151
'abc' OP_HASH256                      | 0x4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358 | 163
OP_CODESEPARATOR OP_1                 | 0x01 | 1
OP_0 OP_0 OP_CHECKSIG                 | PUBKEYTYPE | -
OP_0 OP_0 OP_0 OP_CHECKMULTISIG       | 0x01 | 1
OP_0 OP_0 OP_0 OP_CHECKMULTISIGVERIFY |  | 1
<0xaabbcc> OP_REVERSEBYTES            | 0xccbbaa | 6
OP_NOP1 OP_NOP4 OP_NOP5 OP_NOP6 OP_NOP7 OP_NOP8 OP_NOP9 OP_NOP10 |  | 0
OP_3 OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL | 0x | 8
OP_0 OP_IF OP_BEGIN OP_1 OP_UNTIL OP_ENDIF |  | 0
<OP_1ADD OP_1ADD> OP_7 OP_DEFINE OP_5 OP_7 OP_INVOKE | 0x07 | 11
"""


def _script(source: str) -> bytes:
    first = source.split(" ", 1)
    # A bare text literal is not a push in CashAssembly.
    return assemble(f"<{first[0]}> {first[1]}" if first[0].startswith("'") else source)


def _parse() -> list[tuple[str, str, str]]:
    rows = [line.split("|") for line in EXAMPLES.strip().splitlines()]
    return [(source.strip(), left.strip(), cost.strip()) for source, left, cost in rows]


def examples() -> list[bytes]:
    """The scripts of all examples."""
    return [_script(source) for source, _, _ in _parse()]


@pytest.mark.parametrize(("source", "left", "cost"), _parse(), ids=lambda text: text or "nothing")
def test_an_operation_leaves_and_costs_what_its_example_says(
    source: str, left: str, cost: str
) -> None:
    result = run_script(_script(source), BCH_2026.consensus)
    if cost == "-":
        assert result.reason is not None
        assert result.reason.value == left
        return
    assert result.ok, str(result)
    assert [f"0x{item.hex()}" for item in result.stack] == left.split()
    metrics = result.metrics
    assert metrics.op_cost - 100 * metrics.instructions == int(cost)


def test_the_drafts_of_the_spec_rules_run() -> None:
    assert run_script(assemble("OP_2 <OP_3 OP_ADD> OP_EVAL"), BCH_SPEC).stack == (b"\x05",)
    power = run_script(assemble("OP_3 OP_5 OP_POW"), BCH_SPEC)
    assert power.stack == (b"\xf3\x00",)
    assert power.metrics.op_cost == 300 + 2 + 8 * 5 + 4


def _operations(rules: RuleSet) -> set[int]:
    return set(rules.operations)


def test_every_year_has_the_operations_it_introduced() -> None:
    assert _operations(BCH_2023) == _operations(BCH_2025)
    added = {code for code in _operations(BCH_2026) if _differs(code, BCH_2025, BCH_2026)}
    assert added == {0x65, 0x66, 0x83, 0x89, 0x8A, 0x8D, 0x8E, 0x98, 0x99}
    drafts = {code for code in _operations(BCH_SPEC) if _differs(code, BCH_2026, BCH_SPEC)}
    assert drafts == {0x62, 0xB0}


def _differs(code: int, before: RuleSet, after: RuleSet) -> bool:
    old: Operation | None = before.operations.get(code)
    return old is not after.operations[code]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (assemble("<0x51> OP_EVAL"), Reason.BAD_OPCODE),
        (assemble("OP_3 OP_5 OP_POW"), Reason.DISCOURAGE_UPGRADABLE_NOPS),
        (b"\x61" * 10_001, Reason.SCRIPT_SIZE),
        (assemble("<0> <10001> OP_NUM2BIN"), Reason.PUSH_SIZE),
        (assemble("OP_0 OP_HASH256") * 12 + assemble("<5000> OP_NUM2BIN OP_SHA256"), None),
    ],
    ids=lambda value: value.hex()[:12] if isinstance(value, bytes) else str(value),
)
def test_a_script_alone_runs_by_the_rules_that_everything_else_does(
    code: bytes, expected: Reason | None
) -> None:
    result = run_script(code)
    assert result == run_script(code, BCH_2026)
    if expected is not None:
        assert result.reason is expected
