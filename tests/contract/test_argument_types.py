"""What a value of each type becomes on the stack, and which values are refused."""

from __future__ import annotations

import pytest

from bchcov import PrivateKey, Signature
from bchcov.contract.argument_types import ArgumentValue, check_type, encode_argument
from bchcov.errors import ContractError
from bchcov.wallet import SigningSerialization
from bchcov.wallet.script_unlocker import DataSignature

KEY = PrivateKey(bytes(31) + b"\x07")


@pytest.mark.parametrize(
    ("type_name", "value", "encoded"),
    [
        ("int", 0, b""),
        ("int", -1, b"\x81"),
        ("int", 1000, b"\xe8\x03"),
        ("int", 2**70, (2**70).to_bytes(9, "little")),
        ("bool", True, b"\x01"),
        ("bool", False, b""),
        ("string", "né", b"n\xc3\xa9"),
        ("string", "", b""),
        ("bytes", b"", b""),
        ("bytes", bytes(300), bytes(300)),
        ("bytes4", b"\0\x01\x02\x03", b"\0\x01\x02\x03"),
        ("byte", b"\x09", b"\x09"),
        ("pubkey", KEY.public_key, KEY.public_key),
        ("pubkey", KEY, KEY.public_key),
        ("sig", b"", b""),
        ("sig", bytes(65), bytes(65)),
        ("sig", bytes(73), bytes(73)),
        ("datasig", bytes(64), bytes(64)),
        ("datasig", bytes(70), bytes(70)),
    ],
)
def test_a_value_becomes_the_bytes_of_its_type(
    type_name: str, value: ArgumentValue, encoded: bytes
) -> None:
    assert encode_argument(value, type_name, "it") == encoded


def test_a_signature_is_left_to_be_made_and_a_key_signs_with_the_default_hash_type() -> None:
    asked = Signature(KEY, hash_type=0x42, scheme="ecdsa")
    assert encode_argument(asked, "sig", "it") is asked
    assert encode_argument(KEY, "sig", "it") == Signature(KEY)


def test_what_a_signature_covers_and_one_without_its_type_are_left_to_be_made() -> None:
    asked = SigningSerialization(0x42)
    assert encode_argument(asked, "bytes", "it") is asked
    assert encode_argument(Signature(KEY), "datasig", "it") == DataSignature(Signature(KEY))


@pytest.mark.parametrize(
    ("type_name", "value", "message"),
    [
        ("int", True, "it must be an integer, not a bool"),
        ("int", b"\x01", "it must be an integer, not a bytes"),
        ("bool", 1, "it must be True or False, not the integer 1"),
        ("string", b"a", "it must be a str, not a bytes"),
        ("bytes", "aabb", "it must be bytes, not a str: use bytes.fromhex for hex"),
        ("bytes20", bytes(19), "it: a bytes20 must be 20 bytes, not 19"),
        ("bytes20", KEY, "it must be bytes, not a PrivateKey"),
        ("byte", b"", "it: a byte must be 1 bytes, not 0"),
        ("pubkey", Signature(KEY), "it must be a PrivateKey, a PublicKey or bytes"),
        ("sig", 5, "it must be a PrivateKey, a Signature or bytes, not the integer 5"),
        ("sig", bytes(74), "it: a sig must be empty, 65 bytes"),
        ("sig", bytes(7), "it: a sig must be empty, 65 bytes"),
        ("datasig", bytes(73), "it: a datasig must be empty, 64 bytes"),
        ("bytes64", Signature(KEY), "it must be bytes, not a Signature"),
        ("sig", SigningSerialization(), "it must be a PrivateKey, a Signature or bytes, not a"),
        ("datasig", KEY, "it must be a Signature or bytes, not a PrivateKey"),
    ],
)
def test_a_value_that_its_type_does_not_take_is_refused(
    type_name: str, value: ArgumentValue, message: str
) -> None:
    with pytest.raises(ContractError) as error:
        encode_argument(value, type_name, "it")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    "name", ["bytes0", "bytes01", "bytes-1", "uint", "", "Int", 7, "bytes999999"]
)
def test_a_type_that_there_is_not_is_refused(name: object) -> None:
    with pytest.raises(ContractError, match="unknown argument type"):
        check_type(name)
