"""One campaign in many processes: each plays some of the attackers, or one with another seed."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ...errors import ContractError
from ...processes.pool import as_done
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..coverage import Coverage
from .campaign import Honest, Report, pairs_of, prepare
from .corpus import Learned
from .findings import Finding, Progress
from .on_cluster import connected, played_on, workers_of
from .parties import Party
from .playing import TELL_SECONDS, Folder, Plan, Played, Task, play
from .promises import Property

__all__ = ["ManyCampaigns", "prepare_many"]


@dataclass(slots=True)
class ManyCampaigns:
    """A campaign in many processes, which may be interrupted and then says what it has found.

    What they reach is collected in `coverage`, if there is one, when `run` ends.
    """

    attackers: tuple[str, ...]
    seed: int
    jobs: int | None
    cluster: str | None
    _plan: Plan
    coverage: Coverage | None = None
    _played: dict[int, Played] = field(default_factory=dict)

    def begin_with(self, corpus: Iterable[Learned]) -> None:
        """Try first what earlier campaigns have kept, and keep in `learned` what is new."""
        self._plan = replace(self._plan, corpus=tuple(corpus))

    @property
    def learned(self) -> list[Learned]:
        """What is new for the corpus, each once."""
        found = {
            (each.attacker, each.transaction, each.source_outputs): each
            for number in sorted(self._played)
            for each in self._played[number].learned
        }
        return list(found.values())

    def run(
        self,
        *,
        seconds: float | None,
        count: int | None = None,
        stop_at_first: bool = False,
        progress: Progress | None = None,
    ) -> None:
        """Let all processes search until the campaign is over.

        Raises WorkerLost, and Stopped; for a cluster also what `connected` raises.
        """
        plan = replace(self._plan, seconds=seconds, stop_at_first=stop_at_first)
        if self.coverage is not None:
            plan = replace(plan, covered=self.coverage.contracts)
        try:
            self._play(plan, count, progress)
        finally:
            for number in sorted(self._played):
                reached = self._played[number].coverage
                if self.coverage is not None and reached is not None:
                    self.coverage.merge(reached)

    def _play(self, plan: Plan, count: int | None, progress: Progress | None) -> None:
        with ExitStack() as stack:
            if self.cluster is None:
                name = stack.enter_context(TemporaryDirectory(prefix="bchcov-fuzz-"))
                folder = Folder(Path(name))
                tasks = list(self._tasks(count, self.jobs or 1))
                played = partial(play, replace(plan, channel=folder))
                done = as_done(played, tasks, jobs=len(tasks))
                stack.callback(lambda: self._take(folder.told()))
                stack.enter_context(_telling(folder, progress))
            else:
                client = stack.enter_context(connected(self.cluster))
                jobs = self.jobs or len(workers_of(client))
                told = self._listener(progress)
                done = played_on(client, plan, self._tasks(count, jobs), told)
            self._collect(stack.enter_context(closing(done)), stop_at_first=plan.stop_at_first)

    def _collect(
        self, done: Generator[tuple[int, Played], None, None], *, stop_at_first: bool
    ) -> None:
        ended: dict[int, Played] = {}
        try:
            for number, played in done:
                ended[number] = played
                if stop_at_first and played.report.attacks:
                    break
        finally:
            self._played |= ended

    def _take(self, told: dict[int, Played]) -> None:
        """Count what processes have told that have not ended."""
        self._played = told | self._played

    def _listener(self, progress: Progress | None) -> Callable[[int, Played], None]:
        """Take what is told, and say how far all are together."""
        told: dict[int, Played] = {}

        def listen(number: int, played: Played) -> None:
            told[number] = played
            self._take(dict(told))
            _say(told.values(), progress)

        return listen

    def report(self) -> Report:
        """Say what has been found until now, each cause once."""
        reports = [self._played[number].report for number in sorted(self._played)]
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
            self._plan.rules.draft,
        )

    def _tasks(self, count: int | None, jobs: int) -> Iterator[Task]:
        """Share the attackers out; where there are more processes, with another seed each."""
        names, share = self.attackers, None if count is None else -(-count // jobs)
        for number in range(jobs):
            again, first = divmod(number, len(names))
            own = names[first::jobs]
            yield Task(number, own, self.seed + again, share)


@contextmanager
def _telling(folder: Folder, progress: Progress | None) -> Iterator[None]:
    """Tell the progress of all processes meanwhile."""
    if progress is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.wait(TELL_SECONDS):
            _say(folder.told().values(), progress)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _say(told: Iterable[Played], progress: Progress | None) -> None:
    if progress is not None:
        reports = [each.report for each in told]
        judged = sum(each.judged for each in reports)
        progress(judged, sum(len(each.findings) for each in reports))


def prepare_many(
    honest: Iterable[Honest],
    parties: Iterable[Party] = (),
    *,
    jobs: int | None,
    cluster: str | None = None,
    rules: RuleSet = BCH_2026,
    seed: int = 0,
    properties: Iterable[Property] = (),
    unique: Iterable[bytes] = (),
) -> ManyCampaigns:
    """Prepare a campaign in `jobs` processes; the other arguments are those of `fuzz`.

    On a cluster, None of `jobs` stands for as many as it has workers.

    Raises ContractError for what `prepare` refuses, for fewer than 1 process, and for a property
    that is no function of a module: another process could not find it.
    """
    if jobs is not None and jobs < 1:
        raise ContractError(f"jobs {jobs} is out of range: expected at least 1")
    checks = tuple(properties)
    _check_properties(checks)
    plan = Plan(tuple(pairs_of(honest)), tuple(parties), rules, checks, tuple(unique))
    alone = prepare(plan.honest, plan.parties, rules=rules, unique=plan.unique)
    names = tuple(each.scene.attacker.name for each in alone.searches)
    return ManyCampaigns(names, seed, jobs, cluster, plan)


def _check_properties(properties: Sequence[Property]) -> None:
    for each in properties:
        try:
            pickle.dumps(each)
        except (pickle.PicklingError, AttributeError, TypeError):
            raise ContractError(f"property {each} must be a function of a module") from None
        if getattr(each, "__module__", None) == "__main__":
            raise ContractError(f"property {each} must be in a module of its own")
