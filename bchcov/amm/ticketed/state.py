"""The pool's state: the commitment of its NFT."""

from __future__ import annotations

from dataclasses import dataclass

from ...crypto.hashes import sha256
from ...errors import DecodeError
from ...script.numbers import encode_number
from ..formula import Reserves
from ..queue import empty_roots
from ..state_fields import decode_fields, encode_fields, size_of_fields

__all__ = ["MAX_COUNT", "State"]

MAX_COUNT = 1 << 31
_FIELDS = (
    ("bch_reserve", 8),
    ("token_reserve", 8),
    ("root", 32),
    ("head", 4),
    ("tail", 4),
    ("closed", 1),
)
_SIZE = size_of_fields(_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The state of a pool; integers are little-endian and not negative.

    | bytes | field | meaning |
    |---|---|---|
    | 0..8 | `bch_reserve` | satoshis that trade |
    | 8..16 | `token_reserve` | tokens that trade |
    | 16..48 | `root` | Merkle root of the queue |
    | 48..52 | `head` | index of the next order to execute |
    | 52..56 | `tail` | index of the next ticket to be queued |
    | 56 | `closed` | 1: closed to new tickets |
    | 57.. | `collected` | the last input that was collected to make this state, a VM number |

    `collected` is the input index of the last ticket that was queued, or minus that of the
    last order that was executed, or 0, encoded as no byte, if there was neither.
    """

    bch_reserve: int
    token_reserve: int
    root: bytes
    head: int = 0
    tail: int = 0
    closed: bool = False
    collected: int = 0

    @classmethod
    def empty(cls, reserves: Reserves, depth: int) -> State:
        """Make the state of a new pool."""
        return cls(
            bch_reserve=reserves.bch,
            token_reserve=reserves.tokens,
            root=empty_roots(depth, sha256)[depth],
        )

    @property
    def reserves(self) -> Reserves:
        """The satoshis and tokens that the pool trades with."""
        return Reserves(self.bch_reserve, self.token_reserve)

    @property
    def pending(self) -> int:
        """How many orders are queued."""
        return self.tail - self.head

    def encode(self) -> bytes:
        """Encode the commitment. Raises EncodeError for a field that does not fit."""
        return encode_fields(self, _FIELDS) + encode_number(self.collected)

    @classmethod
    def decode(cls, data: bytes) -> State:
        """Decode a commitment. Raises DecodeError if it is not a state."""
        if not _SIZE <= len(data) <= _SIZE + 4:
            raise DecodeError(
                f"{len(data)} bytes are not a state: expected {_SIZE} to {_SIZE + 4}", 0
            )
        found = decode_fields(data, _FIELDS)
        if found["closed"] > 1:
            raise DecodeError(f"closed {found['closed']} is out of range: expected 0 or 1", 56)
        if found["head"] > found["tail"]:
            raise DecodeError(f"head {found['head']} is beyond tail {found['tail']}", 48)
        closed = bool(found.pop("closed"))
        return cls(**found, closed=closed, collected=decode_collected(data[_SIZE:]))


def decode_collected(data: bytes) -> int:
    """Decode the number after the fixed fields. Raises DecodeError."""
    value = int.from_bytes(data, "little")
    sign = 1 << (8 * len(data) - 1) if data else 0
    value = -(value - sign) if value & sign else value
    if encode_number(value) != data:
        raise DecodeError(f"not minimally encoded: 0x{data.hex()}", _SIZE)
    return value
