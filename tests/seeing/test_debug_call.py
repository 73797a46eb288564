"""The debugger opened from Python."""

from __future__ import annotations

import io

import pytest
from support.refusals import bare, vault

import bchcov
from bchcov.errors import CommandError, EncodeError
from bchcov.seeing import as_spending


def typed(monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))


def test_it_begins_at_the_input_that_is_refused_with_what_it_was_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "continue\nquit\nstep\n")
    bchcov.debug(vault(value=9_000), stops=["[limit]"], watches=["top"])
    shown = capsys.readouterr().out
    assert shown.startswith("step 1 of 14")
    assert "step 14 of 14" in shown
    assert shown.count("watch 1  top = ") == 2


def test_what_is_built_and_what_a_chain_refused_are_taken_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = bchcov.PrivateKey(bytes(31) + b"\x01")
    chain = bchcov.Chain(bchcov.BCH_2026)
    (coin,) = chain.fund(bchcov.Output(50_000, key.locking_bytecode))
    builder = bchcov.TransactionBuilder().spend(coin, bchcov.P2pkhUnlocker(key))
    built = builder.pay(bchcov.Output(40_000, bchcov.p2pkh(bytes(20)))).build_exactly()
    for made in (built, chain.submit(built.transaction)):
        typed(monkeypatch, "fail\n")
        bchcov.debug(made)
        assert "the end, after" in capsys.readouterr().out


def test_what_is_no_spending_and_what_is_not_there_is_refused() -> None:
    with pytest.raises(EncodeError, match="or a Submission, not an int"):
        as_spending(5)  # type: ignore[arg-type]
    with pytest.raises(EncodeError):
        bchcov.debug(bare("OP_1"), 3)
    with pytest.raises(CommandError):
        bchcov.debug(bare("OP_1"), stops=["nowhere"])
