"""Hash functions: published digests, and our RIPEMD-160 against OpenSSL's."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov.crypto import hashes, ripemd

DIGESTS = {
    "ripemd160": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "hash160": "bb1be98c142444d7a56aa3981c3942a978e4dc33",
    "hash256": "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358",
}
PUBLISHED = {
    b"": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
    b"a": "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
    b"message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
    b"a" * 1_000_000: "52783243c1697bdbe16d37f97f68f08325dc1528",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_the_digests_of_abc(name: str) -> None:
    assert getattr(hashes, name)(b"abc").hex() == DIGESTS[name]


@pytest.mark.parametrize("data", PUBLISHED, ids=len)
def test_our_ripemd160_gives_the_published_digests(data: bytes) -> None:
    assert ripemd.ripemd160(data[:10_000] if len(data) < 20 else data).hex() == PUBLISHED[data]


def test_openssl_is_used_where_it_has_ripemd160(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Found:
        """What OpenSSL gives where it has the function."""

        def copy(self) -> Found:
            return self

        def update(self, data: bytes) -> None:
            asked.append(data)

        def digest(self) -> bytes:
            return b"of OpenSSL"

    def new(name: str, *, usedforsecurity: bool) -> Found:
        assert (name, usedforsecurity) == ("ripemd160", False)
        return Found()

    def missing(*_: object, **_options: object) -> Found:
        raise ValueError("unsupported hash type")

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "new", new)
        assert hashes._find_ripemd160()(b"abc") == b"of OpenSSL"
        assert asked == [b"abc"]
    monkeypatch.setattr(hashlib, "new", missing)
    assert hashes._find_ripemd160() is ripemd.ripemd160


@given(st.binary(max_size=300))
def test_our_ripemd160_is_that_of_openssl(data: bytes) -> None:
    try:
        expected = hashlib.new("ripemd160", data).digest()
    except ValueError:
        pytest.skip("this system's OpenSSL has no RIPEMD-160")
    assert ripemd.ripemd160(data) == hashes.ripemd160(data) == expected
