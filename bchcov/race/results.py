"""The results of a race."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np

from ..transaction.codec import encode_transaction
from .actors.miner import Miner
from .attackers.attacker import Attacker
from .gains import Gains
from .orders import UserOrder
from .world import World

__all__ = ["Result", "measure"]


class _PoolModel(Protocol):
    name: str
    world: World
    user_orders: list[UserOrder]
    builder_conflicts: int


class _Race(Protocol):
    @property
    def model(self) -> _PoolModel: ...
    @property
    def miner(self) -> Miner: ...
    @property
    def attacker(self) -> Attacker | None: ...
    @property
    def gains(self) -> Gains: ...
    @property
    def start_block(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one race on one pool.

    `waits` are the blocks that each settled order took, `prices` the ratios of what each filled
    order got to what it was quoted; `payouts` are the seconds from each of these orders' wish to
    the block or sub-block that paid it. `bytes` and `fees` (satoshis to miners) are those of all
    confirmed transactions of users and builders. `miner_take` is the miner's profit in satoshis
    from attacks. The miner tried `candidates` blocks, of which scripts refused `refused`.
    `draft` says what the blocks draft, and is empty for those of today.

    `attacker` is the attacker's name, or empty; they began `rounds` attacks. `attacker_gain`,
    `users_gain` (of honest users), `provider_gain` and `builders_gain` are in satoshis, after
    bonds and fees, with tokens at the price elsewhere.
    """

    pool: str
    seed: int
    users: int
    filled: int
    unfilled: int
    gave_up: int
    expired: int
    open: int
    conflicts: int
    retries: int
    builder_conflicts: int
    blocks: int
    seconds: float
    transactions: int
    bytes: int
    fees: int
    waits: tuple[int, ...]
    prices: tuple[float, ...]
    candidates: int
    refused: int
    attacks: int
    miner_take: int
    attacker: str
    rounds: int
    attacker_gain: int
    users_gain: int
    provider_gain: int
    builders_gain: int
    bonds_lost: int
    draft: str
    payouts: tuple[float, ...]

    @property
    def settled(self) -> int:
        """The orders that were executed, filled or not."""
        return self.filled + self.unfilled

    @property
    def bytes_per_order(self) -> float:
        """Bytes per settled order."""
        return self.bytes / max(1, self.settled)

    @property
    def fees_per_order(self) -> float:
        """Satoshis per settled order."""
        return self.fees / max(1, self.settled)

    @property
    def conflicts_per_user(self) -> float:
        """How often the transactions of a user lost to others', on average."""
        return self.conflicts / max(1, self.users)

    def wait(self, percent: float) -> float:
        """Return a percentile of the blocks that orders waited."""
        return float(np.percentile(self.waits, percent)) if self.waits else 0.0

    def payout(self, percent: float) -> float:
        """Return a percentile of the seconds from wish to payout."""
        return float(np.percentile(self.payouts, percent)) if self.payouts else 0.0

    @property
    def price(self) -> float:
        """The mean ratio of what filled orders got to what they were quoted."""
        return float(np.mean(self.prices)) if self.prices else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return every field, and the figures computed from them."""
        return asdict(self) | {
            "bytes_per_order": round(self.bytes_per_order, 1),
            "fees_per_order": round(self.fees_per_order, 1),
            "conflicts_per_user": round(self.conflicts_per_user, 4),
            "wait_median": self.wait(50),
            "wait_90": self.wait(90),
            "wait_most": self.wait(100),
            "price_mean": round(self.price, 6),
            "payout_median": round(self.payout(50), 1),
            "payout_95": round(self.payout(95), 1),
        }


def _fees_and_sizes(world: World, start: int, own: set[bytes]) -> Iterator[tuple[int, int]]:
    """Yield fee and size of each transaction of others than `own`, from a block on."""
    chain = world.chain
    for block in chain.blocks[start:]:
        for transaction in block.transactions[1:]:
            sources = chain.source_outputs(transaction)
            if any(each.locking_bytecode in own for each in sources):
                continue
            fee = sum(each.value for each in sources)
            fee -= sum(each.value for each in transaction.outputs)
            yield fee, len(encode_transaction(transaction))


def measure(race: _Race) -> Result:
    """Measure a race that is over."""
    model, miner, attacker, start = race.model, race.miner, race.attacker, race.start_block
    world, gains = model.world, race.gains
    honest = [each for each in model.user_orders if not each.intent.is_silent]
    own = {world.key("miner").locking_bytecode}
    if attacker is not None:
        own.add(attacker.account.locking_bytecode)
    chain, blocks = world.chain, world.chain.blocks[start:]
    counted = list(_fees_and_sizes(world, start, own))

    def number(status: str) -> int:
        return sum(each.status == status for each in honest)

    return Result(
        pool=model.name,
        seed=world.settings.seed,
        users=len(honest),
        filled=number("filled"),
        unfilled=number("unfilled"),
        gave_up=number("gave up"),
        expired=number("expired"),
        open=number("waiting"),
        conflicts=sum(each.conflicts for each in model.user_orders),
        retries=sum(each.retries for each in model.user_orders),
        builder_conflicts=model.builder_conflicts,
        blocks=len(blocks),
        seconds=float(blocks[-1].time - chain.blocks[start - 1].time) if blocks else 0.0,
        transactions=len(counted),
        bytes=sum(size for _, size in counted),
        fees=sum(fee for fee, _ in counted),
        waits=_waits(honest),
        prices=tuple(
            each.got / each.quoted for each in honest if each.status == "filled" and each.quoted
        ),
        candidates=miner.tally.candidates,
        refused=miner.tally.refused,
        attacks=miner.tally.attacks,
        miner_take=miner.tally.take,
        attacker="" if attacker is None else world.settings.attacker,
        rounds=0 if attacker is None else attacker.account.rounds,
        attacker_gain=0 if attacker is None else attacker.account.gain(),
        users_gain=gains.of("users"),
        provider_gain=gains.of("provider"),
        builders_gain=gains.of("builders"),
        bonds_lost=sum(each.status == "expired" for each in model.user_orders),
        draft=world.settings.pace.draft,
        payouts=_payouts(honest, world.found),
    )


def _waits(user_orders: Sequence[UserOrder]) -> tuple[int, ...]:
    return tuple(each.blocks for each in user_orders if each.status in ("filled", "unfilled"))


def _payouts(user_orders: Sequence[UserOrder], found: dict[int, float]) -> tuple[float, ...]:
    return tuple(
        round(found[each.height + each.blocks] - each.intent.time, 3)
        for each in user_orders
        if each.status in ("filled", "unfilled")
    )
