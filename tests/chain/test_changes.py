"""What a store is told of a change: blocks that go and come, transactions that leave and enter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bchcov import Output, Transaction
from bchcov.chain.blocks import Block, make_funding
from bchcov.chain.store import Change


def _chain(text: str, known: dict[str, Block]) -> list[Block]:
    """Blocks of these letters, from height 5 on; a letter that was seen is the same block."""
    return [known.setdefault(each, Block(5 + at, 9, bytes(32), ())) for at, each in enumerate(text)]


@pytest.mark.parametrize(
    ("before", "after", "disconnected", "connected"),
    [
        ("a", "a", None, ""),
        ("a", "ab", None, "b"),
        ("a", "abcd", None, "bcd"),
        ("ab", "a", 5, ""),
        ("abcd", "ab", 6, ""),
        ("abc", "abx", 6, "x"),
        ("abcd", "axy", 5, "xy"),
        ("abcd", "axyzw", 5, "xyzw"),
        ("abcdef", "abcxyz", 7, "xyz"),
        ("abc", "abc", None, ""),
    ],
)
def test_the_blocks_of_a_change_are_those_above_what_both_have(
    before: str, after: str, disconnected: int | None, connected: str
) -> None:
    known: dict[str, Block] = {}
    old, new = _chain(before, known), _chain(after, known)
    change = Change.between(3, old, new, {}, {})
    assert change.number == 3
    assert change.disconnected == disconnected
    assert [id(each) for each in change.connected] == [id(known[each]) for each in connected]
    assert (change.leaving, change.entering) == ((), ())


def _entry(name: str) -> tuple[Transaction, int]:
    return make_funding(ord(name), (Output(1, b""),)), ord(name)


@pytest.mark.parametrize(
    ("before", "after", "leaving", "entering"),
    [
        ("", "", "", ""),
        ("", "ab", "", "ab"),
        ("ab", "", "ab", ""),
        ("ab", "ab", "", ""),
        ("ab", "abc", "", "c"),
        ("abc", "bc", "a", ""),
        ("abc", "ac", "b", ""),
        ("abc", "ab", "c", ""),
        ("abc", "bcd", "a", "d"),
        # What stays keeps its order: from the first on that does not, all is written anew.
        ("abc", "xabc", "abc", "xabc"),
        ("abc", "axb", "bc", "xb"),
        ("abc", "bac", "ac", "ac"),
    ],
)
def test_the_mempool_of_a_change_is_what_leaves_and_what_enters(
    before: str, after: str, leaving: Sequence[str], entering: str
) -> None:
    blocks = [Block(0, 0, bytes(32), ())]
    old = {name: _entry(name)[0] for name in before}
    new = {name: _entry(name) for name in after}
    change = Change.between(1, blocks, blocks, old, new)
    assert change.leaving == tuple(leaving)
    assert change.entering == tuple(_entry(name) for name in entering)
    assert (change.disconnected, change.connected) == (None, ())
