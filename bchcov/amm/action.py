"""Actions: the orders that traders commit to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..crypto.hashes import sha256
from ..errors import BuildError
from ..transaction.constants import MAX_TOKEN_AMOUNT, MAX_UINT64

__all__ = ["BUY", "MAX_AMOUNT", "SELL", "Action", "Direction", "deadline_height"]

Direction = Literal[0, 1]
BUY: Direction = 1
"""BCH in, tokens out."""
SELL: Direction = 0
"""Tokens in, BCH out."""

MAX_AMOUNT = MAX_TOKEN_AMOUNT
"""The largest amount of tokens."""
_MAX_MIN_OUT = MAX_UINT64


@dataclass(frozen=True, slots=True)
class Action:
    """An order as a trader commits to it, 53 bytes when encoded.

    `amount_in` and `min_out` are satoshis or tokens, 1 to 2^63 - 1 and 0 to 2^64 - 1; `owner`
    is the 20-byte hash of the public key that is paid, `salt` 16 bytes that nobody can guess.
    Raises BuildError for other values.
    """

    direction: Direction
    amount_in: int
    min_out: int
    owner: bytes
    salt: bytes

    def __post_init__(self) -> None:
        if self.direction not in (BUY, SELL):
            raise BuildError(
                f"direction {self.direction!r} is invalid: expected 1 (BCH in) or 0 (tokens in)"
            )
        if not 1 <= self.amount_in <= MAX_AMOUNT:
            raise BuildError(f"amount {self.amount_in} is out of range: expected 1 to {MAX_AMOUNT}")
        if not 0 <= self.min_out <= _MAX_MIN_OUT:
            raise BuildError(
                f"minimum {self.min_out} is out of range: expected 0 to {_MAX_MIN_OUT}"
            )
        if len(self.owner) != 20:
            raise BuildError(f"owner has {len(self.owner)} bytes: expected 20")
        if len(self.salt) != 16:
            raise BuildError(f"salt has {len(self.salt)} bytes: expected 16")

    def encode(self) -> bytes:
        """Encode as direction(1) amount_in(8) min_out(8) owner(20) salt(16), little-endian."""
        return (
            bytes((self.direction,))
            + self.amount_in.to_bytes(8, "little")
            + self.min_out.to_bytes(8, "little")
            + self.owner
            + self.salt
        )

    @property
    def hash(self) -> bytes:
        """The SHA256 that hides the action until it is revealed."""
        return sha256(self.encode())


def deadline_height(deadline: int) -> int:
    """Return the height that scripts read from a 4-byte deadline, whose highest bit is a sign.

    Scripts refuse negative deadlines, but accept a zero with the sign bit set.
    """
    return deadline if deadline < 1 << 31 else 0
