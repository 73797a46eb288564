"""Run a campaign on contracts that are right and on each with an error, and print what it finds.

The contracts are no part of the project: they were written to try the search on what it had not
seen. The campaign knows nothing of the error.
"""

from __future__ import annotations

import argparse
import inspect
import sys
import time
from collections.abc import Sequence

from pairs import PAIRS, Pair

from bchcov.testing import Report, fuzz


def described_in(pair: Pair) -> int:
    """The lines in which a user says who takes part, and builds the honest transactions."""
    source = inspect.getsource(pair.honest).splitlines()
    return sum(bool(line.strip()) for line in source) + len(pair.parties) + len(pair.properties)


def campaign(pair: Pair, source: str, count: int, seed: int = 0, *, first: bool) -> Report:
    """Fuzz one of the two."""
    return fuzz(
        pair.spends(source),
        pair.parties,
        seconds=None,
        count=count,
        seed=seed,
        properties=pair.properties,
        unique=pair.unique,
        stop_at_first=first,
    )


def kinds_of(report: Report) -> Sequence[str]:
    """The kinds that were found, attacks first."""
    return list(dict.fromkeys(each.kind for each in (*report.attacks, *report.notes)))


def main() -> int:
    """Print a row for each pair, and how many errors were found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30_000, help="transactions with the error")
    parser.add_argument("--right", type=int, default=30_000, help="and without it, 0 for none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=(), help="names of pairs")
    options = parser.parse_args()
    tried = found = 0
    for pair in PAIRS:
        if options.only and pair.name not in options.only:
            continue
        started = time.process_time()
        report = campaign(pair, pair.broken, options.count, options.seed, first=True)
        kinds = kinds_of(report)
        seconds = time.process_time() - started
        tried += 1
        found += bool(kinds)
        right: Sequence[str] = ()
        if options.right:
            right = kinds_of(campaign(pair, pair.source, options.right, options.seed, first=False))
        print(
            f"{pair.name:16} {described_in(pair):2} lines  {', '.join(kinds) or 'nothing':22}"
            f" {seconds:5.1f} s {report.judged:7,}  right: {', '.join(right) or 'nothing'}",
            flush=True,
        )
    print(f"found: {found} of {tried}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
