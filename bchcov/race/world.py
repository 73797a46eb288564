"""The world of a race: a chain with a clock, users and their coins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..amm.action import BUY, MAX_AMOUNT, SELL, Action, Direction
from ..amm.formula import FEE_KEPT, Reserves, trade
from ..chain import Chain, Submission
from ..crypto.hashes import sha256
from ..transaction.codec import transaction_hash
from ..transaction.constants import COIN, MAX_MONEY
from ..transaction.model import Output, Token, Transaction
from ..vm.rules.ruleset import RuleSet
from ..wallet.balance import Spend
from ..wallet.builder import BuiltTransaction
from ..wallet.coins import Coin
from ..wallet.funding import Funding
from ..wallet.keys import PrivateKey
from ..wallet.unlockers import P2pkhUnlocker
from .clock import Clock
from .orders import Intent, UserOrder
from .settings import TEN_MINUTES, Settings
from .stage import Stage

__all__ = ["RESERVES", "TOKENS", "World", "spends", "user_key"]

TOKENS = sha256(b"the tokens that trade")
RESERVES = Reserves(10_000_000_000, 100_000_000_000)
"""The reserves of a pool that begins with 100 BCH: ten tokens for each satoshi."""
_SPARE = 200_000
# Bonds grow with the reserve: a pool of 100 BCH has one of 30,000 satoshis.
_BONDS = 50_000
# The smallest trade that a pool fills is a little less.
_LEAST_SHARE = 0.0012
_REACTION_SECONDS = 1.0


def _reserves(bch: float) -> Reserves:
    """Return the reserves of a pool that begins with this many BCH."""
    satoshis = int(bch * COIN)
    return Reserves(satoshis, satoshis * RESERVES.tokens // RESERVES.bch)


def _key(seed: int, name: str) -> PrivateKey:
    return PrivateKey(sha256(f"{seed}/{name}".encode()))


def user_key(seed: int, number: int) -> PrivateKey:
    """Return the key of a user in the races with this seed."""
    return _key(seed, f"user {number}")


class World:
    """Everything in a race except the pool.

    Separate random streams serve separate purposes, so that users trade the same amounts and
    blocks come at the same times on every pool.
    """

    def __init__(self, settings: Settings, rules: RuleSet, stage: Stage | None = None) -> None:
        self.settings, self.stage = settings, stage
        self.clock = Clock()
        self.reserves = _reserves(settings.reserve) if stage is None else stage.reserves
        self.tokens = TOKENS if stage is None else stage.tokens
        given = None if stage is None else stage.chain
        self.chain = Chain(rules, height=1_000, pace=settings.pace) if given is None else given
        streams = np.random.SeedSequence(settings.seed).spawn(5)
        self._wishes, self._block_times, self._network, self._who, self._elsewhere = map(
            np.random.default_rng, streams
        )
        self._price_elsewhere = 1.0
        self.provider = self.key("provider")
        self.intents = self._draw_intents()
        self.user_coins: dict[int, list[Coin]] = {}
        """The coins that each user began with, by the user's number."""
        self._fund_users()
        self.on_accepted: Callable[[Transaction], None] = _do_nothing
        """Called when a transaction has reached everybody's mempool."""
        self.found: dict[int, float] = {}
        """The seconds from the start of the race at which the block of each height was found."""
        self.refused: list[Submission] = []
        """What the chain has refused, in its order."""

    @property
    def small_coin(self) -> int:
        """The satoshis of a coin that a miner pays a bond from."""
        return self.reserves.bch // _BONDS // 4 + 10_000

    def key(self, name: str) -> PrivateKey:
        """Return the key of an actor."""
        return _key(self.settings.seed, name)

    def _draw_intents(self) -> tuple[Intent, ...]:
        settings, wishes = self.settings, self._wishes
        count = settings.users + settings.griefers
        gap = TEN_MINUTES / settings.arrivals_per_block
        times = np.cumsum(wishes.exponential(gap, count))
        buys = wishes.random(count) < 0.5
        if self.stage is not None:
            buys = np.arange(count) % 2 == 0
        shares = wishes.lognormal(np.log(settings.trade_size), 1.0, count)
        shares = np.clip(shares, _LEAST_SHARE, 0.2)
        careless = wishes.random(count) < settings.careless
        omitted = wishes.random(count) < settings.omitted
        silent = np.zeros(count, bool)
        silent[wishes.permutation(count)[: settings.griefers]] = True
        return tuple(
            Intent(
                number,
                float(times[number]),
                user_key(settings.seed, number),
                BUY if buys[number] else SELL,
                self._amount(BUY if buys[number] else SELL, float(shares[number])),
                bool(careless[number]),
                bool(silent[number]),
                bool(omitted[number]),
            )
            for number in range(count)
        )

    def _amount(self, direction: Direction, share: float) -> int:
        """Return an amount for a share of the reserves, within limits.

        It buys at least two satoshis or tokens, and all amounts together do not make the
        reserves larger than is possible.
        """
        bch, tokens = self.reserves.bch, self.reserves.tokens
        into, out = (bch, tokens) if direction == BUY else (tokens, bch)
        least = -(-2_000 * into // ((out - 2) * FEE_KEPT)) if out > 2 else 1
        limit = MAX_MONEY if direction == BUY else MAX_AMOUNT
        most = (limit - into) // (self.settings.users + self.settings.griefers)
        return max(1, min(most, max(least, int(share * into))))

    def _fund_users(self) -> None:
        outputs, owners = [], []
        for intent in self.intents:
            bought = intent.amount_in if intent.direction == BUY else 0
            spare = _SPARE + self.reserves.bch // _BONDS
            outputs.append(Output(bought + spare, intent.key.locking_bytecode))
            owners.append(intent.number)
            if intent.direction == SELL:
                token = Token(self.tokens, intent.amount_in)
                outputs.append(Output(1_000, intent.key.locking_bytecode, token))
                owners.append(intent.number)
        if outputs:
            for number, coin in zip(owners, self.chain.fund(*outputs), strict=True):
                self.user_coins.setdefault(number, []).append(coin)

    def pool_coins(self) -> tuple[Spend, Funding]:
        """Create the coins for a pool: the one that gives its category, and the tokens."""
        script, unlocker = self.provider.locking_bytecode, P2pkhUnlocker(self.provider)
        first, stock = self.chain.fund(
            Output(self.reserves.bch + 1_000_000, script),
            Output(2_000, script, Token(self.tokens, self.reserves.tokens)),
        )
        return Spend(first, unlocker), Funding(script, [Spend(stock, unlocker)])

    def confirm(self, built: BuiltTransaction) -> None:
        """Confirm a transaction in a block of its own, before the race begins."""
        self.chain.submit(built.transaction).require()
        self.chain.mine()

    def open_order(self, intent: Intent, reserves: Reserves) -> UserOrder:
        """Start the order of a user who sees these reserves."""
        offered = trade(reserves, intent.direction, intent.amount_in).amount_out
        least = int(offered * (1 - self.settings.tolerance))
        return UserOrder(intent, self.chain.height, offered, least)

    def miner_action(self, direction: Direction, amount_in: int) -> Action:
        """Return an order of the miner's at any price, with a known salt."""
        return Action(direction, amount_in, 0, self.key("miner").public_key_hash, bytes(16))

    def funding(self, key: PrivateKey) -> Funding:
        """Return all the coins of a key, with change to the same key."""
        unlocker = P2pkhUnlocker(key)
        coins = [Spend(coin, unlocker) for coin in self.chain.coins(key.locking_bytecode)]
        return Funding(key.locking_bytecode, coins)

    def send(self, built: BuiltTransaction, learn: Callable[[Submission], None]) -> None:
        """Submit a transaction after the network delay, and give the result to `learn`."""
        self.clock.after(self.network_delay(), lambda: learn(self.submit_now(built.transaction)))

    def network_delay(self) -> float:
        """Draw the seconds until everybody sees a transaction sent now."""
        return self.reaction(self.settings.delay) if self.settings.delay else 0.0

    def submit_now(self, transaction: Transaction) -> Submission:
        """Submit without delay, as a well-connected miner can."""
        submission = self.chain.submit(transaction)
        if submission.ok:
            self.on_accepted(transaction)
        else:
            self.refused.append(submission)
        return submission

    def mempool_without(self, is_excluded: Callable[[Transaction], bool]) -> list[Transaction]:
        """Return the mempool without some transactions and all that depend on them."""
        gone: set[bytes] = set()
        kept = []
        for transaction in self.chain.mempool.values():
            is_child = any(item.outpoint_hash in gone for item in transaction.inputs)
            if is_child or is_excluded(transaction):
                gone.add(transaction_hash(transaction))
            else:
                kept.append(transaction)
        return kept

    def reaction(self, mean: float = _REACTION_SECONDS) -> float:
        """Draw the seconds that somebody takes to act."""
        return float(self._network.exponential(mean))

    def worth(self, satoshis: int, tokens: int) -> int:
        """Value coins in satoshis, at the price elsewhere."""
        value = tokens * self.reserves.bch / self.reserves.tokens * self._price_elsewhere
        return satoshis + round(value)

    def age(self, coin: Coin, *, spare_blocks: int = 0) -> int:
        """Return the age that relative locks count for a coin in the next block.

        It is in blocks of ten minutes, 0 in the mempool; `spare_blocks` less are counted.
        """
        height = self.chain.height + 1
        born = height - self.chain.confirmations(coin)
        return self.chain.scale.age(born, height - spare_blocks)

    def held(self, *scripts: bytes) -> tuple[int, int]:
        """Return the satoshis and tokens of all coins that these scripts lock."""
        coins = [coin for script in scripts for coin in self.chain.coins(script)]
        tokens = sum(each.token.amount for each in coins if each.token)
        return sum(each.value for each in coins), tokens

    def move_price(self) -> None:
        """Let the price elsewhere move, as it does from one block to the next."""
        spread = self.settings.volatility * (self.settings.interval / TEN_MINUTES) ** 0.5
        step = self._elsewhere.normal(0.0, spread)
        self._price_elsewhere *= float(np.exp(step)) if self.settings.volatility else 1.0

    def next_block(self) -> tuple[float, bool]:
        """Draw the seconds until the next block, and whether the profit-seeking miner finds it."""
        seconds = max(1.0, self._block_times.exponential(self.settings.interval))
        return float(seconds), bool(self._who.random() < self.settings.miner_share)


def spends(transaction: Transaction, coin: Coin) -> bool:
    """Return whether the first input of a transaction spends this coin."""
    first = transaction.inputs[0]
    return (first.outpoint_hash, first.outpoint_index) == coin.outpoint


def _do_nothing(_transaction: Transaction) -> None:
    """Do nothing, as long as no race has started."""
