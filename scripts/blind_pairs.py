"""Run a campaign on contracts that are right and on each with an error, and print what it finds.

The contracts are no part of the project: they were written to try the search on what it had not
seen. The campaign knows nothing of the error, which is found by a finding of a kind that the right
contract does not have.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Collection
from contextlib import suppress

from pairs import PAIRS, Pair

from bchcov.testing import Report
from bchcov.testing.fuzzing.campaign import prepare


class _Found(Exception):
    """Ends a campaign that has found what it was to find."""


def described_in(pair: Pair) -> int:
    """The lines in which a user says who takes part, and builds the honest transactions."""
    source = inspect.getsource(pair.honest).splitlines()
    return sum(bool(line.strip()) for line in source) + len(pair.parties) + len(pair.properties)


def campaign(
    pair: Pair, source: str, count: int, seed: int = 0, *, but: Collection[str] | None = None
) -> Report:
    """Fuzz one of the two, until something is found that is of other kinds `but` these."""
    made = prepare(
        pair.spends(source),
        pair.parties,
        seed=seed,
        properties=pair.properties,
        unique=pair.unique,
    )

    def progress(judged: int, found: int) -> None:  # noqa: ARG001
        if but is not None and any(each.kind not in but for each in made.findings):
            raise _Found

    with suppress(_Found):
        made.run(seconds=None, count=count, progress=progress)
    return made.report()


def kinds_of(report: Report) -> list[str]:
    """The kinds that were found, attacks first."""
    return list(dict.fromkeys(each.kind for each in (*report.attacks, *report.notes)))


def main() -> int:
    """Print a row for each pair, and how many errors were found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000, help="transactions with the error")
    parser.add_argument("--right", type=int, default=20_000, help="and without it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=(), help="names of pairs")
    options = parser.parse_args()
    tried = found = attacks = 0
    for pair in PAIRS:
        if options.only and pair.name not in options.only:
            continue
        right = campaign(pair, pair.source, options.right, options.seed)
        known = kinds_of(right)
        started = time.process_time()
        report = campaign(pair, pair.broken, options.count, options.seed, but=known)
        seconds = time.process_time() - started
        kinds = [each for each in kinds_of(report) if each not in known]
        tried += 1
        found += bool(kinds)
        attacks += bool(right.attacks)
        print(
            f"| {pair.name} | {pair.error} | {', '.join(kinds) or 'nothing'} | {seconds:.1f} |"
            f" {report.judged:,} | {', '.join(known) or 'nothing'} | {described_in(pair)} |",
            flush=True,
        )
    print(f"\nerrors found: {found} of {tried}; right contracts with an attack: {attacks}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
