"""Addresses: the published examples, and everything that is not one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import AddressError
from bchcov.encoding.addresses import (
    NETWORK_PREFIXES,
    decode_address,
    encode_address,
    locking_bytecode_of,
)
from bchcov.script.patterns import p2pkh, p2sh20, p2sh32

# From the specification: legacy and cashaddr forms of the same outputs.
PAIRS = {
    "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu": "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
    "1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR": "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy",
    "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC": "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq",
    "3LDsS579y7sruadqu11beEJoTjdFiFCdX4": "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e",
}
PAYLOAD = bytes.fromhex("76a04053bda0a88bda5177b86a15c3b29f559873")


@pytest.mark.parametrize(("legacy", "cash"), PAIRS.items())
def test_the_published_pairs_are_the_same_output(legacy: str, cash: str) -> None:
    assert decode_address(legacy) == decode_address(cash)
    assert encode_address(decode_address(legacy).locking_bytecode) == cash
    assert str(decode_address(cash)) == cash
    assert decode_address(cash.removeprefix("bitcoincash:")) == decode_address(cash)
    assert decode_address(cash.upper()) == decode_address(cash)


def test_an_address_tells_network_kind_and_payload() -> None:
    address = decode_address("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")
    assert (address.network_prefix, address.kind) == ("bitcoincash", "p2pkh")
    assert address.payload == PAYLOAD
    assert address.locking_bytecode == p2pkh(PAYLOAD)
    assert not address.token_aware


@given(
    st.sampled_from(NETWORK_PREFIXES),
    st.booleans(),
    st.one_of(
        st.binary(min_size=20, max_size=20).map(p2pkh),
        st.binary(max_size=9).map(p2sh20),
        st.binary(max_size=9).map(p2sh32),
    ),
)
def test_every_address_reads_back(prefix: str, token_aware: bool, locking: bytes) -> None:
    text = encode_address(locking, prefix=prefix, token_aware=token_aware)
    address = decode_address(text)
    assert address.locking_bytecode == locking_bytecode_of(text) == locking
    assert (address.network_prefix, address.token_aware) == (prefix, token_aware)


@given(st.data())
def test_one_wrong_character_is_refused(data: st.DataObject) -> None:
    text = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    at = data.draw(st.integers(12, len(text) - 1))
    other = data.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7lb1io-"))
    changed = text[:at] + other + text[at + 1 :]
    if changed != text:
        with pytest.raises(AddressError):
            decode_address(changed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "legacy"),
        ("bitcoincash:", "0 characters"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "'b'"),
        ("bitcoincash:Qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "lower case"),
        ("bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "checksum"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", "checksum"),
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggv", "checksum"),
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVgg0", "'0'"),
        ("bitcoincäsh:q", "ASCII"),
    ],
)
def test_what_is_no_address_is_an_error_that_says_why(text: str, message: str) -> None:
    with pytest.raises(AddressError, match=message):
        decode_address(text)


@given(st.text(max_size=120))
def test_any_text_is_an_address_or_an_address_error(text: str) -> None:
    with suppress(AddressError):
        assert decode_address(text).locking_bytecode


@pytest.mark.parametrize("code", [b"", b"\x51", b"\x6a", p2pkh(bytes(20)) + b"\x61"])
def test_a_script_without_an_address_is_an_error(code: bytes) -> None:
    with pytest.raises(AddressError, match="has no address"):
        encode_address(code)


def test_an_unknown_prefix_is_an_error() -> None:
    with pytest.raises(AddressError, match="not one of"):
        encode_address(p2pkh(bytes(20)), prefix="ecash")


def test_bytes_are_a_destination_already() -> None:
    assert locking_bytecode_of(b"\x51") == b"\x51"
