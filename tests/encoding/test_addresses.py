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
from bchcov.encoding.base58 import encode_base58_check
from bchcov.encoding.cashaddr import encode_cashaddr
from bchcov.script.patterns import p2pkh, p2sh20, p2sh32

# From the specification: legacy and cashaddr forms of the same outputs.
PAIRS = {
    "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu": "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
    "1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR": "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy",
    "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC": "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq",
    "3LDsS579y7sruadqu11beEJoTjdFiFCdX4": "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e",
}
# Published with CHIP-2022-02-CashTokens: payload, the plain and the token-aware address.
TOKEN_AWARE = [
    (
        "f5bf48b397dae70be82b3cca4793f8eb2b6cdac9",
        "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2",
        "bitcoincash:zr6m7j9njldwwzlg9v7v53unlr4jkmx6eycnjehshe",
    ),
    (
        "fc916f213a3d7f1369313d5fa30f6168f9446a2d",
        "bchtest:qr7fzmep8g7h7ymfxy74lgc0v950j3r295pdnvy3hr",
        "bchtest:zr7fzmep8g7h7ymfxy74lgc0v950j3r295x8qj2hgs",
    ),
    (
        "fc916f213a3d7f1369313d5fa30f6168f9446a2d",
        "bchreg:qr7fzmep8g7h7ymfxy74lgc0v950j3r295m39d8z59",
        "bchreg:zr7fzmep8g7h7ymfxy74lgc0v950j3r295umknfytk",
    ),
    (
        "7ae04d57f57b55d1e1bf05d3d6cd0c7c5a8411c6",
        "bitcoincash:ppawqn2h74a4t50phuza84kdp3794pq3ccvm92p8sh",
        "bitcoincash:rpawqn2h74a4t50phuza84kdp3794pq3cct3k50p0y",
    ),
    (
        "0000000000000000000000000000123456789000000000000000000000000000",
        "bitcoincash:pvqqqqqqqqqqqqqqqqqqqqqqzg69v7ysqqqqqqqqqqqqqqqqqqqqqpkp7fqn0",
        "bitcoincash:rvqqqqqqqqqqqqqqqqqqqqqqzg69v7ysqqqqqqqqqqqqqqqqqqqqqn9alsp2y",
    ),
    (
        "ff" * 32,
        "bitcoincash:p0llllllllllllllllllllllllllllllllllllllllllllllllll7x3vthu35",
        "bitcoincash:r0llllllllllllllllllllllllllllllllllllllllllllllllll75zs2wagl",
    ),
]
PAYLOAD = bytes.fromhex("76a04053bda0a88bda5177b86a15c3b29f559873")


@pytest.mark.parametrize(("legacy", "cash"), PAIRS.items())
def test_the_published_pairs_are_the_same_output(legacy: str, cash: str) -> None:
    assert decode_address(legacy) == decode_address(cash)
    assert encode_address(decode_address(legacy).locking_bytecode) == cash
    assert str(decode_address(cash)) == cash
    assert decode_address(cash.removeprefix("bitcoincash:")) == decode_address(cash)
    assert decode_address(cash.upper()) == decode_address(cash)


@pytest.mark.parametrize(("payload", "plain", "token_aware"), TOKEN_AWARE)
def test_a_token_aware_address_pays_to_the_same_script(
    payload: str, plain: str, token_aware: str
) -> None:
    ordinary, aware = decode_address(plain), decode_address(token_aware)
    assert ordinary.payload.hex() == aware.payload.hex() == payload
    assert ordinary.locking_bytecode == aware.locking_bytecode
    assert (ordinary.token_aware, aware.token_aware) == (False, True)
    assert (str(ordinary), str(aware)) == (plain, token_aware)
    assert decode_address(token_aware.partition(":")[2]) == aware


@pytest.mark.parametrize(
    ("text", "prefix", "kind"),
    [
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "bchtest", "p2pkh"),
        ("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "bchtest", "p2sh20"),
    ],
)
def test_legacy_addresses_of_test_networks_are_read(text: str, prefix: str, kind: str) -> None:
    address = decode_address(text)
    assert (address.network_prefix, address.kind) == (prefix, kind)


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
        (
            "bitcoincash:Qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
            "must not mix lower and upper case",
        ),
        ("bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "checksum"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", "checksum"),
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggv", "checksum"),
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVgg0", "'0'"),
        ("bitcoincäsh:q", "ASCII"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "character 'b' at position 54"),
        ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", "character 'b' at position 42"),
        ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", "bitcoincash or bchtest or bchreg"),
        (":qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "prefix of letters"),
        # Well formed, but of no kind that a script is paid by.
        ("bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0", "type 0 with 24 bytes"),
        ("bitcoincash:qvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq5nlegake", "32 bytes"),
        (
            "pref:pr6m7j9njldwwzlg9v7v53unlr4jkmx6ey65nvtks5",
            "unknown prefix 'pref': expected one of",
        ),
        (encode_base58_check(bytes(20)), "of 20 bytes: expected 21"),
        (encode_base58_check(b"\x30" + bytes(20)), "version byte 0x30"),
        (
            encode_base58_check(b"\x6f" + b"\x11" * 32),
            "unknown version byte 0x6f for a P2SH32 address",
        ),
        (encode_base58_check(b"\x05" + b"\x11" * 31), "of 32 bytes: expected 21, or 33 for P2SH32"),
        (encode_base58_check(b"\x80" + b"\x11" * 32), "a private key"),
        (encode_base58_check(b"\xef" + b"\x11" * 32 + b"\x01"), "a private key"),
        ("Qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "case"),
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
    with pytest.raises(AddressError, match="no address for a script"):
        encode_address(code)


@pytest.mark.parametrize("kind", range(4, 16))
def test_a_type_beyond_the_token_aware_ones_has_no_meaning(kind: int) -> None:
    with pytest.raises(AddressError, match=f"type {kind} with 20 bytes"):
        decode_address(encode_cashaddr("bitcoincash", kind, bytes(20)))


def test_an_unknown_prefix_is_an_error() -> None:
    with pytest.raises(AddressError, match="unknown prefix 'ecash': expected one of"):
        encode_address(p2pkh(bytes(20)), prefix="ecash")


def test_bytes_are_a_destination_already() -> None:
    assert locking_bytecode_of(b"\x51") == b"\x51"


@given(st.binary(min_size=32, max_size=32), st.sampled_from([(5, "bitcoincash"), (196, "bchtest")]))
def test_base58_of_33_bytes_is_the_script_of_p2sh32(
    payload: bytes, network: tuple[int, str]
) -> None:
    version, prefix = network
    address = decode_address(encode_base58_check(bytes((version,)) + payload))
    assert (address.network_prefix, address.kind) == (prefix, "p2sh32")
    assert address.locking_bytecode == b"\xaa\x20" + payload + b"\x87"
