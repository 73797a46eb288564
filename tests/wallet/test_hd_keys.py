"""Hierarchical deterministic keys: the vectors of BIP32, and what is no key or no path."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import InvalidKey
from bchcov.crypto.secp256k1 import GROUP_ORDER, add_to_private_key, add_to_public_key
from bchcov.encoding.base58 import decode_base58_check, encode_base58_check
from bchcov.wallet import HdPrivateKey, HdPublicKey, hd_keys

VECTORS = json.loads((Path(__file__).parent / "bip32.json").read_text(encoding="utf-8"))
DERIVED = [
    (seed, path, *keys)
    for seed, derived in VECTORS["derived"].items()
    for path, keys in derived.items()
]
MASTER = HdPrivateKey.from_seed(bytes(16))
INDEXES = st.integers(0, 2**31 - 1)


@pytest.mark.parametrize(("seed", "path", "private", "public"), DERIVED)
def test_keys_are_derived_as_bip32_says(seed: str, path: str, private: str, public: str) -> None:
    key = HdPrivateKey.from_seed(bytes.fromhex(seed)).derive(path)
    assert (key.to_text(), key.public.to_text()) == (private, public)
    assert HdPrivateKey.from_text(private) == key
    assert HdPublicKey.from_text(public) == key.public


@pytest.mark.parametrize("text", VECTORS["invalid"])
def test_what_bip32_calls_invalid_is_refused(text: str) -> None:
    with pytest.raises(InvalidKey):
        HdPrivateKey.from_text(text)
    with pytest.raises(InvalidKey):
        HdPublicKey.from_text(text)


@given(st.lists(INDEXES, max_size=4))
def test_public_keys_derive_the_public_keys_of_the_private_ones(path: list[int]) -> None:
    steps = "/".join(map(str, path))
    assert MASTER.public.derive(steps) == MASTER.derive(steps).public
    assert MASTER.public.derive("/".join(["M", *map(str, path)])) == MASTER.derive(steps).public


def test_keys_are_written_for_either_network() -> None:
    for network, private, public in (("mainnet", "xprv", "xpub"), ("testnet", "tprv", "tpub")):
        texts = MASTER.to_text(network), MASTER.public.to_text(network)
        assert (texts[0][:4], texts[1][:4]) == (private, public)
        assert HdPrivateKey.from_text(texts[0]) == MASTER
        assert HdPublicKey.from_text(texts[1]) == MASTER.public
    with pytest.raises(InvalidKey, match="no network is called 'regtest': mainnet, testnet"):
        MASTER.to_text("regtest")


def test_keys_of_the_test_networks_are_written_as_other_wallets_write_them() -> None:
    master = HdPrivateKey.from_seed(bytes(range(16)))
    assert master.to_text("testnet") == (
        "tprv8ZgxMBicQKsPeDgjzdC36fs6bMjGApWDNLR9erAXMs5skhMv36j9MV5ecvfavji5khqjWaWSFhN3YcCUUdiKH"
        "6isR4Pwy3U5y5egddBr16m"
    )
    assert master.public.to_text("testnet") == (
        "tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWu"
        "ejifB9jusQ46QzG87VKp"
    )


def test_the_secret_is_not_shown() -> None:
    assert MASTER.secret.hex() not in repr(MASTER)
    assert repr(MASTER.secret) not in repr(MASTER)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("m/", "'m/' is no path of derivation"),
        ("x/1", "'x/1' is no path of derivation"),
        ("M/1", "'M/1' is no path of derivation"),
        ("1//2", "is no path of derivation"),
        ("-1", "is no path of derivation"),
        ("1/'", "is no path of derivation"),
        ("4294967296", "the index 4294967296 in '4294967296' is beyond 2147483647'"),
        ("1/2147483648'", "the index 2147483648' in"),
    ],
)
def test_what_is_no_path_is_refused(path: str, said: str) -> None:
    with pytest.raises(InvalidKey, match=said):
        MASTER.derive(path)


def test_a_path_from_the_root_needs_the_root() -> None:
    with pytest.raises(InvalidKey, match="begins at a master key, this one has depth 1"):
        MASTER.child(0).derive("m/0")
    with pytest.raises(InvalidKey, match="begins at a master key, this one has depth 1"):
        MASTER.child(0).public.derive("M/0")


def test_a_hardened_child_needs_the_private_key() -> None:
    assert MASTER.derive("0'") == MASTER.child(2**31)
    with pytest.raises(InvalidKey, match="the hardened child 0' needs the private key"):
        MASTER.public.derive("0'")
    with pytest.raises(InvalidKey, match="the index of a child 4294967296 is not 0 to"):
        MASTER.child(2**32)


def test_a_key_of_depth_255_has_no_children() -> None:
    key = MASTER
    for _ in range(255):
        key = key.child(0)
    assert key.depth == 255
    with pytest.raises(InvalidKey, match="depth 255"):
        key.child(0)
    with pytest.raises(InvalidKey, match="depth 255"):
        key.public.child(0)


def test_a_key_of_the_other_kind_is_named() -> None:
    with pytest.raises(InvalidKey, match="not an HD private key: it is of the other kind"):
        HdPrivateKey.from_text(MASTER.public.to_text())
    with pytest.raises(InvalidKey, match="not an HD public key: it is of the other kind"):
        HdPublicKey.from_text(MASTER.to_text())
    with pytest.raises(InvalidKey, match="an HD key is text, not a bytes"):
        HdPublicKey.from_text(b"xpub")  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 4, 77, 79, 88])
def test_text_of_another_size_is_no_key(size: int) -> None:
    for key, kind in ((MASTER, HdPrivateKey), (MASTER.public, HdPublicKey)):
        data = (decode_base58_check(key.to_text()) * 2)[:size]
        with pytest.raises(InvalidKey, match=f"not an HD key: {size} bytes, not 78"):
            kind.from_text(encode_base58_check(data))


@pytest.mark.parametrize("secret", [bytes(32), GROUP_ORDER.to_bytes(32, "big"), b"\xff" * 32])
def test_a_seed_that_makes_no_key_is_refused(
    monkeypatch: pytest.MonkeyPatch, secret: bytes
) -> None:
    monkeypatch.setattr(hd_keys, "_mac", lambda _key, _data: (secret, bytes(32)))
    with pytest.raises(InvalidKey):
        HdPrivateKey.from_seed(bytes(16))


@pytest.mark.parametrize("wrong", ["00" * 16, 16, None, [0] * 16])
def test_a_seed_is_bytes(wrong: Any) -> None:
    with pytest.raises(InvalidKey, match="a seed must be bytes, not "):
        HdPrivateKey.from_seed(wrong)


@pytest.mark.parametrize(
    ("field", "wrong", "said"),
    [
        ("chain_code", bytes(31), "chain code must be 32 bytes, not 31"),
        ("chain_code", bytes(33), "chain code must be 32 bytes, not 33"),
        ("chain_code", "00" * 32, "chain code must be bytes, not a str"),
        ("parent_fingerprint", bytes(3), "fingerprint must be 4 bytes, not 3"),
        ("parent_fingerprint", bytes(5), "fingerprint must be 4 bytes, not 5"),
        ("depth", -1, "depth -1 is out of range: expected 0 to 255"),
        ("depth", 256, "depth 256 is out of range: expected 0 to 255"),
        ("depth", "1", "depth must be an integer, not a str"),
        ("index", -1, "index -1 is out of range: expected 0 to 4294967295"),
        ("index", 2**32, "index 4294967296 is out of range: expected 0 to 4294967295"),
    ],
)
def test_a_key_has_fields_that_can_be_written(field: str, wrong: Any, said: str) -> None:
    for key in (MASTER, MASTER.public):
        with pytest.raises(InvalidKey, match=said):
            replace(key, **{field: wrong})
    for most in (replace(MASTER, depth=255), replace(MASTER, depth=1, index=2**32 - 1)):
        assert HdPrivateKey.from_text(most.to_text()) == most


@pytest.mark.parametrize("size", [0, 31, 34])
def test_a_key_has_the_size_of_its_kind(size: int) -> None:
    with pytest.raises(InvalidKey, match=f"an HD key must be 32 bytes, not {size}"):
        HdPrivateKey(bytes(size), bytes(32))
    with pytest.raises(InvalidKey, match=f"an HD key must be 33 bytes, not {size}"):
        HdPublicKey(bytes(size), bytes(32))


@pytest.mark.parametrize("wrong", ["0", 1.0, None, b"\x00", True])
def test_the_index_of_a_child_is_an_integer(wrong: Any) -> None:
    for key in (MASTER, MASTER.public):
        with pytest.raises(InvalidKey, match="the index of a child must be an integer, not "):
            key.child(wrong)


@pytest.mark.parametrize("index", [-1, -(2**31)])
def test_the_index_of_a_child_is_not_negative(index: int) -> None:
    for key in (MASTER, MASTER.public):
        with pytest.raises(InvalidKey, match=f"the index of a child {index} is not 0 to"):
            key.child(index)


@pytest.mark.parametrize("wrong", [0, None, b"m/0", ["m", 0]])
def test_a_path_is_text(wrong: Any) -> None:
    for key in (MASTER, MASTER.public):
        with pytest.raises(InvalidKey, match="a path of derivation must be text, not "):
            key.derive(wrong)


def test_sums_that_are_no_key_are_none() -> None:
    one, minus_one = (1).to_bytes(32, "big"), (GROUP_ORDER - 1).to_bytes(32, "big")
    order = GROUP_ORDER.to_bytes(32, "big")
    public = HdPrivateKey(one, bytes(32)).public_key
    assert add_to_private_key(one, minus_one) is None
    assert add_to_public_key(public, minus_one) is None
    assert add_to_private_key(one, order) is None
    assert add_to_public_key(public, order) is None
    assert add_to_private_key(one, bytes(32)) == one
    with pytest.raises(InvalidKey, match="these 1 bytes are no public key"):
        add_to_public_key(b"\x02", one)
