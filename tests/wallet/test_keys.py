"""Private keys: read, written, and never shown."""

from __future__ import annotations

import bitcash
import pytest
from bitcash.format import bytes_to_wif
from hypothesis import given
from hypothesis import strategies as st

from bchcov import InvalidKey
from bchcov.crypto.der import parse_lax_der
from bchcov.crypto.secp256k1 import GROUP_ORDER, verify_ecdsa, verify_schnorr
from bchcov.encoding.addresses import encode_address
from bchcov.encoding.base58 import encode_base58_check
from bchcov.wallet.keys import PrivateKey

SECRETS = st.integers(1, GROUP_ORDER - 1).map(lambda value: value.to_bytes(32, "big"))
KEY = PrivateKey(b"\x01" * 32)


@given(SECRETS, st.booleans(), st.sampled_from(["mainnet", "testnet"]))
def test_a_key_reads_back_from_wif(secret: bytes, compressed: bool, network: str) -> None:
    key = PrivateKey(secret, compressed=compressed)
    wif = key.to_wif(network)
    assert PrivateKey.from_wif(wif, network=network) == key
    version = "main" if network == "mainnet" else "test"
    assert wif == bytes_to_wif(secret, version=version, compressed=compressed)
    assert len(key.public_key) == (33 if compressed else 65)


def test_a_key_of_bitcash_is_the_same_key() -> None:
    other = bitcash.PrivateKey(KEY.to_wif())
    assert PrivateKey.from_bitcash(other) == KEY
    assert encode_address(KEY.locking_bytecode) == other.address
    assert KEY.public_key == other.public_key


def test_a_key_of_bitcash_keeps_its_form_and_comes_from_any_network() -> None:
    uncompressed = PrivateKey(KEY.secret, compressed=False)
    other = bitcash.PrivateKey(uncompressed.to_wif())
    assert PrivateKey.from_bitcash(other) == uncompressed
    assert uncompressed.public_key == other.public_key
    assert PrivateKey.from_bitcash(bitcash.PrivateKeyTestnet(KEY.to_wif("testnet"))) == KEY


def test_the_secret_is_not_shown() -> None:
    assert "01010101" not in repr(KEY)
    assert "\\x01\\x01" not in repr(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        KEY.to_wif()[:-1],
        KEY.to_wif().swapcase(),
        encode_base58_check(b"\x80" + bytes(31)),
        encode_base58_check(b"\x80" + b"\x01" * 32 + b"\x02"),
        encode_base58_check(b"\x80" + b"\x01" * 32 + b"\x01\x01"),
        encode_base58_check(b"\x81" + b"\x01" * 32),
        encode_base58_check(b"\x80" + bytes(32)),
        "1" * 1000,
        "3QJmnh",
    ],
)
def test_what_is_no_wif_is_an_error(text: str) -> None:
    with pytest.raises(InvalidKey):
        PrivateKey.from_wif(text)


@pytest.mark.parametrize("secret", [b"", bytes(32), bytes(31), b"\x01" * 33, b"\xff" * 32])
def test_bytes_out_of_range_are_no_key(secret: bytes) -> None:
    with pytest.raises(InvalidKey, match="32 bytes, from 1 to the group order"):
        PrivateKey(secret)


@given(SECRETS, st.binary(min_size=32, max_size=32))
def test_a_key_signs_what_its_public_key_checks(secret: bytes, digest: bytes) -> None:
    key = PrivateKey(secret)
    other = bytes((digest[0] ^ 1,)) + digest[1:]
    schnorr, numbers = key.sign_schnorr(digest), parse_lax_der(key.sign_ecdsa(digest))
    assert verify_schnorr(schnorr, digest, key.public_key)
    assert not verify_schnorr(schnorr, other, key.public_key)
    assert numbers is not None
    assert verify_ecdsa(*numbers, digest, key.public_key)
    assert not verify_ecdsa(*numbers, other, key.public_key)


def test_a_digest_of_another_length_is_not_signed() -> None:
    for sign in (KEY.sign_schnorr, KEY.sign_ecdsa):
        with pytest.raises(InvalidKey, match="32 bytes, not 31"):
            sign(bytes(31))


def test_an_unknown_network_is_an_error() -> None:
    with pytest.raises(
        InvalidKey, match="unknown network 'chipnet4': expected one of mainnet, testnet"
    ):
        KEY.to_wif("chipnet4")
