"""Funding: the coins that pay for a transaction, and where its change goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..encoding.addresses import locking_bytecode_of
from .balance import Spend
from .builder import TransactionBuilder
from .destinations import Destination

__all__ = ["Funding"]


@dataclass(frozen=True, slots=True)
class Funding:
    """The coins that may be spent, where the change goes, and the fee rate.

    `change` is a locking bytecode or an address of `network`; `fee_rate` is in satoshis
    per byte.
    """

    change: Destination | None = None
    coins: Sequence[Spend] = ()
    fee_rate: int | Fraction | Decimal = 1
    network: str = "mainnet"

    @property
    def change_bytecode(self) -> bytes | None:
        """The locking bytecode of `change`. Raises AddressError unless it fits the network."""
        if self.change is None:
            return None
        return locking_bytecode_of(self.change, network=self.network)

    def builder(self, *, locktime: int = 0) -> TransactionBuilder:
        """Start a transaction that these coins pay for and that sends its change to `change`."""
        builder = TransactionBuilder(
            fee_rate=self.fee_rate, locktime=locktime, network=self.network
        )
        builder = builder.fund_from(self.coins)
        return builder if self.change is None else builder.change_to(self.change)
