"""Judge very many mutants of the pools' transactions, and print what nobody has explained.

A campaign on each pool as it is: single changes first, then each with repair, then mixtures and
the coins of two transactions together. A finding is explained here, or somebody has to look at it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from pool_subjects import Subject, of_cpmm, of_direct, of_epochs, of_ticketed  # noqa: E402
from support.ticketed_world import PROVIDER  # noqa: E402

from bchcov.script.pushes import instructions  # noqa: E402
from bchcov.testing import Finding  # noqa: E402
from bchcov.testing.fuzzing.campaign import Campaign, prepare  # noqa: E402

DEPTHS = (4, 10, 14)
POOLS: dict[str, Callable[[], Iterator[Subject]]] = {
    "cpmm": of_cpmm,
    "direct": of_direct,
    **{f"ticketed, depth {depth}": partial(of_ticketed, depth) for depth in DEPTHS},
    "epochs": of_epochs,
}
# By pool, kind and whose attack it is, None for anybody's: why it is none.
REASONS: dict[tuple[str, str, str | None], str] = {
    ("direct", "no wait", None): "a commit asks for a deadline that is near, from any height on",
    ("ticketed", "no wait", None): (
        "a batch asks for deadlines that are near, from any height on; closing asks for no notice"
    ),
    ("ticketed", "free state", "provider"): "they may leave the pool open or closed",
    ("epochs", "free state", "provider"): "they may leave the pool open or closed",
    ("cpmm", "loss", "owner"): "the reserves are theirs",
    ("cpmm", "free state", "owner"): "the reserves are theirs",
}


@dataclass(frozen=True)
class Judged:
    """What a campaign on one pool has come to."""

    pool: str
    judged: int
    accepted: int
    seconds: float
    findings: tuple[Finding, ...]


def reason_of(pool: str, finding: Finding) -> str:
    """Say why a finding is no attack; nothing if nobody has."""
    profile = pool.partition(",")[0]
    for attacker in (finding.attacker, None):
        if (profile, finding.kind, attacker) in REASONS:
            return REASONS[profile, finding.kind, attacker]
    pushed = (
        step.data
        for item in finding.transaction.inputs
        for step in instructions(item.unlocking_bytecode)
    )
    is_owner = finding.attacker == "provider" and PROVIDER.public_key in pushed
    # That they move nothing while somebody waits is among the promises, which are checked first.
    return "the reserves are theirs" if is_owner and finding.kind in ("loss", "gain") else ""


def judge(pool: str, *, count: int | None, seconds: float | None, seed: int) -> Judged:
    """Run a campaign on one pool."""
    subject = next(iter(POOLS[pool]()))
    campaign: Campaign = prepare(
        subject.honest(),
        subject.parties,
        seed=seed,
        unique=subject.unique,
        properties=subject.properties,
    )
    campaign.run(seconds=seconds, count=count, clock=process_time)
    report = campaign.report()
    return Judged(pool, report.judged, report.accepted, report.seconds, report.findings)


def main() -> int:
    """Judge as many as are asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, help="mutants, shared by the pools")
    parser.add_argument("--seconds", type=float, help="of work, shared by the pools")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=list(POOLS), choices=list(POOLS))
    options = parser.parse_args()
    if options.count is None and options.seconds is None:
        parser.error("expected --count or --seconds")
    share = len(options.only)
    count = None if options.count is None else -(-options.count // share)
    seconds = None if options.seconds is None else options.seconds / share
    open_to_all, total = 0, 0
    for pool in options.only:
        done = judge(pool, count=count, seconds=seconds, seed=options.seed)
        total += done.judged
        print(
            f"{pool:20} {done.judged:>9,} judged {done.accepted:>9,} accepted"
            f" {done.seconds:>7,.0f} s",
            flush=True,
        )
        for finding in done.findings:
            reason = reason_of(pool, finding)
            open_to_all += not reason
            said = f"{finding.kind}: {finding.attacker}: {finding.sentence}"
            print(f"    {'explained' if reason else 'OPEN'}: {said:.140}", flush=True)
            print(f"        {reason or finding}", flush=True)
    print(f"{total:,} mutants judged, seed {options.seed}; {open_to_all} findings not explained")
    return 1 if open_to_all else 0


if __name__ == "__main__":
    sys.exit(main())
