"""Numbers and items: the edges come up, bounds hold, and what fails is made small."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from bchcov.script.numbers import encode_number
from bchcov.testing import items, numbers

QUICK = settings(
    max_examples=20_000,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
SMALL = settings(
    max_examples=3_000, suppress_health_check=list(HealthCheck), database=None, derandomize=True
)
ITEMS: dict[str, Callable[[bytes], bool]] = {
    "nothing": lambda item: item == b"",
    "a zero with a sign": lambda item: item == b"\x80",
    "a number in too many bytes": lambda item: len(item) > 1 and item[-1] == 0 and item[-2] < 128,
    "the size of a hash": lambda item: len(item) == 20,
    "the size of a public key": lambda item: len(item) == 33,
    "the size of a signature": lambda item: len(item) == 65,
    "more than a push of one byte": lambda item: len(item) == 76,
    "the largest number of eight bytes": lambda item: item == encode_number(2**63 - 1),
}


@pytest.mark.parametrize(
    "edge",
    [0, 1, -1, 127, 128, -127, -128, 255, 256, 546, 2**31 - 1, 2**31, 499_999_999, 500_000_000],
)
def test_the_edges_of_numbers_are_drawn(edge: int) -> None:
    assert find(numbers(), lambda drawn: drawn == edge, settings=QUICK) == edge


@given(st.data(), st.integers(-(2**70), 2**70), st.integers(0, 2**70))
def test_numbers_keep_to_their_bounds(data: st.DataObject, least: int, more: int) -> None:
    assert least <= data.draw(numbers(least, least + more)) <= least + more


@pytest.mark.parametrize("bound", [5, 77])
def test_the_bounds_of_numbers_are_drawn(bound: int) -> None:
    assert find(numbers(5, 77), lambda drawn: drawn == bound, settings=QUICK) == bound


@pytest.mark.parametrize("form", ITEMS)
def test_every_form_of_an_item_is_drawn(form: str) -> None:
    assert ITEMS[form](find(items(), ITEMS[form], settings=QUICK))


@given(st.data(), st.integers(0, 600))
def test_items_keep_to_their_size(data: st.DataObject, size: int) -> None:
    assert len(data.draw(items(size))) <= size


def test_a_number_shrinks_to_the_nearest_that_fails() -> None:
    assert find(numbers(), lambda drawn: drawn > 1_234, settings=SMALL) == 1_235
    assert find(numbers(), lambda drawn: drawn < -7, settings=SMALL) == -8
    assert find(numbers(1_000, 10**10), lambda drawn: drawn % 2 == 1, settings=SMALL) == 1_001


def test_an_item_shrinks_to_few_zeros() -> None:
    assert find(items(), lambda drawn: len(drawn) >= 3, settings=SMALL) == bytes(3)
    assert find(items(), lambda drawn: b"\xff" in drawn, settings=SMALL) == b"\xff"
