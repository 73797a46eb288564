"""Checks of the types and ranges of what a builder is given."""

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

# A bitcoin cash for each byte; and a price in steps that no division can make a wait of.
_DEAREST, _FINEST = COIN, -30


def fee_rate_of(rate: object) -> Fraction:
    """A fee rate as an exact number of satoshis a byte. Raises BuildError."""
    if isinstance(rate, bool) or not isinstance(rate, (int, Fraction, Decimal, float)):
        raise BuildError(
            f"a fee rate is an int, a Fraction or a Decimal of satoshis a byte, not {kind_of(rate)}"
        )
    if isinstance(rate, Decimal):
        is_sound = rate.is_finite() and (not rate or rate.adjusted() >= _FINEST)
    else:
        is_sound = not isinstance(rate, float) or isfinite(rate)
    if not is_sound or rate > _DEAREST:
        raise BuildError(f"a fee rate is a number of satoshis a byte, at most {_DEAREST}")
    if rate < 0:
        shown = str(rate) if rate >= -_DEAREST else "less than -100,000,000"
        raise BuildError(f"a fee rate of {shown}: it is not negative")
    return Fraction(rate)


def check_spend(spend: object, what: str) -> None:
    """Raise BuildError for what is no spend of a coin, or one whose numbers have no encoding."""
    if not isinstance(spend, Spend):
        raise BuildError(f"{what} is a Spend, not {kind_of(spend)}")
    coin: object = spend.coin
    if not isinstance(coin, Coin):
        raise BuildError(f"{what}: what is spent is a Coin, not {kind_of(coin)}")
    try:
        expect_bytes(coin.outpoint_hash, "an outpoint hash", size=32)
        expect_integer(coin.outpoint_index, "an outpoint index", MAX_UINT32)
        expect_integer(spend.sequence, "a sequence number", MAX_UINT32)
        check_output(coin.output, "its output")
    except EncodeError as error:
        raise BuildError(f"{what}: {error}") from None
    if not callable(getattr(spend.unlocker, "unlock", None)):
        raise BuildError(
            f"{what}: an unlocker has a size and a method unlock, {kind_of(spend.unlocker)} has not"
        )
    try:
        size: object = getattr(spend.unlocker, "size", None)
    except BchcovError as error:
        raise BuildError(f"{what} cannot be unlocked: {error}") from error
    if not isinstance(size, int) or not 0 <= size <= MAX_UINT32:
        raise BuildError(f"{what}: the size of an unlocker is a number of bytes")


def check_spends(spends: Iterable[Spend], what: str) -> tuple[Spend, ...]:
    """Return spends as a tuple. Raises BuildError for anything but an iterable of Spend."""
    if not isinstance(spends, Iterable) or isinstance(spends, (str, bytes)):
        raise BuildError(f"coins to spend are a list of Spend, not {kind_of(spends)}")
    made = tuple(spends)
    for at, spend in enumerate(made):
        check_spend(spend, f"{what} {at}")
    return made
