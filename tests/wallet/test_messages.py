"""Messages signed with the key of an address, against what other wallets and nodes have signed."""

from __future__ import annotations

from base64 import b64decode, b64encode

import bitcash
import pytest
from bitcash.format import verify_sig
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    AddressError,
    DecodeError,
    EncodeError,
    PrivateKey,
    encode_address,
    p2sh20,
    p2sh32,
)
from bchcov.crypto.der import parse_lax_der
from bchcov.crypto.hashes import sha256
from bchcov.encoding.base58 import encode_base58_check
from bchcov.wallet import message_signer, sign_message, verify_message

KEY = PrivateKey(b"\x01" * 32)
ADDRESS = encode_address(KEY.locking_bytecode)

# Source: Bitcoin Core, src/test/util_tests.cpp, "message_sign" and "message_verify".
CORE_KEY = PrivateKey(
    bytes.fromhex("d97f5108f11cda6eeebaaa420fef0726b1f898060b98489fa3098463c0032866")
)
CORE_ADDRESS = "15CRxFdyRpGZLW9w8HnHvVduizdL5jKNbs"
CORE_SIGNATURE = (
    "IPojfrX2dfPnH26UegfbGQQLrdK844DlHq5157/P6h57WyuS/Qsl+h/WSVGDF4MUi4rWSswW38oimDYfNNUBUOk="
)
# Source: Bitcoin Core, test/functional/rpc_signmessagewithprivkey.py.
REGTEST_WIF = "cUeKHd5orzT3mz8P9pxyREHfsWtVfgsfDjiZZBcjUBAaGk1BTj7N"
REGTEST_TEXT = "This is just a test message"
REGTEST_SIGNATURE = (
    "INbVnW4e6PeRmsv2Qgu8NuopvrVjkcxob+sX8OcZG0SALhWybUjzMLPdAsXI46YZGb0KQTRii+wWIQzRpG/U+S0="
)


def test_a_message_is_signed_as_the_tests_of_bitcoin_core_say() -> None:
    assert sign_message(CORE_KEY, "Trust no one") == CORE_SIGNATURE
    assert verify_message(CORE_ADDRESS, "Trust no one", CORE_SIGNATURE)
    assert not verify_message(CORE_ADDRESS, "I never signed this", CORE_SIGNATURE)
    crafted = (
        "IIcaIENoYW5jZWxsb3Igb24gYnJpbmsgb2Ygc2Vjb25kIGJhaWxvdXQgZm9yIGJhbmtzIAaHRtbCeDZINyavx14="
    )
    assert verify_message("11canuhp9X2NocwCq7xNrQYTmUgZAnLK3", "Trust me", crafted)


def test_a_message_is_signed_as_the_node_signs_on_regtest() -> None:
    key = PrivateKey.from_wif(REGTEST_WIF, network="regtest")
    assert sign_message(key, REGTEST_TEXT) == REGTEST_SIGNATURE
    assert verify_message("mpLQjfK79b7CCV4VMJWEWAj5Mpx8Up5zxB", REGTEST_TEXT, REGTEST_SIGNATURE)


def test_the_signature_of_a_message_is_the_one_that_bitcash_makes_of_its_hash() -> None:
    text = "what bitcash signs too"
    framed = b"\x18Bitcoin Signed Message:\n" + bytes((len(text),)) + text.encode()
    other = bitcash.PrivateKey(KEY.to_wif())
    # It hashes what it signs once, and a message is hashed twice.
    theirs = other.sign(sha256(framed))
    data = b64decode(sign_message(KEY, text))
    assert verify_sig(theirs, sha256(framed), message_signer(text, sign_message(KEY, text)))
    r, s = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    assert parse_lax_der(theirs) == (r, s)


@given(st.text(), st.integers(1, 2**64).map(lambda value: value.to_bytes(32, "big")), st.booleans())
def test_what_a_key_signs_is_verified_for_its_address_in_every_notation(
    text: str, secret: bytes, compressed: bool
) -> None:
    key = PrivateKey(secret, compressed=compressed)
    signature = sign_message(key, text)
    assert len(signature) == 88
    assert message_signer(text, signature) == key.public_key
    for prefix in ("bitcoincash", "bchtest", "bchreg"):
        for token_aware in (False, True):
            address = encode_address(key.locking_bytecode, prefix=prefix, token_aware=token_aware)
            assert verify_message(address, text, signature)
            assert verify_message(address.partition(":")[2], text, signature)
            assert verify_message(address.upper(), text, signature)
    for version in (0, 111):
        legacy = encode_base58_check(bytes((version,)) + key.public_key_hash)
        assert verify_message(legacy, text, signature)
    other = PrivateKey(secret, compressed=not compressed)
    assert not verify_message(encode_address(other.locking_bytecode), text, signature)
    assert not verify_message(ADDRESS, text, signature) or key == KEY
    assert not verify_message(encode_address(key.locking_bytecode), text + " ", signature)


def test_a_long_message_announces_its_length_in_more_bytes() -> None:
    for size in (252, 253, 65_535, 65_536):
        assert verify_message(ADDRESS, "x" * size, sign_message(KEY, "x" * size))
        assert not verify_message(ADDRESS, "x" * (size - 1), sign_message(KEY, "x" * size))


def test_who_signed_is_told_where_it_is_not_the_owner_of_the_address() -> None:
    signature = sign_message(CORE_KEY, "mine")
    assert not verify_message(ADDRESS, "mine", signature)
    assert message_signer("mine", signature) == CORE_KEY.public_key


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("invalid signature, not in base64 encoding", "not valid base64"),
        ("", "65 bytes, not 0"),
        ("é" * 88, "not valid base64"),
        (CORE_SIGNATURE[:-4], "65 bytes, not 63"),
        (b64encode(b64decode(CORE_SIGNATURE)[:64]).decode(), "65 bytes, not 64"),
        (b64encode(b64decode(CORE_SIGNATURE) + b"\x00").decode(), "65 bytes, not 66"),
        (CORE_SIGNATURE + "\n", "not valid base64"),
        (CORE_SIGNATURE.rstrip("="), "not valid base64"),
        (CORE_SIGNATURE.replace("Ok=", "Ol="), "not canonical base64: padding bits are set"),
        (
            b64encode(b"\x1f" + b"\xff" * 64).decode()[:-2] + "9=",
            "not canonical base64: padding bits are set",
        ),
        ("A" * 87 + "=", "first byte 0 of a message signature is out of range: expected 27 to 34"),
        (
            b64encode(b"\x1a" + bytes(64)).decode(),
            "first byte 26 of a message signature is out of range: expected 27 to 34",
        ),
        # 35 to 42 are the segregated witness addresses of BIP 137.
        (
            b64encode(b"\x23" + bytes(64)).decode(),
            "first byte 35 of a message signature is out of range: expected 27 to 34",
        ),
        (b64encode(b"\x1b" + bytes(64)).decode(), "no public key fits"),
        (b64encode(b"\x22" + b"\xff" * 64).decode(), "no public key fits"),
    ],
)
def test_a_signature_that_nobody_can_have_made_is_refused(signature: str, message: str) -> None:
    with pytest.raises(DecodeError, match=message):
        verify_message(ADDRESS, "text", signature)
    with pytest.raises(DecodeError, match=message) as told:
        message_signer("text", signature)
    offsets = {"no public": 1, "not canon": 65}
    assert told.value.offset == offsets.get(message[:9], 0)


def test_an_address_without_one_key_is_refused() -> None:
    for locking, kind in ((p2sh20(b"\x51"), "p2sh20"), (p2sh32(b"\x51"), "p2sh32")):
        with pytest.raises(AddressError, match=f"{kind} address: .* P2PKH"):
            verify_message(encode_address(locking), "text", CORE_SIGNATURE)
    with pytest.raises(AddressError, match="P2PKH"):
        verify_message("3B5fQsEXEaV8v6U3ejYc8XaKXAkyQj2MjV", "text", CORE_SIGNATURE)
    with pytest.raises(AddressError):
        verify_message("invalid address", "text", CORE_SIGNATURE)


def test_a_message_that_has_no_utf_8_is_refused() -> None:
    with pytest.raises(EncodeError, match=r"'\\ud800' at character 2"):
        sign_message(KEY, "ab\ud800")
