"""How many mutants of one transaction a judge judges in a second, beside `verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import process_time

# The transactions and the changes are those of the tests.
sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from support.mutating import random_change  # noqa: E402
from support.ticketed_world import World, default_action  # noqa: E402

from bchcov import Output, Transaction, verify  # noqa: E402
from bchcov.validation import Judge  # noqa: E402

__all__ = ["judge_rows"]

MUTANTS = 3_000
ORDERS = 16
Spend = tuple[Transaction, tuple[Output, ...]]


def judge_rows() -> Iterator[tuple[str, float, str]]:
    """Yield rows: random changes of the ticketed pool's transactions, in each of the two ways."""
    for what, base in _bases():
        random = Random(1)
        changes = [random_change(random, *base) for _ in range(MUTANTS)]
        start = process_time()
        judge = Judge(*base)
        verdicts = [judge.mutant(change) for change in changes]
        judged = process_time() - start
        start = process_time()
        expected = [verify(*change.on(*base)) for change in changes]
        alone = process_time() - start
        assert verdicts == expected
        yield f"changes of a ticketed {what}, by a judge", MUTANTS / judged, "/s"
        yield f"changes of a ticketed {what}, by verify", MUTANTS / alone, "/s"


def _bases() -> Iterator[tuple[str, Spend]]:
    for count in (1, ORDERS):
        world = World()
        tickets = [world.ticket(at, default_action(at), value=12_000) for at in range(count)]
        yield f"sequence of {count}", world.sequence(tickets).finish()
    actions = [default_action(at) for at in range(ORDERS)]
    yield f"execute of {ORDERS}", World().queued(*actions).execute(actions).finish()
