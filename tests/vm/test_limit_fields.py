"""Every number of every rule set, and what it bounds: at it, one below, one above."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest
from support.opcode_examples import CONTEXT, EXAMPLES, INDEX, KEY, Example
from support.spends import spend

from bchcov import BCH_2023, BCH_2025, BCH_2026, BCH_SPEC, InputResult, Reason, RuleSet, run_script
from bchcov.assembly import assemble
from bchcov.crypto.hashes import sha256
from bchcov.crypto.secp256k1 import sign_schnorr
from bchcov.script.opcodes import Op
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.limits import UNLIMITED, Limits
from bchcov.vm.rules.policy import Policy
from bchcov.vm.rules.switches import Switches

YEARS = (BCH_2023, BCH_2025, BCH_2026, BCH_SPEC)
ONE = b"\x01"

# 2023, 2025, 2026 and the rules for proposals, in consensus mode.
LIMITS: dict[str, tuple[object, ...]] = {
    "script_size": (10_000, 10_000, 10_000, 100_000),
    "element_size": (520, 10_000, 10_000, 100_000),
    "number_size": (8, 10_000, 10_000, 100_000),
    "index_size": (8,) * 4,
    "result_size": (8, 10_000, 10_000, 100_000),
    "operation_count": (201, None, None, None),
    "memory_slots": (1_000,) * 4,
    "control_depth": (UNLIMITED, 100, 100, 100),
    "control_depth_reason": (
        Reason.CONTROL_STACK_DEPTH,
        Reason.CONDITIONAL_STACK_DEPTH,
        Reason.CONTROL_STACK_DEPTH,
        Reason.CONTROL_STACK_DEPTH,
    ),
    "multisig_keys": (20,) * 4,
    "function_identifier_size": (7,) * 4,
    "density_base": (41, 41, 41, 10_000),
    "cost_per_byte": (None, 800, 800, 800),
    "half_hash_iterations_per_byte": (None, 7, 7, 7),
    "instruction_price": (100,) * 4,
    "hash_iteration_price": (64,) * 4,
    "signature_check_price": (26_000,) * 4,
    "bytes_per_signature_check": (43,) * 4,
    "free_signature_check_bytes": (60,) * 4,
}
RELAYED = {
    "half_hash_iterations_per_byte": (None, 1, 1, 1),
    "hash_iteration_price": (64, *[192] * 3),
}


def test_the_limits_of_every_year_are_the_nodes() -> None:
    assert {field.name for field in fields(Limits)} == set(LIMITS)
    for at, rules in enumerate(YEARS):
        for name, values in LIMITS.items():
            assert getattr(rules.consensus.limits, name) == values[at], f"{rules}: {name}"
            relayed = RELAYED.get(name, values)[at]
            assert getattr(rules.limits, name) == relayed, f"{rules}: {name}"


def test_the_switches_of_every_year_are_those_of_2023() -> None:
    ended = {"null_dummy", "compressed_keys", "replay_protection"}
    off = {"signature_check_density", *ended}
    assert asdict(BCH_2023.consensus.switches) == {
        field.name: field.name not in off for field in fields(Switches)
    }
    for rules in YEARS:
        assert rules.consensus.switches == BCH_2023.consensus.switches
        relayed = {**asdict(rules.consensus.switches)}
        relayed |= {"segwit_recovery": False, "signature_check_density": True}
        assert asdict(rules.switches) == relayed


def test_the_bounds_of_transactions_are_the_nodes() -> None:
    assert (Policy().smallest_transaction, Policy().largest_transaction) == (65, 1_000_000)
    assert (Policy().signature_checks, Policy().standard_transaction) == (3_000, 100_000)
    assert Policy().maximum_value == 2_100_000_000_000_000
    for rules, commitment, unlocking, locking in (
        (BCH_2023, 40, 1_650, None),
        (BCH_2025, 40, 1_650, None),
        (BCH_2026, 128, 10_000, 201),
        (BCH_SPEC, 128, 100_000, 201),
    ):
        for mode in (rules, rules.consensus):
            assert mode.policy.is_standard is mode.is_standard is (mode is rules)
            assert mode.policy.commitment_size == commitment
            assert mode.policy.standard_unlocking == unlocking
            assert mode.policy.standard_locking == locking
            assert mode.policy.data_carrier == 223


@pytest.mark.parametrize("size", [0, 1, 2, 3, 24, 25, 26, 27, 68, 69, 111, 112, 1_000, 1_650])
def test_the_budgets_of_an_input_follow_from_its_unlocking_bytes(size: int) -> None:
    unlocking = encode_push(bytes(size))
    length = len(unlocking)
    for rules in YEARS:
        for mode in (rules, rules.consensus):
            metrics = spend(b"\x51", unlocking, mode).metrics
            base = 41 if rules is not BCH_SPEC else 10_000
            halves = 1 if mode.is_standard else 7
            before = rules is BCH_2023
            assert metrics.op_cost_limit == (None if before else 800 * (base + length))
            hashes = None if before else halves * (base + length) // 2
            assert metrics.hash_iterations_limit == hashes
            checks = (length + 60) // 43 if mode.is_standard else None
            assert metrics.signature_checks_limit == checks


def test_a_script_run_alone_has_the_budget_of_no_unlocking_bytes() -> None:
    for rules, cost, hashes, relayed in (
        (BCH_2023, None, None, None),
        (BCH_2025, 32_800, 143, 20),
        (BCH_2026, 32_800, 143, 20),
        (BCH_SPEC, 8_000_000, 35_000, 5_000),
    ):
        metrics = run_script(b"\x51", rules.consensus).metrics
        assert (metrics.op_cost_limit, metrics.hash_iterations_limit) == (cost, hashes)
        assert run_script(b"\x51", rules).metrics.hash_iterations_limit == relayed
    assert run_script(b"\x51").metrics == run_script(b"\x51", BCH_2026).metrics


SIGNATURE = sign_schnorr((1).to_bytes(32, "big"), sha256(b""))
CHECK = encode_push(SIGNATURE) + b"\x00" + encode_push(KEY) + b"\xbb"


@pytest.mark.parametrize(("checks", "size"), [(1, 1), (2, 26), (3, 69), (4, 112), (10, 370)])
def test_a_signature_check_needs_43_unlocking_bytes_to_be_relayed(checks: int, size: int) -> None:
    locking = b"\x75" + CHECK * checks + b"\x51"
    for rules in YEARS:
        for length, allowed in ((size - 1, checks == 1), (size, True), (size + 1, True)):
            unlocking = push_of_length(max(length, 1))
            result = spend(locking, unlocking, rules)
            if result.reason is Reason.OP_COST:
                continue  # what they cost needs more bytes than the density does
            assert result.reason is (None if allowed else Reason.INPUT_SIGCHECKS), str(result)
            in_block = spend(locking, unlocking, rules.consensus)
            assert in_block.ok


def push_of_length(length: int) -> bytes:
    """A push that is so many bytes long, with its opcode and its length."""
    head = 1 if length <= 76 else 2 if length <= 257 else 3
    push = encode_push(bytes(length - head)) if length > 1 else b"\x51"
    assert len(push) == length
    return push


def at_cost(example: Example, cost: int) -> bytes:
    """The opcode, with what makes the whole cost so much: OP_NOP, and a push that is dropped."""
    own = run_script(
        example.code, BCH_2026.consensus, context=CONTEXT, index=INDEX, stack=example.takes
    )
    left = cost - own.metrics.op_cost - 200
    filler = encode_push(bytes(2 + left % 100)) + b"\x75" + b"\x61" * (left // 100)
    over = run_script(filler, BCH_2026.consensus).metrics.op_cost + own.metrics.op_cost - cost
    assert over == 2
    filler = encode_push(bytes(2 + (left - 2) % 100)) + b"\x75" + b"\x61" * ((left - 2) // 100)
    return filler + example.code


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_opcode_may_spend_the_whole_budget_and_nothing_more(example: Example) -> None:
    if example.opcode in (Op.OP_EVAL, Op.OP_NOP1, Op.OP_CHECKSIGVERIFY):
        return  # of drafts; and what a signature covers changes with the script

    def run(code: bytes) -> InputResult:
        rules = BCH_2026.consensus
        return run_script(code, rules, context=CONTEXT, index=INDEX, stack=example.takes)

    if example.opcode == Op.OP_ACTIVEBYTECODE:
        return  # what it costs is the length of the script
    within = run(at_cost(example, 32_800))
    assert within.ok, str(within)
    assert within.metrics.op_cost == within.metrics.op_cost_limit == 32_800
    beyond = run(at_cost(example, 32_801))
    assert beyond.reason is Reason.OP_COST
    # A loop's last instruction is the one that costs too much, and so is any opcode here.
    assert beyond.position is not None
    assert beyond.metrics.op_cost == 32_801


def test_a_signature_that_is_missing_may_spend_the_whole_budget() -> None:
    tail = encode_push(bytes(67)) + b"\x75\x00" + encode_push(KEY) + b"\xac"
    within = spend(b"\x61" * 322 + tail)
    assert within.reason is Reason.EVAL_FALSE
    assert within.metrics.op_cost == within.metrics.op_cost_limit == 32_800
    assert spend(b"\x61" * 323 + tail).reason is Reason.OP_COST


HASHES = [each for each in EXAMPLES if Op.OP_RIPEMD160 <= each.opcode <= Op.OP_HASH256]


@pytest.mark.parametrize("example", HASHES, ids=lambda example: example.name)
def test_an_opcode_may_spend_all_hash_iterations_and_no_more(example: Example) -> None:
    def run(size: int, before: int, rules: RuleSet) -> InputResult:
        # First others, each one iteration; then an item of `size` bytes.
        return run_script(b"\x00\xa8\x75" * before + example.code, rules, stack=(bytes(size),))

    own = 2 if example.opcode >= Op.OP_HASH160 else 1
    for size, more in ((0, 0), (55, 0), (56, 1), (119, 1), (120, 2)):
        within = run(size, 20 - own - more, BCH_2026)
        assert within.metrics.hash_iterations == within.metrics.hash_iterations_limit == 20
        assert within.ok
        assert run(size, 21 - own - more, BCH_2026).reason is Reason.TOO_MANY_HASH_ITERS
    longest = 64 * (143 - own) + 55
    assert run(longest, 0, BCH_2026.consensus).metrics.hash_iterations == 143
    assert run(longest, 0, BCH_2026.consensus).ok
    beyond = run(longest + 1, 0, BCH_2026.consensus)
    assert beyond.reason is Reason.TOO_MANY_HASH_ITERS


def test_a_signature_check_may_spend_all_hash_iterations_and_no_more() -> None:
    def run(size: int) -> InputResult:
        # The message of a data signature is hashed: what is hashed before leaves five.
        message = bytes(size)
        signature = sign_schnorr((1).to_bytes(32, "big"), sha256(message))
        stack = (signature, message, KEY, bytes(14 * 64))
        return run_script(b"\xa8\x75\xba", BCH_2026, stack=stack)

    assert run(4 * 64 + 55).metrics.hash_iterations == 20
    assert run(4 * 64 + 55).ok
    assert run(4 * 64 + 56).reason is Reason.TOO_MANY_HASH_ITERS


def test_what_costs_too_much_and_hashes_too_much_costs_too_much() -> None:
    # Nodes look at the cost first.
    code = b"\x61" * 250 + b"\x00" + b"\xa8" * 19
    assert run_script(code, BCH_2026).reason is None
    both = run_script(b"\x61" * 324 + b"\xaa", BCH_2026, stack=(bytes(64 * 30),))
    assert both.metrics.hash_iterations > 20
    assert both.reason is Reason.OP_COST


def test_a_branch_too_deep_and_too_dear_is_too_dear() -> None:
    nested = b"\x51\x63" * 101
    for nops, reason in ((124, Reason.CONTROL_STACK_DEPTH), (125, Reason.OP_COST)):
        assert run_script(b"\x61" * nops + nested, BCH_2026).reason is reason


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026], ids=str)
def test_a_branch_of_any_kind_may_be_the_hundredth(rules: RuleSet) -> None:
    reason = rules.limits.control_depth_reason
    openings = [b"\x51\x63", b"\x00\x64", b"\x00\x63"] + ([b"\x65"] if rules is BCH_2026 else [])
    for opening in openings:
        close = b"\x51\x66" if opening == b"\x65" else b"\x68"
        if opening == b"\x00\x63":
            # Untaken branches count as well, and pop no condition.
            at_limit, beyond = opening + b"\x63" * 99 + close * 100, opening + b"\x63" * 100
        else:
            at_limit, beyond = opening * 100 + close * 100, opening * 101
        assert run_script(at_limit, rules).ok
        assert run_script(beyond, rules).reason is reason
        # What was closed makes room again.
        again = (opening + close) * 120
        assert run_script(again, rules).reason in (None, Reason.OP_COST)
        assert run_script((opening + close) * 50 + at_limit[: len(opening)] + close, rules).ok


def test_functions_may_call_each_other_a_hundred_deep() -> None:
    define = assemble("<OP_0 OP_INVOKE> OP_0 OP_DEFINE OP_0 OP_INVOKE")
    deepest = run_script(define, BCH_2026)
    assert deepest.reason is Reason.CONTROL_STACK_DEPTH
    assert deepest.metrics.instructions == 5 + 100 * 2


def test_a_function_that_has_ended_makes_room_for_the_next() -> None:
    calls = assemble("OP_0 OP_0 OP_DEFINE") + assemble("OP_0 OP_INVOKE") * 101
    assert run_script(calls, BCH_2026).ok


def test_a_function_may_have_as_many_bytes_as_a_script() -> None:
    def run(size: int, rules: RuleSet) -> InputResult:
        body = encode_push(bytes(size - 4)) + b"\x75" if size < 65_540 else b""
        body = body or b"\x4e" + (size - 6).to_bytes(4, "little") + bytes(size - 6) + b"\x75"
        assert len(body) == size
        code = assemble("OP_0 OP_DEFINE OP_0 OP_INVOKE")
        return run_script(code, rules, stack=(body,))

    for rules, limit in ((BCH_2026, 10_000), (BCH_SPEC, 100_000)):
        assert run(limit - 1, rules).ok
        assert run(limit, rules).ok, str(run(limit, rules))
        assert run(limit + 1, rules).reason is Reason.SCRIPT_SIZE


@pytest.mark.parametrize("rules", YEARS, ids=str)
def test_a_script_of_any_phase_has_a_longest_size(rules: RuleSet) -> None:
    limit = rules.limits.script_size
    script = (encode_push(bytes(520)) + b"\x75") * (limit // 524)
    script += push_of_length(limit - len(script) - 1) + b"\x51"
    assert len(script) == limit
    cheap = run_script(script, rules)
    assert cheap.ok, str(cheap)
    assert run_script(script + b"\x51", rules).reason is Reason.SCRIPT_SIZE


@pytest.mark.parametrize("rules", YEARS, ids=str)
def test_an_item_of_any_origin_has_a_longest_size(rules: RuleSet) -> None:
    limit = rules.limits.element_size
    assert run_script(b"\x7e", rules, stack=(bytes(limit - 1), ONE)).ok
    assert run_script(b"\x7e", rules, stack=(bytes(limit), ONE)).reason is Reason.PUSH_SIZE
    if limit < rules.limits.script_size - 3:
        assert run_script(encode_push(bytes(limit)), rules).ok
        too_long = run_script(encode_push(bytes(limit + 1)), rules)
        assert (too_long.reason, too_long.position) == (Reason.PUSH_SIZE, 0)


def test_operations_are_counted_in_branches_that_are_not_taken_with_a_multisig_too() -> None:
    for code, reason in (
        ("OP_1 OP_0 OP_IF OP_RETURN OP_ENDIF OP_0 OP_IF OP_CHECKMULTISIG OP_ENDIF", None),
        ("OP_1 OP_0 OP_IF OP_CHECKMULTISIGVERIFY OP_ELSE OP_NOP OP_ENDIF", None),
        ("OP_1 OP_0 OP_IF OP_DUP OP_CHECKMULTISIG OP_ENDIF OP_VERIFY OP_1", None),
        ("OP_0 OP_IF OP_CHECKMULTISIG OP_ENDIF OP_DROP", Reason.INVALID_STACK_OPERATION),
        ("OP_0 OP_IF OP_CHECKMULTISIG OP_ENDIF OP_RETURN", Reason.OP_RETURN),
    ):
        assert spend(assemble(code), rules=BCH_2023).reason is reason, code
    for count, reason in ((201, None), (202, Reason.OP_COUNT)):
        skipped = b"\x61" * (count - 3) + b"\x51\x00\x63\xae\x68"
        assert spend(skipped, rules=BCH_2023).reason is reason
        unreached = b"\x51\x00\x63\xae" + b"\x61" * (count - 3) + b"\x68"
        assert spend(unreached, rules=BCH_2023).reason is reason
    # A multisig that does run counts its keys; what grows the stack is still bounded.
    looped = b"\x00\x00\x00\xae\x76\x76"
    assert run_script(looped, BCH_2023, stack=(ONE,) * 997).ok
    full = run_script(looped + b"\x76", BCH_2023, stack=(ONE,) * 997)
    assert (full.reason, full.position) == (Reason.STACK_SIZE, 6)
    short = run_script(b"\x00\x00\x00\xae\x75\x75", BCH_2023)
    assert (short.reason, short.position) == (Reason.INVALID_STACK_OPERATION, 5)


def test_the_rules_for_proposals_have_the_limits_of_their_numbers() -> None:
    longest = bytes(99_999) + b"\x01"
    assert run_script(b"\x92", BCH_SPEC, stack=(longest,)).ok
    too_long = run_script(b"\x92", BCH_SPEC, stack=(b"\0" + longest,))
    assert too_long.reason is Reason.INVALID_NUMBER_RANGE_BIG_INT
    for bits, reason in ((799_998, None), (799_999, Reason.INVALID_NUMBER_RANGE_BIG_INT)):
        shifted = run_script(assemble(f"OP_1 <{bits}> OP_LSHIFTNUM"), BCH_SPEC)
        assert shifted.reason is reason


def test_a_power_is_bounded_by_what_it_costs_and_by_its_size() -> None:
    def power(base: str, exponent: int) -> InputResult:
        return run_script(assemble(f"{base} <{exponent}> OP_POW"), BCH_SPEC)

    # 8 * 1 * exponent, three instructions, four pushed bytes, and the result's bytes twice.
    for exponent, size in ((1, 1), (6, 1), (7, 2), (100, 13), (799_998, 100_000)):
        result = power("OP_2", exponent)
        assert result.ok, str(result)
        assert len(result.stack[0]) == size
        pushed = 1 + len(encode_push_number(exponent))
        assert result.metrics.op_cost == 300 + pushed + 8 * exponent + 2 * size
    assert power("OP_2", 799_999).reason is Reason.INVALID_NUMBER_RANGE_BIG_INT
    assert power("OP_3", 600_000).reason is Reason.INVALID_NUMBER_RANGE_BIG_INT
    assert power("OP_1", 999_000).ok
    assert power("OP_1", 1_000_000).reason is Reason.OP_COST
    for base, exponent, left in (
        ("OP_3", 0, b"\x01"),
        ("OP_3", 1, b"\x03"),
        ("<-3>", 3, b"\x9b"),
        ("<-3>", 2, b"\x09"),
        ("OP_0", 0, b"\x01"),
        ("OP_0", 1, b""),
        ("OP_0", 2, b""),
        ("<-1>", 0, b"\x01"),
        ("<-1>", 1, b"\x81"),
        ("<-1>", 1_001, b"\x81"),
        ("<-1>", 1_000, b"\x01"),
    ):
        assert power(base, exponent).stack == (left,)


def encode_push_number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "little") if value > 16 else b"\x01"
