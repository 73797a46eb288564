"""The report of coverage: checks, branches, loops and lines, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...contract.checks import Check
from ...contract.contract import Contract
from ...encoding.printable import printable
from ...script.opcodes import Op
from ..sites import BRANCHES, Site
from .events import MANY, Event, event_of

__all__ = [
    "BranchRow",
    "CheckRow",
    "CoverageReport",
    "FunctionRow",
    "LineRow",
    "LoopRow",
    "make_report",
]

# Where the script goes on, whatever was before.
_MARKS = frozenset({Op.OP_ELSE, Op.OP_ENDIF})
_LINES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check: how often it ran, and how often it refused an input."""

    file: str
    line: int
    name: str
    why: str
    ran: int
    refused: int


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch: how often its condition was true, and how often false."""

    file: str
    line: int
    column: int
    opcode: str
    true: int
    false: int


@dataclass(frozen=True, slots=True)
class LoopRow:
    """A loop, by its OP_UNTIL: how often it ended after no, one and more repetitions.

    The body of a loop runs once before it is repeated. What CashScript compiles from `while`
    is repeated as often as its body runs.
    """

    file: str
    line: int
    column: int
    none: int
    one: int
    many: int


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """The body of a function: where it begins, and how often it was called.

    How many instructions it has, and how many of them ran.
    """

    file: str
    line: int
    column: int
    instructions: int
    instructions_run: int
    called: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line: how many instructions it has, how many of them ran, and how often at most."""

    file: str
    line: int
    instructions: int
    instructions_run: int
    ran: int


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What transactions reached in contracts.

    `inputs` counts the inputs in which one of the contracts ran. `elsewhere` counts refusals
    of such inputs by something that is none of the checks, by reason.
    """

    transactions: int
    inputs: int
    checks: tuple[CheckRow, ...]
    branches: tuple[BranchRow, ...]
    loops: tuple[LoopRow, ...]
    functions: tuple[FunctionRow, ...]
    lines: tuple[LineRow, ...]
    elsewhere: Mapping[str, int]

    @property
    def never_refused(self) -> tuple[CheckRow, ...]:
        """The checks that have never been seen to refuse an input."""
        return tuple(each for each in self.checks if not each.refused)

    @property
    def one_way(self) -> tuple[BranchRow, ...]:
        """The branches of which at most one way has been seen."""
        return tuple(each for each in self.branches if not (each.true and each.false))

    @property
    def never_called(self) -> tuple[FunctionRow, ...]:
        """The functions that were never called."""
        return tuple(each for each in self.functions if not each.called)

    @property
    def not_run(self) -> tuple[LineRow, ...]:
        """The lines of which an instruction has never run."""
        return tuple(each for each in self.lines if each.instructions_run < each.instructions)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as what JSON can hold."""
        return {**asdict(self), "elsewhere": dict(self.elsewhere)}

    def text(self) -> str:
        """Return the report as text, the checks that were never seen to fail first."""
        return "\n".join(_lines_of(self))

    def __str__(self) -> str:
        return self.text()


def _lines_of(report: CoverageReport) -> Iterator[str]:
    checks = sorted(report.checks, key=lambda each: (bool(each.refused), each.file, each.line))
    instructions = sum(each.instructions for each in report.lines)
    ran = sum(each.instructions_run for each in report.lines)
    ways = sum(bool(each.true) + bool(each.false) for each in report.branches)
    seen = len(checks) - len(report.never_refused)
    yield f"{seen} of {len(checks)} checks were seen to fail"
    yield f"{ran} of {instructions} instructions ran, in {report.inputs} inputs"
    yield f"{ways} of {2 * len(report.branches)} ways of branches were taken"
    if report.functions:
        called = len(report.functions) - len(report.never_called)
        yield f"{called} of {len(report.functions)} functions were called"
    if checks:
        places = [f"{each.file}:{each.line}" for each in checks]
        width = max(map(len, places))
        yield ""
        yield f"{'check':{width}}  {'refused':>8}  {'ran':>8}"
        for place, each in zip(places, checks, strict=True):
            what = printable(f"[{each.name}] {each.why}".rstrip())
            yield f"{printable(place):{width}}  {each.refused or 'NEVER':>8}  {each.ran:>8}  {what}"
    for branch in report.one_way:
        way = (
            "neither way"
            if not branch.true | branch.false
            else ("never false" if branch.true else "never true")
        )
        yield f"{printable(branch.file)}:{branch.line}:{branch.column} {branch.opcode}: {way}"
    for function in report.never_called:
        place = f"{printable(function.file)}:{function.line}:{function.column}"
        yield f"{place} a function of {function.instructions} instructions: never called"
    for loop in report.loops:
        missing = [
            name
            for name, count in (("no", loop.none), ("one", loop.one), ("many", loop.many))
            if not count
        ]
        if missing:
            place = f"{printable(loop.file)}:{loop.line}:{loop.column}"
            yield f"{place} OP_UNTIL: never {', '.join(missing)} repetitions"
    files = dict.fromkeys(each.file for each in report.not_run)
    for file in files:
        numbers = [str(each.line) for each in report.not_run if each.file == file]
        more = f" and {len(numbers) - _LINES_SHOWN} more" if len(numbers) > _LINES_SHOWN else ""
        shown = ", ".join(numbers[:_LINES_SHOWN])
        yield f"{printable(file)}: not all of lines {shown}{more} ran"
    for reason, count in sorted(report.elsewhere.items()):
        yield f"refused by none of these checks: {count} as {reason}"


def make_report(
    contracts: Sequence[Contract],
    sites: Sequence[Site],
    counts: Mapping[Event, int],
    elsewhere: Mapping[str, int],
    *,
    transactions: int,
    inputs: int,
) -> CoverageReport:
    """Make the report of what has been counted."""
    placed = {event_of(site, place): site for site in sites for place in site.places}
    ordered = sorted(placed)
    return CoverageReport(
        transactions,
        inputs,
        tuple(_check_rows(contracts, placed, counts)),
        tuple(_branch_rows(ordered, counts)),
        tuple(_loop_rows(ordered, counts)),
        tuple(_function_rows(sites, counts)),
        tuple(_line_rows(ordered, counts)),
        dict(elsewhere),
    )


def _check_rows(
    contracts: Sequence[Contract], placed: Mapping[Event, Site], counts: Mapping[Event, int]
) -> Iterator[CheckRow]:
    ran: Counter[tuple[str, Check]] = Counter()
    files: dict[Check, str] = {}
    for event, site in placed.items():
        for check in site.checks:
            ran[event.file, check] += counts.get(event, 0)
            files.setdefault(check, event.file)
    refused: Counter[tuple[str, int, int, str]] = Counter()
    for event, count in counts.items():
        if event.kind == "refused":
            refused[event.file, event.line, event.column, event.check] += count
    done = set()
    for check in (check for contract in contracts for check in contract.checks):
        for file in sorted({file for file, each in ran if each == check}):
            if (file, check) not in done:
                done.add((file, check))
                times = refused[file, check.line, check.column, check.name]
                yield CheckRow(file, check.line, check.name, check.why, ran[file, check], times)


def _branch_rows(ordered: Sequence[Event], counts: Mapping[Event, int]) -> Iterator[BranchRow]:
    for event in ordered:
        if event.opcode in BRANCHES:
            false, true = (
                counts.get(event._replace(kind="branch", outcome=way), 0) for way in (0, 1)
            )
            name = Op(event.opcode).name
            yield BranchRow(event.file, event.line, event.column, name, true, false)


def _loop_rows(ordered: Sequence[Event], counts: Mapping[Event, int]) -> Iterator[LoopRow]:
    for event in ordered:
        if event.opcode == Op.OP_UNTIL:
            times = [
                counts.get(event._replace(kind="loop", outcome=count), 0)
                for count in range(MANY + 1)
            ]
            yield LoopRow(event.file, event.line, event.column, *times)


def _function_rows(sites: Sequence[Site], counts: Mapping[Event, int]) -> Iterator[FunctionRow]:
    """Yield the bodies of functions by the place of their first instruction, each once."""
    bodies: dict[tuple[str, int, int], dict[Event, int]] = {}
    starts: dict[bytes, tuple[str, int, int]] = {}
    for site in sites:
        if site.script and site.places:
            place = site.places[0]
            event = event_of(site, place)
            start = starts.setdefault(site.code, (place.file, place.line, place.column))
            bodies.setdefault(start, {})[event] = counts.get(event, 0)
    for (file, line, column), ran in sorted(bodies.items()):
        called = next(iter(ran.values()))
        yield FunctionRow(file, line, column, len(ran), sum(map(bool, ran.values())), called)


def _line_rows(ordered: Sequence[Event], counts: Mapping[Event, int]) -> Iterator[LineRow]:
    lines: dict[tuple[str, int], list[int]] = {}
    for event in ordered:
        if event.opcode not in _MARKS:
            lines.setdefault((event.file, event.line), []).append(counts.get(event, 0))
    for (file, line), ran in lines.items():
        yield LineRow(file, line, len(ran), sum(map(bool, ran)), max(ran))
