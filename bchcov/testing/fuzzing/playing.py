"""A part of a campaign that is played elsewhere: what it is told, does, and tells meanwhile."""

from __future__ import annotations

import pickle
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...contract.contract import Contract
from ...vm.rules.ruleset import RuleSet
from ..coverage import Coverage
from .campaign import Honest, Report, prepare
from .corpus import Learned
from .parties import Party
from .promises import Property

__all__ = ["Channel", "Folder", "Plan", "Played", "Task", "play"]

TELL_SECONDS = 0.5


@dataclass(frozen=True)
class Played:
    """What a part has found, what it has learned for the corpus, and what it has reached."""

    report: Report
    learned: tuple[Learned, ...] = ()
    coverage: Coverage | None = None


class Channel(Protocol):
    """How a part tells what it has found until now; it can be pickled."""

    def tell(self, number: int, played: Played) -> None:
        """Tell what the part of this number has found."""
        ...

    def is_over(self) -> bool:
        """Whether nobody waits for it any more."""
        ...


@dataclass(frozen=True)
class Folder:
    """Tells by files in a folder of the same machine."""

    path: Path

    def tell(self, number: int, played: Played) -> None:
        """Put a file in place whole: it may be read at any time."""
        new = self.path / f"{number}.new"
        new.write_bytes(pickle.dumps(played))
        new.replace(self.path / str(number))

    def is_over(self) -> bool:
        """Never: whoever waits ends this process."""
        return False

    def told(self) -> dict[int, Played]:
        """Return what has been told until now."""
        found = {}
        for path in self.path.iterdir():
            if path.suffix != ".new":
                with suppress(OSError):
                    found[int(path.name)] = pickle.loads(path.read_bytes())
        return found


@dataclass(frozen=True)
class Plan:
    """What all parts know; it travels by pickle, keys included, to processes of ours only."""

    honest: tuple[Honest, ...]
    parties: tuple[Party, ...]
    rules: RuleSet
    properties: tuple[Property, ...]
    unique: tuple[bytes, ...]
    corpus: tuple[Learned, ...] | None = None
    covered: tuple[Contract, ...] = ()
    seconds: float | None = None
    stop_at_first: bool = False
    channel: Channel | None = None


@dataclass(frozen=True)
class Task:
    """What one part does: whom it plays, and with which seed."""

    number: int
    attackers: tuple[str, ...]
    seed: int
    count: int | None = None


class _Over(Exception):
    """Nobody waits for this part any more."""


def play(plan: Plan, task: Task) -> Played:
    """Play a part of a campaign; what is found meanwhile is told by the plan's channel."""
    campaign = prepare(
        plan.honest,
        plan.parties,
        rules=plan.rules,
        seed=task.seed,
        properties=plan.properties,
        unique=plan.unique,
        attackers=task.attackers,
    )
    if plan.covered:
        campaign.coverage = Coverage(*plan.covered)
    if plan.corpus is not None:
        campaign.begin_with(plan.corpus)
    told = 0.0, 0

    def played() -> Played:
        return Played(campaign.report(), tuple(campaign.learned), campaign.coverage)

    def tell(_judged: int, found: int) -> None:
        nonlocal told
        now = time.monotonic()
        if plan.channel is None or (now - told[0] < TELL_SECONDS and found == told[1]):
            return
        told = now, found
        plan.channel.tell(task.number, played())
        if plan.channel.is_over():
            raise _Over

    with suppress(_Over):
        campaign.run(
            seconds=plan.seconds,
            count=task.count,
            stop_at_first=plan.stop_at_first,
            progress=tell,
        )
    return played()
