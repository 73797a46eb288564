"""The pool's state: the 39 bytes of its NFT's commitment, fewer than 2025 allows."""

from __future__ import annotations

from dataclasses import dataclass

from ...crypto.hashes import hash160
from ...errors import DecodeError
from ..formula import Reserves
from ..queue import empty_roots
from ..state_fields import decode_fields, encode_fields, size_of_fields

__all__ = ["COUNTS", "DEPTH", "State"]

DEPTH = 4
COUNTS = 1 << 15
"""Counters count modulo this."""
_FIELDS = (("bch_reserve", 7), ("token_reserve", 8), ("root", 20), ("head", 2), ("tail", 2))
_SIZE = size_of_fields(_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a pool remembers; integers little-endian and not negative.

    | bytes | field | meaning |
    |---|---|---|
    | 0..7 | `bch_reserve` | satoshis that trade |
    | 7..15 | `token_reserve` | tokens that trade |
    | 15..35 | `root` | Merkle root of the queue |
    | 35..37 | `head` | index of the next order to reveal, modulo 2^15 |
    | 37..39 | `tail` | index the next order gets, modulo 2^15 |
    """

    bch_reserve: int
    token_reserve: int
    root: bytes = empty_roots(DEPTH, hash160)[DEPTH]
    head: int = 0
    tail: int = 0

    @classmethod
    def empty(cls, reserves: Reserves) -> State:
        """The state of a new pool."""
        return cls(bch_reserve=reserves.bch, token_reserve=reserves.tokens)

    @property
    def reserves(self) -> Reserves:
        """What trades."""
        return Reserves(self.bch_reserve, self.token_reserve)

    @property
    def pending(self) -> int:
        """How many orders are queued."""
        return (self.tail - self.head) % COUNTS

    def encode(self) -> bytes:
        """The commitment. Raises EncodeError for a field that does not fit."""
        return encode_fields(self, _FIELDS)

    @classmethod
    def decode(cls, data: bytes) -> State:
        """Read a commitment. Raises DecodeError for one that is no state."""
        if len(data) != _SIZE:
            raise DecodeError(f"a state has {_SIZE} bytes, not {len(data)}", 0)
        state = cls(**decode_fields(data, _FIELDS))
        if state.pending > 1 << DEPTH:
            raise DecodeError(f"{state.pending} orders are queued, at most {1 << DEPTH}", 35)
        return state
