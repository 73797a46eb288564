"""What the page of epochs promises, as a plain function of a transaction and what it spends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from epochs_lives import EpochsLives
from pool_promises import Step, is_aged, is_pool
from support.epochs_world import PARAMETERS
from support.ticketed_world import TOKENS

from bchcov import BchcovError, Capability, Output, Token, Transaction
from bchcov.amm.epochs.batches import BURN
from bchcov.amm.epochs.clearing import clear
from bchcov.amm.epochs.epoch import Slot
from bchcov.amm.epochs.pool import Pool, read_order
from bchcov.amm.epochs.scripts import Scripts, leaf_of
from bchcov.amm.epochs.settlement import Order, executions, forfeited
from bchcov.amm.epochs.state import NO_EPOCH, State, append_leaves, promote
from bchcov.crypto.hashes import hash160
from bchcov.testing.fuzzing import Property
from bchcov.wallet.coins import Coin

__all__ = ["epochs_promises"]

Epochs = tuple[bytes, bytes]


@dataclass(frozen=True)
class Promise:
    """What is promised of each transaction of a pool; `pools` are those that are known."""

    scripts: Scripts
    pools: Mapping[Epochs, Pool]

    def __call__(self, transaction: Transaction, coins: Sequence[Output]) -> str | None:
        return next(self.broken(transaction, coins), None)

    def broken(self, transaction: Transaction, coins: Sequence[Output]) -> Iterator[str]:
        """Yield what an accepted transaction breaks."""
        found = [at for at, each in enumerate(coins) if is_pool(each)]
        if not found or coins[found[0]].locking_bytecode != self.scripts.pool_bytecode:
            yield from self._revealed(transaction, coins)
            return
        at = found[0]
        before = _state_in(coins[at])
        left = [each for each in transaction.outputs if is_pool(each)]
        if not left:
            yield from _ended(transaction, before)
            return
        if len(left) > 1 or left[0].locking_bytecode != self.scripts.pool_bytecode:
            yield "the pool does not go on as one coin"
            return
        token = left[0].token
        if token is None or token.nft is None or token.nft.capability is not Capability.MUTABLE:
            yield "the pool's NFT does not stay mutable"
            return
        try:
            after = _state_in(left[0])
        except BchcovError as error:
            yield f"the pool's state cannot be read: {error}"
            return
        locking = [each.locking_bytecode for each in coins]
        has_vault = self.scripts.vault_bytecode in locking
        vault = locking.index(self.scripts.vault_bytecode) if has_vault else None
        step = Step(transaction, coins, at, vault, before, after, None)
        known = self.pools.get((before.current, before.next))
        yield from self._moved(step, known)

    def _moved(self, step: Step[State], known: Pool | None) -> Iterator[str]:
        before, after, transaction = step.before, step.after, step.transaction
        if step.vault is None:
            yield from self._appended(step)
            return
        holds = Token(TOKENS, after.token_reserve)
        if not any(
            each.locking_bytecode == self.scripts.vault_bytecode and _traded(each) == holds
            for each in transaction.outputs
        ):
            yield f"no vault holds the {after.token_reserve:,} tokens of the pool's state"
        if PARAMETERS.owner in map(hash160, step.pushed(step.vault)):
            yield from _owned(step)
            return
        if _traded(step.coins[step.vault]) != Token(TOKENS, before.token_reserve):
            yield "another coin is spent in the place of the pool's vault"
        if after.closed != before.closed:
            yield "the pool is opened or closed by the way"
        current = promote(before.next, transaction.inputs[step.at].outpoint_hash)
        if (after.current, after.next, after.count) != (current, NO_EPOCH, 0):
            yield "the next epoch does not become the current one"
        if after.collected:
            yield from self._settled(step, known)
            return
        if after.reserves != before.reserves:
            yield "the reserves change though nothing is settled"
        age = PARAMETERS.window if before.current == NO_EPOCH else PARAMETERS.abandon
        if not is_aged(step, step.vault, age):
            yield "an epoch ends before its time"
        yield from self._collected(step, 2)

    def _collected(self, step: Step[State], end: int) -> Iterator[str]:
        """Nothing that waits is taken by inputs from `end` on."""
        reads = (self.scripts.read_slot, self.scripts.read_order, self.scripts.read_ticket)
        for at in range(end, len(step.coins)):
            locking = step.coins[at].locking_bytecode
            if any(read(locking) for read in reads) and not step.pushed(at):
                yield f"what waits in input {at} is taken, and not settled"

    def _appended(self, step: Step[State]) -> Iterator[str]:
        before, after, transaction = step.before, step.after, step.transaction
        count = after.count - before.count
        if before.closed:
            yield "a closed pool takes tickets"
        kept = (after.reserves, after.current, after.closed)
        if kept != (before.reserves, before.current, before.closed):
            yield "an append changes more than the next epoch"
        least = min(len(step.coins), len(transaction.outputs))
        if not 0 < count < least or after.collected != count or after.count > PARAMETERS.most:
            yield f"{count} tickets are appended, {after.collected} collected"
            return
        leaves = []
        for at in range(1, count + 1):
            ticket = self.scripts.read_ticket(step.coins[at].locking_bytecode)
            if ticket is None:
                yield f"input {at} is no ticket"
                return
            leaves.append(ticket[1])
            slot = Output(PARAMETERS.bond, self.scripts.slot(ticket[1]))
            if transaction.outputs[at] != slot:
                yield f"output {at} is not the slot of its ticket"
        txid = transaction.inputs[step.at].outpoint_hash
        if after.next != append_leaves(before.next, txid, b"".join(leaves)):
            yield "the tickets are not appended to the next epoch"
        yield from self._collected(step, count + 1)

    def _settled(self, step: Step[State], known: Pool | None) -> Iterator[str]:
        before, after, transaction = step.before, step.after, step.transaction
        if step.vault is None or not is_aged(step, step.vault, PARAMETERS.window):
            yield "an epoch is settled before its window is over"
        if known is None or before.current == NO_EPOCH:
            yield from () if before.current != NO_EPOCH else ("an epoch of nothing is settled",)
            return
        places: list[Order | Slot] = []
        if len(step.coins) < 2 + len(known.current):
            yield "places are left out"
            return
        for at, slot in enumerate(known.current, 2):
            item = transaction.inputs[at]
            coin = Coin(item.outpoint_hash, item.outpoint_index, step.coins[at])
            if coin.outpoint == slot.coin.outpoint:
                places.append(slot)
                continue
            if self.scripts.read_order(coin.locking_bytecode) is None:
                yield f"input {at} is neither the slot of its place nor an order"
                return
            order = read_order(self.scripts, coin)
            if order.leaf != slot.leaf:
                yield f"the order in input {at} is not the one of its place"
                return
            places.append(order)
        if after.collected != -1 - len(places):
            yield "other places are collected than those of the epoch"
        orders = [each for each in places if isinstance(each, Order)]
        cleared = clear(
            before.reserves,
            orders,
            min_reserve=PARAMETERS.min_reserve,
            min_trade=PARAMETERS.min_trade,
        )
        if cleared.reserves != after.reserves:
            yield "the orders are not filled at the one price"
        done = executions(PARAMETERS, tuple(places), cleared)
        for each, paid in zip(done, transaction.outputs[2:], strict=False):
            due = each.payout
            fits = (paid.locking_bytecode, paid.token) == (due.locking_bytecode, due.token)
            if not fits or paid.value < due.value:
                yield f"the owner of the order at place {each.entry.index} is not paid what is due"
        burnt = sum(each.value for each in transaction.outputs if each.locking_bytecode == BURN)
        if burnt < forfeited(PARAMETERS, tuple(places), cleared):
            yield "what is forfeited is not burnt"
        yield from self._collected(step, 2 + len(places))

    def _revealed(self, transaction: Transaction, coins: Sequence[Output]) -> Iterator[str]:
        """Without the pool, a slot is spent to its order only."""
        for at, held in enumerate(coins):
            leaf = self.scripts.read_slot(held.locking_bytecode)
            if leaf is None:
                continue
            order = transaction.outputs[at] if at < len(transaction.outputs) else held
            terms = self.scripts.read_order(order.locking_bytecode)
            if terms is None or leaf_of(order, terms) != leaf or order.value < PARAMETERS.bond:
                yield f"the slot in input {at} is not spent to its order"


def epochs_promises(scripts: Scripts, lives: EpochsLives) -> tuple[Property, ...]:
    """What the page of epochs promises."""
    pools = {(each.state.current, each.state.next): each for each in lives.pools}
    return (Promise(scripts, pools),)


def _state_in(output: Output) -> State:
    assert output.token is not None
    assert output.token.nft is not None
    return State.decode(output.token.nft.commitment, output.value)


def _traded(output: Output) -> Token | None:
    """The tokens of a coin; an immutable NFT beside them is nothing that scripts see."""
    token = output.token
    if token is None or token.nft is None or token.nft.capability is not Capability.NONE:
        return token
    return Token(token.category, token.amount)


def _ended(transaction: Transaction, before: State) -> Iterator[str]:
    if not before.is_idle:
        yield "the pool ends while orders wait"
    if len(transaction.inputs) != 2 or len(transaction.outputs) != 2:
        yield "an exit spends more than pool and vault, or pays more than tokens and satoshis"


def _owned(step: Step[State]) -> Iterator[str]:
    before, after = step.before, step.after
    txid = step.transaction.inputs[step.at].outpoint_hash
    if after.current != before.current or after.next != promote(before.next, txid):
        yield "the provider changes the epochs"
    if after.count != before.count or after.collected:
        yield "the provider changes the places"
    if before.is_idle:
        if after.bch_reserve <= PARAMETERS.min_reserve or after.token_reserve < 2:
            yield "a reserve is nearly empty"
        return
    if after.reserves != before.reserves:
        yield "the reserves change while orders wait"
    if before.closed or not after.closed:
        yield "while orders wait the pool is not just closed"
