"""The plain pool in a race: everybody respends one coin, and starts again when he lost it."""

from __future__ import annotations

from dataclasses import replace

from ...amm import cpmm
from ...amm.formula import Reserves
from ...chain import Submission
from ...errors import BuildError
from ...transaction.codec import transaction_id
from ...transaction.model import Transaction
from ...vm.rules.upgrades import BCH_2026
from ...wallet.coins import Coin
from ..orders import Journey, Want
from ..settings import Settings
from ..stage import Stage
from ..world import World

__all__ = ["CpmmVenue", "follow"]


def follow(market: cpmm.Market, transaction: Transaction) -> cpmm.Market | None:
    """The pool after a transaction that respends it; None for any other."""
    for item in transaction.inputs:
        if (item.outpoint_hash, item.outpoint_index) == market.coin.outpoint:
            return cpmm.read_market(market.parameters, Coin.of(transaction, 0))
    return None


class CpmmVenue:
    """A plain pool with all its users."""

    name = "cpmm"

    def __init__(self, settings: Settings, stage: Stage | None = None) -> None:
        self.world = World(settings, BCH_2026, stage)
        first, funding = self.world.pool_coins()
        parameters = cpmm.Parameters(self.world.tokens, self.world.provider.public_key_hash)
        coins = replace(funding, coins=[first, *funding.coins])
        made = cpmm.genesis(parameters, self.world.reserves, coins)
        self.world.confirm(made.built)
        self.confirmed = self.tip = made.market
        self.journeys: list[Journey] = []
        self.trades: dict[str, Journey] = {}
        self.builder_conflicts = 0

    @property
    def reserves(self) -> Reserves:
        """The reserves as everybody sees them."""
        return self.tip.reserves

    def begin(self, want: Want) -> None:
        """Let a user come; one who is silent has nothing to be silent about here."""
        if want.is_silent:
            return
        journey = self.world.begin(want, self.reserves)
        self.journeys.append(journey)
        self._try(journey)

    def _try(self, journey: Journey) -> None:
        want = journey.want
        try:
            swap = cpmm.swap(
                self.tip,
                want.direction,
                want.amount_in,
                self.world.funding(want.key),
                min_out=journey.min_out,
            )
        except BuildError:
            journey.end("gave up", self.world.chain.height)
            return
        journey.got = swap.amount_out
        self.trades[swap.built.txid] = journey
        self.world.send(swap.built, lambda result: self._learn(journey, result))

    def _learn(self, journey: Journey, result: Submission) -> None:
        if result.ok:
            journey.txid = result.txid
        else:
            self._again(journey)

    def _again(self, journey: Journey) -> None:
        """He lost the coin to somebody: he sees it, and starts again."""
        journey.conflicts += 1
        journey.retries += 1
        journey.txid = ""
        self.world.clock.after(self.world.reaction(), lambda: self._try(journey))

    def accepted(self, transaction: Transaction) -> None:
        """Follow the pool to a transaction that is in the mempool now."""
        self.tip = follow(self.tip, transaction) or self.tip

    def mined(self, transactions: tuple[Transaction, ...]) -> None:
        """Follow the pool through a block, and settle what it confirmed."""
        chain = self.world.chain
        for transaction in transactions:
            self.confirmed = follow(self.confirmed, transaction) or self.confirmed
            journey = self.trades.get(transaction_id(transaction))
            if journey is not None and not journey.is_over:
                journey.end("filled", chain.height, journey.got)
        self.tip = self.confirmed
        for transaction in chain.mempool.values():
            self.accepted(transaction)
        for journey in self.journeys:
            if not journey.is_over and journey.txid and journey.txid not in chain.mempool:
                self._again(journey)
