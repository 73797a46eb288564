"""Attackers who spoil epochs: by copies of tickets, and by coins that builders stumble over."""

from __future__ import annotations

from ...amm import epochs as amm
from ...amm.action import BUY
from ...amm.epochs.scripts import encode_terms
from ...errors import BuildError
from ...transaction.model import Output, Token
from .attacker import Blocks
from .epochs_desk import EpochsDesk

__all__ = ["EpochCopier", "EpochPoisoner"]

_COST = 60_000


class EpochCopier:
    """An attacker who copies waiting tickets and appends the copies first.

    The order of the victim opens either place, and each place has its own slot.
    """

    def __init__(self, desk: EpochsDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._copied: set[bytes] = set()

    @property
    def is_open(self) -> bool:
        """Whether some copies, or what they copy, are still to be settled."""
        return any(each.action_hash in self._copied for each in self._desk.confirmed_entries)

    def act(self) -> None:
        """Copy the first ticket that waits and was not copied before."""
        desk, account = self._desk, self.account
        if not desk.room or not account.can_risk(desk.price_of_silence):
            return
        for ticket in desk.model.waiting():
            if ticket.leaf not in self._copied and ticket.owner != account.key.public_key_hash:
                self._copied.add(ticket.leaf)
                account.rounds += self._copy(ticket)
                return

    def _copy(self, ticket: amm.Ticket) -> bool:
        desk = self._desk
        scripts = desk.model.tip.scripts
        locking = scripts.ticket(self.account.key.public_key_hash, ticket.leaf)
        try:
            funds = self.account.funding().builder()
            built = funds.pay(Output(scripts.parameters.bond, locking)).build()
            if not desk.submit(built):
                return False
            copy = amm.read_ticket(scripts, built.coin(0))
            step = amm.sequence(desk.model.tip, [copy], self.account.funding())
        except BuildError:
            return False
        return desk.submit(step.built)

    def act_on_block(self) -> None:
        """Leave everything as it is."""

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class EpochPoisoner:
    """An attacker who makes one coin of each poison kind, once per block.

    A ticket with a satoshi less than the bond, one that holds tokens, one with a hash that
    nobody can open, an order of nothing that has no place, a coin under the script of a slot of
    somebody else's, and a copy of a place's order that holds a token more.
    """

    def __init__(self, desk: EpochsDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._height = -1

    @property
    def is_open(self) -> bool:
        """Nothing of theirs has to be settled."""
        return False

    def act(self) -> None:
        """Make the coins once per block."""
        desk, account = self._desk, self.account
        height = desk.world.chain.height
        if height == self._height or not account.can_risk(_COST):
            return
        self._height = height
        account.rounds += 1
        for output in self._poison():
            try:
                built = account.funding().builder().pay(output).build()
            except BuildError:
                return
            desk.submit(built)

    def _poison(self) -> list[Output]:
        model, account = self._desk.model, self.account
        scripts, owner = model.tip.scripts, account.key.public_key_hash
        bond, one = scripts.parameters.bond, Token(self._desk.world.tokens, 1)
        action = account.action(BUY, 1)
        unknown = scripts.ticket(owner, action.hash)
        places, orders = list(model.tip.current)[:1], (model.revealed() or [])[:1]
        return [
            Output(bond - 1, unknown),
            Output(bond, unknown, one),
            Output(bond + amm.DEFAULT_TIP, unknown),
            Output(bond, scripts.order(encode_terms(action))),
            *(Output(bond, scripts.slot(each.leaf)) for each in places),
            *(Output(bond, each.coin.locking_bytecode, one) for each in orders),
        ]

    def act_on_block(self) -> None:
        """Wait for the next transaction of anybody."""

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
