"""What people write: actions, amounts, hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ..amm.action import BUY, MOST_AMOUNT, SELL, Direction
from ..errors import BchcovError

__all__ = ["CommandError", "Wish", "find_hash", "read_action", "read_amount", "show_bch"]

_COIN = 100_000_000
_ACTION = re.compile(r"(?:swap\s+)?(\S+)\s+(\S+?)(?:\s+min\s+(\S+)(?:\s+(\S+))?)?", re.IGNORECASE)
_UNITS: dict[str, Direction] = {"bch": BUY, "token": SELL, "tokens": SELL}


class CommandError(BchcovError):
    """A command that is wrong; the message says what, and nothing has changed."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to swap: satoshis or tokens in, and the least he takes."""

    direction: Direction
    amount_in: int
    min_out: int


def show_bch(satoshis: int) -> str:
    """Satoshis as BCH, all eight decimals that are not trailing zeros."""
    return f"{Decimal(satoshis) / _COIN:,.8f}".rstrip("0").rstrip(".") + " BCH"


def read_amount(text: str, direction: Direction) -> int:
    """Read BCH (direction 1) as satoshis, or tokens (0). Raises CommandError."""
    unit = "BCH" if direction == BUY else "tokens"
    try:
        amount = Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise CommandError(f"{text!r} is no amount of {unit}") from None
    if not amount.is_finite() or amount <= 0:
        raise CommandError(f"an amount of {text} {unit}: it is more than nothing")
    whole = amount * _COIN if direction == BUY else amount
    if whole != whole.to_integral_value():
        least = "0.00000001 BCH" if direction == BUY else "one token"
        raise CommandError(f"an amount of {text} {unit}: the smallest part is {least}")
    if whole > MOST_AMOUNT:
        raise CommandError(f"an amount of {text} {unit}: that is more than there can be")
    return int(whole)


def read_action(text: str) -> Wish:
    """Read `swap 50 BCH`, `swap 20 Tokens`, `swap 50 BCH min 40 Tokens`. Raises CommandError."""
    match = _ACTION.fullmatch(text.strip())
    if match is None:
        raise CommandError(f"{text.strip()!r} is no action: write swap 50 BCH, or swap 20 Tokens")
    amount, unit, least, least_unit = match.groups()
    direction = _UNITS.get(unit.lower())
    if direction is None:
        raise CommandError(f"{unit!r} is nothing that this pool swaps: BCH or Tokens")
    other = SELL if direction == BUY else BUY
    if least_unit is not None and _UNITS.get(least_unit.lower()) != other:
        raise CommandError(f"a minimum of {least} {least_unit}: what comes out is the other kind")
    min_out = 0 if least is None else read_amount(least, other)
    return Wish(direction, read_amount(amount, direction), min_out)


def find_hash(text: str, known: Iterable[bytes]) -> bytes:
    """The one hash that begins as written in hexadecimal. Raises CommandError."""
    written = text.lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{4,64}", written):
        raise CommandError(f"{text!r} is no hash: write 4 to 64 hexadecimal digits of it")
    found = [each for each in known if each.hex().startswith(written)]
    if len(found) != 1:
        problem = "no commitment has" if not found else f"{len(found)} commitments have"
        raise CommandError(f"{problem} a hash that begins with {written}")
    return found[0]
