"""What is known of a part is found by its identity, and computed once for each."""

from __future__ import annotations

import pytest

from bchcov import Output
from bchcov.transaction import known as known_module
from bchcov.transaction.known import Known, known


def test_each_object_is_looked_at_once() -> None:
    asked: list[int] = []

    def value_of(output: Output) -> int:
        asked.append(output.value)
        return output.value

    found = known(value_of)
    one, same, other = Output(1, b""), Output(1, b""), Output(2, b"")
    assert [found(each) for each in (one, other, one, same, other)] == [1, 2, 1, 1, 2]
    assert asked == [1, 2, 1]


def test_what_is_known_is_forgotten_before_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_module, "_MOST", 3)
    asked: list[bytes] = []
    found = known(asked.append)
    parts = [b"a", b"bb", b"cc", b"dd"]
    for each in (*parts, parts[-1], parts[0]):
        found(each)
    assert asked == [*parts, parts[0]]
    # Objects that are made where others were, which have gone, are not taken for these.
    values: Known[tuple[int], int] = known(lambda part: part[0])
    assert [values((number,)) for number in range(1_000)] == list(range(1_000))
