"""Signing serializations against a plain twin, for every hash type."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import (
    EncodeError,
    HashType,
    Input,
    Output,
    Token,
    Transaction,
    TransactionContext,
    encode_transaction,
    signature_digest,
)
from bchcov.encoding.compact_size import encode_var_bytes
from bchcov.testing.strategies import outputs, transactions
from bchcov.transaction.codec import encode_output, encode_token_prefix
from bchcov.transaction.sighash import (
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)

HASH_TYPES = [
    base | utxos | anyone | HashType.FORKID
    for base, utxos, anyone in product((1, 2, 3), (0, 0x20), (0, 0x80))
]


def twice(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def plain(
    transaction: Transaction, sources: list[Output], index: int, code: bytes, kind: int
) -> bytes:
    """The serialization written down as the specifications list its parts."""
    zero, base = bytes(32), kind & 31
    anyone, single, none = bool(kind & 0x80), base == 3, base == 2

    def outpoint(item: Input) -> bytes:
        return item.outpoint_hash + item.outpoint_index.to_bytes(4, "little")

    result = transaction.version.to_bytes(4, "little")
    result += zero if anyone else twice(b"".join(map(outpoint, transaction.inputs)))
    if kind & 0x20:
        result += twice(b"".join(map(encode_output, sources)))
    if anyone or single or none:
        result += zero
    else:
        sequences = (item.sequence.to_bytes(4, "little") for item in transaction.inputs)
        result += twice(b"".join(sequences))
    result += outpoint(transaction.inputs[index])
    result += encode_token_prefix(sources[index].token)
    result += encode_var_bytes(code)
    result += sources[index].value.to_bytes(8, "little")
    result += transaction.inputs[index].sequence.to_bytes(4, "little")
    if single:
        inside = index < len(transaction.outputs)
        result += twice(encode_output(transaction.outputs[index])) if inside else zero
    else:
        result += zero if none else twice(b"".join(map(encode_output, transaction.outputs)))
    return result + transaction.locktime.to_bytes(4, "little") + kind.to_bytes(4, "little")


@settings(max_examples=120)
@given(st.data(), st.sampled_from(HASH_TYPES))
def test_every_hash_type_covers_what_the_specification_says(data: st.DataObject, kind: int) -> None:
    transaction = data.draw(transactions().filter(lambda drawn: bool(drawn.inputs)))
    count = len(transaction.inputs)
    sources = data.draw(st.lists(outputs(), min_size=count, max_size=count))
    index = data.draw(st.integers(0, count - 1))
    code = data.draw(st.binary(max_size=300))
    context = TransactionContext(transaction, sources)
    expected = plain(transaction, sources, index, code, kind)
    assert signing_serialization(context, index, code, kind) == expected
    assert signature_digest(context, index, code, kind) == twice(expected)
    assert signing_serialization(context, index, code, kind) == expected


TWO = Transaction(
    (Input(bytes(32), 1, b"", 5), Input(bytes(32), 2, b"", 6)), (Output(1, b"\x51"),), 1, 9
)


def test_a_digest_is_asked_for_an_input_that_is_there_and_with_the_fork_id() -> None:
    context = TransactionContext(TWO, [Output(1, b"")] * 2)
    for index in (-1, 2):
        with pytest.raises(EncodeError, match="the transaction has 2"):
            signature_digest(context, index, b"")
    with pytest.raises(EncodeError, match="lacks the fork id"):
        signature_digest(context, 0, b"", 1)


def test_before_cashtokens_no_digest_covered_tokens() -> None:
    sources = [Output(1, b"", Token(bytes(32), 5)), Output(1, b"")]
    context = TransactionContext(TWO, sources)
    without = TransactionContext(TWO, [Output(1, b"")] * 2)
    before = signing_serialization(context, 0, b"\x51", 0x61, tokens=False)
    assert before == signing_serialization(without, 0, b"\x51", 0x41)[:-4] + b"\x61\0\0\0"


def legacy(index: int, code: str, kind: int) -> bytes | None:
    context = TransactionContext(TWO, [Output(1, b"")] * 2)
    return legacy_signing_serialization(context, index, bytes.fromhex(code), kind)


def spelled(inputs: tuple[Input, ...], outs: tuple[Output, ...], kind: int) -> bytes:
    transaction = Transaction(inputs, outs, TWO.version, TWO.locktime)
    return encode_transaction(transaction) + kind.to_bytes(4, "little")


def test_before_the_fork_a_signature_covered_a_changed_transaction() -> None:
    first, second = TWO.inputs
    signed = Input(second.outpoint_hash, 2, b"\x51", 6)
    free = Input(first.outpoint_hash, 1, b"", 0)
    assert legacy(1, "51", 1) == spelled((first, signed), TWO.outputs, 1)
    assert legacy(1, "51", 0x81) == spelled((signed,), TWO.outputs, 0x81)
    assert legacy(1, "51", 2) == spelled((free, signed), (), 2)
    assert legacy(0, "51", 3) == spelled(
        (Input(first.outpoint_hash, 1, b"\x51", 5), Input(bytes(32), 2, b"", 0)), TWO.outputs, 3
    )


def plain_legacy(transaction: Transaction, index: int, code: bytes, kind: int) -> bytes | None:
    """The transaction that an old signature covered, changed step by step and encoded."""
    base, inputs, outs = kind & 31, list(transaction.inputs), list(transaction.outputs)
    if base == 3 and index >= len(outs):
        return None
    for at, item in enumerate(inputs):
        inputs[at] = replace(item, unlocking_bytecode=code if at == index else b"")
        if at != index and base in (2, 3):
            inputs[at] = replace(inputs[at], sequence=0)
    if base == 2:
        outs = []
    if base == 3:
        outs = [Output(2**64 - 1, b"")] * index + [outs[index]]
    if kind & 0x80:
        inputs = [inputs[index]]
    changed = replace(transaction, inputs=tuple(inputs), outputs=tuple(outs))
    return encode_transaction(changed) + (kind % 2**32).to_bytes(4, "little")


# All 32 bits were covered, and some old transactions use them.
LEGACY_TYPES = st.sampled_from([0, 1, 2, 3, 0x81, 0x82, 0x83]) | st.integers(-(2**31), 2**32 - 1)


@settings(max_examples=150)
@given(st.data(), LEGACY_TYPES)
def test_before_the_fork_every_hash_type_covered_what_the_twin_does(
    data: st.DataObject, kind: int
) -> None:
    transaction = data.draw(transactions().filter(lambda drawn: bool(drawn.inputs)))
    index = data.draw(st.integers(0, len(transaction.inputs) - 1))
    code = data.draw(st.binary(max_size=300).filter(lambda code: 0xAB not in code))
    context = TransactionContext(transaction, [Output(1, b"")] * len(transaction.inputs))
    expected = plain_legacy(transaction, index, code, kind)
    assert legacy_signing_serialization(context, index, code, kind) == expected
    assert legacy_digest(expected) == (
        twice(expected) if expected is not None else b"\x01" + bytes(31)
    )


def test_before_the_fork_code_separators_were_left_out() -> None:
    assert legacy(0, "ab51ab02abab", 1) == legacy(0, "5102abab", 1)


def test_before_the_fork_single_without_its_output_covered_nothing() -> None:
    assert legacy(1, "51", 3) is None
    assert legacy_digest(None) == b"\x01" + bytes(31)


@given(st.lists(st.sampled_from([b"\xab", b"\x51", b"\x02\xab\xab", b"\x4c\x01\xab", b"\x6a"])))
def test_before_the_fork_only_separators_that_are_instructions_were_left_out(
    parts: list[bytes],
) -> None:
    kept = b"".join(part for part in parts if part != b"\xab")
    for behind in (b"", b"\x05\xab\xab"):
        covered = legacy(0, (b"".join(parts) + behind).hex(), 1)
        assert covered == spelled(
            (replace(TWO.inputs[0], unlocking_bytecode=kept + behind), TWO.inputs[1]),
            TWO.outputs,
            1,
        )
