"""What a campaign's judge says of its proposals is what nodes say, and what watching shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from contract_examples import EXAMPLES, Example
from support.observed_provenance import observed
from support.ticketed_world import POOL_CATEGORY, World, default_action

from bchcov import BCH_2026, Output, Transaction, TransactionContext, verify
from bchcov.testing import Party
from bchcov.testing.fuzzing.campaign import Campaign, prepare
from bchcov.testing.fuzzing.judging import Judge
from bchcov.testing.fuzzing.provenance import Watched, watch
from bchcov.validation.verdict import Verdict

Judged = tuple[Transaction, tuple[Output, ...], Verdict]


def campaign_of(example: Example) -> Campaign:
    parties = [Party(name, (key,)) for name, key in example.parties.items()]
    built = example.honest(example.contracts).values()
    return prepare([(each.transaction, each.source_outputs) for each in built], parties)


def ticketed_campaign() -> Campaign:
    world = World()
    tickets = [world.ticket(at, default_action(at), value=12_000) for at in range(2)]
    return prepare([world.sequence(tickets).finish()], unique=(POOL_CATEGORY,))


CAMPAIGNS: dict[str, Callable[[], Campaign]] = {
    **{each.name: partial(campaign_of, each) for each in EXAMPLES},
    "ticketed": ticketed_campaign,
}
every_campaign = pytest.mark.parametrize("name", CAMPAIGNS)


def judged_in(name: str, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Judged]:
    """What a campaign judges, with its verdicts."""
    made: list[Judged] = []
    verify_remembered = Judge.verify

    def noting(self: Judge, transaction: Transaction, coins: tuple[Output, ...]) -> Verdict:
        made.append((transaction, coins, verify_remembered(self, transaction, coins)))
        return made[-1][2]

    monkeypatch.setattr(Judge, "verify", noting)
    CAMPAIGNS[name]().run(seconds=None, count=count)
    return made


def expect_the_verdicts_of_nodes(judged: Sequence[Judged]) -> None:
    for transaction, coins, verdict in judged:
        expected = verify(transaction, coins, BCH_2026)
        assert verdict == expected
        assert verdict.error == expected.error


@every_campaign
def test_what_is_proposed_is_judged_as_nodes_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged = judged_in(name, 400, monkeypatch)
    expect_the_verdicts_of_nodes(judged)
    assert len({str(verdict.error) for _, _, verdict in judged}) > 5


@pytest.mark.long
@every_campaign
def test_all_that_is_proposed_is_judged_as_nodes_do(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_the_verdicts_of_nodes(judged_in(name, 10_000, monkeypatch))


def failing(judged: Sequence[Judged]) -> Iterator[tuple[TransactionContext, int]]:
    """The input that refuses, of each transaction that one does."""
    for transaction, coins, verdict in judged:
        if verdict.inputs and not verdict.ok:
            yield TransactionContext(transaction, coins), len(verdict.inputs) - 1


def seen(watched: Watched, *, with_compared: bool) -> tuple[object, ...]:
    """All that a watched run tells but what tells nothing."""
    # At the end of a script no instruction has refused anything.
    operands = () if watched.result.opcode is None else watched.operands
    return (
        watched.result,
        watched.opcode if operands else None,
        operands,
        [item.origin for item in operands],
        watched.stack,
        [item.origin for item in watched.stack],
        watched.branches,
        watched.made,
        watched.reads,
        watched.run,
        watched.compared if with_compared else None,
    )


@every_campaign
def test_watching_shows_what_an_observer_of_each_instruction_sees(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(BCH_2026)
    runs = list(failing(judged_in(name, 150, monkeypatch)))
    assert len(runs) > 20
    for context, index in runs:
        expected = observed(context, index, BCH_2026)
        alone = watch(context, index, BCH_2026)
        assert seen(alone, with_compared=True) == seen(expected, with_compared=True)
        known = judge.watch(context, index)
        assert seen(known, with_compared=False) == seen(expected, with_compared=False)
