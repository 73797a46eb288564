"""A block that displaces confirmed places: an own trade before revealed orders, and one behind.

Who replaces the block that queued tickets knows what their owners have revealed since then. They
queue those that push the price the same way, between two trades of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...amm import ticketed as amm
from ...amm.action import BUY, SELL, Action, Direction
from ...amm.formula import trade
from ...transaction.model import Transaction
from ...wallet.balance import Spend
from ...wallet.coins import Coin
from ...wallet.funding import Funding
from ...wallet.keys import PrivateKey
from ...wallet.unlockers import P2pkhUnlocker
from ..pools.ticketed import TicketedPoolModel
from ..world import World, spends

__all__ = ["Displacement", "build_displacement", "find_displacement"]

_SIZES = (0.0025, 0.005, 0.01, 0.02, 0.04)
_COSTS = 8_000
_MOST = 100


@dataclass(frozen=True, slots=True)
class Displacement:
    """What to queue between the own trades, how large these are, and the satoshis gained."""

    direction: Direction
    amount_in: int
    tickets: tuple[amm.Ticket, ...]
    profit: int


def find_displacement(model: TicketedPoolModel) -> Displacement | None:
    """Find what gains most from tickets whose orders are revealed; None if nothing pays."""
    pool, best = model.confirmed, None
    if pool.entries:
        return None
    # What their owners take back meanwhile cannot be queued.
    taken = {
        (item.outpoint_hash, item.outpoint_index)
        for each in model.world.mempool_without(lambda each: spends(each, pool.coin))
        for item in each.inputs
    }
    tickets = [each for each in model.coins.tickets() if each.coin.outpoint not in taken]
    for direction in (BUY, SELL):
        chosen = []
        for ticket in tickets:
            order = model.coins.known(amm.Entry(0, ticket.deadline, ticket.action_hash))
            if order is not None and order.action.direction == direction:
                chosen.append((ticket, order.action))
        chosen.sort(key=lambda each: each[0].coin.outpoint_hash[::-1])
        whole = pool.state.bch_reserve if direction == BUY else pool.state.token_reserve
        for size in _SIZES if chosen else ():
            amount = int(whole * size)
            actions = [action for _, action in chosen[:_MOST]]
            profit = _profit(model, direction, amount, actions)
            if profit > max(0, best.profit if best else 0):
                batch = tuple(ticket for ticket, _ in chosen[:_MOST])
                best = Displacement(direction, amount, batch, profit)
    return best


def _profit(
    model: TicketedPoolModel, direction: Direction, amount: int, actions: list[Action]
) -> int:
    pool = model.confirmed
    first = trade(pool.state.reserves, direction, amount)
    reserves = first.reserves
    for action in actions:
        reserves = pool.fill(action, reserves).reserves
    back = trade(reserves, SELL if direction == BUY else BUY, first.amount_out).amount_out
    gained = (back - amount, 0) if direction == BUY else (0, back - amount)
    return model.world.worth(*gained) - _COSTS


class _Funds:
    """A miner's coins while they build a block that nobody has seen."""

    def __init__(self, world: World, key: PrivateKey) -> None:
        self._key, self._unlocker = key, P2pkhUnlocker(key)
        coins, small = world.chain.coins(key.locking_bytecode), world.small_coin
        self._bonds = [each for each in coins if each.value == small and not each.token]
        self._rest = [each for each in coins if each.value != small]

    def bond(self) -> Funding:
        """Return a coin for a bond, with its fees."""
        return self._of([self._bonds.pop()])

    def trade(self) -> Funding:
        """Return all coins but those for bonds."""
        return self._of(self._rest)

    def _of(self, coins: list[Coin]) -> Funding:
        spends_ = [Spend(each, self._unlocker) for each in coins]
        return Funding(self._key.locking_bytecode, spends_)

    def follow(self, transaction: Transaction) -> None:
        """Remove what a transaction spends, and add what it pays to the key."""
        spent = {(item.outpoint_hash, item.outpoint_index) for item in transaction.inputs}
        made = [
            each
            for each in Coin.all_of(transaction)
            if each.locking_bytecode == self._key.locking_bytecode
        ]
        self._rest = [each for each in self._rest if each.outpoint not in spent] + made


def build_displacement(
    model: TicketedPoolModel, found: Displacement, key: PrivateKey
) -> list[Transaction]:
    """Build the block. Raises BuildError."""
    world, pool = model.world, model.confirmed
    rest = world.mempool_without(lambda each: spends(each, pool.coin))
    height, none = world.chain.lock_height, Funding(key.locking_bytecode)
    funds = _Funds(world, key)
    block = list(rest)
    front = Action(found.direction, found.amount_in, 0, key.public_key_hash, bytes(16))
    out = trade(pool.state.reserves, found.direction, found.amount_in).amount_out
    way: Direction = SELL if found.direction == BUY else BUY
    back = replace(front, direction=way, amount_in=out)

    def own(pool: amm.Pool, action: Action) -> amm.Pool:
        ticket = amm.make_ticket(pool.scripts, action, height + 1, funds.bond(), tip=2_000)
        queued = amm.sequence(pool, [ticket.ticket], height, none)
        order = amm.make_order(pool.scripts, action, queued.pool.entries[0], funds.trade())
        done = amm.execute(queued.pool, [order.order], none)
        made = [each.built.transaction for each in (ticket, queued, order, done)]
        for each in made:
            funds.follow(each)
        block.extend(made)
        return done.pool

    pool = own(pool, front)
    between = amm.sequence(pool, found.tickets, height, none)
    orders = [model.coins.known(each) for each in between.pool.entries]
    done = amm.execute(between.pool, [each for each in orders if each is not None], none)
    block += [between.built.transaction, done.built.transaction]
    own(done.pool, back)
    return block
