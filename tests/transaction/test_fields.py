"""What a caller makes by hand: numbers out of range and wrong types, each said in a sentence."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    BCH_2026,
    BchcovError,
    EncodeError,
    Input,
    Nft,
    Output,
    RulesError,
    Token,
    Transaction,
    TransactionContext,
    decode_transaction,
    encode_transaction,
    evaluate_input,
    run_script,
    signature_digest,
    verify,
)
from bchcov.script.patterns import data_output, multisig, p2pk, p2pkh, p2s, p2sh20, p2sh32
from bchcov.transaction.codec import decode_output, decode_outputs, encode_output, encode_outputs

OUTPUT = Output(1_000, p2pkh(bytes(20)))
PLAIN = Transaction((Input(bytes(32), 1),), (OUTPUT,))
TOKEN = Token(bytes(32), 5, Nft(b"\x01"))

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**5000, -(10**5000)]),
    st.floats(),
    st.decimals(),
    st.text(max_size=5),
    st.binary(max_size=40),
    st.binary(max_size=40).map(bytearray),
    st.binary(max_size=40).map(lambda data: memoryview(data)),
    st.lists(st.integers(), max_size=2),
    st.sets(st.integers(), max_size=2),
    st.sampled_from([PLAIN, OUTPUT, TOKEN, TransactionContext(PLAIN, [OUTPUT]), BCH_2026, object]),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1),
)


def put(part: Any, field: str, value: object) -> Any:
    return replace(part, **{field: value})


def with_output(output: Any) -> Transaction:
    return replace(PLAIN, outputs=(output,))


def changed(field: str, value: object) -> Transaction:
    """A transaction that holds `value` in a field of it, of its input, output, token or NFT."""
    if field in ("version", "locktime", "inputs", "outputs"):
        return put(PLAIN, field, value)  # type: ignore[no-any-return]
    if field in ("outpoint_hash", "outpoint_index", "unlocking_bytecode", "sequence"):
        return replace(PLAIN, inputs=(put(PLAIN.inputs[0], field, value),))
    if field in ("value", "locking_bytecode", "token"):
        return with_output(put(OUTPUT, field, value))
    if field in ("category", "amount", "nft"):
        return with_output(replace(OUTPUT, token=put(TOKEN, field, value)))
    return with_output(replace(OUTPUT, token=replace(TOKEN, nft=put(TOKEN.nft, field, value))))


FIELDS = (
    *("version", "locktime", "inputs", "outputs"),
    *("outpoint_hash", "outpoint_index", "unlocking_bytecode", "sequence"),
    *("value", "locking_bytecode", "token", "category", "amount", "nft"),
    *("commitment", "capability"),
)


@given(st.sampled_from(FIELDS), junk)
def test_a_field_that_is_not_what_it_should_be_is_an_encode_error(field: str, value: Any) -> None:
    transaction = changed(field, value)
    sources = [OUTPUT]
    try:
        encoded = encode_transaction(transaction)
    except EncodeError:
        assert not verify(transaction, sources).ok
    else:
        # What begins as tokens do is written, and is not read back as a script.
        assert decode_transaction(encoded) == replace(
            transaction, inputs=tuple(transaction.inputs), outputs=tuple(transaction.outputs)
        )
    with suppress(EncodeError):
        evaluate_input(TransactionContext(transaction, sources), 0)
    try:
        evaluate_input(TransactionContext(PLAIN, transaction.outputs), 0)
    except EncodeError:
        assert verify(PLAIN, transaction.outputs).error is not None


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("version", 2**32 - 1),
        ("locktime", 2**32 - 1),
        ("outpoint_index", 2**32 - 1),
        ("sequence", 2**32 - 1),
        ("value", 2**64 - 1),
        ("amount", 2**63 - 1),
        ("capability", 2),
    ],
)
def test_a_number_fits_its_field_to_the_last_value(field: str, most: int) -> None:
    for value in (0, most):
        transaction = changed(field, value)
        assert decode_transaction(encode_transaction(transaction)) == transaction
        TransactionContext(transaction, transaction.outputs)
    for value in (-1, most + 1):
        for make in (encode_transaction, lambda each: TransactionContext(each, [OUTPUT])):
            with pytest.raises(EncodeError, match=f"{value} is out of range: expected 0 to {most}"):
                make(changed(field, value))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("value", 0.001, "output 0: value must be an integer, not a float: values are in satoshis"),
        ("value", Decimal("0.1"), "must be an integer, not a Decimal: values are in satoshis"),
        ("value", True, "must be an integer, not a bool"),
        (
            "locking_bytecode",
            "76a9",
            "locking bytecode must be bytes, not a str: use bytes.fromhex",
        ),
        ("locking_bytecode", bytearray(b"\x51"), "must be bytes, not a bytearray: use bytes"),
        ("unlocking_bytecode", None, "input 0: unlocking bytecode must be bytes, not None"),
        ("outpoint_hash", "ab" * 32, "input 0: outpoint hash must be bytes, not a str"),
        ("outpoint_hash", bytes(31), "input 0: outpoint hash must be 32 bytes, not 31"),
        ("category", "ab" * 32, "output 0: token category must be bytes, not a str"),
        ("token", b"", "tokens of an output must be a Token or None, not a bytes"),
        ("nft", b"\x01", "NFT of a token must be an Nft or None, not a bytes"),
        ("capability", 3, "capability 3 is out of range: expected 0 to 2"),
        pytest.param(
            "locktime", 10**5000, "locktime of 16610 bits is out of range: expected 0 to", id="long"
        ),
        ("inputs", None, "inputs must be a tuple of Input, not None"),
        ("outputs", [bytes(9)], "output 0 must be an Output, not a bytes"),
    ],
)
def test_a_wrong_type_is_told_what_was_expected(field: str, value: object, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        encode_transaction(changed(field, value))
    with pytest.raises(EncodeError, match=message):
        TransactionContext(changed(field, value), [OUTPUT])


@given(st.data())
def test_no_public_function_lets_another_error_out(data: st.DataObject) -> None:
    context = TransactionContext(PLAIN, [OUTPUT])
    calls: list[tuple[Any, tuple[object, ...]]] = [
        (verify, (PLAIN, [OUTPUT], BCH_2026)),
        (evaluate_input, (context, 0, BCH_2026)),
        (run_script, (b"\x51", BCH_2026)),
        (TransactionContext, (PLAIN, [OUTPUT])),
        (signature_digest, (context, 0, b"\x51", 0x41)),
        (encode_transaction, (PLAIN,)),
        (encode_outputs, ([OUTPUT],)),
        (encode_output, (OUTPUT,)),
        (decode_transaction, (b"",)),
        (decode_outputs, (b"",)),
        (decode_output, (b"",)),
        (p2pkh, (bytes(20),)),
        (p2pk, (b"\x02" * 33,)),
        (p2sh20, (b"",)),
        (p2sh32, (b"",)),
        (p2s, (b"",)),
        (data_output, (b"",)),
        (multisig, (1, [b"\x02" * 33])),
        (multisig, (1, (b"\x02" * 33, b"\x02" * 33))),
        (lambda key: multisig(1, [key]), (b"\x02" * 33,)),
        (lambda item: run_script(b"\x51", stack=(item,)), (b"\x51",)),
        (lambda stack: run_script(b"\x51", stack=stack), ((),)),
        (lambda index: run_script(b"\x51", context=context, index=index), (0,)),
    ]
    function, arguments = data.draw(st.sampled_from(calls))
    place = data.draw(st.integers(0, len(arguments) - 1))
    arguments = (*arguments[:place], data.draw(junk), *arguments[place + 1 :])
    with suppress(BchcovError):
        function(*arguments)


def test_bytes_of_any_kind_are_decoded_and_judged() -> None:
    raw, spent = encode_transaction(PLAIN), encode_outputs([OUTPUT])
    for kind in (bytes, bytearray, memoryview):
        assert decode_transaction(kind(raw)) == PLAIN
        assert verify(kind(raw), kind(spent)) == verify(PLAIN, [OUTPUT])
    error = verify(raw.hex(), [OUTPUT]).error  # type: ignore[arg-type]
    assert error is not None
    assert "transaction to decode must be bytes, not a str: use bytes.fromhex" in error.detail


def test_rules_are_a_rule_set_and_no_name() -> None:
    name: Any = "2026"
    for call in (
        lambda: verify(PLAIN, [OUTPUT], name),
        lambda: evaluate_input(TransactionContext(PLAIN, [OUTPUT]), 0, name),
        lambda: run_script(b"", name),
    ):
        with pytest.raises(RulesError, match="rules must be a RuleSet, not a str: see find_rules"):
            call()


def test_an_input_that_is_not_there_is_an_encode_error() -> None:
    for index in (-1, 1, 2**70):
        with pytest.raises(EncodeError, match="the transaction has 1 inputs and 1 spent"):
            evaluate_input(TransactionContext(PLAIN, [OUTPUT]), index)
    with pytest.raises(EncodeError, match="the transaction has 1 inputs and 0 spent"):
        evaluate_input(TransactionContext(PLAIN, []), 0)


@given(st.sampled_from(FIELDS), junk)
def test_a_copy_of_a_checked_transaction_is_checked_again(field: str, value: Any) -> None:
    fresh, checked = changed(field, value), decode_transaction(encode_transaction(PLAIN))
    at = FIELDS.index(field)
    part = field if at < 4 else "inputs" if at < 8 else "outputs"
    results = []
    for each in (fresh, replace(checked, **{part: getattr(fresh, part)})):
        try:
            TransactionContext(each, [OUTPUT])
        except EncodeError as error:
            results.append(str(error))
        else:
            results.append("valid")
    assert results[0] == results[1]


def test_what_can_still_change_is_checked_each_time() -> None:
    inputs: Any = list(PLAIN.inputs)
    outputs: Any = list(PLAIN.outputs)
    for part, wrong in ((inputs, "an Input"), (outputs, "an Output")):
        transaction = replace(PLAIN, inputs=inputs, outputs=outputs)
        encode_transaction(transaction)
        TransactionContext(transaction, [OUTPUT])
        right, part[0] = part[0], wrong
        for use in (encode_transaction, lambda each: TransactionContext(each, [OUTPUT])):
            with pytest.raises(EncodeError, match="not a str"):
                use(transaction)
        part[0] = right

    class Loose(Output):
        """An output that is not frozen."""

        __setattr__ = object.__setattr__

    loose: Any = Loose(1_000, b"")
    transaction = with_output(loose)
    encode_transaction(transaction)
    loose.value = -1
    with pytest.raises(EncodeError, match="value -1"):
        encode_transaction(transaction)
