"""The pool's state: the value of its coin, and the commitment of its NFT."""

from __future__ import annotations

from dataclasses import dataclass

from ...crypto.hashes import sha256
from ...errors import DecodeError
from ...script.numbers import encode_number
from ..formula import Reserves
from ..state_fields import decode_fields, encode_fields, size_of_fields

__all__ = ["NO_EPOCH", "State", "append_leaves", "promote"]

NO_EPOCH = bytes(32)
"""What stands for an epoch without places."""
_FIELDS = (
    ("token_reserve", 8),
    ("current", 32),
    ("next", 32),
    ("count", 1),
    ("closed", 1),
)
_SIZE = size_of_fields(_FIELDS)
_COLLECTED_SIZE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The state of a pool; integers are little-endian and not negative.

    | bytes | field | meaning |
    |---|---|---|
    | 0..8 | `token_reserve` | tokens in the reserve |
    | 8..40 | `current` | the epoch that is being revealed, zeros for none |
    | 40..72 | `next` | the epoch that takes tickets, zeros for none |
    | 72 | `count` | places in the next epoch |
    | 73 | `closed` | 1: closed to new tickets |
    | 74.. | `collected` | the last input that was collected to make this state, a VM number |

    `bch_reserve`, the satoshis in the reserve, is the value of the coin. `collected` is the
    input index of the last ticket that was appended, or minus that of the last place that was
    settled, or 0, encoded as no byte, if there was neither.
    """

    bch_reserve: int
    token_reserve: int
    current: bytes = NO_EPOCH
    next: bytes = NO_EPOCH
    count: int = 0
    closed: bool = False
    collected: int = 0

    @property
    def reserves(self) -> Reserves:
        """The satoshis and tokens in the reserve."""
        return Reserves(self.bch_reserve, self.token_reserve)

    @property
    def is_idle(self) -> bool:
        """Whether no order waits."""
        return self.current == self.next == NO_EPOCH

    @property
    def pending(self) -> int:
        """How many bonds the pool's coin holds: none, since each place holds its own."""
        return 0

    def encode(self) -> bytes:
        """Encode the commitment. Raises EncodeError for a field that does not fit."""
        return encode_fields(self, _FIELDS) + encode_number(self.collected)

    @classmethod
    def decode(cls, data: bytes, bch_reserve: int) -> State:
        """Decode a commitment. Raises DecodeError if it is not a state."""
        if not _SIZE <= len(data) <= _SIZE + _COLLECTED_SIZE:
            raise DecodeError(
                f"{len(data)} bytes are not a state: expected {_SIZE} to {_SIZE + _COLLECTED_SIZE}",
                0,
            )
        found = decode_fields(data, _FIELDS)
        if found["closed"] > 1:
            raise DecodeError(f"closed {found['closed']} is out of range: expected 0 or 1", 73)
        closed = bool(found.pop("closed"))
        for name in ("current", "next"):
            found[name] = bytes(found[name])
        collected = _decode_collected(data[_SIZE:])
        return cls(bch_reserve=bch_reserve, closed=closed, collected=collected, **found)


def _decode_collected(data: bytes) -> int:
    value = int.from_bytes(data, "little")
    sign = 1 << (8 * len(data) - 1) if data else 0
    value = sign - value if value & sign else value
    if encode_number(value) != data:
        raise DecodeError(f"not minimally encoded: 0x{data.hex()}", _SIZE)
    return value


def append_leaves(epoch: bytes, txid: bytes, leaves: bytes) -> bytes:
    """Return an epoch with one more batch; `txid`, in wire order, made the pool's coin."""
    return sha256(epoch + txid + leaves)


def promote(epoch: bytes, txid: bytes) -> bytes:
    """Return what the next epoch is called when it becomes the current one."""
    return epoch if epoch == NO_EPOCH else append_leaves(epoch, txid, b"")
