"""Whether a transaction is final: its locktime, and the coin ages that its inputs require.

Source: BIP65, BIP68, BIP113.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..transaction.constants import (
    AGE_IS_TIME,
    AGE_MASK,
    AGE_SECONDS,
    LOCKTIME_THRESHOLD,
    NO_AGE,
    SEQUENCE_FINAL,
)
from ..transaction.model import Transaction
from .pace import TODAY, LockScale

__all__ = ["CoinAge", "unmet_age", "unmet_locktime"]


@dataclass(frozen=True, slots=True)
class CoinAge:
    """Where a coin was confirmed: the block's height, and the median time before that block."""

    height: int
    median_time: int


def unmet_locktime(
    transaction: Transaction, height: int, time: int, *, scale: LockScale = TODAY
) -> str | None:
    """Say why a transaction's locktime keeps it out of a block at `height`; None if it does not.

    `time` is the median time past of the block before that one; `scale` says what heights count.
    """
    locktime = transaction.locktime
    if all(item.sequence == SEQUENCE_FINAL for item in transaction.inputs):
        return None
    is_time = locktime >= LOCKTIME_THRESHOLD
    if locktime == 0 or (locktime < time if is_time else scale.is_final(locktime, height)):
        return None
    now = f"median time {time}" if is_time else f"height {scale.told(height)}"
    return f"locktime {locktime} is not below {now}{scale.remark}"


def unmet_age(
    transaction: Transaction,
    ages: Sequence[CoinAge],
    height: int,
    time: int,
    *,
    scale: LockScale = TODAY,
) -> tuple[int, str] | None:
    """Return the first input whose coin is younger than its sequence number requires, and why.

    `height`, `time` and `scale` are those of `unmet_locktime`. Returns None if all are old enough.
    """
    if transaction.version < 2:
        return None
    for index, (item, age) in enumerate(zip(transaction.inputs, ages, strict=True)):
        if item.sequence & NO_AGE:
            continue
        count = item.sequence & AGE_MASK
        if item.sequence & AGE_IS_TIME:
            least = age.median_time + count * AGE_SECONDS
            if time < least:
                why = f"median time {time} is too early: expected at least {least}"
                return index, why + scale.remark
        elif height < (least := scale.first_height(age.height, count)):
            now, then = scale.told(height), scale.told(least)
            return index, f"height {now} is too early: expected at least {then}{scale.remark}"
    return None
