"""Running a race: users, builders and miners on one pool, until every order is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from ..crypto.hashes import sha256
from ..errors import SettingsError
from ..transaction.codec import encode_transaction
from ..transaction.model import Transaction
from .actors.builder import Builder
from .actors.epoch_builder import EpochBuilder
from .actors.miner import Miner, MinerView
from .attackers.kinds import make_attacker
from .gains import Gains
from .pools.cpmm import CpmmPoolModel
from .pools.direct import DirectPoolModel
from .pools.epochs import EpochsPoolModel
from .pools.ticketed import TicketedPoolModel
from .results import Result, measure
from .settings import POOLS, Settings
from .stage import Stage
from .views.cpmm import CpmmView
from .views.direct import DirectView
from .views.epochs import EpochsView
from .views.ticketed import TicketedView

__all__ = ["Race", "run_race", "run_races"]

_CROWD_SECONDS = 30.0
_PoolModel = CpmmPoolModel | DirectPoolModel | TicketedPoolModel | EpochsPoolModel

_Builder = Builder | EpochBuilder


@dataclass(frozen=True, slots=True)
class _Kind:
    """The model of a kind of pool, a miner's view of it, and its builders."""

    model: Callable[[Settings, Stage | None], _PoolModel]
    view: Callable[[Any], MinerView]
    builders: Callable[[Any], list[_Builder]] = lambda _: []


def _builders(model: TicketedPoolModel) -> list[_Builder]:
    return [Builder(model, each) for each in range(model.world.settings.builders)]


def _epoch_builders(model: EpochsPoolModel) -> list[_Builder]:
    return [EpochBuilder(model, each) for each in range(model.world.settings.builders)]


_KINDS = {
    "cpmm": _Kind(CpmmPoolModel, CpmmView),
    "direct": _Kind(DirectPoolModel, DirectView),
    "ticketed": _Kind(TicketedPoolModel, TicketedView, _builders),
    "epochs": _Kind(EpochsPoolModel, EpochsView, _epoch_builders),
}


class Race:
    """A race on one pool; after `run` its world and actors can be inspected.

    It creates its own chain, unless `stage` has one.
    """

    def __init__(self, settings: Settings, pool: str, *, stage: Stage | None = None) -> None:
        if pool not in _KINDS:
            raise SettingsError(f"unknown pool {pool!r}: expected one of {', '.join(POOLS)}")
        kind = _KINDS[pool]
        self.settings = settings
        self.model = kind.model(settings, stage)
        self.world = self.model.world
        self.miner = Miner(kind.view(self.model))
        self.builders = kind.builders(self.model)
        self.attacker = make_attacker(settings.attacker, self.model, self.miner)
        self.gains = Gains(self.model, len(self.builders))
        self.start_block = len(self.world.chain.blocks)
        self._is_open, self._is_through, self._is_acting = True, False, False
        self.world.on_accepted = self._accepted

    def _accepted(self, transaction: Transaction) -> None:
        self.model.follow_transaction(transaction)
        for builder in self.builders:
            if isinstance(builder, Builder):
                builder.act_if_urgent()
        self.miner.close_if_profitable()
        self._let_attacker_act()

    def _let_attacker_act(self) -> None:
        """Let the attacker act, until all users are through; what they submit does not call it."""
        if self.attacker is not None and not self._is_acting and not self._is_through:
            self._is_acting = True
            self.attacker.act()
            self._is_acting = False

    def run(self, on_step: Callable[[], None] | None = None) -> Result:
        """Run until every order is settled, or `max_blocks` blocks have been found.

        `on_step` is called after each event; an exception from it ends the race.
        """
        clock, intents = self.world.clock, self.world.intents
        for intent in intents:
            clock.after(intent.time, partial(self.model.start_order, intent))
        # On a stage builders start when all users have arrived, so that they are batched together.
        late = 0.0 if self.world.stage is None or not intents else intents[-1].time + _CROWD_SECONDS
        for builder in self.builders:
            if late:
                clock.after(late, builder.start)
            else:
                builder.start()
        self._let_attacker_act()
        self._await_block()
        while self._is_open and clock.step():
            if on_step is not None:
                on_step()
        return measure(self)

    def _await_block(self) -> None:
        seconds, is_profit_seeker = self.world.next_block()
        self.world.clock.after(seconds, lambda: self._find_block(seconds, is_profit_seeker))

    def _find_block(self, seconds: float, is_profit_seeker: bool) -> None:
        attacker, blocks = self.attacker, None
        if is_profit_seeker and attacker is not None:
            blocks = attacker.find_block()
        if blocks is None:
            blocks = [self.miner.choose() if is_profit_seeker else None]
        for chosen in blocks:
            block = self.world.chain.mine(chosen, seconds=max(1, round(seconds)))
            self.world.found[block.height] = self.world.clock.now
            self.world.move_price()
            self.model.follow_block(block.transactions[1:])
        if blocks:
            self._after_block()
        self._await_block()

    def _after_block(self) -> None:
        for builder in self.builders:
            self.world.clock.after(self.world.reaction(), builder.act)
        attacker = self.attacker
        if attacker is not None:
            self._is_acting = True
            attacker.act_on_block()
            self._is_acting = False
            self._let_attacker_act()
        blocks = len(self.world.chain.blocks) - self.start_block
        through = len(self.model.user_orders) == len(self._expected()) and all(
            each.is_over or each.intent.is_silent for each in self.model.user_orders
        )
        self._is_through = through
        if through:
            self.miner.finish()
        # What attackers submitted at the end is confirmed as well.
        is_open = self.miner.is_open or (attacker is not None and attacker.is_open)
        is_settled = not (is_open or self.world.chain.mempool)
        self._is_open = blocks < self.settings.max_blocks and not (through and is_settled)

    def _expected(self) -> list[object]:
        silent_too = self.model.name != "cpmm"
        return [intent for intent in self.world.intents if silent_too or not intent.is_silent]

    def history(self) -> bytes:
        """Hash every transaction and block time; the same settings give the same hash."""
        blocks = self.world.chain.blocks
        gaps = [b.time - a.time for a, b in pairwise(blocks)]
        encoded = b"".join(
            encode_transaction(each) for block in blocks for each in block.transactions
        )
        return sha256(repr(gaps).encode() + encoded)


def run_race(settings: Settings, pool: str) -> Result:
    """Run one race on "cpmm", "direct", "ticketed" or "epochs"."""
    return Race(settings, pool).run()


def run_races(settings: Settings) -> Iterator[Result]:
    """Run the same users on every pool, one after another."""
    for pool in POOLS:
        yield run_race(settings, pool)
