"""`multi`: the same users race on both profiles, and everybody sees what became of each."""

from __future__ import annotations

from typing import Any

from ..race import Race, Result, Settings
from .answer import Answer
from .parsing import CommandError

__all__ = ["race_users"]

_MOST_USERS = 1_000
_HEADINGS = ("user", "wants", "direct: conflicts", "blocks", "ticketed: conflicts", "blocks")
# They all come within about six seconds, so that they meet.
_CROWD = 100


def race_users(written: str, seed: int) -> Answer:
    """Race a number of users, as written, on chains of their own. Raises CommandError."""
    if not written.isdecimal() or not 1 <= int(written) <= _MOST_USERS:
        raise CommandError(f"{written} users: 1 to {_MOST_USERS:,}")
    count = int(written)
    settings = Settings(
        seed=seed, users=count, arrivals_per_block=count * _CROWD, miner_share=0.0, tolerance=1.0
    )
    races = {pool: Race(settings, pool) for pool in ("direct", "ticketed")}
    results = {pool: race.run() for pool, race in races.items()}
    rows = [_HEADINGS]
    users: list[dict[str, Any]] = []
    ways = {pool: race.venue.journeys for pool, race in races.items()}
    for direct, ticketed in zip(ways["direct"], ways["ticketed"], strict=True):
        want = direct.want
        kind = "BCH in" if want.direction else "Tokens in"
        rows.append(
            (
                str(want.number),
                f"{kind} at {want.time:.0f} s",
                str(direct.conflicts),
                str(direct.blocks),
                str(ticketed.conflicts),
                str(ticketed.blocks),
            )
        )
        users.append(
            {
                "user": want.number,
                "direct": {"conflicts": direct.conflicts, "blocks": direct.blocks},
                "ticketed": {"conflicts": ticketed.conflicts, "blocks": ticketed.blocks},
            }
        )
    lines = [_tell(pool, result, ways[pool]) for pool, result in results.items()]
    batches = getattr(races["ticketed"].venue, "batches", [])
    lines.append(f"ticketed queued them in batches of {', '.join(map(str, batches))}")
    lines.append("They raced on chains of their own: this pool is as it was.")
    data = {"seed": seed, "users": users, "batches": batches}
    return Answer(True, tuple(lines), data, tuple(rows))


def _tell(pool: str, result: Result, journeys: Any) -> str:
    lost = [str(each.want.number) for each in journeys if each.conflicts]
    some = f"user{'s' if len(lost) > 1 else ''} {', '.join(lost)}"
    who = f"{some} lost the pool to others" if lost else "nobody conflicted"
    return (
        f"{pool}: {result.settled} of {result.users} orders executed in {result.blocks} blocks"
        f" ({result.seconds:.0f} s), conflicts {result.conflicts}: {who}"
    )
