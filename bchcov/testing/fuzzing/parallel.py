"""One campaign in many processes: each plays some of the attackers, or one with another seed."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import ContractError
from ...processes.pool import as_done
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from .campaign import Honest, Report, pairs_of, prepare
from .findings import Finding, Progress
from .parties import Party
from .search import Property

__all__ = ["ManyCampaigns", "prepare_many"]

_TELL_SECONDS = 0.5


@dataclass(frozen=True)
class _Plan:
    """What all processes know; it travels by pickle, keys included, to processes of ours only."""

    honest: tuple[Honest, ...]
    parties: tuple[Party, ...]
    rules: RuleSet
    properties: tuple[Property, ...]
    unique: tuple[bytes, ...]
    seconds: float | None = None
    stop_at_first: bool = False
    folder: Path | None = None


@dataclass(frozen=True)
class _Task:
    """What one process does: whom it plays, and with which seed."""

    number: int
    attackers: tuple[str, ...]
    seed: int
    count: int | None = None


def _play(plan: _Plan, task: _Task) -> Report:
    """Play a part of a campaign; what is found meanwhile is told in the plan's folder."""
    campaign = prepare(
        plan.honest,
        plan.parties,
        rules=plan.rules,
        seed=task.seed,
        properties=plan.properties,
        unique=plan.unique,
        attackers=task.attackers,
    )
    told = 0.0, 0

    def tell(_judged: int, found: int) -> None:
        nonlocal told
        now = time.monotonic()
        if plan.folder is None or (now - told[0] < _TELL_SECONDS and found == told[1]):
            return
        told = now, found
        # Put in place whole: it may be read at any time.
        new = plan.folder / f"{task.number}.new"
        new.write_bytes(pickle.dumps(campaign.report()))
        new.replace(plan.folder / str(task.number))

    campaign.run(
        seconds=plan.seconds,
        count=task.count,
        stop_at_first=plan.stop_at_first,
        progress=tell,
    )
    return campaign.report()


@dataclass(slots=True)
class ManyCampaigns:
    """A campaign in many processes, which may be interrupted and then says what it has found."""

    attackers: tuple[str, ...]
    seed: int
    jobs: int
    _plan: _Plan
    _reports: dict[int, Report] = field(default_factory=dict)

    def run(
        self,
        *,
        seconds: float | None,
        count: int | None = None,
        stop_at_first: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Let all processes search until the campaign is over. Raises WorkerLost, and Stopped."""
        tasks = list(self._tasks(count))
        with TemporaryDirectory(prefix="bchcov-fuzz-") as name:
            folder = Path(name)
            plan = replace(self._plan, seconds=seconds, stop_at_first=stop_at_first, folder=folder)
            done = as_done(partial(_play, plan), tasks, jobs=self.jobs)
            try:
                with _telling(folder, progress), closing(done):
                    for number, report in done:
                        self._reports[number] = report
                        if stop_at_first and report.attacks:
                            break
            finally:
                self._reports = _told(folder) | self._reports

    def report(self) -> Report:
        """Say what has been found until now, each cause once."""
        reports = [self._reports[number] for number in sorted(self._reports)]
        found: dict[tuple[str, ...], Finding] = {}
        for report in reports:
            for finding in report.findings:
                found.setdefault(finding.cause, finding)
        return Report(
            tuple(found.values()),
            sum(each.judged for each in reports),
            sum(each.accepted for each in reports),
            max((each.seconds for each in reports), default=0.0),
            self.attackers,
            self.seed,
        )

    def _tasks(self, count: int | None) -> Iterator[_Task]:
        """Share the attackers out; where there are more processes, with another seed each."""
        names, share = self.attackers, None if count is None else -(-count // self.jobs)
        for number in range(self.jobs):
            again, first = divmod(number, len(names))
            own = names[first :: self.jobs]
            yield _Task(number, own, self.seed + again, share)


def _told(folder: Path) -> dict[int, Report]:
    """What processes have told that may not have ended."""
    found = {}
    for path in folder.iterdir():
        if path.suffix != ".new":
            with suppress(OSError):
                found[int(path.name)] = pickle.loads(path.read_bytes())
    return found


@contextmanager
def _telling(folder: Path, progress: Progress | None) -> Iterator[None]:
    """Tell the progress of all processes meanwhile."""
    if progress is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_TELL_SECONDS):
            reports = _told(folder).values()
            progress(
                sum(each.judged for each in reports), sum(len(each.findings) for each in reports)
            )

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def prepare_many(
    honest: Iterable[Honest],
    parties: Iterable[Party] = (),
    *,
    jobs: int,
    rules: RuleSet = BCH_2026,
    seed: int = 0,
    properties: Iterable[Property] = (),
    unique: Iterable[bytes] = (),
) -> ManyCampaigns:
    """Prepare a campaign in `jobs` processes; the other arguments are those of `fuzz`.

    Raises ContractError for what `prepare` refuses, for fewer than 1 process, and for a property
    that is no function of a module: another process could not find it.
    """
    if jobs < 1:
        raise ContractError(f"jobs {jobs} is out of range: expected at least 1")
    checks = tuple(properties)
    _check_properties(checks)
    plan = _Plan(tuple(pairs_of(honest)), tuple(parties), rules, checks, tuple(unique))
    alone = prepare(plan.honest, plan.parties, rules=rules, unique=plan.unique)
    names = tuple(each.scene.attacker.name for each in alone.searches)
    return ManyCampaigns(names, seed, jobs, plan)


def _check_properties(properties: Sequence[Property]) -> None:
    for each in properties:
        try:
            pickle.dumps(each)
        except (pickle.PicklingError, AttributeError, TypeError):
            raise ContractError(f"property {each} must be a function of a module") from None
        if getattr(each, "__module__", None) == "__main__":
            raise ContractError(f"property {each} must be in a module of its own")
