"""Transactions as bytes: all that decodes is written back the same, all else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bchcov import (
    Capability,
    DecodeError,
    EncodeError,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    decode_outputs,
    decode_transaction,
    encode_outputs,
    encode_transaction,
    transaction_id,
)
from bchcov.crypto.hashes import hash256
from bchcov.testing.strategies import outputs, tokens, transactions
from bchcov.transaction.codec import (
    decode_output,
    encode_output,
    encode_token_prefix,
    transaction_hash,
)

GENESIS = (
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d"
    "0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66"
    "207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe55"
    "48271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba"
    "0b8d578a4c702b6bf11d5fac00000000"
)
FIRST_PAYMENT = (
    "0100000001c997a5e56e104102fa209c6a852dd90660a20b2d9c352423edce25857fcd3704000000004847304402204e"
    "45e16932b8af514961a1d3a1a25fdf3f4f7732e9d624c6c61548ab5fb8cd410220181522ec8eca07de4860a4acdd12"
    "909d831cc56cbbac4622082221a8768d1d0901ffffffff0200ca9a3b00000000434104ae1a62fe09c5f51b13905f07"
    "f06b99a2f7159b2225f374cd378d71302fa28414e7aab37397f554a7df5f142c21c1b7303b8a0626f1baded5c72a70"
    "4f7e6cd84cac00286bee0000000043410411db93e1dcdb8a016b49840f8c53bc1eb68a382e97b1482ecad7b148a690"
    "9a5cb2e0eaddfb84ccf9744464f82e160bfa9b8b64f9d4c03f999b8643f656b412a3ac00000000"
)
CATEGORY = bytes(range(32))
TOKENS = Transaction(
    (Input(CATEGORY, 0, b"\x51", 5), Input(CATEGORY, 2**32 - 1)),
    (
        Output(1000, b"\x51", Token(CATEGORY, 2**63 - 1, Nft(b"abc", Capability.MINTING))),
        Output(0, b"", Token(CATEGORY, 0, Nft())),
        Output(2**64 - 1, bytes(300)),
    ),
    1,
    7,
)


@pytest.mark.parametrize(
    ("data", "txid"),
    [
        (GENESIS, "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"),
        (FIRST_PAYMENT, "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16"),
    ],
)
def test_historical_transactions_have_their_ids(data: str, txid: str) -> None:
    transaction = decode_transaction(bytes.fromhex(data))
    assert transaction_id(transaction) == txid
    assert encode_transaction(transaction).hex() == data


def test_hashes_are_displayed_reversed() -> None:
    transaction = decode_transaction(bytes.fromhex(FIRST_PAYMENT))
    spent = "0437cd7f8525ceed2324359c2d0ba26006d92d856a9c20fa0241106ee5a597c9"
    assert transaction.inputs[0].outpoint_txid == spent
    assert Token(CATEGORY).category_id == CATEGORY[::-1].hex()


@given(transactions())
def test_every_transaction_reads_back(transaction: Transaction) -> None:
    assert decode_transaction(encode_transaction(transaction)) == transaction


@given(st.lists(outputs(), max_size=5))
def test_every_list_of_outputs_reads_back(listed: list[Output]) -> None:
    assert decode_outputs(encode_outputs(listed)) == tuple(listed)
    for output in listed:
        assert decode_output(encode_output(output)) == output


@pytest.mark.parametrize("data", [bytes.fromhex(FIRST_PAYMENT), encode_transaction(TOKENS)])
def test_what_is_cut_off_or_goes_on_is_refused(data: bytes) -> None:
    for end in range(len(data)):
        with pytest.raises(DecodeError) as caught:
            decode_transaction(data[:end])
        assert 0 <= caught.value.offset <= end
    with pytest.raises(DecodeError, match="1 unexpected bytes after"):
        decode_transaction(data + b"\x00")


def _decodes_to_itself(data: bytes) -> bool:
    try:
        transaction = decode_transaction(data)
    except DecodeError as error:
        return 0 <= error.offset <= len(data) and bool(error.message)
    return encode_transaction(transaction) == data


def test_every_changed_byte_gives_another_transaction_or_is_refused() -> None:
    data = encode_transaction(TOKENS)
    # The script of 300 bytes is all alike inside: one of its bytes stands for the rest.
    script = data.index(bytes(300))
    for at in (*range(script + 1), *range(script + 299, len(data))):
        for value in range(256):
            assert _decodes_to_itself(data[:at] + bytes((value,)) + data[at + 1 :])


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_transaction_or_refused(data: bytes) -> None:
    assert _decodes_to_itself(data)


@pytest.mark.long
def test_a_million_mutations_are_transactions_or_refused() -> None:
    from random import Random

    random = Random(1)
    data = bytearray(encode_transaction(TOKENS))
    for _ in range(1_000_000):
        mutated = data[:]
        for _ in range(random.randrange(1, 4)):
            at = random.randrange(len(mutated))
            mutated[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
            if not mutated:
                break
        assert _decodes_to_itself(bytes(mutated))


@pytest.mark.parametrize("count", ["feffffff7f", "ffffffffffffffffff", "fdffff"])
def test_a_count_that_the_rest_cannot_hold_is_refused_at_once(count: str) -> None:
    with pytest.raises(DecodeError, match="announced"):
        decode_transaction(bytes.fromhex("02000000" + count))
    with pytest.raises(DecodeError, match="announced"):
        decode_outputs(bytes.fromhex(count))


@pytest.mark.parametrize(
    ("data", "offset", "message"),
    [
        ("020000", 0, "version is cut off: expected 4 bytes, found 3"),
        ("02000000", 4, "a length or count is missing"),
        ("02000000fd01", 4, "a 2-byte length or count is cut off"),
        ("02000000fd0100", 4, "compact size 1 is not in its shortest form"),
        ("0200000001" + "00" * 35, 5, "1 inputs are announced, but only 35 bytes are left"),
        (
            "0200000001" + "00" * 36 + "06" + "00" * 5,
            42,
            "unlocking bytecode is cut off: expected 6 bytes",
        ),
        (
            "0200000001" + "00" * 36 + "02" + "00" * 5,
            44,
            "sequence number is cut off: expected 4 bytes",
        ),
        ("020000000001" + "00" * 8, 6, "1 outputs are announced, but only 8 bytes are left"),
        (
            "020000000001" + "00" * 8 + "05aaaa",
            15,
            "locking bytecode is cut off: expected 5 bytes, found 2",
        ),
        ("0200000000000000", 6, "locktime is cut off: expected 4 bytes, found 2"),
        ("020000000000" + "00000000" + "ff", 10, "1 unexpected bytes after the transaction"),
        ("020000000001" + "00" * 8 + "23ef" + "00" * 32 + "a051" + "00" * 4, 48, "reserved bit"),
        ("020000000001" + "00" * 8 + "23ef" + "00" * 32 + "10fd" + "00" * 4, 49, "cut off"),
        ("020000000001" + "00" * 8 + "22ef" + "00" * 32 + "10" + "01" + "00" * 3, 49, "missing"),
    ],
)
def test_an_error_names_the_byte_and_what_is_wrong(data: str, offset: int, message: str) -> None:
    with pytest.raises(DecodeError, match=message) as caught:
        decode_transaction(bytes.fromhex(data))
    assert caught.value.offset == offset
    assert str(caught.value).endswith(f"(at byte {offset})")


def token_output(field: str, script: str = "51") -> bytes:
    code = bytes.fromhex("ef" + CATEGORY.hex() + field + script)
    return bytes(8) + bytes((len(code),)) + code


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("a0", "reserved bit"),
        ("23", "unknown capability 3"),
        ("11" + "01", "needs an NFT"),
        ("50" + "01", "needs an NFT"),
        ("00", "encodes no token"),
        ("60" + "00", "commitment is announced but empty"),
        ("60" + "05" + "aabb", "commitment is cut off: expected 5 bytes"),
        ("10" + "00", "token amount 0"),
        ("10" + "ff" + "0000000000000080", "token amount 9223372036854775808"),
        ("10" + "fd0500", "shortest form"),
        ("10" + "ff0000", "cut off"),
    ],
)
def test_a_token_prefix_that_breaks_its_format_is_refused(field: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        decode_output(token_output(field, ""))


def test_a_token_prefix_ends_with_its_bytecode() -> None:
    with pytest.raises(DecodeError, match="token category is cut off: expected 32 bytes"):
        decode_output(bytes(8) + b"\x03\xef\x01\x02" + bytes(40))


@given(tokens())
def test_a_token_prefix_reads_back(token: Token) -> None:
    assert decode_output(encode_output(Output(5, b"\x51", token))).token == token


@pytest.mark.parametrize(
    "broken",
    [
        replace(TOKENS, version=-1),
        replace(TOKENS, locktime=2**32),
        replace(TOKENS, inputs=(Input(bytes(31), 0),)),
        replace(TOKENS, inputs=(Input(bytes(32), -1),)),
        replace(TOKENS, inputs=(Input(bytes(32), 0, b"", 2**32),)),
        replace(TOKENS, outputs=(Output(-1, b""),)),
        replace(TOKENS, outputs=(Output(2**64, b""),)),
        replace(TOKENS, outputs=(Output(0, b"\xef"),)),
        replace(TOKENS, outputs=(Output(0, b"", Token(CATEGORY)),)),
        replace(TOKENS, outputs=(Output(0, b"", Token(CATEGORY, 2**63)),)),
        replace(TOKENS, outputs=(Output(0, b"", Token(b"", 1)),)),
    ],
)
def test_what_has_no_encoding_is_an_error(broken: Transaction) -> None:
    with pytest.raises(EncodeError):
        encode_transaction(broken)


def test_an_output_without_tokens_has_no_prefix() -> None:
    assert encode_token_prefix(None) == b""


WITNESSED = (
    "0100000000010111" + "11" * 31 + "0000000000ffffffff01e803000000000000015101015100000000"
)


def _witnessed(inputs: int, outputs: int, items: int) -> bytes:
    one = b"\x11" * 32 + bytes(4) + b"\x00" + b"\xff" * 4
    paid = (1000).to_bytes(8, "little") + b"\x03\xef\x51\x52"
    stack = bytes((items,)) + b"\x02\xab\xcd" * items
    body = bytes((inputs,)) + one * inputs + bytes((outputs,)) + paid * outputs + stack * inputs
    return b"\x02\x00\x00\x00\x00\x01" + body + bytes(4)


@pytest.mark.parametrize(
    "data",
    [bytes.fromhex(WITNESSED), _witnessed(1, 0, 0), _witnessed(1, 1, 2), _witnessed(200, 3, 1)],
)
def test_a_transaction_with_witnesses_is_called_so(data: bytes) -> None:
    with pytest.raises(DecodeError, match="witnesses"):
        decode_transaction(data)
    with pytest.raises(DecodeError, match="witnesses"):
        decode_transaction(data, before_tokens=True)


def test_a_transaction_without_inputs_is_not_taken_for_one_with_witnesses() -> None:
    empty = Transaction((), (Output(1000, b"\x51"),))
    data = encode_transaction(empty)
    assert data[4:6] == b"\x00\x01"
    assert decode_transaction(data) == empty
    for broken in (data[:-1], data + b"\x00", data[:6], bytes.fromhex(WITNESSED)[:-1]):
        with pytest.raises(DecodeError) as caught:
            decode_transaction(broken)
        assert "witness" not in str(caught.value)


@pytest.mark.parametrize("script", ["ef", "ef51", "ef" + "aa" * 32 + "1001" + "51"])
def test_before_tokens_an_output_that_begins_with_0xef_keeps_its_bytes_as_its_script(
    script: str,
) -> None:
    code = bytes.fromhex(script)
    one = Transaction((Input(b"\x11" * 32, 0),), (Output(1000, code),))
    data = encode_transaction(one, before_tokens=True)
    assert decode_transaction(data, before_tokens=True) == one
    outputs = encode_outputs(one.outputs, before_tokens=True)
    assert decode_outputs(outputs, before_tokens=True) == one.outputs
    assert transaction_hash(one) == hash256(data)
    with pytest.raises(EncodeError, match="0xef"):
        encode_transaction(one)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_transaction_of_before_tokens_or_refused(data: bytes) -> None:
    try:
        decoded = decode_transaction(data, before_tokens=True)
    except DecodeError:
        return
    assert encode_transaction(decoded, before_tokens=True) == data


class _Counted(bytes):
    """Bytes that count how many of them are copied out."""

    copied = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if isinstance(found, bytes):
            self.copied += len(found)
        return found


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_decoding_copies_the_bytes_of_token_outputs_once_however_many_there_are(
    count: int,
) -> None:
    token = Token(bytes(32), 5, Nft(b"abc", Capability.MUTABLE))
    outputs = (Output(1000, b"\x51" * 25, token),) * count
    whole = _Counted(encode_outputs(outputs))
    assert decode_outputs(whole) == outputs
    assert whole.copied <= 2 * len(whole)


def test_an_offset_in_a_token_prefix_counts_from_the_beginning_of_the_whole() -> None:
    good = encode_output(Output(1000, b"\x51", Token(bytes(32), 5)))
    bad = bytearray(good * 2)
    bad[len(good) + 8 + 1 + 33] = 0x80
    with pytest.raises(DecodeError, match="reserved bit") as caught:
        decode_outputs(b"\x02" + bad)
    assert caught.value.offset == 1 + len(good) + 8 + 1 + 33
