"""Comparing results: one row for each pool and each value of the swept setting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .results import Result
from .settings import POOLS
from .sweep import Run

__all__ = ["Row", "put_together"]


@dataclass(frozen=True, slots=True)
class Row:
    """The races on one pool at one value of the swept setting, as sums and means over seeds.

    Waits are in blocks, fees and takes (profits) in satoshis; `price` is the mean ratio of what
    filled orders got to what they were quoted, `throughput` the orders executed per block.
    Payouts are in seconds from the wish; `draft` is that of the results.
    """

    pool: str
    value: float
    seeds: int
    users: int
    filled: int
    unfilled: int
    gave_up: int
    expired: int
    conflicts: int
    retries: int
    conflicts_per_user: float
    wait_median: float
    wait_90: float
    wait_most: float
    bytes_per_order: float
    fees_per_order: float
    price: float
    throughput: float
    miner_take: int
    miner_takes_in: int
    candidates: int
    refused: int
    attacker: str
    rounds: int
    attacker_gain: int
    attacker_gains_in: int
    users_gain: int
    provider_gain: int
    bonds_lost: int
    draft: str
    payout_median: float
    payout_95: float

    def as_dict(self) -> dict[str, Any]:
        """Return every column by its name."""
        return {name: getattr(self, name) for name in self.__slots__}


def _row(pool: str, value: float, results: Sequence[Result]) -> Row:
    def add(name: str) -> int:
        return int(sum(getattr(each, name) for each in results))

    waits = [wait for each in results for wait in each.waits]
    payouts = [seconds for each in results for seconds in each.payouts]
    prices = [price for each in results for price in each.prices]
    settled, users = max(1, add("settled")), max(1, add("users"))
    return Row(
        pool=pool,
        value=value,
        seeds=len(results),
        users=add("users"),
        filled=add("filled"),
        unfilled=add("unfilled"),
        gave_up=add("gave_up"),
        expired=add("expired"),
        conflicts=add("conflicts"),
        retries=add("retries"),
        conflicts_per_user=add("conflicts") / users,
        wait_median=float(np.percentile(waits, 50)) if waits else 0.0,
        wait_90=float(np.percentile(waits, 90)) if waits else 0.0,
        wait_most=float(max(waits, default=0)),
        bytes_per_order=add("bytes") / settled,
        fees_per_order=add("fees") / settled,
        price=float(np.mean(prices)) if prices else 0.0,
        throughput=add("settled") / max(1, add("blocks")),
        miner_take=add("miner_take"),
        miner_takes_in=sum(each.miner_take > 0 for each in results),
        candidates=add("candidates"),
        refused=add("refused"),
        attacker=results[0].attacker,
        rounds=add("rounds"),
        attacker_gain=add("attacker_gain"),
        attacker_gains_in=sum(each.attacker_gain > 0 for each in results),
        users_gain=add("users_gain"),
        provider_gain=add("provider_gain"),
        bonds_lost=add("bonds_lost"),
        draft=results[0].draft,
        payout_median=float(np.percentile(payouts, 50)) if payouts else 0.0,
        payout_95=float(np.percentile(payouts, 95)) if payouts else 0.0,
    )


def put_together(done: Iterable[tuple[Run, Result]], *, swept: str = "users") -> list[Row]:
    """Make the rows, sorted by pool and value, from results in any order."""
    found: dict[tuple[str, float], list[Result]] = {}
    for run, result in done:
        value = float(getattr(run.settings, swept))
        found.setdefault((run.pool, value), []).append(result)
    for results in found.values():
        results.sort(key=lambda each: each.seed)
    order = sorted(found, key=lambda each: (POOLS.index(each[0]), each[1]))
    return [_row(pool, value, found[pool, value]) for pool, value in order]
