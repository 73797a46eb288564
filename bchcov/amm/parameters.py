"""The parameters that both profiles share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..assembly.assembler import Binding
from ..errors import BuildError
from ..transaction.constants import AGE_MASK
from .formula import FEE_DENOMINATOR, FEE_KEPT

__all__ = [
    "MAX_BLOCKS",
    "MIN_PAYOUT",
    "MIN_RESERVE",
    "MIN_VAULT",
    "STALL_SHARE",
    "PoolParameters",
    "check_parameters",
    "pool_nft",
    "shared_constants",
]

_SIZES = {"pool_category": 32, "token_category": 32, "owner": 20}


class PoolParameters(Protocol):
    """The constants that both profiles have."""

    @property
    def pool_category(self) -> bytes: ...
    @property
    def token_category(self) -> bytes: ...
    @property
    def owner(self) -> bytes: ...
    @property
    def bond(self) -> int: ...
    @property
    def tip(self) -> int: ...
    @property
    def min_reserve(self) -> int: ...
    @property
    def max_wait(self) -> int: ...


MAX_BLOCKS = AGE_MASK
"""The longest wait in blocks: the largest coin age that a script can require."""
MIN_PAYOUT = 700
"""The smallest payout in satoshis; with the largest token amount, less than 675 is dust."""
MIN_VAULT = 710
"""The smallest value of a vault in satoshis: with less, and many tokens, it would be dust."""
MIN_RESERVE = 870
"""The smallest reserve in satoshis: with less, an empty pool would be dust."""

STALL_SHARE = 144 * 10_000
"""By what a block of a stall costs, as a part of the reserve: a ten-thousandth of it a day."""


def check_parameters(parameters: PoolParameters, bounds: Mapping[str, tuple[int, int]]) -> None:
    """Raise BuildError for a hash of the wrong length or a number out of bounds."""
    for name, size in _SIZES.items():
        found = len(getattr(parameters, name))
        if found != size:
            raise BuildError(f"{name} has {found} bytes: expected {size}")
    if parameters.pool_category == parameters.token_category:
        raise BuildError("token_category is the same as pool_category: expected another one")
    for name, (least, most) in bounds.items():
        value = getattr(parameters, name)
        if not least <= value <= most:
            raise BuildError(f"{name} {value} is out of range: expected {least} to {most}")


def pool_nft(parameters: PoolParameters) -> bytes:
    """Return the pool's category as scripts read it: with the mutable capability appended."""
    return parameters.pool_category + b"\x01"


def shared_constants(parameters: PoolParameters) -> dict[str, Binding]:
    """Return the values of the names that the sources of both profiles use."""
    return {
        "pool_nft": pool_nft(parameters),
        "token_category": parameters.token_category,
        "owner": parameters.owner,
        "bond": parameters.bond,
        "tip": parameters.tip,
        "bond_less_tip": parameters.bond - parameters.tip,
        "min_reserve": parameters.min_reserve,
        "wait_bound": parameters.max_wait + 1,
        "fee_kept": FEE_KEPT,
        "fee_denominator": FEE_DENOMINATOR,
    }
