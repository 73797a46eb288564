"""Every opcode of every rule set: what it needs, where the stack ends, what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.opcode_examples import CONTEXT, EXAMPLES, INDEX, Example, example_of

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    InputResult,
    Reason,
    RuleSet,
    run_script,
)
from bchcov.assembly import assemble
from bchcov.script.opcodes import Op, opcode_name
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.vm.rules.upgrades import RULE_SETS

ALL_RULES = tuple(mode for rules in RULE_SETS for mode in (rules, rules.consensus))
_NOPS = {0xB0, *range(0xB3, 0xBA)}
# What stands elsewhere: it needs a branch around it, a function, or does nothing but fail.
_ELSEWHERE = {Op.OP_ELSE, Op.OP_ENDIF, Op.OP_UNTIL, Op.OP_RETURN, Op.OP_FROMALTSTACK, Op.OP_INVOKE}
_FROM_2026 = {0x65, 0x83, 0x89, 0x8D, 0x8E, 0x98, 0x99}
_DRAFTS = {0x62, 0xB0}
_PUSHES = {0x00, *range(0x01, 0x50), *range(0x51, 0x61)}


def has(rules: RuleSet, opcode: int) -> bool:
    if opcode in _DRAFTS:
        return rules.name == "BCH_SPEC"
    return opcode not in _FROM_2026 or rules.name in ("BCH_2026", "BCH_SPEC")


def run(example: Example, stack: tuple[bytes, ...], rules: RuleSet) -> InputResult:
    return run_script(example.code, rules, context=CONTEXT, index=INDEX, stack=stack)


def rules_with(opcode: int) -> list[RuleSet]:
    return [rules for rules in ALL_RULES if has(rules, opcode)]


every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)


def test_every_opcode_of_every_rule_set_has_its_line() -> None:
    told = {example.opcode for example in EXAMPLES}
    assert len(told) == len(EXAMPLES)
    for rules in ALL_RULES:
        unsaid = set(rules.operations) - told - _ELSEWHERE - _NOPS
        assert unsaid == set(), {opcode_name(code) for code in unsaid}


@every_example
def test_an_opcode_does_with_just_its_items_what_its_line_says(example: Example) -> None:
    for rules in rules_with(example.opcode):
        for below in ((), (b"\x05", b"\x06\x07", b"\x08")):
            result = run(example, (*below, *example.takes), rules)
            assert result.ok, str(result)
            left = list(example.leaves)
            if example.opcode == Op.OP_DEPTH and below:
                left = [b"\x03"]
            assert list(result.stack) == [*below, *left]
            assert list(result.alt_stack) == (
                [*example.takes] if example.opcode == Op.OP_TOALTSTACK else []
            )
            cost = result.metrics.op_cost - 100 * result.metrics.instructions
            extra = bool(below) and example.opcode == Op.OP_DEPTH
            price = rules.limits.hash_iteration_price
            assert cost == example.cost + extra + (price - 64) * result.metrics.hash_iterations


@every_example
def test_an_opcode_with_an_item_too_few_fails_before_it_looks_at_any(example: Example) -> None:
    for rules in rules_with(example.opcode):
        # Beside what they pick, which is one of the items; and beside what the body takes.
        needed = {Op.OP_PICK: 2, Op.OP_ROLL: 2, Op.OP_EVAL: 1}
        for count in range(needed.get(Op(example.opcode), len(example.takes))):
            counted = example.takes[len(example.takes) - count :]
            for items in (counted, (b"\x01\x00",) * count):
                if example.name.startswith("OP_CHECKMULTISIG") and items != counted:
                    continue  # how many it needs is one of its items
                result = run(example, items, rules)
                is_branch = example.opcode in (Op.OP_IF, Op.OP_NOTIF)
                assert result.reason is (
                    Reason.UNBALANCED_CONDITIONAL if is_branch else Reason.INVALID_STACK_OPERATION
                ), str(result)
                assert result.stack == items
                at_end = example.opcode == Op.OP_BEGIN
                assert result.opcode == (Op.OP_UNTIL if at_end else example.opcode)


@every_example
def test_an_opcode_may_fill_the_stack_to_its_thousandth_item_and_no_further(
    example: Example,
) -> None:
    for rules in rules_with(example.opcode):
        most = max(len(example.takes), len(example.leaves))
        fill = (b"\x01",) * (1_000 - most)
        full = run(example, (*fill, *example.takes), rules)
        assert full.ok, str(full)
        assert len(full.stack) + len(full.alt_stack) == 1_000 - most + len(example.leaves) + len(
            full.alt_stack
        )
        if len(example.leaves) > len(example.takes):
            over = run(example, (b"\x01", *fill, *example.takes), rules)
            assert over.reason is Reason.STACK_SIZE, str(over)
            assert len(over.stack) == 1_001


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_a_push_of_any_kind_may_be_the_thousandth_item_and_no_further(rules: RuleSet) -> None:
    pushes = [bytes((code,)) for code in (0x00, *range(0x4F, 0x61)) if code != 0x50]
    pushes += [encode_push(bytes(size)) for size in (2, 75, 76, 255, 256, 520)]
    for push in pushes:
        for held, reason in ((999, None), (1_000, Reason.STACK_SIZE)):
            assert run_script(push, rules, stack=(b"\x01",) * held).reason is reason


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_items_on_the_alternate_stack_count_where_an_opcode_grows_the_stack(
    rules: RuleSet,
) -> None:
    for example in EXAMPLES:
        if not has(rules, example.opcode) or len(example.leaves) <= len(example.takes):
            continue
        code = assemble("OP_TOALTSTACK") + example.code + assemble("OP_FROMALTSTACK")
        fill = (b"\x01",) * (999 - len(example.leaves))
        for more, reason in (((), None), ((b"\x01",), Reason.STACK_SIZE)):
            stack = (*fill, *more, *example.takes, b"\x01")
            result = run_script(code, rules, context=CONTEXT, index=INDEX, stack=stack)
            assert result.reason is reason, f"{example.name}: {result}"
            assert result.ok or result.position == 1


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_an_item_that_came_back_from_the_alternate_stack_takes_one_place(rules: RuleSet) -> None:
    code = assemble("OP_TOALTSTACK OP_FROMALTSTACK OP_TOALTSTACK OP_DUP OP_FROMALTSTACK")
    assert run_script(code, rules, stack=(b"\x01",) * 999).ok
    assert run_script(code, rules, stack=(b"\x01",) * 1_000).reason is Reason.STACK_SIZE
    again = assemble("OP_TOALTSTACK OP_FROMALTSTACK OP_DUP")
    assert run_script(again, rules, stack=(b"\x01",) * 999).ok
    assert run_script(again, rules, stack=(b"\x01",) * 1_000).reason is Reason.STACK_SIZE


@every_example
def test_an_operand_that_is_a_number_must_be_short_and_minimal(example: Example) -> None:
    for rules in rules_with(example.opcode):
        for at, kind in enumerate(example.kinds):
            if kind != ".":
                check_number(rules, example, at)


def check_number(rules: RuleSet, example: Example, at: int) -> None:
    kind = example.kinds[at]
    size, reason = {
        "n": (rules.limits.number_size, Reason.INVALID_NUMBER_RANGE_BIG_INT),
        "i": (8, Reason.INVALID_NUMBER_RANGE_64_BIT),
        "l": (5, Reason.INVALID_NUMBER_RANGE),
    }[kind]
    if size == 8:
        reason = Reason.INVALID_NUMBER_RANGE_64_BIT
    for operand, expected in (
        (b"\x01\x00", Reason.MINIMALNUM),
        (b"\x01\x80", Reason.MINIMALNUM),
        (b"\x00", Reason.MINIMALNUM),
        (b"\x80", Reason.MINIMALNUM),
        (bytes(size) + b"\x01", reason),
    ):
        items = (*example.takes[:at], operand, *example.takes[at + 1 :])
        assert run(example, items, rules).reason is expected
    longest = bytes(size - 1) + b"\x01"
    allowed = run(example, (*example.takes[:at], longest, *example.takes[at + 1 :]), rules)
    ranges = (Reason.INVALID_NUMBER_RANGE, Reason.MINIMALNUM)
    assert allowed.reason not in ranges


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.opcode >= 0xC0])
def test_without_a_transaction_nothing_is_read_of_one(example: Example) -> None:
    if example.name == "OP_REVERSEBYTES":
        return
    for stack in ((), example.takes, (b"\x01\x00",)):
        assert run_script(example.code, stack=stack).reason is Reason.CONTEXT_NOT_PRESENT


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_a_byte_that_is_no_opcode_yet_fails_as_the_year_has_it(rules: RuleSet) -> None:
    known = {example.opcode for example in EXAMPLES if has(rules, example.opcode)}
    is_late = rules.name in ("BCH_2026", "BCH_SPEC")
    known |= _ELSEWHERE - (set() if is_late else {Op.OP_UNTIL, Op.OP_INVOKE})
    for code in range(256):
        if code in known | _PUSHES | _NOPS:
            continue
        executed = run_script(bytes((code,)), rules, stack=(b"\x01", b"\x01"))
        skipped = run_script(b"\x00\x63" + bytes((code,)) + b"\x68", rules)
        if code in (0x83, 0x8D, 0x8E, 0x98, 0x99):
            assert executed.reason is skipped.reason is Reason.DISABLED_OPCODE
        elif code in (0x65, 0x66):
            assert executed.reason is skipped.reason is Reason.BAD_OPCODE
        else:
            assert executed.reason is Reason.BAD_OPCODE, hex(code)
            assert skipped.ok, hex(code)
            assert (skipped.metrics.instructions, skipped.metrics.op_cost) == (4, 400)


@pytest.mark.parametrize("rules", ALL_RULES, ids=str)
def test_an_unused_nop_does_nothing_in_blocks_and_is_not_relayed(rules: RuleSet) -> None:
    for code in _NOPS - (_DRAFTS if rules.name == "BCH_SPEC" else set()):
        result = run_script(bytes((code,)), rules)
        if rules.is_standard:
            assert result.reason is Reason.DISCOURAGE_UPGRADABLE_NOPS
        else:
            assert result.ok
            assert (result.stack, result.metrics.op_cost) == ((), 100)
        skipped = run_script(b"\x00\x63" + bytes((code,)) + b"\x68", rules)
        assert skipped.ok


@pytest.mark.parametrize(
    ("flags", "opcodes"),
    [
        ([], {*range(0xC0, 0xD4)} - {0xD2, 0xD3} | {0xD0, 0xD1, 0xD2, 0xD3}),
        (["NATIVE_INTROSPECTION"], {*range(0xCE, 0xD4)}),
    ],
)
def test_introspection_and_tokens_came_one_after_the_other(
    flags: list[str], opcodes: set[int]
) -> None:
    for example in EXAMPLES:
        if not 0xC0 <= example.opcode <= 0xD3:
            continue
        result = run(example, example.takes, rules_from_flags(flags))
        expected = Reason.BAD_OPCODE if example.opcode in opcodes else None
        assert result.reason is expected, example.name
        all_there = rules_from_flags(["NATIVE_INTROSPECTION", "TOKENS"])
        assert run(example, example.takes, all_there).ok


def test_a_years_opcodes_are_those_of_its_line() -> None:
    assert has(BCH_2023, Op.OP_MUL)
    assert not has(BCH_2025, Op.OP_DEFINE)
    assert has(BCH_2026, Op.OP_DEFINE)
    assert not has(BCH_2026, Op.OP_EVAL)
    assert has(BCH_SPEC, Op.OP_EVAL)
    assert example_of(Op.OP_DUP).name == "OP_DUP"


def test_the_version_of_a_transaction_is_read_with_its_sign() -> None:
    for version, item in ((0, b""), (0x7FFF_FFFF, b"\xff\xff\xff\x7f"), (0xFFFF_FFFE, b"\x82")):
        transaction = replace(CONTEXT.transaction, version=version)
        context = type(CONTEXT)(transaction, CONTEXT.source_outputs)
        assert run_script(b"\xc2", context=context).stack == (item,)
