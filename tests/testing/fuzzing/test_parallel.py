"""A campaign in many processes finds what one process finds, each cause once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from support.keeping_vault import LEAKING, PARTIES, keeping, kept

from bchcov import (
    ContractError,
    Output,
    PrivateKey,
    Transaction,
)
from bchcov.testing import Coverage, Party, fuzz
from bchcov.testing.fuzzing.parallel import prepare_many

HEIR = PrivateKey(bytes(31) + b"\x02")


def later(transaction: Transaction, _source_outputs: Sequence[Output]) -> str | None:
    return "the locktime is 1" if transaction.locktime == 1 else None


def test_many_processes_find_what_one_finds() -> None:
    one = fuzz([kept(LEAKING)], PARTIES, seconds=None, count=1_000)
    found: list[tuple[int, int]] = []
    many = fuzz(
        [kept(LEAKING)],
        PARTIES,
        seconds=None,
        count=2_000,
        jobs=2,
        progress=lambda judged, findings: found.append((judged, findings)),
    )
    assert many.attackers == one.attackers
    assert many.judged >= 2_000
    assert {each.cause for each in one.attacks} <= {each.cause for each in many.attacks}
    assert len({each.cause for each in many.findings}) == len(many.findings)
    assert all(each.replays() for each in many.findings)
    assert found == sorted(found)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_campaign_reaches_is_covered_in_all_its_processes(jobs: int) -> None:
    coverage = Coverage(keeping())
    options = {"seconds": None, "count": 300, "jobs": jobs, "coverage": coverage}
    report = fuzz([kept()], PARTIES, **options)  # type: ignore[arg-type]
    reached = coverage.report()
    assert reached.transactions == report.judged >= 300
    # Changes of the honest transaction make each of the checks refuse something.
    assert [row.name for row in reached.checks if row.refused == 0] == []
    assert reached.not_run == ()
    assert list(coverage.contexts) == ["fuzz"]


def test_many_processes_stop_at_the_first_attack() -> None:
    report = fuzz([kept(LEAKING)], PARTIES, seconds=600, jobs=2, stop_at_first=True)
    assert report.attacks


def test_the_callers_properties_travel_to_other_processes() -> None:
    report = fuzz(
        [kept()],
        PARTIES,
        seconds=None,
        count=1_000,
        properties=[later],
        jobs=2,
    )
    assert any(each.sentence == "the locktime is 1" for each in report.attacks)


def test_more_processes_than_attackers_have_other_seeds() -> None:
    parties = [Party("heir", (HEIR,))]
    many = prepare_many([kept()], parties, jobs=5, seed=7)
    tasks = list(many._tasks(10, 5))
    assert [(each.attackers, each.seed, each.count) for each in tasks] == [
        (("a stranger",), 7, 2),
        (("heir",), 7, 2),
        (("a stranger",), 8, 2),
        (("heir",), 8, 2),
        (("a stranger",), 9, 2),
    ]
    fewer = prepare_many([kept()], parties, jobs=1)
    assert [each.attackers for each in fewer._tasks(None, 1)] == [("a stranger", "heir")]


def test_what_other_processes_cannot_have_is_refused() -> None:
    honest = [kept()]
    with pytest.raises(ContractError, match="must be a function of a module"):
        fuzz(honest, seconds=1, jobs=2, properties=[lambda *_: None])
    with pytest.raises(ContractError, match="jobs 0 is out of range: expected at least 1"):
        fuzz(honest, seconds=1, jobs=0)
