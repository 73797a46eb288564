"""A profit-seeking miner, who tries sandwiches, displacements and omissions as real blocks.

The same search, with the same budget, runs on every pool: the formula turns visible unconfirmed
trades into candidates, the best of these are built as real transactions, and a block contains
them only if they verify and pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...amm.action import BUY, SELL, Direction
from ...amm.formula import Reserves, trade
from ...errors import BchcovError, BuildError
from ...transaction.model import Output, Token, Transaction
from ...wallet.builder import BuiltTransaction
from ..views.visible_trade import Bundle, VisibleTrade
from ..world import TOKENS, World
from .candidates import MIN_PROFIT, Position, cost_of_tokens, find_candidates, profit_of

__all__ = ["Miner", "MinerView", "Tally"]

_SMALL_COINS = 200
_PATIENCE_BLOCKS = 3


class MinerView(Protocol):
    """A miner's view of a pool: what they see, and what they can build."""

    world: World

    @property
    def reserves(self) -> Reserves: ...
    def visible_trades(self) -> list[VisibleTrade]: ...
    def build_bundle(self, kept: int, direction: Direction, amount_in: int) -> Bundle: ...
    def build_trade(self, direction: Direction, amount_in: int) -> list[BuiltTransaction]: ...
    def expire_head(self) -> tuple[BuiltTransaction, list[Transaction], int] | None: ...


@dataclass(slots=True)
class Tally:
    """Candidates tried, those that scripts refused, attacks made, and their profit in satoshis."""

    candidates: int = 0
    refused: int = 0
    attacks: int = 0
    take: int = 0


class Miner:
    """A profit-seeking miner: their coins, their open position, and the search."""

    def __init__(self, view: MinerView) -> None:
        self._view = view
        self._key = view.world.key("miner")
        self.tally = Tally()
        self._position: Position | None = None
        self._last_txid = ""
        if view.world.stage is not None:
            return
        script = self._key.locking_bytecode
        view.world.chain.fund(
            Output(view.world.reserves.bch, script),
            *[Output(view.world.small_coin, script)] * _SMALL_COINS,
            Output(10_000, script, Token(TOKENS, view.world.reserves.tokens // 4)),
        )

    def choose(self) -> list[Transaction] | None:
        """Choose the transactions of the next block; None leaves the block to the mempool."""
        if self._position is not None:
            return self._close_in_block()
        if self._last_txid in self._view.world.chain.mempool:
            # The miner's own second leg is in the mempool: let it be confirmed.
            return None
        if not self._budget:
            return None
        found = self.best()
        if found is not None:
            made, self._position = found
            self.tally.attacks += 1
            return made.block
        return self._omit() if self._view.visible_trades() else None

    def best(self) -> tuple[Bundle, Position] | None:
        """Return the best candidate that scripts accept, and the position it opens."""
        trades = self._view.visible_trades()
        tolerance = self._view.world.settings.tolerance
        for profit, kept, direction, amount in find_candidates(trades, tolerance)[: self._budget]:
            self.tally.candidates += 1
            try:
                made = self._view.build_bundle(kept, direction, amount)
                if made.before != trades[kept].before:
                    # The bundle had to drop other trades as well, so it is not this candidate.
                    self.tally.candidates -= 1
                    continue
                self.check(made.block)
            except BuildError:
                self.tally.refused += 1
                continue
            out = trade(made.before, direction, amount).amount_out
            return made, Position(direction, amount, out, made.fee, profit, self._height)
        return None

    def _omit(self) -> list[Transaction] | None:
        """Omit the first visible trade for good, if the miner can expire it for its tip."""
        try:
            found = self._view.expire_head()
            if found is None:
                return None
            self.tally.candidates += 1
            own, rest, gain = found
            block = [*rest, own.transaction]
            self.check(block)
        except BuildError:
            self.tally.refused += 1
            return None
        self.tally.attacks += 1
        self.tally.take += gain
        return block

    @property
    def _height(self) -> int:
        return self._view.world.chain.height

    @property
    def _budget(self) -> int:
        return self._view.world.settings.budget

    def check(self, block: list[Transaction]) -> None:
        """Try a block on the chain and undo it. Raises BuildError if it is refused."""
        chain = self._view.world.chain
        with chain.snapshot():
            try:
                chain.mine(block)
            except BchcovError as error:
                raise BuildError(f"the block is refused: {error}") from error

    def _amount_to_close(self, reserves: Reserves) -> tuple[Direction, int]:
        position = self._position
        assert position is not None
        if position.direction == BUY:
            return SELL, position.amount_out
        return BUY, cost_of_tokens(reserves, position.amount_in)

    def _close_in_block(self) -> list[Transaction] | None:
        """Close the position after the trades where that pays most, and omit the other trades."""
        position, trades = self._position, self._view.visible_trades()
        assert position is not None
        stops = [each.before for each in trades]
        if trades:
            last = trades[-1]
            stops.append(trade(last.before, last.direction, last.amount_in).reserves)
        else:
            stops.append(self._view.reserves)
        profits = [profit_of(position, reserves) for reserves in stops]
        kept = max(range(len(stops)), key=lambda at: profits[at])
        if profits[kept] <= 0:
            return None
        try:
            made = self._view.build_bundle(kept, *self._amount_to_close(stops[kept]))
            profit = profit_of(position, made.before)
            if profit <= 0 or made.before != stops[kept]:
                return None
            self.check(made.block)
        except BuildError:
            return None
        self._book(made.own, profit)
        return made.block

    def _book(self, built: list[BuiltTransaction], profit: int) -> None:
        assert self._position is not None
        self.tally.take += profit + self._position.fee - sum(each.fee for each in built)
        self._last_txid = built[-1].txid
        self._position = None

    def close_if_profitable(self) -> None:
        """Close the position if it pays enough; called when a transaction reaches the mempool."""
        position = self._position
        if position is not None:
            profit = profit_of(position, self._view.reserves)
            # At first most of the planned profit, after a few blocks anything that pays.
            is_late = self._height >= position.height + _PATIENCE_BLOCKS
            if profit > (MIN_PROFIT if is_late else 0.7 * position.planned):
                self._close_now()

    def _close_now(self) -> None:
        position, reserves = self._position, self._view.reserves
        assert position is not None
        try:
            built = self._view.build_trade(*self._amount_to_close(reserves))
        except BuildError:
            return
        # Booked first: submitting calls `close_if_profitable` again.
        self._book(built, profit_of(position, reserves))
        for each in built:
            self._view.world.submit_now(each.transaction).require()

    @property
    def is_open(self) -> bool:
        """Whether the second leg of a trade is still missing."""
        return self._position is not None

    def finish(self) -> None:
        """Close an open position at any price, when all orders of users are settled."""
        if self._position is not None:
            self._close_now()
