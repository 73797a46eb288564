"""Hypothesis strategies for numbers and stack items, often at the edges that matter to scripts."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...script.numbers import encode_number
from ...transaction.constants import LOCKTIME_THRESHOLD, MAX_MONEY

__all__ = ["items", "numbers"]

_LARGEST = 2**63 - 1
_EDGES = (
    # Where a number of the VM takes one byte more, in bytes 1, 2, 4 and 8, and dust.
    *(sign * (2**bits + more) for bits in (7, 15, 31, 63) for more in (-1, 0) for sign in (1, -1)),
    *(16, 17, 255, 256, 546, 1_000, 65_535, 65_536),
    # The border between heights and times, the sequence numbers' bits, and all the satoshis.
    *(LOCKTIME_THRESHOLD - 1, LOCKTIME_THRESHOLD, 2**22, 2**32 - 1, MAX_MONEY, MAX_MONEY + 1),
)
_SIZES = (1, 4, 8, 20, 32, 33, 64, 65, 75, 76, 128, 255, 256, 520, 521)
_ODD = (
    # Zero with a sign, zero and one in too many bytes, and true and false in disguise.
    *(b"\x80", b"\x00", b"\x00\x80", b"\x01\x00", b"\x81", b"\x00\x00\x00\x00\x01", bytes(8)),
)


def numbers(least: int = -_LARGEST, most: int = _LARGEST) -> SearchStrategy[int]:
    """Generate integers from `least` to `most`, both often, and what is next to them.

    The others are of every size, and often where a number takes one byte more, where a locktime
    becomes a time, at dust and at all satoshis there are. They shrink towards 0, or to the nearest.
    """
    edges = {least, least + 1, most - 1, most, *_EDGES}
    within = sorted(
        (edge for edge in edges if least <= edge <= most), key=lambda edge: (abs(edge), edge < 0)
    )
    return st.integers(least, most) | st.sampled_from(within)


def items(max_size: int = 520) -> SearchStrategy[bytes]:
    """Generate stack items of at most `max_size` bytes: any bytes, and those that scripts mistake.

    These are numbers at their edges, zeros with a sign, numbers in too many bytes, and the sizes
    of hashes, keys, signatures and pushes. They shrink to few bytes, to zeros.
    """
    sized = st.sampled_from([size for size in _SIZES if size <= max_size] or [0]).flatmap(
        lambda size: st.sampled_from([b"\x00", b"\x01", b"\xff"]).map(lambda byte: byte * size)
    )
    odd = st.sampled_from([item for item in _ODD if len(item) <= max_size] or [b""])
    encoded = numbers().map(encode_number).filter(lambda item: len(item) <= max_size)
    return st.binary(max_size=max_size) | encoded | odd | sized
