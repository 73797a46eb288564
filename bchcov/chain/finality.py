"""When a transaction may be confirmed: its locktime, and the ages its inputs ask for.

Source: BIP65, BIP68, BIP113.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..transaction.model import Transaction

__all__ = ["CoinAge", "unmet_age", "unmet_locktime"]

_FINAL = 0xFFFF_FFFF
_TIMES_BEGIN = 500_000_000
_NO_AGE, _AGE_IS_TIME, _AGE = 1 << 31, 1 << 22, 0xFFFF
_TIME_UNIT = 512


@dataclass(frozen=True, slots=True)
class CoinAge:
    """Where a coin was confirmed: the block's height, and the median time before that block."""

    height: int
    median_time: int


def unmet_locktime(transaction: Transaction, height: int, time: int) -> str | None:
    """Say why a transaction's locktime keeps it out of a block at `height`; None if it does not.

    `time` is the median time past of the block before.
    """
    locktime = transaction.locktime
    if all(item.sequence == _FINAL for item in transaction.inputs):
        return None
    is_time = locktime >= _TIMES_BEGIN
    if locktime == 0 or locktime < (time if is_time else height):
        return None
    now = f"median time {time}" if is_time else f"height {height}"
    return f"locktime {locktime} is not below {now}"


def unmet_age(
    transaction: Transaction, ages: Sequence[CoinAge], height: int, time: int
) -> tuple[int, str] | None:
    """The first input whose coin is too young for its sequence number, and why; None if none."""
    if transaction.version < 2:
        return None
    for index, (item, age) in enumerate(zip(transaction.inputs, ages, strict=True)):
        if item.sequence & _NO_AGE:
            continue
        count = item.sequence & _AGE
        if item.sequence & _AGE_IS_TIME:
            least = age.median_time + count * _TIME_UNIT
            if time < least:
                return index, f"its coin is old enough from median time {least} on, it is {time}"
        elif height < age.height + count:
            return index, f"its coin is old enough at height {age.height + count}, not {height}"
    return None
