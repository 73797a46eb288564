"""Checks of the types and ranges of a builder's arguments."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isfinite

from ..encoding.expected import expect_bytes, expect_integer, kind_of
from ..errors import BchcovError, BuildError, EncodeError
from ..transaction.constants import COIN, MAX_UINT32
from ..transaction.fields import check_output
from .balance import Spend
from .coins import Coin

__all__ = ["check_spend", "check_spends", "fee_rate_of"]

# At most one coin per byte, and at most 30 decimal places, so that fractions stay small.
_MAX_RATE, _MIN_EXPONENT = COIN, -30


def fee_rate_of(rate: object) -> Fraction:
    """Convert a fee rate to an exact number of satoshis per byte. Raises BuildError."""
    if isinstance(rate, bool) or not isinstance(rate, (int, Fraction, Decimal, float)):
        raise BuildError(f"fee rate must be an int, Fraction or Decimal, not {kind_of(rate)}")
    if isinstance(rate, Decimal):
        is_sound = rate.is_finite() and (not rate or rate.adjusted() >= _MIN_EXPONENT)
    else:
        is_sound = not isinstance(rate, float) or isfinite(rate)
    if not is_sound or rate > _MAX_RATE:
        raise BuildError(f"fee rate is out of range: expected 0 to {_MAX_RATE} satoshis per byte")
    if rate < 0:
        shown = str(rate) if rate >= -_MAX_RATE else "below -100,000,000"
        raise BuildError(f"fee rate {shown} is out of range: expected 0 to {_MAX_RATE}")
    return Fraction(rate)


def check_spend(spend: object, what: str) -> None:
    """Raise BuildError unless `spend` is a Spend with a coin, sequence and unlocker that fit."""
    if not isinstance(spend, Spend):
        raise BuildError(f"{what} must be a Spend, not {kind_of(spend)}")
    coin: object = spend.coin
    if not isinstance(coin, Coin):
        raise BuildError(f"{what}: coin must be a Coin, not {kind_of(coin)}")
    try:
        expect_bytes(coin.outpoint_hash, "outpoint hash", size=32)
        expect_integer(coin.outpoint_index, "outpoint index", MAX_UINT32)
        expect_integer(spend.sequence, "sequence number", MAX_UINT32)
        check_output(coin.output, "spent output")
    except EncodeError as error:
        raise BuildError(f"{what}: {error}") from None
    if not callable(getattr(spend.unlocker, "unlock", None)):
        raise BuildError(
            f"{what}: unlocker must have a size and a method unlock, unlike"
            f" {kind_of(spend.unlocker)}"
        )
    try:
        size: object = getattr(spend.unlocker, "size", None)
    except BchcovError as error:
        raise BuildError(f"{what} cannot be unlocked: {error}") from error
    if not isinstance(size, int) or not 0 <= size <= MAX_UINT32:
        raise BuildError(f"{what}: unlocker size must be an integer from 0 to {MAX_UINT32}")


def check_spends(spends: Iterable[Spend], what: str) -> tuple[Spend, ...]:
    """Return `spends` as a tuple. Raises BuildError unless they are an iterable of Spend."""
    if not isinstance(spends, Iterable) or isinstance(spends, (str, bytes)):
        raise BuildError(f"coins to spend must be a list of Spend, not {kind_of(spends)}")
    made = tuple(spends)
    for at, spend in enumerate(made):
        check_spend(spend, f"{what} {at}")
    return made
