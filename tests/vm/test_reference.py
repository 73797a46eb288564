"""What the opcodes say of themselves is held to what they do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import opcodes as page
import pytest
from click.testing import CliRunner
from test_operations import examples

from bchcov import (
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    RulesError,
    RuleSet,
    TransactionContext,
    decode_outputs,
    decode_transaction,
    evaluate_input,
    run_script,
)
from bchcov.cli.main import main
from bchcov.script.numbers import number_decoder
from bchcov.script.opcodes import OPCODES_BY_NAME, opcode_name
from bchcov.vectors.suite import load_suite
from bchcov.vm.machine import Machine
from bchcov.vm.operation import Operation
from bchcov.vm.program import Program
from bchcov.vm.reference import describe_opcode, describe_opcodes
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.vm.rules.upgrades import RULE_SETS

SUITE = Path(__file__).parent.parent.parent / "vectors" / "vmb.xz"
EVERY = [(rules, op) for rules in RULE_SETS for op in rules.operations.values()]
Stack = list[bytes]
decode = number_decoder(10_000, minimal=False)


@dataclass
class Run:
    """The stack before and after one instruction."""

    before: Stack
    after: Stack


# What each phrase means, from the stacks before and after an instruction.
CHARGES: dict[str, Callable[[Run], int]] = {
    "": lambda _: 0,
    "1": lambda _: 1,
    "1 if the result is true": lambda run: int(run.after[-1] == b"\x01"),
    "the length of the item": lambda run: len(run.after[-1]),
    "the length of the result": lambda run: len(run.after[-1]),
    "the length of the digest": lambda run: len(run.after[-1]),
    "the length of the copied item": lambda run: len(run.after[-1]),
    "the length of the item, if it is copied": lambda run: (
        len(run.after[-1]) if len(run.after) > len(run.before) else 0
    ),
    "the lengths of the copied items": lambda run: sum(
        map(len, run.after[len(run.before) - len(run.after) :])
    ),
    "the lengths of the two items moved to the top": lambda run: sum(map(len, run.after[-2:])),
    "the length of the moved item, and n": lambda run: len(run.after[-1]) + decode(run.before[-1]),
    "the length of both parts": lambda run: len(run.after[-1]) + len(run.after[-2]),
    "the length of the body": lambda run: len(run.before[-2]),
    "the cost of the body": lambda _: 0,
    "twice the length of the result": lambda run: 2 * len(run.after[-1]),
    "twice the length of the result, and the product of the lengths of a and b": lambda run: (
        2 * len(run.after[-1]) + len(run.before[-1]) * len(run.before[-2])
    ),
    "8 times the square of a's length times the exponent, and twice the result's length": (
        lambda run: 8 * len(run.before[-2]) ** 2 * decode(run.before[-1]) + 2 * len(run.after[-1])
    ),
}


@pytest.mark.parametrize(("rules", "op"), EVERY, ids=lambda each: getattr(each, "name", ""))
def test_every_operation_says_what_it_does_and_where_that_is_specified(
    rules: RuleSet, op: Operation
) -> None:
    name = opcode_name(op.opcode)
    assert op.summary.endswith("."), (rules.name, name)
    assert "--" in op.effect, (rules.name, name)
    assert op.source, (rules.name, name)
    assert op.year == 0 or 2009 <= op.year <= int(rules.name[4:] if rules != BCH_SPEC else 2026)


class Meter:
    """Compare what each executed instruction is charged with what its operation says."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.last: tuple[Operation, Stack, int, int, int] | None = None
        self.code = b""
        self.seen: set[str] = set()

    def __call__(self, vm: Machine, program: Program, position: int) -> None:
        if program.code == self.code:
            self.settle(vm)
        # Between two scripts the machine may exchange the stack.
        self.last, self.code = None, program.code
        opcode = next(
            step.opcode for at, step in enumerate(program.instructions()) if at == position
        )
        op = self.rules.operations.get(opcode)
        if op is not None and vm.executing:
            counts = vm.op_cost, vm.hash_iterations, vm.signature_checks
            self.last = op, list(vm.stack), *counts

    def settle(self, vm: Machine) -> None:
        """Look at the instruction before, now that it is done."""
        if self.last is None:
            return
        (op, before, cost, iterations, checks), self.last = self.last, None
        stated = op.charge
        hashing = (vm.hash_iterations - iterations) * self.rules.limits.hash_iteration_price
        expected = 100 + hashing + 26_000 * (vm.signature_checks - checks)
        if "iteration" in stated:
            stated = stated.rpartition(", and ")[2] if "26,000" in stated else stated.split(",")[0]
        else:
            assert expected == 100, opcode_name(op.opcode)
        expected += CHARGES[stated](Run(before, vm.stack))
        assert vm.op_cost - cost == expected, (opcode_name(op.opcode), op.charge)
        self.seen.add(opcode_name(op.opcode))


def test_an_operation_costs_what_it_says_in_every_example() -> None:
    seen = set()
    for code in examples():
        meter = Meter(BCH_SPEC)
        # The last instruction is looked at when one more is reached.
        run_script(code + b"\x61", BCH_SPEC, observe=meter)
        seen |= meter.seen
    assert len(seen) > 60


def test_an_operation_costs_what_it_says_in_the_public_vectors() -> None:
    seen = set()
    accepted = [each for each in load_suite(SUITE) if "2026_standard" in each.labels]
    for case in [each for each in accepted if len(each.transaction) < 1_000][::10]:
        context = TransactionContext(
            decode_transaction(case.transaction), decode_outputs(case.source_outputs)
        )
        meter = Meter(BCH_2026)
        assert evaluate_input(context, case.input, BCH_2026, observe=meter).ok
        seen |= meter.seen
    signing = {"OP_CHECKSIG", "OP_CHECKMULTISIG", "OP_HASH160", "OP_UTXOVALUE"}
    assert signing <= seen


def test_an_opcode_is_found_by_every_name_it_has_or_had() -> None:
    for name in ("OP_LSHIFTBIN", "op_lshift", "LSHIFT", "0x98"):
        assert describe_opcode(name).name == "OP_LSHIFTBIN"
    assert describe_opcode("OP_5").effect == "-- 5"
    assert describe_opcode("OP_1NEGATE").effect == "-- -1"
    assert (
        describe_opcode("OP_PUSHDATA2").summary
        == "Push data whose length is given by the next 2 bytes, little-endian."
    )
    assert describe_opcode("0xff").summary == "Undefined: a script that executes it fails."
    for wrong in ("OP_NOPE", "0x1", "0xzz", ""):
        with pytest.raises(RulesError, match="unknown opcode"):
            describe_opcode(wrong)


def test_an_opcode_is_told_with_the_rule_sets_that_have_it() -> None:
    assert describe_opcode("OP_BEGIN", BCH_2025).rules == ("BCH_2026", "BCH_SPEC")
    assert describe_opcode("OP_NOP1", BCH_2026).summary == "Do nothing; reserved for upgrades."
    assert describe_opcode("OP_POW", BCH_SPEC).year == 0
    assert describe_opcode("OP_EVAL").rules == ("BCH_SPEC",)
    assert describe_opcode("OP_ADD").rules == tuple(rules.name for rules in RULE_SETS)
    assert describe_opcode("OP_MUL").cost.startswith("100, and twice the length of the result")


def test_an_opcode_is_told_with_the_year_in_which_the_network_got_it() -> None:
    years = {
        **dict.fromkeys(
            ("OP_CAT", "OP_SPLIT", "OP_NUM2BIN", "OP_BIN2NUM", "OP_DIV", "OP_MOD"), 2018
        ),
        **dict.fromkeys(("OP_AND", "OP_OR", "OP_XOR", "OP_CHECKDATASIG"), 2018),
        **dict.fromkeys(("OP_CHECKLOCKTIMEVERIFY", "OP_NOP2"), 2015),
        **dict.fromkeys(("OP_CHECKSEQUENCEVERIFY", "OP_NOP3"), 2016),
        **dict.fromkeys(("OP_CHECKDATASIGVERIFY",), 2018),
        **dict.fromkeys(("OP_REVERSEBYTES",), 2020),
        **dict.fromkeys(("OP_MUL", "OP_UTXOVALUE", "OP_TXLOCKTIME", "OP_ACTIVEBYTECODE"), 2022),
        **dict.fromkeys(("OP_UTXOTOKENAMOUNT", "OP_OUTPUTTOKENCATEGORY"), 2023),
        **dict.fromkeys(("OP_BEGIN", "OP_UNTIL", "OP_DEFINE", "OP_INVOKE", "OP_INVERT"), 2026),
        **dict.fromkeys(("OP_LSHIFTNUM", "OP_RSHIFTBIN"), 2026),
        **dict.fromkeys(("OP_ADD", "OP_IF", "OP_SIZE", "OP_CHECKSIG", "OP_5", "0xff"), 2009),
    }
    assert {name: describe_opcode(name).year for name in years} == years


def test_each_source_of_a_meaning_has_one_year_whatever_rules_have_it() -> None:
    earlier = [
        rules_from_flags(flags)
        for flags in ([], ["NO_MONOLITH_OPCODES"], ["MINIMALIF"], ["DISCOURAGE_UPGRADABLE_NOPS"])
    ]
    every = [op for rules in (*RULE_SETS, *earlier) for op in rules.operations.values()]
    years = {(re.split("[;,]", op.source)[0], op.year) for op in every if op.source}
    assert years == {
        ("Bitcoin 0.1", 2009),
        ("Bitcoin 0.3.10", 2010),
        ("BIP 65", 2015),
        ("BIPs 68 and 112", 2016),
        ("the May 2018 upgrade specification", 2018),
        ("the November 2018 upgrade specification", 2018),
        ("the May 2020 upgrade specification", 2020),
        ("CHIP-2021-02 Bigger Script Integers", 2022),
        ("CHIP-2021-02 Native Introspection Opcodes", 2022),
        ("CHIP-2022-02 CashTokens", 2023),
        ("CHIP-2025-05 Bitwise", 2026),
        ("CHIP-2025-05 Functions", 2026),
        ("CHIP-2025-05 Loops", 2026),
        ("an earlier draft of CHIP-2025-05 Functions", 0),
        ("libauth's draft instruction set", 0),
    }


def test_an_opcode_is_told_with_all_its_other_names() -> None:
    for code in range(256):
        entry = describe_opcode(f"0x{code:02x}")
        names = {name for name, byte in OPCODES_BY_NAME.items() if byte == code}
        assert (entry.code, entry.name) == (code, opcode_name(code))
        assert entry.aliases == tuple(sorted(names - {entry.name}))
    assert describe_opcode("OP_0").aliases == ("OP_FALSE", "OP_PUSHBYTES_0")
    assert describe_opcode("OP_NOP3").aliases == ("OP_NOP3",)


def test_the_page_of_opcodes_is_what_the_code_says() -> None:
    rendered = page.render()
    assert page.PAGE.read_text(encoding="utf-8") == rendered, "run scripts/opcodes"
    for entry in describe_opcodes():
        assert 0 < entry.code < 0x4C or f"`{entry.name}`" in rendered


def test_the_command_explains_and_lists_opcodes() -> None:
    told = CliRunner().invoke(main, ["opcodes", "add", "OP_LSHIFT"])
    assert told.exit_code == 0
    assert "OP_ADD (0x93)  a b -- a+b\n  Add.\n  cost    100, and twice" in told.output
    assert "also    OP_LSHIFT" in told.output
    listed = CliRunner().invoke(main, ["opcodes", "--json"])
    rows = [json.loads(line) for line in listed.output.splitlines()]
    assert [row["code"] for row in rows] == [entry.code for entry in describe_opcodes()]
    wrong = CliRunner().invoke(main, ["opcodes", "OP_NOPE"])
    assert wrong.exit_code == 2
    assert "unknown opcode 'OP_NOPE'" in wrong.output
