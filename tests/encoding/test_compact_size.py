"""Compact sizes: every width, in its shortest form only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov.encoding.compact_size import encode_compact_size, encode_var_bytes, read_compact_size
from bchcov.errors import DecodeError, EncodeError

EDGES = {0: 1, 252: 1, 253: 3, 65_535: 3, 65_536: 5, 2**32 - 1: 5, 2**32: 9, 2**64 - 1: 9}


@pytest.mark.parametrize(("value", "size"), EDGES.items())
def test_the_edges_have_their_widths(value: int, size: int) -> None:
    encoded = encode_compact_size(value)
    assert len(encoded) == size
    assert read_compact_size(b"\x00" + encoded + b"\x00", 1) == (value, 1 + size)


@given(st.integers(0, 2**64 - 1), st.binary(max_size=5))
def test_what_is_written_is_read(value: int, behind: bytes) -> None:
    encoded = encode_compact_size(value)
    assert read_compact_size(encoded + behind, 0) == (value, len(encoded))
    for end in range(len(encoded)):
        with pytest.raises(DecodeError):
            read_compact_size(encoded[:end], 0)


@pytest.mark.parametrize("longer", ["fdfc00", "feffff0000", "ffffffffff00000000", "fd0000"])
def test_a_longer_form_than_needed_is_refused(longer: str) -> None:
    with pytest.raises(DecodeError, match="shortest form"):
        read_compact_size(bytes.fromhex(longer), 0)


@pytest.mark.parametrize("value", [-1, 2**64])
def test_what_has_no_compact_size_is_an_error(value: int) -> None:
    with pytest.raises(EncodeError, match=r"compact size -?[0-9]+ is out of range"):
        encode_compact_size(value)


def test_bytes_are_written_behind_their_length() -> None:
    assert encode_var_bytes(b"abc") == b"\x03abc"
    assert encode_var_bytes(bytes(300))[:3] == b"\xfd\x2c\x01"
