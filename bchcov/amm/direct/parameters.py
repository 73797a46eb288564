"""What a pool is made with: constants of its scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import BuildError

__all__ = ["Parameters"]

_MOST_SATOSHIS = 21 * 10**14


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The constants of one pool; everything in its scripts follows from them.

    `pool_category` and `token_category` are 32 bytes in the wire's order, `owner` the
    20-byte hash of the provider's public key; `bond`, `tip` and `min_reserve` are
    satoshis, `max_wait` blocks. The queue has 16 slots. Raises BuildError.
    """

    pool_category: bytes
    token_category: bytes
    owner: bytes
    bond: int = 10_000
    tip: int = 2_000
    min_reserve: int = 1_000
    max_wait: int = 12

    def __post_init__(self) -> None:
        sizes = {"pool_category": 32, "token_category": 32, "owner": 20}
        for name, size in sizes.items():
            found = len(getattr(self, name))
            if found != size:
                raise BuildError(f"{name} has {size} bytes, not {found}")
        if self.pool_category == self.token_category:
            raise BuildError("the tokens that trade cannot be of the pool's own category")
        bounds = {
            "bond": (700, _MOST_SATOSHIS),
            "tip": (0, self.bond),
            "min_reserve": (1, _MOST_SATOSHIS),
            "max_wait": (1, 0xFFFF),
        }
        for name, (least, most) in bounds.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise BuildError(f"{name} is {value}: it lies in {least}..{most}")

    @property
    def pool_nft(self) -> bytes:
        """The pool's category as scripts read it, with the capability: mutable."""
        return self.pool_category + b"\x01"
