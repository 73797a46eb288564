"""Parsing and formatting of actions, amounts and hashes in commands."""

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
    """A swap that was asked for: satoshis or tokens in, and the minimum that must come out."""

    direction: Direction
    amount_in: int
    min_out: int


def show_bch(satoshis: int) -> str:
    """Format satoshis as BCH, without trailing zeros."""
    return f"{Decimal(satoshis) / COIN:,.8f}".rstrip("0").rstrip(".") + " BCH"


def shown(text: str) -> str:
    """Return typed text as messages may repeat it: escaped, and only its beginning."""
    return printable(text[:_MOST_SHOWN]) + ("..." if len(text) > _MOST_SHOWN else "")


def quoted(text: str) -> str:
    """Return typed text like `shown`, in quotation marks."""
    return f"'{shown(text)}'"


def plural(count: int, what: str) -> str:
    """Format a number with what it counts: 1 block, 2 blocks."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def show_tokens(tokens: int) -> str:
    """Format a number of tokens."""
    return plural(tokens, "Token")


def show_amount(amount: int, direction: Direction) -> str:
    """Format satoshis (direction 1) or tokens (0) with their unit."""
    return show_bch(amount) if direction == BUY else show_tokens(amount)


def read_count(text: str, most: int, what: str) -> int:
    """Read a number from 1 to `most`; `what` says of what. Raises CommandError."""
    if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise CommandError(f"invalid number of {what} {quoted(text)}: expected 1 to {most:,}")
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
        hint = ": commas may only separate thousands" if "," in text else ""
        raise CommandError(f"{quoted(text)} is not an amount of {unit}{hint}") from None
    limit = MAX_MONEY if direction == BUY else MAX_AMOUNT
    too_large = (
        f"amount {shown(text)} {unit} is out of range:"
        f" expected at most {show_amount(limit, direction)}"
    )
    if not amount.is_finite() or amount <= 0:
        raise CommandError(f"amount {shown(text)} {unit} is out of range: expected more than 0")
    # Checked before computing, since an exponent makes a short text a long number.
    if amount.adjusted() > _MOST_DIGITS:
        raise CommandError(too_large)
    exact = Context(prec=len(bare) + _MOST_DIGITS)
    whole = amount
    if direction == BUY and amount.adjusted() >= -_MOST_DIGITS:
        whole = exact.multiply(amount, Decimal(COIN))
    if amount.adjusted() < -_MOST_DIGITS or whole != exact.to_integral_value(whole):
        least = "0.00000001 BCH" if direction == BUY else "one token"
        raise CommandError(
            f"amount {shown(text)} {unit} has too many decimals: the smallest unit is {least}"
        )
    if whole > limit:
        raise CommandError(too_large)
    return int(whole)


def read_action(text: str) -> Wish:
    """Read `swap 50 BCH`, `swap 20 Tokens`, `swap 50 BCH min 40 Tokens`. Raises CommandError."""
    match = _ACTION.fullmatch(text.strip())
    if match is None:
        raise CommandError(
            f"{quoted(text.strip())} is not an action: expected swap 50 BCH or swap 20 Tokens"
        )
    amount, unit, least, least_unit = match.groups()
    direction = _UNITS.get(unit.lower())
    if direction is None:
        raise CommandError(f"unknown unit {quoted(unit)}: expected BCH or Tokens")
    other = SELL if direction == BUY else BUY
    if least_unit is not None and _UNITS.get(least_unit.lower()) != other:
        raise CommandError(
            f"minimum {shown(least)} {shown(least_unit)} has the wrong unit:"
            f" expected {'BCH' if other == BUY else 'Tokens'}"
        )
    min_out = 0 if least is None else read_amount(least, other)
    return Wish(direction, read_amount(amount, direction), min_out)


def find_hash(text: str, known: Iterable[bytes]) -> bytes:
    """Find the only hash that starts with these hexadecimal digits. Raises CommandError."""
    written = text.lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-f]{4,64}", written):
        raise CommandError(
            f"{quoted(text)} is not a hash: expected its first 4 to 64 hexadecimal digits"
        )
    found = [each for each in known if each.hex().startswith(written)]
    if len(found) != 1:
        problem = "no commitment has" if not found else f"{len(found)} commitments have"
        raise CommandError(f"{problem} a hash that starts with {written}")
    return found[0]
