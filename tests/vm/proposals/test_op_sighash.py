"""OP_SIGHASH: the digest that OP_CHECKSIG checks, its charge and what the draft leaves open."""

from __future__ import annotations

import pytest
from support.spends import make_context

from bchcov import (
    BCH_2026,
    HashType,
    Input,
    InputResult,
    Output,
    PrivateKey,
    Reason,
    RulesError,
    RuleSet,
    Transaction,
    TransactionContext,
    assemble,
    evaluate_input,
    run_script,
)
from bchcov.crypto.hashes import hash256
from bchcov.script.pushes import encode_push
from bchcov.transaction.sighash import signing_serialization
from bchcov.vm.program import Program
from bchcov.vm.proposals import OP_SIGHASH, Machine, op_sighash

RULES = BCH_2026.with_proposals(OP_SIGHASH)
SIGHASH = b"\xd8"
KEY = PrivateKey(bytes(31) + b"\x07")
TYPES = [
    base | flags | HashType.FORKID
    for base in (HashType.ALL, HashType.NONE, HashType.SINGLE)
    for flags in (0, HashType.UTXOS, HashType.ANYONECANPAY)
]


def context_of(
    locking: bytes, unlocking: bytes = b"", outputs: int = 3, count: int = 3
) -> TransactionContext:
    """`count` inputs, of which the second runs, and some outputs."""
    inputs = tuple(
        Input(bytes((at,)) * 32, at, unlocking if at == 1 else b"", 5 + at) for at in range(count)
    )
    made = tuple(Output(1_000 + at, bytes((0x51,)) * (20 + at)) for at in range(outputs))
    sources = [Output(5_000 + at, locking if at == 1 else b"\x51") for at in range(count)]
    return TransactionContext(Transaction(inputs, made, 2, 77), sources)


def digest_of(result: InputResult) -> bytes:
    assert result.reason in (None, Reason.CLEANSTACK), result
    return result.stack[-1]


@pytest.mark.parametrize("hash_type", TYPES)
@pytest.mark.parametrize("outputs", [1, 3])
def test_it_pushes_the_digest_that_a_signature_of_this_type_signs(
    hash_type: int, outputs: int
) -> None:
    locking = encode_push(bytes((hash_type,))) + SIGHASH
    context = context_of(locking, outputs=outputs)
    serialized = signing_serialization(context, 1, locking, hash_type)
    assert digest_of(evaluate_input(context, 1, RULES)) == hash256(serialized)


@pytest.mark.parametrize("hash_type", TYPES)
def test_a_signature_of_what_it_pushes_passes_op_checksig(hash_type: int) -> None:
    """OP_CHECKSIG itself says that the digest is the same: after OP_CODESEPARATOR too."""
    locking = assemble(f"OP_NOP OP_CODESEPARATOR <0x{hash_type:02x}> OP_UNKNOWN216 OP_DROP")
    locking += encode_push(KEY.public_key) + b"\xac"
    seen: list[bytes] = []

    def observe(vm: Machine, _program: Program, _position: int) -> None:
        if vm.stack and len(vm.stack[-1]) == 32:
            seen.append(vm.stack[-1])

    def judged(unlocking: bytes) -> InputResult:
        return evaluate_input(context_of(locking, unlocking), 1, RULES, observe=observe)

    judged(b"\x00")
    signature = KEY.sign_schnorr(seen[0]) + bytes((hash_type,))
    assert judged(encode_push(signature)).ok


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (b"", Reason.SIG_HASHTYPE),
        (b"\x41\x00", Reason.SIG_HASHTYPE),
        (b"\x01", Reason.MUST_USE_FORKID),
        (b"\x44", Reason.SIG_HASHTYPE),
        (b"\xe1", Reason.SIG_HASHTYPE),
    ],
)
def test_a_type_that_no_signature_may_have_fails_and_stays(item: bytes, reason: Reason) -> None:
    locking = encode_push(item) + SIGHASH
    result = evaluate_input(make_context(locking), 0, RULES)
    assert (result.reason, result.stack) == (reason, (item,))


def test_without_a_transaction_or_an_item_it_fails() -> None:
    alone = run_script(SIGHASH, RULES, stack=(b"\x41",))
    assert (alone.reason, alone.stack) == (Reason.CONTEXT_NOT_PRESENT, (b"\x41",))
    empty = evaluate_input(make_context(SIGHASH), 0, RULES)
    assert empty.reason is Reason.INVALID_STACK_OPERATION


def test_single_without_its_output_fails_where_that_is_chosen() -> None:
    locking = encode_push(b"\x43") + SIGHASH
    rules = BCH_2026.with_proposals(op_sighash(missing_output="fail"))
    result = evaluate_input(context_of(locking, outputs=1), 1, rules)
    assert (result.reason, result.stack) == (Reason.INVALID_TX_OUTPUT_INDEX, (b"\x43",))
    assert digest_of(evaluate_input(context_of(locking, outputs=2), 1, rules))


def iterations(size: int) -> int:
    """Of a double hash of so many bytes."""
    return 2 + (size + 8) // 64


def cost_of(hash_type: int, rules: RuleSet, count: int) -> tuple[int, int]:
    locking = encode_push(bytes((hash_type,))) + SIGHASH
    result = evaluate_input(context_of(locking, count=count), 1, rules)
    return result.metrics.hash_iterations, result.metrics.op_cost


OUTPUTS = 3 * 9 + 20 + 21 + 22


def parts(hash_type: int, count: int) -> tuple[int, ...]:
    """What is hashed besides the digest itself, in bytes, for so many inputs."""
    sources = 10 * count + 2
    return {
        0x41: (36 * count, 4 * count, OUTPUTS),
        0x61: (36 * count, 4 * count, sources, OUTPUTS),
        0xC1: (OUTPUTS,),
        0x42: (36 * count,),
        0x43: (36 * count, 30),
        0xC3: (30,),
        0xC2: (),
    }[hash_type]


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("hash_type", [0x41, 0x61, 0xC1, 0x42, 0x43, 0xC3, 0xC2])
def test_it_is_charged_for_all_that_is_hashed_each_time(hash_type: int, count: int) -> None:
    locking = encode_push(bytes((hash_type,))) + SIGHASH
    context = context_of(locking, count=count)
    size = len(signing_serialization(context, 1, locking, hash_type))
    last = iterations(size)
    whole = last + sum(map(iterations, parts(hash_type, count)))
    # In consensus mode, whose budget has room for that many inputs.
    rules = RULES.consensus
    assert cost_of(hash_type, rules, count) == (whole, 200 + 1 + 32 + 64 * whole)
    cached = BCH_2026.with_proposals(op_sighash(hashing="cached")).consensus
    assert cost_of(hash_type, cached, count) == (last, 200 + 1 + 32 + 64 * last)
    if count == 3:
        assert cost_of(hash_type, RULES, count) == (whole, 200 + 1 + 32 + 192 * whole)


def test_what_the_draft_leaves_open_is_in_the_name() -> None:
    assert op_sighash().name == "op-sighash"
    assert (
        op_sighash(opcode=0xD4, hashing="cached").name == "op-sighash(opcode=0xd4,hashing=cached)"
    )
    with pytest.raises(RulesError, match="missing_output 'one' is unknown: expected one of zero"):
        op_sighash(missing_output="one")
