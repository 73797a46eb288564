"""What the pages of both pools promise, as plain functions of a transaction and what it spends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pool_lives import Lives, PoolLike
from support.ticketed_world import PARAMETERS, POOL_CATEGORY, TOKENS

from bchcov import BchcovError, Capability, Output, Token, Transaction
from bchcov.amm import direct, ticketed
from bchcov.amm.action import BUY, SELL, Action
from bchcov.amm.direct.pool import read_action
from bchcov.amm.direct.state import COUNTS
from bchcov.amm.formula import execute
from bchcov.amm.ticketed.batches import BURNT
from bchcov.amm.ticketed.scripts import order_fields, ticket_fields
from bchcov.crypto.hashes import hash160, sha256
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import instructions
from bchcov.testing.fuzzing import Property
from bchcov.transaction.constants import (
    AGE_IS_TIME,
    AGE_MASK,
    LOCKTIME_THRESHOLD,
    NO_AGE,
    SEQUENCE_FINAL,
)

__all__ = ["Step", "direct_promises", "is_aged", "is_pool", "ticketed_promises"]

BOND, TIP = PARAMETERS.bond, PARAMETERS.tip
MOST_WAIT, LEAST = PARAMETERS.max_wait, PARAMETERS.min_reserve
S = TypeVar("S", direct.State, ticketed.State)
State = TypeVar("State")


class ScriptsLike(Protocol):
    """Where a pool and its vault are."""

    @property
    def pool_bytecode(self) -> bytes: ...
    @property
    def vault_bytecode(self) -> bytes: ...


@dataclass(frozen=True)
class Step(Generic[State]):
    """What a transaction makes of a pool: its states, and the pool that it finds if known."""

    transaction: Transaction
    coins: Sequence[Output]
    at: int
    vault: int | None
    before: State
    after: State
    known: PoolLike | None

    @property
    def height(self) -> int:
        """The block height that the locktime proves, -1 for a time or a final input."""
        locktime = self.transaction.locktime
        is_final = self.transaction.inputs[self.at].sequence == SEQUENCE_FINAL
        return -1 if is_final or locktime >= LOCKTIME_THRESHOLD else locktime

    def pushed(self, at: int) -> list[bytes]:
        """What an input pushes."""
        unlocking = self.transaction.inputs[at].unlocking_bytecode
        return [each.data or b"" for each in instructions(unlocking)]

    def pays(self, owner: bytes, value: int, tokens: int) -> bool:
        """Whether an output pays somebody at least the satoshis, and exactly the tokens."""
        token = Token(TOKENS, tokens) if tokens else None
        return any(
            each.locking_bytecode == p2pkh(owner) and each.value >= value and each.token == token
            for each in self.transaction.outputs
        )


def direct_promises(scripts: ScriptsLike, lives: Lives) -> tuple[Property, ...]:
    """What the page of the direct pool promises."""
    return (_promise(scripts, lives, direct.State, _of_direct),)


def ticketed_promises(scripts: ticketed.Scripts, lives: Lives) -> tuple[Property, ...]:
    """What the page of the ticketed pool promises."""
    return (_promise(scripts, lives, ticketed.State, _of_ticketed),)


def is_pool(output: Output) -> bool:
    token = output.token
    return token is not None and token.category == POOL_CATEGORY and token.nft is not None


def _state_in(output: Output, kind: type[S]) -> S:
    assert output.token is not None
    assert output.token.nft is not None
    return kind.decode(output.token.nft.commitment)


def _promise(
    scripts: ScriptsLike, lives: Lives, kind: type[S], broken: Callable[[Step[S]], Iterator[str]]
) -> Property:
    """Make a property of what is promised of one step."""
    pools = {(each.state.root, each.state.head, each.state.tail): each for each in lives.pools}

    def check(transaction: Transaction, coins: Sequence[Output]) -> str | None:
        found = [at for at, each in enumerate(coins) if is_pool(each)]
        if not found or coins[found[0]].locking_bytecode != scripts.pool_bytecode:
            return None
        before = _state_in(coins[found[0]], kind)
        left = [each for each in transaction.outputs if is_pool(each)]
        if not left:
            return next(_ended(transaction, before.pending), None)
        (first, *others) = left
        if others or first.locking_bytecode != scripts.pool_bytecode:
            return "the pool does not go on as one coin"
        assert first.token is not None
        assert first.token.nft is not None
        if first.token.nft.capability is not Capability.MUTABLE:
            return "the pool's NFT does not stay mutable"
        try:
            after = _state_in(first, kind)
        except BchcovError as error:
            return f"the pool's state cannot be read: {error}"
        scripts_spent = [each.locking_bytecode for each in coins]
        has_vault = scripts.vault_bytecode in scripts_spent
        vault = scripts_spent.index(scripts.vault_bytecode) if has_vault else None
        known = pools.get((before.root, before.head, before.tail))
        step = Step(transaction, coins, found[0], vault, before, after, known)
        # The provider, who moves no order, may put their own coin there.
        moves = (after.head, after.tail) != (before.head, before.tail)
        held = Token(TOKENS, before.token_reserve)
        if moves and vault is not None and coins[vault].token != held:
            return "another coin is spent in the place of the pool's vault"
        if first.value != after.bch_reserve + BOND * after.pending:
            return f"the pool holds {first.value:,} satoshis, its state says otherwise"
        if vault is None and after.token_reserve != before.token_reserve:
            return "the token reserve changes without the vault"
        holds = Token(TOKENS, after.token_reserve) if after.token_reserve else None
        if vault is not None and not any(
            each.locking_bytecode == scripts.vault_bytecode and each.token == holds
            for each in transaction.outputs
        ):
            return f"no vault holds the {after.token_reserve:,} tokens of the pool's state"
        if vault is not None and not any(
            each.locking_bytecode == scripts.vault_bytecode and each.value >= coins[vault].value
            for each in transaction.outputs
        ):
            return "the vault loses satoshis"
        return next(broken(step), None)

    return check


def _ended(transaction: Transaction, pending: int) -> Iterator[str]:
    """Yield what is wrong with an exit: pool and vault in, tokens and satoshis out."""
    if pending:
        yield "the pool ends with orders in its queue"
    if len(transaction.inputs) != 2:
        yield "an exit spends other coins than the pool and the vault"
    if len(transaction.outputs) != 2:
        yield "an exit pays more than the tokens and the satoshis"


def _of_direct(step: Step[direct.State]) -> Iterator[str]:
    before, after, known = step.before, step.after, step.known
    more = (after.tail - before.tail) % COUNTS, (after.head - before.head) % COUNTS
    if after.reserves.product < before.reserves.product:
        yield "the product of the reserves falls"
    if more == (1, 0):
        if after.reserves != before.reserves:
            yield "a commit changes the reserves"
        preimage = b"".join(step.pushed(step.at)[-2:-1])
        if len(preimage) != 36:
            yield f"an order of {len(preimage)} bytes is queued, which no reveal can open"
        yield from _near(preimage, step.height)
        if known is not None and after.root != known.queue.append([hash160(preimage)]).root:
            yield "the order is not appended to the queue"
    elif more == (0, 1):
        if known is None:
            return
        if not known.entries:
            yield "an order is taken from an empty queue"
            return
        entry = known.entries[0]
        if after.root != known.queue.take(1).root:
            yield "the order at head is not the one that leaves the queue"
        if step.vault is None:
            if after.bch_reserve != before.bch_reserve + BOND - TIP:
                yield "the bond of an expired order does not stay in the pool"
            if len(step.coins) > 1:
                yield "an expiry spends other coins than the pool"
            if step.height < entry.deadline:
                yield f"an order expires before its deadline, {entry.deadline}"
            return
        revealed = [each for each in step.pushed(step.vault) if len(each) == 57]
        if not revealed or sha256(revealed[0][4:]) != entry.action_hash:
            yield "the order that is executed is not the one at head"
            return
        try:
            action = read_action(revealed[0][4:])
        except BchcovError:
            yield "an order that trades nothing is executed"
            return
        fill = execute(before.reserves, action, min_reserve=LEAST)
        if fill.reserves != after.reserves:
            yield "the order is not filled by the formula"
        buys = action.direction == BUY
        value = BOND + (0 if buys else fill.amount_out)
        if not step.pays(action.owner, value, fill.amount_out if buys else 0):
            yield "the order's owner is not paid the bond and what was bought"
    else:
        yield "more than one order is queued or taken"


def _near(preimage: bytes, height: int) -> Iterator[str]:
    """Yield what is wrong with a deadline: every order can expire, and soon."""
    deadline = int.from_bytes(preimage[:4], "little")
    # The highest bit is a sign, and minus zero is zero.
    if not (deadline <= height + MOST_WAIT or deadline == 1 << 31) or height < 0:
        yield f"an order is queued whose deadline is {deadline}"


def _of_ticketed(step: Step[ticketed.State]) -> Iterator[str]:
    before, after = step.before, step.after
    if (after.tail, after.head) == (before.tail, before.head):
        yield from _owned(step)
        return
    if after.closed != before.closed:
        yield "the pool is opened or closed by the way"
    if after.reserves.product < before.reserves.product:
        yield "the product of the reserves falls"
    if after.head == before.head:
        yield from _sequenced(step)
    elif after.tail == before.tail:
        yield from _taken(step)
    else:
        yield "orders are queued and taken at once"


def _owned(step: Step[ticketed.State]) -> Iterator[str]:
    before, after = step.before, step.after
    if after.root != before.root or after.collected:
        yield "the provider changes the queue"
    if step.vault is None or PARAMETERS.owner not in map(hash160, step.pushed(step.vault)):
        yield "somebody else acts in the provider's place"
        return
    if before.pending and (before.closed or not after.closed):
        yield "while orders are queued the pool is not just closed"
    if after.reserves == before.reserves:
        return
    if before.pending or not before.closed or not is_aged(step, step.vault, PARAMETERS.notice):
        yield "the reserves change without notice"
    if after.bch_reserve < LEAST or not after.token_reserve:
        yield "a reserve is nearly empty"


def is_aged(step: Step[State], index: int, blocks: int) -> bool:
    """Whether the transaction waits until the coin of an input is so many blocks old."""
    sequence = step.transaction.inputs[index].sequence
    return not sequence & (NO_AGE | AGE_IS_TIME) and sequence & AGE_MASK >= blocks


def _sequenced(step: Step[ticketed.State]) -> Iterator[str]:
    before, after = step.before, step.after
    count = after.tail - before.tail
    if count < 0:
        yield "the tail of the queue goes back"
        return
    if before.closed:
        yield "a closed pool takes tickets"
    if after.reserves != before.reserves:
        yield "a sequence changes the reserves"
    if after.collected != count or len(step.coins) < 1 + count:
        yield f"{count} tickets are queued, others collected"
        return
    outpoints = step.transaction.inputs[1 : 1 + count]
    order = [(each.outpoint_hash[::-1], each.outpoint_index) for each in outpoints]
    if order != sorted(order):
        yield "the tickets are not in the order of their outpoints"
    leaves = []
    for coin in step.coins[1 : 1 + count]:
        _, data = ticket_fields(coin.locking_bytecode)
        yield from _near(data, step.height)
        leaves.append(sha256(data))
    if step.known is not None and after.root != step.known.queue.append(leaves).root:
        yield "the tickets are not appended to the queue"


def _burnt(step: Step[ticketed.State]) -> int:
    return sum(each.value for each in step.transaction.outputs if each.locking_bytecode == BURNT)


def _taken(step: Step[ticketed.State]) -> Iterator[str]:
    before, after, known = step.before, step.after, step.known
    count = after.head - before.head
    if count < 0:
        yield "the head of the queue goes back"
        return
    if known is None:
        return
    if len(known.entries) < count:
        yield "an order is taken from an empty queue"
        return
    if after.root != known.queue.take(count).root:
        yield "the orders at head are not those that leave the queue"
    if step.vault is None:
        if after.reserves != before.reserves or count > 1 or after.collected:
            yield "an expiry does more than to drop the order at head"
        if _burnt(step) < BOND - PARAMETERS.expiry_tip:
            yield "the bond of an expired order is not burnt"
        if len(step.coins) > 1:
            yield "an expiry spends other coins than the pool"
        if step.height < known.entries[0].deadline:
            yield f"an order expires at {step.height}, before {known.entries[0].deadline}"
        if not is_aged(step, step.at, PARAMETERS.grace):
            yield "an order expires before its turn is over"
        return
    if after.collected != -1 - count:
        yield "an execution collects other orders"
    reserves, forfeited = before.reserves, 0
    for at, entry in zip(range(2, 2 + count), known.entries, strict=False):
        action = _action_of(step, at)
        if action is None or action.hash != entry.action_hash:
            yield f"input {at} is not the order at its place in the queue"
            return
        fill = execute(reserves, action, min_reserve=LEAST, min_trade=PARAMETERS.min_trade)
        held = step.coins[at]
        tokens = (held.token.amount if held.token else 0) + reserves.tokens - fill.reserves.tokens
        value = held.value + reserves.bch - fill.reserves.bch
        value += BOND - TIP if fill.is_filled else 0
        forfeited += 0 if fill.is_filled else BOND - TIP
        if not step.pays(action.owner, value, tokens):
            yield f"the owner of the order in input {at} is not paid what is due"
        reserves = fill.reserves
    if reserves != after.reserves:
        yield "the orders are not filled by the formula"
    if _burnt(step) < forfeited:
        yield "the bonds of orders that are not filled are not burnt"


def _action_of(step: Step[ticketed.State], at: int) -> Action | None:
    """The action that an input commits to, None for any other coin."""
    held = step.coins[at]
    owner, data = order_fields(held.locking_bytecode)
    minimum, token = int.from_bytes(data[4:12], "little"), held.token
    try:
        if token is None:
            return Action(BUY, held.value, minimum, owner, data[12:])
        return Action(SELL, token.amount, minimum, owner, data[12:])
    except BchcovError:
        return None
