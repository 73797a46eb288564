"""What a chain is given is in range and of its type, so that a file can always be opened again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bchcov import AddressError, BchcovError, BuildError, Chain, ChainError, Output, StoreError
from bchcov.chain import ChainFile

MOST_TIME = 2**32 - 1
STARTS = [
    ("height", -1, "height -1 is out of range: expected 0 to 499999999"),
    ("height", 500_000_000, "height 500000000 is out of range: expected 0 to 499999999"),
    ("height", 1.5, "height must be an integer, not a float"),
    ("height", "5", "height must be an integer, not a str"),
    ("height", True, "height must be an integer, not a bool"),
    ("time", -1, "time -1 is out of range: expected 0 to 4294967295"),
    ("time", 2**32, "time 4294967296 is out of range: expected 0 to 4294967295"),
    ("time", None, "time must be an integer, not None"),
    ("fee_rate", -1, "fee rate -1 is out of range: expected 0 to 4294967295"),
    ("fee_rate", float("nan"), "fee rate must be an integer, not a float"),
    ("fee_rate", "1", "fee rate must be an integer, not a str"),
    ("rules", "BCH_2026", "rules must be a RuleSet, not a str: see find_rules"),
    ("rules", 2026, "rules must be a RuleSet, not an int: see find_rules"),
]


@pytest.mark.parametrize(("name", "wrong", "said"), STARTS)
def test_a_chain_begins_in_range_or_not_at_all(
    tmp_path: Path, name: str, wrong: Any, said: str
) -> None:
    with pytest.raises(ChainError, match=said):
        Chain(**{name: wrong})
    path = tmp_path / "chain.sqlite"
    with pytest.raises(ChainError, match=said):
        ChainFile(path, **{name: wrong})
    assert not path.exists()


def test_a_chain_may_begin_at_either_end_of_its_range(tmp_path: Path) -> None:
    for at, (height, time, rate) in enumerate([(0, 0, 0), (499_999_999, MOST_TIME, MOST_TIME)]):
        path = tmp_path / str(at)
        ChainFile(path, height=height, time=time, fee_rate=rate).close()
        with ChainFile(path) as file:
            assert (file.chain.height, file.chain.blocks[0].time) == (height, time)
            assert file.chain.fee_rate == rate


def test_a_chain_is_of_a_network_that_is_known() -> None:
    with pytest.raises(AddressError, match="unknown network 'bitcoin'"):
        Chain(network="bitcoin")


@pytest.mark.parametrize("path", [None, 5, [], {}, b"chain.sqlite", object()])
def test_a_file_is_named_by_text_or_a_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for use in (ChainFile, ChainFile.salvage):
        with pytest.raises(StoreError, match="the path of a chain's file must be text or a Path"):
            use(path)
    assert not list(tmp_path.iterdir())


CALLS: list[tuple[Callable[[Chain, Any], object], Any, type[BchcovError], str]] = [
    (lambda chain, given: chain.mine(given), 5, BuildError, "must be a sequence, not an int"),
    (lambda chain, given: chain.mine(given), [5], BuildError, "not an int"),
    (lambda chain, given: chain.mine(seconds=given), 1.5, ChainError, "integer, not a float"),
    (lambda chain, given: chain.mine(seconds=given), "9", ChainError, "integer, not a str"),
    (lambda chain, given: chain.mine(seconds=given), 0, ChainError, "expected 1 to"),
    (lambda chain, given: chain.mine(seconds=given), 2**32, ChainError, "out of range"),
    (lambda chain, given: chain.advance(given), 1.5, ChainError, "integer, not a float"),
    (lambda chain, given: chain.advance(given), -1, ChainError, "blocks -1 is out of range"),
    (lambda chain, given: chain.reorganise(given), "1", ChainError, "integer, not a str"),
    (lambda chain, given: chain.reorganise(given), 3, ChainError, "expected 0 to 2"),
    (lambda chain, given: chain.confirmations(given), 5, ChainError, "a Coin, not an int"),
    (lambda chain, given: chain.submit(given), b"\x00", BuildError, "not a bytes"),
    (lambda chain, given: chain.fund(given), 5, BuildError, "must be an Output, not an int"),
]


@pytest.mark.parametrize(("call", "given", "kind", "said"), CALLS)
def test_what_is_out_of_range_changes_nothing(
    tmp_path: Path,
    call: Callable[[Chain, Any], object],
    given: Any,
    kind: type[BchcovError],
    said: str,
) -> None:
    path = tmp_path / "chain.sqlite"
    with ChainFile(path) as file:
        file.chain.advance(2)
        before = list(file.chain.blocks)
        with pytest.raises(kind, match=said):
            call(file.chain, given)
        assert file.chain.blocks == before
    with ChainFile(path) as file:
        assert file.chain.blocks == before


def test_no_block_comes_later_than_the_last_time_that_blocks_have() -> None:
    chain = Chain(time=MOST_TIME - 601)
    chain.mine(seconds=1)
    chain.fund(Output(1_000, b"\x51"))
    assert chain.blocks[-1].time == MOST_TIME
    for later in (lambda: chain.mine(seconds=1), lambda: chain.fund(Output(1_000, b"\x51"))):
        with pytest.raises(ChainError, match="out of range"):
            later()
    assert chain.blocks[-1].time == MOST_TIME
