"""The pool's state: the 39 bytes of its NFT's commitment, within the limit of BCH_2025."""

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
"""The modulus of the counters."""
_FIELDS = (("bch_reserve", 7), ("token_reserve", 8), ("root", 20), ("head", 2), ("tail", 2))
_SIZE = size_of_fields(_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The state of a pool; integers are little-endian and not negative.

    | bytes | field | meaning |
    |---|---|---|
    | 0..7 | `bch_reserve` | satoshis that trade |
    | 7..15 | `token_reserve` | tokens that trade |
    | 15..35 | `root` | Merkle root of the queue |
    | 35..37 | `head` | index of the next order to reveal, modulo 2^15 |
    | 37..39 | `tail` | index of the next order to be queued, modulo 2^15 |
    """

    bch_reserve: int
    token_reserve: int
    root: bytes = empty_roots(DEPTH, hash160)[DEPTH]
    head: int = 0
    tail: int = 0

    @classmethod
    def empty(cls, reserves: Reserves) -> State:
        """Make the state of a new pool."""
        return cls(bch_reserve=reserves.bch, token_reserve=reserves.tokens)

    @property
    def reserves(self) -> Reserves:
        """The satoshis and tokens that the pool trades with."""
        return Reserves(self.bch_reserve, self.token_reserve)

    @property
    def pending(self) -> int:
        """How many orders are queued."""
        return (self.tail - self.head) % COUNTS

    def encode(self) -> bytes:
        """Encode the commitment. Raises EncodeError for a field that does not fit."""
        return encode_fields(self, _FIELDS)

    @classmethod
    def decode(cls, data: bytes) -> State:
        """Decode a commitment. Raises DecodeError if it is not a state."""
        if len(data) != _SIZE:
            raise DecodeError(f"{len(data)} bytes are not a state: expected {_SIZE}", 0)
        state = cls(**decode_fields(data, _FIELDS))
        if state.pending > 1 << DEPTH:
            raise DecodeError(
                f"{state.pending} queued orders are too many: expected at most {1 << DEPTH}", 35
            )
        return state
