"""A pool of the epochs profile with its users, and drafts of its transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bchcov import Output
from bchcov.amm.action import SELL, Action
from bchcov.amm.coins import pool_output, vault_output
from bchcov.amm.epochs.batches import BURN, chain_items, next_state
from bchcov.amm.epochs.clearing import Clearing
from bchcov.amm.epochs.epoch import Batch, Epoch, Slot
from bchcov.amm.epochs.parameters import Parameters
from bchcov.amm.epochs.pool import Pool, read_order, read_ticket
from bchcov.amm.epochs.scripts import FOLDER, NAMES, Scripts
from bchcov.amm.epochs.settlement import Order, Places, executions, forfeited
from bchcov.amm.epochs.state import State, append_leaves
from bchcov.amm.epochs.users import commit, order_output
from bchcov.amm.formula import Reserves
from bchcov.contract import load_source
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import Item, RawUnlocker, ScriptUnlocker, Signature
from support.ticketed_world import POOL_CATEGORY, PROVIDER, TOKENS, Draft, action, coin, rest, user

__all__ = [
    "KINDS",
    "PARAMETERS",
    "RESERVES",
    "World",
    "default_action",
    "held_by",
    "real_sources",
    "with_state",
]

PARAMETERS = Parameters(
    pool_category=POOL_CATEGORY,
    token_category=TOKENS,
    owner=PROVIDER.public_key_hash,
    bond=10_000,
    miss=400,
    min_trade=10_000,
)
RESERVES = Reserves(10_000_000_000, 10_000_000_000_000)


def default_action(number: int) -> Action:
    """Buys at even places, sales at odd ones."""
    return action(number, SELL, 1_000_000_000) if number % 2 else action(number)


def with_state(draft: Draft, **fields: object) -> Draft:
    """Change fields of the successor's state."""
    output = draft.outputs[0]
    assert output.token is not None
    assert output.token.nft is not None
    state = State.decode(output.token.nft.commitment, output.value)
    draft.commitment(replace(state, **fields).encode())  # type: ignore[arg-type]
    return draft


@dataclass
class World:
    """A pool, by default idle; `sources` are contracts that stand in for the real ones."""

    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Parameters = PARAMETERS
    reserves: Reserves = RESERVES
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        scripts = Scripts(self.parameters, self.sources)
        state = State(bch_reserve=self.reserves.bch, token_reserve=self.reserves.tokens)
        self.pool = Pool(
            scripts,
            coin("the pool", pool_output(scripts, state)),
            coin("the vault", vault_output(scripts, state, 1_000)),
            state,
        )

    @property
    def scripts(self) -> Scripts:
        return self.pool.scripts

    def at(self, state: State, **parts: Epoch) -> World:
        """The same world with the pool in another state."""
        other = World(self.sources, self.parameters, self.reserves)
        scripts = other.scripts
        other.pool = replace(
            self.pool,
            scripts=scripts,
            state=state,
            coin=coin("the pool", pool_output(scripts, state)),
            vault=coin("the vault", vault_output(scripts, state, 1_000)),
            **parts,
        )
        return other

    def epoch(self, actions: Sequence[Action], sizes: Sequence[int], last: bytes) -> Epoch:
        """An epoch of places for these actions, in batches of so many; `last` is its last txid."""
        epoch, before, at = Epoch(), sha256(b"before"), 0
        for number, size in enumerate(sizes):
            is_last = number == len(sizes) - 1
            txid = last if is_last else sha256(b"batch %d" % number)
            slots = []
            for index in range(size):
                leaf = commit(self.scripts, actions[at + index])
                output = Output(self.parameters.bond, self.scripts.slot(leaf))
                slots.append(Slot(Coin(txid, 1 + index, output), leaf))
            epoch, before, at = epoch.add(Batch(before, txid, tuple(slots))), txid, at + size
        return epoch

    def revealing(self, *actions: Action, sizes: Sequence[int] | None = None) -> World:
        """The world while the epoch of these actions is revealed."""
        epoch = self.epoch(actions, sizes or [len(actions)], sha256(b"the last batch"))
        return self.at(replace(self.pool.state, current=epoch.closed_chain), current=epoch)

    def waiting(self, *actions: Action) -> World:
        """The world with tickets for these actions in the next epoch."""
        epoch = self.epoch(actions, [len(actions)], self.pool.coin.outpoint_hash)
        state = replace(self.pool.state, next=epoch.chain, count=len(actions))
        return self.at(state, next=epoch)

    def ticket(self, number: int, each: Action, *, value: int = 10_500) -> Coin:
        locking = self.scripts.ticket(each.owner, commit(self.scripts, each))
        return coin(f"ticket {number}", Output(value, locking))

    def order(self, number: int, each: Action) -> Coin:
        return coin(f"order {number}", order_output(self.scripts, each))

    def append(self, tickets: Sequence[Coin]) -> Draft:
        pool, count = self.pool, len(tickets)
        leaves = [read_ticket(self.scripts, each).leaf for each in tickets]
        chain = append_leaves(pool.state.next, pool.coin.outpoint_hash, b"".join(leaves))
        state = replace(pool.state, next=chain, count=pool.state.count + count, collected=count)
        unlocker = ScriptUnlocker((count + 1, self.scripts.append.code), self.scripts.pool.code)
        spends = [Spend(pool.coin, unlocker), *(Spend(each, RawUnlocker()) for each in tickets)]
        slots = [Output(self.parameters.bond, self.scripts.slot(leaf)) for leaf in leaves]
        return Draft(spends, [pool_output(self.scripts, state), *slots, rest()])

    def orders(self, actions: Sequence[Action | None]) -> list[Order]:
        """The honest orders; None is silent."""
        return [
            read_order(self.scripts, self.order(at, each), slot.coin.outpoint)
            for at, (each, slot) in enumerate(zip(actions, self.pool.current, strict=True))
            if each is not None
        ]

    def settle(self, *actions: Action | None) -> Draft:
        """Settle the current epoch honestly; None is silent."""
        places, clearing = self.pool.plan(self.orders(actions))
        return self.settled(places, clearing)

    def settled(
        self,
        places: Places,
        clearing: Clearing,
        *,
        marginal: tuple[int, int] | None = None,
    ) -> Draft:
        """Settle these places as a clearing says, true or not."""
        pool, parameters, end = self.pool, self.parameters, 2 + len(places)
        state = next_state(
            pool,
            bch_reserve=clearing.reserves.bch,
            token_reserve=clearing.reserves.tokens,
            collected=1 - end,
        )
        if marginal is None:
            orders = [at for at, place in enumerate(places) if isinstance(place, Order)]
            at = clearing.marginal
            marginal = (0, -1) if at is None else (2 + orders[at], clearing.fills[at].amount_in)
        items: tuple[Item, ...] = (
            *chain_items(pool.current),
            clearing.bought_with,
            clearing.sold,
            *marginal,
            self.scripts.padding(end),
            self.scripts.settle.code,
        )
        spends = [
            Spend(pool.coin, ScriptUnlocker((), self.scripts.pool.code)),
            Spend(
                pool.vault, ScriptUnlocker(items, self.scripts.vault.code), self.parameters.window
            ),
            *(Spend(place.coin, RawUnlocker()) for place in places),
        ]
        outputs = [
            pool_output(self.scripts, state),
            vault_output(self.scripts, state, pool.vault.value),
            *(each.payout for each in executions(parameters, places, clearing)),
            Output(forfeited(parameters, places, clearing), BURN),
            rest(),
        ]
        return Draft(spends, outputs)

    def turn(self) -> Draft:
        pool = self.pool
        state = next_state(pool)
        unlocker = ScriptUnlocker((self.scripts.turn.code,), self.scripts.vault.code)
        age = self.parameters.abandon if pool.current else self.parameters.window
        spends = [
            Spend(pool.coin, ScriptUnlocker((), self.scripts.pool.code)),
            Spend(pool.vault, unlocker, age),
        ]
        outputs = [
            pool_output(self.scripts, state),
            vault_output(self.scripts, state, pool.vault.value),
            rest(),
        ]
        return Draft(spends, outputs)

    def reveal(self, each: Action) -> Draft:
        """Reveal the action of the first place."""
        slot = next(iter(self.pool.current))
        output = order_output(self.scripts, each)
        spends = [Spend(slot.coin, RawUnlocker())]
        return Draft(spends, [output])

    def provider(self, key: PrivateKey = PROVIDER) -> ScriptUnlocker:
        code = self.scripts.owner.code
        items: tuple[Item, ...] = (Signature(key, covered=code), key.public_key, code)
        return ScriptUnlocker(items, self.scripts.vault.code)

    def owned(self, state: State) -> Draft:
        """The provider's transaction that makes this state."""
        spends = [
            Spend(self.pool.coin, ScriptUnlocker((), self.scripts.pool.code)),
            Spend(self.pool.vault, self.provider()),
        ]
        outputs = [
            pool_output(self.scripts, state),
            vault_output(self.scripts, state, self.pool.vault.value),
        ]
        return Draft(spends, outputs)

    def close(self) -> Draft:
        chain = next_state(self.pool).current
        return self.owned(replace(self.pool.state, next=chain, closed=True))

    def exit(self) -> Draft:
        draft = self.owned(self.pool.state)
        token = draft.outputs[1].token
        draft.outputs = [rest(), Output(1_000, PROVIDER.locking_bytecode, token)]
        return draft


def held_by(world: World, number: int, kind: str) -> Draft:
    """A ticket or an order of user `number` that is refunded."""
    each, key = default_action(number), user(number)
    parameters = world.parameters
    held = world.ticket(number, each) if kind == "ticket" else world.order(number, each)
    delay = parameters.refund_delay if kind == "ticket" else parameters.order_delay
    spend = Spend(held, ScriptUnlocker((Signature(key), key.public_key)), delay)
    return Draft([spend], [Output(1_000, b"\x51")])


def real_sources() -> dict[str, str]:
    return {name: load_source(f"{FOLDER}/{name}") for name in NAMES}


def _append(world: World) -> Draft:
    return world.append([world.ticket(at, default_action(at)) for at in range(2)])


def _settle(world: World) -> Draft:
    three = [default_action(at) for at in range(3)]
    return world.revealing(*three, sizes=[2, 0, 1]).settle(three[0], three[1], None)


def _reveal(world: World) -> Draft:
    return world.revealing(default_action(0), default_action(1)).reveal(default_action(0))


def _turn(world: World) -> Draft:
    return world.waiting(default_action(0)).turn()


def _abandon(world: World) -> Draft:
    return world.revealing(default_action(0)).turn()


def _close(world: World) -> Draft:
    return world.waiting(default_action(0)).close()


def _exit(world: World) -> Draft:
    return world.exit()


KINDS = (_append, _settle, _reveal, _turn, _abandon, _close, _exit)
"""An honest transaction of each kind."""
