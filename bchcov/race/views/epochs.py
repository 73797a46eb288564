"""A miner's view of the epochs profile: all orders of an epoch trade alike, in whatever order."""

from __future__ import annotations

from ...amm.action import Direction
from ...amm.formula import Reserves
from ...errors import BuildError
from ...transaction.model import Transaction
from ...wallet.builder import BuiltTransaction
from ..pools.epochs import EpochsPoolModel
from ..world import World
from .visible_trade import Bundle, VisibleTrade

__all__ = ["EpochsView"]


class EpochsView:
    """A miner's view of the pool and its users: there is no place to take before anybody."""

    def __init__(self, model: EpochsPoolModel) -> None:
        self._model = model
        self.world: World = model.world

    @property
    def reserves(self) -> Reserves:
        """The reserves after all transactions in the mempool."""
        return self._model.reserves

    def visible_trades(self) -> list[VisibleTrade]:
        """Return none: the places of an epoch are fixed before anybody reveals."""
        return []

    def build_bundle(self, kept: int, direction: Direction, amount_in: int) -> Bundle:
        """Raise BuildError: a trade of the miner's has no place in the epoch."""
        raise BuildError(f"no place {kept} for an order of {amount_in} in direction {direction}")

    def build_trade(self, direction: Direction, amount_in: int) -> list[BuiltTransaction]:
        """Raise BuildError: a trade takes as many blocks as anybody else's."""
        raise BuildError(f"no order of {amount_in} in direction {direction} is settled at once")

    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None:
        """Return None: a miner gains nothing by an order that is left out."""
        return None
