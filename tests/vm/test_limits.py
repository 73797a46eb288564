"""Budgets and bounds, on both sides of each."""

from __future__ import annotations

import pytest
from support.spends import spend

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
from bchcov.script.opcodes import Op
from bchcov.script.patterns import p2sh20, p2sh32
from bchcov.script.pushes import encode_push

FREE = 41


@pytest.mark.parametrize(("nops", "reason"), [(326, None), (327, Reason.OP_COST)])
def test_the_budget_is_800_a_byte(nops: int, reason: Reason | None) -> None:
    # OP_1 costs 101 and each OP_NOP 100 of the 32,800 that 41 bytes allow.
    result = spend(b"\x51" + b"\x61" * nops)
    assert result.reason is reason
    assert result.metrics.op_cost_limit == 800 * FREE


def test_unlocking_bytes_widen_the_budget() -> None:
    unlocking = encode_push(bytes(199))
    result = spend(b"\x75\x51" + b"\x61" * 1000, unlocking)
    assert result.ok
    assert result.metrics.op_cost_limit == 800 * (FREE + len(unlocking))


@pytest.mark.parametrize(
    ("rules", "limit", "price"), [(BCH_2026, 20, 192), (BCH_2026.consensus, 143, 64)]
)
def test_hash_iterations_are_bounded_and_priced_by_mode(
    rules: RuleSet, limit: int, price: int
) -> None:
    hashes = b"\x51" + b"\xa8" * limit
    within = spend(hashes, rules=rules)
    assert within.metrics.hash_iterations == within.metrics.hash_iterations_limit == limit
    assert within.metrics.op_cost == 101 + limit * (100 + 32 + price)
    assert within.ok
    assert spend(hashes + b"\xa8", rules=rules).reason is Reason.TOO_MANY_HASH_ITERS


def test_a_second_round_of_hashing_is_one_iteration_more() -> None:
    for size, iterations in ((0, 1), (55, 1), (56, 2), (119, 2), (120, 3)):
        code = encode_push(bytes(size))
        assert spend(code + b"\xa8").metrics.hash_iterations == iterations
        assert spend(code + b"\xaa").metrics.hash_iterations == iterations + 1


def test_the_hash_of_a_p2sh_pattern_counts() -> None:
    redeem = b"\x51"
    for locking, cost in ((p2sh20(redeem), 20), (p2sh32(redeem), 32)):
        result = spend(locking, encode_push(redeem))
        assert result.ok
        assert result.metrics.hash_iterations == 2
        # The redeem script is pushed, hashed, compared, and run.
        assert result.metrics.op_cost == 500 + 1 + cost + 2 * 192 + cost + 1 + 1


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026])
def test_branches_nest_a_hundred_deep(rules: RuleSet) -> None:
    def nested(depth: int) -> bytes:
        return b"\x51" + b"\x51\x63" * depth + b"\x68" * depth

    assert spend(nested(100), encode_push(bytes(100)), rules).reason is Reason.CLEANSTACK
    expected = Reason.CONDITIONAL_STACK_DEPTH if rules is BCH_2025 else Reason.CONTROL_STACK_DEPTH
    assert spend(nested(101), encode_push(bytes(100)), rules).reason is expected


def test_before_2025_branches_nest_as_deep_as_operations_allow() -> None:
    assert spend(b"\x51" + b"\x51\x63" * 100 + b"\x68" * 100, rules=BCH_2023).ok


def test_loops_and_functions_share_the_depth_with_branches() -> None:
    # Function 0 calls itself as often as the counter below it says.
    body = "OP_1SUB OP_DUP OP_IF OP_0 OP_INVOKE OP_ENDIF"
    source = "<{body}> OP_0 OP_DEFINE <{count}> OP_0 OP_INVOKE OP_NOT"

    def recurse(count: int) -> Reason | None:
        unlocking = encode_push(bytes(200))
        code = b"\x75" + assemble(source.format(body=body, count=count))
        return spend(code, unlocking).reason

    # Each call is in one branch: 50 calls are 50 functions and 49 branches.
    assert recurse(50) is None
    assert recurse(51) is Reason.CONTROL_STACK_DEPTH


def test_items_on_both_stacks_and_functions_share_a_thousand_slots() -> None:
    def fill(functions: int, alt: int, items: int) -> InputResult:
        source = [f"OP_0 <{at}> OP_DEFINE" for at in range(functions)]
        source += ["OP_1 OP_TOALTSTACK"] * alt + ["OP_1"] * items
        return spend(b"\x75" + assemble(" ".join(source)), encode_push(bytes(1600)))

    assert fill(20, 30, 950).reason is Reason.CLEANSTACK
    assert fill(20, 30, 951).reason is Reason.STACK_SIZE
    assert fill(21, 30, 950).reason is Reason.STACK_SIZE
    assert fill(20, 31, 950).reason is Reason.STACK_SIZE


def test_a_definition_needs_its_slots_for_a_moment_only() -> None:
    fill = b"\x51" * 998
    result = spend(b"\x75" + fill + assemble("OP_0 OP_0 OP_DEFINE"), encode_push(bytes(300)))
    assert result.reason is Reason.CLEANSTACK
    assert len(result.stack) == 998


@pytest.mark.parametrize(
    "push", ["4c", "4d", "4e"], ids=["OP_PUSHDATA_1", "OP_PUSHDATA_2", "OP_PUSHDATA_4"]
)
@pytest.mark.parametrize(("count", "reason"), [(201, None), (202, Reason.OP_COUNT)])
def test_before_2025_what_is_pushed_is_no_operation_in_any_form(
    push: str, count: int, reason: Reason | None
) -> None:
    # The data are OP_NOPs and would be counted; read with another length they would hide some.
    size = {"4c": 1, "4d": 2, "4e": 4}[push]
    for length in (0, 1, 97, 200):
        data = bytes.fromhex(push) + length.to_bytes(size, "little") + b"\x61" * length
        # In a branch that is not taken, where a push need not be the shortest.
        code = b"\x00\x63" + data + b"\x68" + b"\x61" * (count - 2) + b"\x51"
        result = spend(code, rules=BCH_2023.consensus)
        assert result.reason is reason, (length, result.detail)


@pytest.mark.parametrize(("count", "reason"), [(201, None), (202, Reason.OP_COUNT)])
def test_before_2025_a_script_has_201_operations(count: int, reason: Reason | None) -> None:
    assert spend(b"\x51" + b"\x61" * count, rules=BCH_2023).reason is reason
    untaken = b"\x51\x00\x63" + b"\x61" * (count - 2) + b"\x68"
    assert spend(untaken, rules=BCH_2023).reason is reason


@pytest.mark.parametrize("multisig", [b"", b"\xae", b"\xaf"])
@pytest.mark.parametrize("opcode", range(256))
def test_before_2025_whatever_pushes_nothing_counts_even_where_it_is_not_run(
    opcode: int, multisig: bytes
) -> None:
    instruction = bytes((opcode,)) + bytes(opcode if opcode < 0x4C else 8)
    full = b"\x00\x63" + multisig + b"\x61" * (200 - len(multisig))
    result = spend(full + instruction[: None if opcode <= 0x4E else 1], rules=BCH_2023)
    # What a script pushes, OP_RESERVED among it, is free: then only OP_ENDIF is missing.
    counts = opcode > Op.OP_16
    assert result.reason is (Reason.OP_COUNT if counts else Reason.UNBALANCED_CONDITIONAL)


def test_before_2025_the_keys_of_a_multisig_are_operations() -> None:
    # Twenty keys and the multisig itself, nine times, are 189 operations.
    multisig = b"\x00\x00" + b"\x00" * 20 + encode_push(b"\x14") + b"\xaf"
    within = multisig * 9 + b"\x61" * 12 + b"\x51"
    assert spend(within, rules=BCH_2023).ok
    assert spend(b"\x61" + within, rules=BCH_2023).reason is Reason.OP_COUNT
    beyond = spend(multisig * 10, rules=BCH_2023)
    assert (beyond.reason, beyond.opcode) == (Reason.OP_COUNT, 0xAF)
    assert spend(within + b"\x61", rules=BCH_2025).ok


def test_before_2025_each_phase_counts_its_own_operations() -> None:
    redeem = b"\x51" + b"\x61" * 201
    assert spend(p2sh32(redeem), encode_push(redeem), BCH_2023).ok


@pytest.mark.parametrize(
    ("rules", "limit"), [(BCH_2023, 520), (BCH_2025, 10_000), (BCH_2026, 10_000)]
)
def test_an_element_has_a_longest_size(rules: RuleSet, limit: int) -> None:
    unlocking = encode_push(bytes(limit - 4))

    def join(tail: int) -> Reason | None:
        return spend(encode_push(bytes(tail)) + b"\x7e\x75\x51", unlocking, rules).reason

    assert join(4) is None
    assert join(5) is Reason.PUSH_SIZE


@pytest.mark.parametrize(("rules", "size"), [(BCH_2023, 8), (BCH_2025, 10_000), (BCH_2026, 10_000)])
def test_a_number_has_a_longest_size(rules: RuleSet, size: int) -> None:
    largest = b"\xff" * (size - 1) + b"\x7f"
    unlocking = encode_push(largest) if size < 100 else encode_push(bytes(9000))
    reason = (
        Reason.INVALID_NUMBER_RANGE_64_BIT if size == 8 else Reason.INVALID_NUMBER_RANGE_BIG_INT
    )
    if size == 8:
        assert spend(b"\x8c\x75\x51", unlocking, rules).ok
        assert spend(b"\x8b\x75\x51", unlocking, rules).reason is reason
        assert spend(b"\x8b\x75\x51", encode_push(bytes(8) + b"\x01"), rules).reason is reason
        return
    # 2**79999 - 1 is the largest: made by shifting and subtracting, as it is too long to push.
    make = "OP_DROP OP_1 <79998> OP_LSHIFTNUM OP_1SUB OP_2 OP_MUL OP_1ADD"
    if rules is BCH_2026:
        assert spend(assemble(f"{make} OP_DROP OP_1"), unlocking, rules).ok
        assert spend(assemble(f"{make} OP_1ADD OP_DROP OP_1"), unlocking, rules).reason is reason


def test_a_script_has_at_most_10000_bytes() -> None:
    for size, reason in ((10_000, None), (10_001, Reason.SCRIPT_SIZE)):
        data = encode_push(bytes(size - 5)) + b"\x75\x51"
        assert len(data) == size
        assert spend(data).reason is reason
        assert spend(b"\x75\x51", data[:-2] if size == 10_000 else data).reason is (
            Reason.SIG_PUSHONLY if size > 10_000 else None
        )


def test_the_spec_rules_have_room_for_scripts_while_they_are_written() -> None:
    assert spend(b"\x51", rules=BCH_SPEC).metrics.op_cost_limit == 800 * 10_000


@pytest.mark.parametrize("opcode", ["OP_CHECKMULTISIG", "OP_CHECKMULTISIGVERIFY"])
@pytest.mark.parametrize("keys", [0, 1, 20])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_keys_of_a_multisig_count_as_operations_before_2025(
    opcode: str, keys: int, is_first: bool
) -> None:
    multisig = f"OP_0 OP_0 {'OP_0 ' * keys} <{keys}> {opcode}"
    for most, reason in ((201, None), (202, Reason.OP_COUNT)):
        others = " OP_NOP" * (most - 1 - keys)
        code = assemble(f"{multisig} {others}" if is_first else f"{others} {multisig}")
        for rules in (BCH_2023, BCH_2023.consensus):
            assert run_script(code, rules).reason is reason
        assert run_script(code, BCH_2026).reason is None
