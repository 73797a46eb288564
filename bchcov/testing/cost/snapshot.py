"""Snapshots of costs: a file to be kept with the contract, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...encoding.json_text import JSON
from ...errors import FormatError
from ..marks import Case
from .measuring import CostReport, SpendCost

__all__ = ["cases_of", "check_snapshot", "update_snapshot"]

_Figures = Mapping[str, int]


def update_snapshot(report: CostReport, path: str | Path) -> None:
    """Write the figures of a report into a snapshot file: JSON, sorted, and so easy to compare.

    Raises OSError if it cannot be written.
    """
    snapshot = {
        "contract": report.contract,
        "rules": report.rules,
        "spends": {each.name: dict(_figures(each)) for each in report.spends},
    }
    text = json.dumps(snapshot, indent=1, sort_keys=True)
    Path(path).write_text(f"{text}\n", encoding="utf-8")


def check_snapshot(
    report: CostReport, path: str | Path, *, tolerance: float = 0.0
) -> tuple[str, ...]:
    """Compare a report with a snapshot file; return each difference as a sentence.

    Figures may differ by `tolerance` of what the snapshot says, 0.05 for 5 percent, upwards
    and downwards. Raises FormatError for a file that is no snapshot, and OSError for one that
    cannot be read.
    """
    before = _read(Path(path))
    after = {each.name: _figures(each) for each in report.spends}
    return tuple(_differences(before, after, tolerance))


def cases_of(report: CostReport, differences: Sequence[str]) -> list[Case]:
    """Return a case for each spend, and for each that only the snapshot has.

    It fails with what differs, as `check_snapshot` says it.
    """
    names = [each.name for each in report.spends]
    gone = [each.rpartition(": ")[0] for each in differences]
    cases = []
    for name in dict.fromkeys([*names, *(each for each in gone if each not in names)]):
        own = [each for each in differences if each.startswith(f"{name}: ")]
        cases.append(Case(name, "\n".join(own) or None))
    return cases


def _figures(cost: SpendCost) -> _Figures:
    return {
        "bytes": cost.transaction_size,
        "hash_iterations": cost.hash_iterations,
        "op_cost": cost.op_cost,
        "padding": cost.padding,
        "signature_checks": cost.signature_checks,
    }


def _read(path: Path) -> Mapping[str, _Figures]:
    try:
        found = JSON.decode(path.read_bytes().decode("utf-8"))
    except ValueError as error:
        raise FormatError(f"{str(path)!a} is no snapshot of costs: {error}") from None
    spends = found.get("spends") if isinstance(found, dict) else None
    if not isinstance(spends, dict) or not all(
        isinstance(each, dict) and all(type(figure) is int for figure in each.values())
        for each in spends.values()
    ):
        raise FormatError(f"{str(path)!a} is no snapshot of costs: it has no figures of spends")
    return spends


def _differences(
    before: Mapping[str, _Figures], after: Mapping[str, _Figures], tolerance: float
) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{name}: not in the snapshot"
        elif name not in after:
            yield f"{name}: only in the snapshot"
        else:
            for figure, now in after[name].items():
                then = before[name].get(figure, 0)
                if abs(now - then) > tolerance * then:
                    percent = f", {100 * (now - then) / then:+.1f} %" if then else ""
                    yield f"{name}: {figure} {then:,} -> {now:,} ({now - then:+,}{percent})"
