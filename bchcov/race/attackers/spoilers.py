"""Attackers who spoil what others have queued: by copies of tickets, and by voided batches."""

from __future__ import annotations

from ...amm import ticketed as amm
from ...amm.action import BUY
from ...amm.ticketed.scripts import ticket_data
from ...errors import BuildError
from ...transaction.codec import transaction_id
from ...transaction.model import Output
from ...wallet.unlockers import P2pkhUnlocker
from .attacker import Blocks
from .ticketed_desk import TicketedDesk

__all__ = ["BatchVoider", "TicketCopier"]


class TicketCopier:
    """An attacker who copies waiting tickets and queues the copies first.

    The order of the victim is executed at the place of the copy; its own place stays silent.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._copied: set[bytes] = set()

    @property
    def is_open(self) -> bool:
        """Whether some copies, or what they copy, are still queued."""
        return any(each.action_hash in self._copied for each in self._desk.confirmed_entries)

    def act(self) -> None:
        """Copy the first ticket that waits, if none of the copies is queued."""
        desk = self._desk
        queued = {each.action_hash for each in desk.entries}
        if not queued.isdisjoint(self._copied):
            return
        if not self.account.can_risk(desk.price_of_silence):
            return
        for ticket in desk.model.waiting():
            if ticket.action_hash not in self._copied:
                self._copied.add(ticket.action_hash)
                self.account.rounds += self._copy(ticket)
                return

    def _copy(self, ticket: amm.Ticket) -> bool:
        desk = self._desk
        scripts = desk.model.tip.scripts
        data = ticket_data(ticket.deadline, ticket.action_hash)
        locking = scripts.ticket(self.account.key.public_key_hash, data)
        try:
            funds = self.account.funding().builder()
            built = funds.pay(Output(scripts.parameters.bond, locking)).build()
        except BuildError:
            return False
        return desk.submit(built) and desk.sequence([amm.read_ticket(scripts, built.coin(0))])

    def act_on_block(self) -> None:
        """Leave everything as it is."""

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None


class BatchVoider:
    """An attacker whose ticket spends an unconfirmed coin, which their block spends otherwise.

    The batch with this ticket is void then, and so is all that is chained on it.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._parent = ""

    @property
    def is_open(self) -> bool:
        """Nothing of theirs has to be settled."""
        return False

    def act(self) -> None:
        """Make a ticket that spends an unconfirmed coin of their own."""
        desk, account = self._desk, self.account
        if self._parent or not account.can_risk(desk.price_of_silence):
            return
        scripts = desk.model.tip.scripts
        bond = scripts.parameters.bond + 1_000
        data = ticket_data(desk.deadline, account.action(BUY, 1).hash)
        ticket = Output(bond, scripts.ticket(account.key.public_key_hash, data))
        try:
            own = Output(bond + 1_000, account.locking_bytecode)
            parent = account.funding().builder().pay(own).build()
            unlocker = P2pkhUnlocker(account.key)
            made = account.change().builder().spend(parent.coin(0), unlocker).pay(ticket).build()
        except BuildError:
            return
        if desk.submit(parent, made):
            self._parent = parent.txid
            account.rounds += 1

    def act_on_block(self) -> None:
        """Begin again if others found the block."""
        if self._parent not in self._desk.world.chain.mempool:
            self._parent = ""

    def find_block(self) -> Blocks | None:
        """Mine another transaction with the coins of the ticket's parent."""
        parent, world = self._parent, self._desk.world
        if parent not in world.chain.mempool:
            return None
        again = self._desk.spend_again(parent)
        if again is None:
            return None
        self._parent = ""
        rest = world.mempool_without(lambda each: transaction_id(each) == parent)
        return [[*rest, again]]
