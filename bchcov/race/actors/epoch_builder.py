"""A builder of the epochs profile, who appends tickets, turns to the next epoch and settles."""

from __future__ import annotations

from functools import partial

from ...amm import epochs as amm
from ...errors import BuildError
from ...transaction.model import Output, Transaction
from ...wallet.funding import Funding
from ..pools.epochs import EpochsPoolModel

__all__ = ["EpochBuilder"]

_ACT_SECONDS = 120.0
_WORKING_CAPITAL = 10_000_000
_MOST_TICKETS = 32


class EpochBuilder:
    """An actor who checks the pool about every two minutes, and after each block.

    What tips do not cover of a turn or of a small settlement, they pay from their own coins.
    """

    def __init__(self, model: EpochsPoolModel, number: int) -> None:
        self._model = model
        self._key = model.world.key(f"builder {number}")
        self._is_sending = False
        self._appended = -1
        model.world.chain.fund(Output(_WORKING_CAPITAL, self._key.locking_bytecode))

    def start(self) -> None:
        """Start to check the pool regularly."""
        self._model.world.clock.after(self._model.world.reaction(_ACT_SECONDS), self._act_regularly)

    def _act_regularly(self) -> None:
        self.act()
        self.start()

    def act(self) -> None:
        """Append waiting tickets, and settle an epoch whose window is over, or turn."""
        if self._is_sending:
            return
        step = self._next_step()
        if step is not None:
            self._is_sending = True
            send = partial(self._arrive, step.built.transaction)
            self._model.world.clock.after(self._model.world.network_delay(), send)

    def _next_step(self) -> amm.Step | None:
        model = self._model
        pool, funding = model.tip, model.world.funding(self._key)
        tickets = [each for each in model.waiting() if self._takes(each)]
        room = min(_MOST_TICKETS, pool.scripts.parameters.most - pool.state.count)
        height, is_due = model.world.chain.height, self._is_turn_due()
        # Who makes tickets without end does not keep an epoch from its end, or its beginning.
        is_ending = (is_due or model.is_window_over()) and self._appended == height
        try:
            if tickets and room > 0 and not is_ending:
                self._appended = height
                return self._append(pool, tickets[:room], funding)
            if model.is_window_over():
                orders = model.revealed()
                return None if orders is None else amm.execute(pool, orders, funding)
            return amm.turn(pool, funding) if is_due else None
        except BuildError:
            return None

    def _is_turn_due(self) -> bool:
        """Whether places wait where no epoch is revealed, the first of them confirmed."""
        model = self._model
        if model.tip.current or not model.confirmed.state.count:
            return False
        return model.world.age(model.tip.vault) >= model.tip.scripts.parameters.window

    def _append(self, pool: amm.Pool, tickets: list[amm.Ticket], funding: Funding) -> amm.Step:
        try:
            return amm.sequence(pool, tickets, Funding(self._key.locking_bytecode))
        except BuildError:
            return amm.sequence(pool, tickets, funding)

    def _takes(self, ticket: amm.Ticket) -> bool:
        world = self._model.world
        if self._model.is_omitted(ticket.leaf):
            return False
        parameters, settings = self._model.tip.scripts.parameters, world.settings
        is_good = ticket.coin.value >= parameters.bond and ticket.coin.token is None
        return is_good and world.chain.confirmations(ticket.coin) >= settings.ticket_confirmations

    def _arrive(self, sent: Transaction) -> None:
        self._is_sending = False
        if not self._model.world.submit_now(sent).ok:
            self._model.builder_conflicts += 1
        else:
            # What follows from it need not wait for the next look at the pool.
            world = self._model.world
            world.clock.after(world.reaction(), self.act)
