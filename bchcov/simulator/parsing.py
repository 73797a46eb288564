"""What people write: actions, amounts, hashes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation

from ..amm.action import BUY, MAX_AMOUNT, SELL, Direction
from ..encoding.printable import printable
from ..errors import CommandError
from ..transaction.constants import COIN, MAX_MONEY

__all__ = [
    "Wish",
    "find_hash",
    "plural",
    "quoted",
    "read_action",
    "read_amount",
    "read_count",
    "show_amount",
    "show_bch",
    "show_tokens",
    "shown",
]

_MOST_DIGITS = 40
_MOST_SHOWN = 60
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:[.eE]|$)")
_ACTION = re.compile(r"(?:swap\s+)?(\S+)\s+(\S+?)(?:\s+min\s+(\S+)(?:\s+(\S+))?)?", re.IGNORECASE)
_UNITS: dict[str, Direction] = {"bch": BUY, "token": SELL, "tokens": SELL}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to swap: satoshis or tokens in, and the least that is accepted."""

    direction: Direction
    amount_in: int
    min_out: int


def show_bch(satoshis: int) -> str:
    """Satoshis as BCH, all eight decimals that are not trailing zeros."""
    return f"{Decimal(satoshis) / COIN:,.8f}".rstrip("0").rstrip(".") + " BCH"


def shown(text: str) -> str:
    """What somebody wrote as a message may repeat it: escaped, and the beginning of it only."""
    return printable(text[:_MOST_SHOWN]) + ("..." if len(text) > _MOST_SHOWN else "")


def quoted(text: str) -> str:
    """The same between quotation marks."""
    return f"'{shown(text)}'"


def plural(count: int, what: str) -> str:
    """A number with what it counts: 1 block, 2 blocks."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def show_tokens(tokens: int) -> str:
    """A number of tokens."""
    return plural(tokens, "Token")


def show_amount(amount: int, direction: Direction) -> str:
    """Satoshis (direction 1) or tokens (0) with their unit."""
    return show_bch(amount) if direction == BUY else show_tokens(amount)


def read_count(text: str, most: int, what: str) -> int:
    """Read a number of something, 1 to `most`. Raises CommandError."""
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise CommandError(f"{shown(text)} {what}: 1 to {most:,}")
    return int(text)


def read_amount(text: str, direction: Direction) -> int:
    """Read BCH (direction 1) as satoshis, or tokens (0). Raises CommandError."""
    unit = "BCH" if direction == BUY else "tokens"
    bare = text.replace(",", "") if _THOUSANDS.match(text) else text
    try:
        if not bare.isascii():
            raise InvalidOperation
        amount = Decimal(bare)
    except InvalidOperation:
        hint = ": commas stand between thousands" if "," in text else ""
        raise CommandError(f"{quoted(text)} is no amount of {unit}{hint}") from None
    if not amount.is_finite() or amount <= 0:
        raise CommandError(f"an amount of {shown(text)} {unit}: it is more than nothing")
    # The number of digits is looked at first: what is written short may be long.
    if amount.adjusted() > _MOST_DIGITS:
        raise CommandError(f"an amount of {shown(text)} {unit}: that is more than there can be")
    exact = Context(prec=len(bare) + _MOST_DIGITS)
    whole = amount
    if direction == BUY and amount.adjusted() >= -_MOST_DIGITS:
        whole = exact.multiply(amount, Decimal(COIN))
    if amount.adjusted() < -_MOST_DIGITS or whole != exact.to_integral_value(whole):
        least = "0.00000001 BCH" if direction == BUY else "one token"
        raise CommandError(f"an amount of {shown(text)} {unit}: the smallest part is {least}")
    if whole > (MAX_MONEY if direction == BUY else MAX_AMOUNT):
        raise CommandError(f"an amount of {shown(text)} {unit}: that is more than there can be")
    return int(whole)


def read_action(text: str) -> Wish:
    """Read `swap 50 BCH`, `swap 20 Tokens`, `swap 50 BCH min 40 Tokens`. Raises CommandError."""
    match = _ACTION.fullmatch(text.strip())
    if match is None:
        raise CommandError(
            f"{quoted(text.strip())} is no action: write swap 50 BCH, or swap 20 Tokens"
        )
    amount, unit, least, least_unit = match.groups()
    direction = _UNITS.get(unit.lower())
    if direction is None:
        raise CommandError(f"{quoted(unit)} is nothing that this pool swaps: BCH or Tokens")
    other = SELL if direction == BUY else BUY
    if least_unit is not None and _UNITS.get(least_unit.lower()) != other:
        raise CommandError(
            f"a minimum of {shown(least)} {shown(least_unit)}: what comes out is the other kind"
        )
    min_out = 0 if least is None else read_amount(least, other)
    return Wish(direction, read_amount(amount, direction), min_out)


def find_hash(text: str, known: Iterable[bytes]) -> bytes:
    """The one hash that begins as written in hexadecimal. Raises CommandError."""
    written = text.lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{4,64}", written):
        raise CommandError(f"{quoted(text)} is no hash: write 4 to 64 hexadecimal digits of it")
    found = [each for each in known if each.hex().startswith(written)]
    if len(found) != 1:
        problem = "no commitment has" if not found else f"{len(found)} commitments have"
        raise CommandError(f"{problem} a hash that begins with {written}")
    return found[0]
