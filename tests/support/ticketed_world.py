"""A ticketed pool with its users, and drafts of its transactions in which all can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bchcov import (
    Capability,
    Input,
    Nft,
    Output,
    Token,
    Transaction,
    TransactionContext,
)
from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.coins import pool_output, vault_output
from bchcov.amm.events import Entry
from bchcov.amm.formula import Reserves, execute
from bchcov.amm.queue import Queue
from bchcov.amm.ticketed.batches import BURNT, EXPIRE, in_order, sibling_numbers
from bchcov.amm.ticketed.parameters import Parameters
from bchcov.amm.ticketed.pool import Pool, Ticket
from bchcov.amm.ticketed.scripts import (
    EXECUTE_PADDING,
    FOLDER,
    NAMES,
    SEQUENCE_PADDING,
    Scripts,
    order_data,
    ticket_data,
    ticket_fields,
)
from bchcov.amm.ticketed.state import State
from bchcov.contract import load_source
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2pkh
from bchcov.transaction.constants import LOCKTIME_IN_FORCE
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import (
    Item,
    P2pkhUnlocker,
    RawUnlocker,
    ScriptUnlocker,
    Signature,
    Unlocker,
)

HEIGHT = 100
DEADLINE = 110
POOL_CATEGORY = sha256(b"pool")
TOKENS = sha256(b"tokens that trade")
OTHER = sha256(b"other tokens")
PROVIDER = PrivateKey(sha256(b"provider"))
ANYBODY = b"\x51"  # OP_1: a script that anybody spends

PARAMETERS = Parameters(
    pool_category=POOL_CATEGORY,
    token_category=TOKENS,
    owner=PROVIDER.public_key_hash,
    bond=10_000,
    tip=2_000,
    expiry_tip=2_000,
    min_trade=100,
    max_wait=12,
    depth=10,
)
RESERVES = Reserves(10_000_000_000, 5_000_000)


def user(number: int) -> PrivateKey:
    return PrivateKey(sha256(b"user %d" % number))


def coin(name: str, output: Output, index: int = 0) -> Coin:
    return Coin(sha256(name.encode()), index, output)


def funding_coin(name: str, key: PrivateKey, value: int, token: Token | None = None) -> Spend:
    output = Output(value, key.locking_bytecode, token)
    return Spend(coin(name, output, 1), P2pkhUnlocker(key))


def action(
    number: int, direction: Direction = BUY, amount: int = 1_000_000, minimum: int = 0
) -> Action:
    salt = sha256(b"salt %d" % number)[:16]
    return Action(direction, amount, minimum, user(number).public_key_hash, salt)


def default_action(number: int) -> Action:
    """Buys at even places, sales at odd ones."""
    return action(number, SELL, 1_000) if number % 2 else action(number)


@dataclass
class Draft:
    """A transaction whose parts can be changed; what is signed is signed at the end."""

    spends: list[Spend]
    outputs: list[Output]
    locktime: int = 0

    def unlock(self, index: int, unlocker: Unlocker, *, sequence: int | None = None) -> None:
        old = self.spends[index]
        self.spends[index] = Spend(
            old.coin, unlocker, old.sequence if sequence is None else sequence
        )

    def hold(self, index: int, output: Output) -> None:
        """Let input `index` spend another output."""
        old = self.spends[index]
        self.spends[index] = replace(old, coin=replace(old.coin, output=output))

    def push(self, index: int, place: int, item: Item | None) -> None:
        """Change, or take out with None, an item that an unlocking script pushes."""
        unlocker = self.spends[index].unlocker
        assert isinstance(unlocker, ScriptUnlocker)
        items = list(unlocker.items)
        if item is None:
            del items[place]
        else:
            items[place] = item
        self.unlock(index, replace(unlocker, items=tuple(items)))

    def value(self, index: int, change: int) -> None:
        output = self.outputs[index]
        self.outputs[index] = replace(output, value=output.value + change)

    def state(self, **fields: int | bytes | bool) -> None:
        """Change fields of the successor's state."""
        token = self.outputs[0].token
        assert token is not None
        assert token.nft is not None
        state = replace(State.decode(token.nft.commitment), **fields)  # type: ignore[arg-type]
        self.commitment(state.encode())

    def commitment(self, commitment: bytes) -> None:
        token = self.outputs[0].token
        assert token is not None
        nft = Nft(commitment, Capability.MUTABLE)
        self.outputs[0] = replace(self.outputs[0], token=replace(token, nft=nft))

    def finish(self) -> tuple[Transaction, tuple[Output, ...]]:
        sources = tuple(spend.coin.output for spend in self.spends)
        inputs = tuple(
            Input(spend.coin.outpoint_hash, spend.coin.outpoint_index, b"", spend.sequence)
            for spend in self.spends
        )
        unsigned = Transaction(inputs, tuple(self.outputs), 2, self.locktime)
        context = TransactionContext(unsigned, sources)
        signed = tuple(
            replace(item, unlocking_bytecode=spend.unlocker.unlock(context, index))
            for index, (item, spend) in enumerate(zip(inputs, self.spends, strict=True))
        )
        return replace(unsigned, inputs=signed), sources


@dataclass
class World:
    """A pool, by default empty; `sources` are contracts that stand in for the real ones."""

    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Parameters = PARAMETERS
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        scripts = Scripts(self.parameters, self.sources)
        state = State.empty(RESERVES, self.parameters.depth)
        self.pool = Pool(
            scripts,
            coin("the pool", pool_output(scripts, state)),
            coin("the vault", vault_output(scripts, state, 1_000)),
            state,
            Queue(self.parameters.depth),
        )

    @property
    def scripts(self) -> Scripts:
        return self.pool.scripts

    def at(self, state: State, **parts: object) -> World:
        """The same world with the pool in another state."""
        other = World(self.sources, self.parameters)
        scripts = other.scripts
        other.pool = replace(
            self.pool,
            scripts=scripts,
            state=state,
            coin=coin("the pool", pool_output(scripts, state)),
            vault=coin("the vault", vault_output(scripts, state, 1_000)),
            **parts,  # type: ignore[arg-type]
        )
        return other

    def queued(self, *actions: Action, deadline: int = DEADLINE, start: int = 0) -> World:
        """The world after these actions were queued, the first one at place `start`."""
        entries = tuple(Entry(start + at, deadline, each.hash) for at, each in enumerate(actions))
        return self.with_entries(entries, start)

    def with_entries(self, entries: Sequence[Entry], start: int = 0) -> World:
        queue = Queue(self.parameters.depth, start, start)
        queue = queue.append([sha256(entry.preimage) for entry in entries])
        state = replace(self.pool.state, root=queue.root, head=start, tail=start + len(entries))
        return self.at(state, queue=queue, entries=tuple(entries))

    def ticket(
        self, number: int, each: Action, *, deadline: int = DEADLINE, value: int = 10_500
    ) -> Coin:
        locking = self.scripts.ticket(each.owner, ticket_data(deadline, each.hash))
        return coin(f"ticket {number}", Output(value, locking))

    def order(self, number: int, each: Action, *, deadline: int = DEADLINE) -> Coin:
        locking = self.scripts.order(each.owner, order_data(deadline, each))
        if each.direction == BUY:
            return coin(f"order {number}", Output(each.amount_in, locking))
        value = self.parameters.order_value
        token = Token(self.parameters.token_category, each.amount_in)
        return coin(f"order {number}", Output(value, locking, token))

    def sequence(
        self, tickets: Sequence[Coin], *, height: int = HEIGHT, sort: bool = True
    ) -> Draft:
        pool, count = self.pool, len(tickets)
        read = [self._read(each) for each in tickets]
        read = in_order(read) if sort else read
        entries = [Entry(0, each.deadline, each.action_hash) for each in read]
        queue = pool.queue.append([sha256(entry.preimage) for entry in entries])
        state = replace(pool.state, root=queue.root, tail=pool.state.tail + count, collected=count)
        items: tuple[Item, ...] = (
            *sibling_numbers(pool.queue, pool.state.tail, count),
            self.scripts.padding(SEQUENCE_PADDING, count + 1),
            count + 1,
            self.scripts.queue.code,
        )
        unlocker = ScriptUnlocker(items, self.scripts.pool.code)
        spends = [Spend(pool.coin, unlocker, LOCKTIME_IN_FORCE)]
        spends += [Spend(each.coin, RawUnlocker()) for each in read]
        return Draft(spends, [pool_output(self.scripts, state), rest()], height)

    def _read(self, held: Coin) -> Ticket:
        """Read a coin as the queue's script reads a ticket."""
        owner, data = ticket_fields(held.locking_bytecode)
        return Ticket(held, owner, int.from_bytes(data[:4], "little"), data[4:])

    def execute(self, actions: Sequence[Action], orders: Sequence[Coin] | None = None) -> Draft:
        """Execute the orders at head; `orders` are their coins where they are not honest ones."""
        pool, parameters, count = self.pool, self.parameters, len(actions)
        coins = orders or [self.order(at, each) for at, each in enumerate(actions)]
        reserves, payouts, burnt = pool.state.reserves, [], 0
        for each, held in zip(actions, coins, strict=True):
            fill = execute(
                reserves,
                each,
                min_reserve=parameters.min_reserve,
                min_trade=parameters.min_trade,
            )
            tokens = held.token.amount if held.token else 0
            tokens += reserves.tokens - fill.reserves.tokens
            value = held.value + reserves.bch - fill.reserves.bch
            if fill.is_filled:
                value += parameters.bond - parameters.tip
            else:
                burnt += parameters.bond - parameters.tip
            token = Token(parameters.token_category, tokens) if tokens else None
            payouts.append(Output(value, p2pkh(each.owner), token))
            reserves = fill.reserves
        queue = pool.queue.take(count)
        state = replace(
            pool.state,
            bch_reserve=reserves.bch,
            token_reserve=reserves.tokens,
            root=queue.root,
            head=pool.state.head + count,
            collected=-1 - count,
        )
        items: tuple[Item, ...] = (
            *sibling_numbers(pool.queue, pool.state.head, count),
            self.scripts.padding(EXECUTE_PADDING, count + 2),
            count + 2,
        )
        spends = [
            Spend(pool.coin, ScriptUnlocker((), self.scripts.pool.code)),
            Spend(pool.vault, ScriptUnlocker(items, self.scripts.vault.code)),
            *(Spend(each, RawUnlocker()) for each in coins),
        ]
        outputs = [
            pool_output(self.scripts, state),
            vault_output(self.scripts, state, pool.vault.value),
            *payouts,
            *([Output(burnt, BURNT)] if burnt else []),
            rest(),
        ]
        return Draft(spends, outputs)

    def expire(self, *, height: int = DEADLINE) -> Draft:
        pool, parameters, entry = self.pool, self.parameters, self.pool.entries[0]
        queue = pool.queue.take(1)
        state = replace(
            pool.state,
            root=queue.root,
            head=pool.state.head + 1,
            collected=0,
        )
        items: tuple[Item, ...] = (
            *sibling_numbers(pool.queue, pool.state.head, 1),
            ticket_data(entry.deadline, entry.action_hash),
            EXPIRE,
            self.scripts.queue.code,
        )
        unlocker = ScriptUnlocker(items, self.scripts.pool.code)
        spends = [Spend(pool.coin, unlocker, parameters.grace)]
        burnt = Output(parameters.bond - parameters.expiry_tip, BURNT)
        return Draft(spends, [pool_output(self.scripts, state), burnt, rest()], height)

    def provider(self, key: PrivateKey = PROVIDER) -> ScriptUnlocker:
        code = self.scripts.owner.code
        items: tuple[Item, ...] = (Signature(key, covered=code), key.public_key, code)
        return ScriptUnlocker(items, self.scripts.vault.code)

    def closed(self) -> World:
        """The same world after the provider closed the pool."""
        return self.at(replace(self.pool.state, closed=True))

    def owned(self, state: State) -> Draft:
        """The provider's transaction that makes this state, after its notice."""
        notice = self.parameters.notice
        spends = [
            Spend(self.pool.coin, ScriptUnlocker((), self.scripts.pool.code)),
            Spend(self.pool.vault, self.provider(), notice),
        ]
        outputs = [
            pool_output(self.scripts, state),
            vault_output(self.scripts, state, self.pool.vault.value),
        ]
        return Draft(spends, outputs)

    def exit(self) -> Draft:
        draft = self.owned(self.pool.state)
        token = draft.outputs[1].token
        draft.outputs = [rest(), Output(1_000, PROVIDER.locking_bytecode, token)]
        return draft


def rest() -> Output:
    """Where a builder's tips go."""
    return Output(1_000, user(99).locking_bytecode)


def refund_unlocker(number: int) -> ScriptUnlocker:
    key = user(number)
    return ScriptUnlocker((Signature(key), key.public_key))


def take_back(draft: Draft, index: int, number: int) -> None:
    """Spend an attacker's own ticket or order by its other path, so that it does not object."""
    delay = max(PARAMETERS.refund_delay, PARAMETERS.order_refund_delay)
    draft.unlock(index, refund_unlocker(number), sequence=delay)


def real_sources() -> dict[str, str]:
    return {name: load_source(f"{FOLDER}/{name}") for name in NAMES}


def _sequence(world: World) -> Draft:
    return world.sequence([world.ticket(at, default_action(at)) for at in range(2)])


def _execute(world: World) -> Draft:
    two = [default_action(0), default_action(1)]
    return world.queued(*two).execute(two)


def _expire(world: World) -> Draft:
    return world.queued(default_action(0), default_action(1)).expire()


def _close(world: World) -> Draft:
    return world.owned(replace(world.pool.state, closed=True))


def _exit(world: World) -> Draft:
    return world.exit()


TWO_ORDERS = (_sequence, _execute, _expire, _close, _exit)
"""An honest transaction of each kind."""
