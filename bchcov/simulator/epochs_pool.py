"""A pool of the epochs profile in the simulator."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Any

from ..amm import epochs as amm
from ..amm.action import Action, Direction
from ..amm.epochs.clearing import clear
from ..amm.epochs.epoch import Slot
from ..amm.epochs.settlement import Order
from ..amm.epochs.users import commit
from ..errors import CommandError
from ..transaction.model import Transaction
from ..wallet.coins import Coin
from .accounts import Accounts
from .followed_pool import FollowedPool
from .parsing import plural
from .wallet import Commitment

__all__ = ["EpochsPool"]

_TICKET_TIP = 2_000


class EpochsPool:
    """A pool that was read from the chain, and the commands that it understands."""

    profile = "epochs"

    def __init__(self, accounts: Accounts, pool: amm.Pool) -> None:
        self._accounts = accounts
        self.scripts = pool.scripts
        self.followed = FollowedPool(accounts, pool, unfilled="not filled, funds returned")
        self._tickets: dict[bytes, amm.Ticket] = {}
        self._orders: dict[bytes, Order] = {}
        self._left: dict[bytes, Slot] = {}

    def copy(self) -> EpochsPool:
        """Return a copy that follows the chain independently from here on."""
        twin = copy(self)
        twin.followed = self.followed.copy()
        twin._tickets, twin._orders = dict(self._tickets), dict(self._orders)
        twin._left = dict(self._left)
        return twin

    def offer(self, direction: Direction, amount_in: int) -> int:
        """Return what an amount gets that trades alone in its epoch."""
        least = self.scripts.parameters.min_reserve
        alone = Action(direction, amount_in, 0, bytes(20), bytes(16))
        return clear(self.followed.reserves, [alone], min_reserve=least).fills[0].amount_out

    def see(self, transaction: Transaction) -> None:
        """Follow an accepted transaction, and remember a ticket or order that it makes."""
        before = self.followed.pool.current if self.followed.is_open else amm.Epoch()
        if self.followed.follow(transaction):
            self._tell_fates(list(before))
            return
        locking = transaction.outputs[0].locking_bytecode
        if self.scripts.read_ticket(locking) is not None:
            ticket = amm.read_ticket(self.scripts, Coin.of(transaction, 0))
            self._tickets[ticket.leaf] = ticket
        elif self.scripts.read_order(locking) is not None:
            order = amm.read_order(self.scripts, Coin.of(transaction, 0))
            self._orders[order.leaf] = order

    def _tell_fates(self, places: list[Slot]) -> None:
        """Say what has become of the places of an epoch that is over, by the wallet's hashes."""
        fates = self.followed.fates
        if self.followed.is_open and list(self.followed.pool.current) != places:
            is_settled = self.followed.pool.state.collected < 0
            for slot in places:
                if not is_settled:
                    self._left[slot.leaf] = slot
                elif slot.leaf not in fates:
                    fates[slot.leaf] = "not revealed, the bond is forfeited"
        names = self._names()
        for leaf in list(fates):
            if leaf in names:
                fates[names[leaf]] = fates.pop(leaf)

    def _names(self) -> dict[bytes, bytes]:
        """Return the hashes of the wallet's actions by what they commit to here."""
        known = self._accounts.wallet.commitments(self.followed.category)
        return {commit(self.scripts, made.action): name for name, made in known.items()}

    def _is_there(self, coin: Coin) -> bool:
        return self._accounts.chain.coin(coin.outpoint) is not None

    def _age(self) -> int:
        return self._accounts.chain.confirmations(self.followed.pool.vault)

    def _left_to_wait(self) -> int:
        """Return how many blocks are missing until the window is over."""
        return max(0, self.scripts.parameters.window - self._age())

    def pending(self) -> list[dict[str, Any]]:
        """List the places of both epochs, then the tickets that have none yet."""
        pool, names = self.followed.pool, self._names()
        over = self._accounts.chain.height + self._left_to_wait()
        window = self.scripts.parameters.window
        found = [
            (slot.leaf, at, over, "queued" if self._is_there(slot.coin) else "revealed")
            for at, slot in enumerate(pool.current)
        ]
        found += [
            (slot.leaf, at, over + window, "in the next epoch") for at, slot in enumerate(pool.next)
        ]
        rows: list[dict[str, Any]] = [
            {"hash": names.get(leaf, leaf).hex(), "slot": at, "deadline": due, "stage": stage}
            for leaf, at, due, stage in found
        ]
        for leaf, ticket in self._tickets.items():
            if self._is_there(ticket.coin):
                name = names.get(leaf, leaf).hex()
                row = {"hash": name, "slot": None, "deadline": over + 2 * window}
                rows.append(row | {"stage": "ticket"})
        return rows

    def ready(self) -> bool:
        """Return whether the epoch that is revealed can be settled."""
        return bool(self.followed.pool.current) and not self._left_to_wait()

    def unrevealed(self) -> list[tuple[bytes, int]]:
        """List the hashes that are not revealed in the current epoch, each with its last height."""
        names, over = self._names(), self._accounts.chain.height + self._left_to_wait()
        silent = [slot for slot in self.followed.pool.current if self._is_there(slot.coin)]
        return [(names.get(slot.leaf, slot.leaf), over) for slot in silent]

    def next_turn(self) -> str:
        """Say how the epochs go on; nothing if nobody waits."""
        pool, blocks = self.followed.pool, self._left_to_wait()
        if not (pool.current or pool.next):
            return ""
        what = "execute settles the epoch" if pool.current else "turn begins to reveal the epoch"
        return f"mine {blocks} ends the window; then {what}" if blocks else what

    def refundable(self) -> list[bytes]:
        """List the tickets and orders that can only be refunded."""
        names, is_open = self._names(), self.followed.is_open
        current = {slot.leaf for slot in self.followed.pool.current} if is_open else set()
        tickets = [leaf for leaf, each in self._tickets.items() if self._is_there(each.coin)]
        orders = [leaf for leaf, each in self._orders.items() if self._is_there(each.coin)]
        late = [] if self.waiting() else tickets
        late += [leaf for leaf in orders if leaf not in current]
        late += [leaf for leaf, slot in self._left.items() if self._is_there(slot.coin)]
        return [names.get(leaf, leaf) for leaf in late]

    def waiting(self) -> list[bytes]:
        """List the tickets that can be queued, while the pool is open."""
        if not self.followed.is_open or self.followed.pool.state.closed:
            return []
        names = self._names()
        held = [leaf for leaf, each in self._tickets.items() if self._is_there(each.coin)]
        return [names.get(leaf, leaf) for leaf in held]

    def commit(self, made: Commitment) -> tuple[str, int]:
        """Make a ticket; return its txid and when it is settled if it is queued at once."""
        if self.followed.pool.state.closed:
            raise CommandError("the pool is closed: it takes no tickets")
        funding = self._accounts.funding(made.key_name)
        ticket = amm.make_ticket(self.scripts, made.action, funding, tip=_TICKET_TIP)
        deadline = self._accounts.chain.height + self.scripts.parameters.max_wait
        return self._accounts.submit(ticket.built), deadline

    def _slot(self, made: Commitment) -> Slot:
        leaf, pool = commit(self.scripts, made.action), self.followed
        current = pool.pool.current if pool.is_open else amm.Epoch()
        places: list[Slot] = [*current, *self._left.values()]
        for slot in places:
            if slot.leaf == leaf and self._is_there(slot.coin):
                return slot
        if leaf in self._orders and self._is_there(self._orders[leaf].coin):
            raise CommandError("this order is already revealed: execute it")
        if pool.is_open and any(slot.leaf == leaf for slot in pool.pool.next):
            raise CommandError("its epoch is not revealed yet: turn or execute begins it")
        if leaf in self._tickets and self._is_there(self._tickets[leaf].coin):
            raise CommandError("this ticket is not queued yet: sequence it first")
        fate = pool.fates.get(made.action.hash, "it is not on the chain")
        raise CommandError(f"this commitment is not waiting to be revealed: {fate}")

    def reveal(self, made: Commitment, action: Action) -> str:
        """Reveal an action; return the txid of its order.

        An action other than the one committed to is tried as well, as an attacker would: the
        script refuses it, and BuildError says where.
        """
        slot = self._slot(made)
        believed = replace(slot, leaf=commit(self.scripts, action))
        funding = self._accounts.funding(made.key_name)
        order = amm.make_order(self.scripts, action, believed, funding)
        return self._accounts.submit(order.built)

    def sequence(self) -> tuple[list[str], int]:
        """Append every waiting ticket; return the txids and the number of tickets."""
        names = set(self.waiting())
        by_leaf = self._names()
        due = [each for leaf, each in self._tickets.items() if by_leaf.get(leaf, leaf) in names]
        if not due:
            raise CommandError("no ticket is waiting to be queued: commit makes one")
        steps = amm.sequence_all(self.followed.pool, due, self._accounts.funding("builder"))
        if not steps:
            raise CommandError("the next epoch has no room, or no ticket holds the bond")
        count = sum(len(step.event.entries) for step in steps)
        return [self._accounts.submit(step.built) for step in steps], count

    def execute(self) -> tuple[list[str], int]:
        """Settle the epoch that is revealed; return the txid and the number of orders."""
        pool = self.followed.pool
        if not pool.current:
            raise CommandError("no epoch is being revealed: nothing to execute")
        self._require_window()
        leaves = [slot.leaf for slot in pool.current if not self._is_there(slot.coin)]
        orders = [self._orders[leaf] for leaf in leaves]
        step = amm.execute(pool, orders, self._accounts.funding("builder"))
        return [self._accounts.submit(step.built)], len(orders)

    def _require_window(self) -> None:
        if blocks := self._left_to_wait():
            raise CommandError(f"the window is not over: mine {plural(blocks, 'more block')} first")

    def turn(self) -> str:
        """Begin to reveal the next epoch where none is revealed; return the txid."""
        pool, abandon = self.followed.pool, self.scripts.parameters.abandon
        if pool.current and self._age() < abandon:
            raise CommandError("an epoch is being revealed: execute settles it")
        self._require_window()
        step = amm.turn(pool, self._accounts.funding("builder"))
        return self._accounts.submit(step.built)

    def expire(self) -> str:
        """Raise CommandError: a silent place is dropped with its epoch."""
        raise CommandError("in the epochs profile execute drops what is not revealed")

    def refund(self, made: Commitment) -> str:
        """Take back a ticket or an order; return the txid."""
        leaf = commit(self.scripts, made.action)
        held: amm.Ticket | Order | None = self._tickets.get(leaf)
        if held is None or not self._is_there(held.coin):
            held = self._orders.get(leaf)
        if held is None or not self._is_there(held.coin):
            raise CommandError("this commitment has neither a ticket nor an order to take back")
        key = self._accounts.wallet.key(made.key_name)
        funding = self._accounts.funding_of(made.key_name)
        return self._accounts.submit(amm.refund(self.scripts, held, key, funding))

    def withdraw(self, name: str) -> str:
        """End the pool, paying everything to the provider; return the txid."""
        return self.followed.withdraw(amm.exit_pool, name)
