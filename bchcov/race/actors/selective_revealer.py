"""An attacker with tickets on both sides of others', who reveals only those that pay.

They make a buy and a sale whose txids sort before every waiting ticket, and a sale and a
buy whose txids sort after them. Once all others in between have revealed, they know which way
the price moves and reveal one pair; each ticket that stays unrevealed costs a bond.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...amm import ticketed as amm
from ...amm.action import BUY, SELL, Direction
from ...amm.events import Entry
from ...amm.formula import Reserves, execute, trade
from ...transaction.model import Output, Token
from ...wallet.balance import Spend
from ...wallet.funding import Funding
from ...wallet.unlockers import P2pkhUnlocker
from ..pools.ticketed import TICKET_TIP, TicketedPoolModel
from ..world import RESERVES, TOKENS

__all__ = ["SelectiveRevealer"]

_SIZE = 0.01
_TRIES = 200
_LEAST_VICTIMS = 3
_FUNDS = 20_000_000_000


@dataclass(slots=True)
class _Bracket:
    """Four tickets of the attacker: before and behind the others', a buy and a sale each."""

    actions: dict[str, amm.Action]
    is_decided: bool = False


class SelectiveRevealer:
    """The attacker, with at most one bracket of tickets at a time."""

    def __init__(self, model: TicketedPoolModel) -> None:
        self._model = model
        self.key = model.world.key("selective")
        script = self.key.locking_bytecode
        self._tokens = RESERVES.tokens // 4
        model.world.chain.fund(
            *(Output(_FUNDS // 16, script) for _ in range(16)),
            *(Output(10_000, script, Token(TOKENS, self._tokens // 4)) for _ in range(4)),
        )
        self._number = 0
        self._bracket: _Bracket | None = None
        self._is_within = False
        self.brackets = 0

    def _wealth(self) -> int:
        """Value the attacker's coins in satoshis, at the price that the race began with."""
        coins = self._model.world.chain.coins(self.key.locking_bytecode)
        satoshis = sum(each.value for each in coins)
        tokens = sum(each.token.amount for each in coins if each.token)
        return satoshis + (tokens - self._tokens) * RESERVES.bch // RESERVES.tokens

    def take(self) -> int:
        """Return the profit in satoshis; negative for a loss."""
        return self._wealth() - _FUNDS // 16 * 16 - 4 * 10_000

    @property
    def is_open(self) -> bool:
        """Whether some of the attacker's tickets or orders are not settled yet."""
        return self._bracket is not None

    def close_bracket(self) -> None:
        """Forget the bracket once all its tickets are settled; called after each block."""
        bracket = self._bracket
        if bracket is not None:
            pool = self._model.confirmed
            queued = {entry.action_hash for entry in pool.entries}
            waiting = self._model.waiting()
            if all(
                each.hash not in queued and each.hash not in waiting
                for each in bracket.actions.values()
            ):
                self._bracket = None

    def act(self) -> None:
        """Set a bracket around waiting tickets, or decide on one; called per transaction."""
        if self._is_within:
            return
        # Submitting the attacker's own transactions calls this method again.
        self._is_within = True
        if self._bracket is None:
            waiting = self._model.waiting()
            if len(waiting) >= _LEAST_VICTIMS and not self._model.tip.entries:
                self._set(sorted(each.coin.outpoint_hash[::-1] for each in waiting.values()))
        elif not self._bracket.is_decided:
            self._decide(self._bracket)
        self._is_within = False

    def _set(self, txids: list[bytes]) -> None:
        reserves = self._model.reserves
        satoshis, tokens = int(reserves.bch * _SIZE), int(reserves.tokens * _SIZE)
        back = trade(reserves, BUY, satoshis).amount_out
        wanted: dict[str, tuple[Direction, int, bool]] = {
            "buy before": (BUY, satoshis, True),
            "sell before": (SELL, tokens, True),
            "sell behind": (SELL, back, False),
            "buy behind": (BUY, trade(reserves, SELL, tokens).amount_out, False),
        }
        actions = {}
        for name, (direction, amount, is_before) in wanted.items():
            made = self._grind(direction, amount, txids, is_before=is_before)
            if made is None:
                return
            actions[name] = made
        self.brackets += 1
        self._bracket = _Bracket(actions)

    def _funding(self) -> Funding:
        unlocker = P2pkhUnlocker(self.key)
        coins = self._model.world.chain.coins(self.key.locking_bytecode)
        return Funding(self.key.locking_bytecode, [Spend(coin, unlocker) for coin in coins])

    def _grind(
        self, direction: Direction, amount: int, txids: list[bytes], *, is_before: bool
    ) -> amm.Action | None:
        """Make tickets with new salts until one sorts as needed, and submit it."""
        model, scripts = self._model, self._model.tip.scripts
        category = scripts.parameters.pool_category
        deadline = model.world.chain.height + scripts.parameters.max_wait
        owner, funding = self.key.public_key_hash, self._funding()
        for _ in range(_TRIES):
            self._number += 1
            salt = amm.derive_salt(self.key, category, self._number)
            action = amm.Action(direction, amount, 0, owner, salt)
            made = amm.make_ticket(scripts, action, deadline, funding, tip=TICKET_TIP)
            place = bytes.fromhex(made.built.txid)
            if place < txids[0] if is_before else place > txids[-1]:
                return action if model.world.submit_now(made.built.transaction).ok else None
        return None

    def _decide(self, bracket: _Bracket) -> None:
        """Reveal the pair that pays best, if any, once everybody in between has revealed."""
        entries = self._model.tip.entries
        own = {each.hash: name for name, each in bracket.actions.items()}
        places = {
            own[each.action_hash]: at for at, each in enumerate(entries) if each.action_hash in own
        }
        if len(places) < len(own):
            return
        between = entries[: max(places.values())]
        others = [each for each in between if each.action_hash not in own]
        orders = self._model.orders
        if not others or any(each.action_hash not in orders for each in others):
            return
        bracket.is_decided = True
        gains = {
            pair: self._gain(entries, bracket, pair)
            for pair in (("buy before", "sell behind"), ("sell before", "buy behind"))
        }
        best = max(gains, key=lambda pair: gains[pair])
        if gains[best] > 0:
            for name in best:
                self._reveal(bracket.actions[name], entries[places[name]])

    def _gain(self, entries: tuple[Entry, ...], bracket: _Bracket, pair: tuple[str, str]) -> int:
        """Compute the satoshis that revealing only this pair would gain."""
        reserves = self._model.tip.state.reserves
        parameters = self._model.tip.scripts.parameters
        least, bond = parameters.min_reserve, parameters.bond
        own = {bracket.actions[name].hash: bracket.actions[name] for name in pair}
        satoshis = tokens = 0
        for entry in entries:
            action = own.get(entry.action_hash)
            order = self._model.orders.get(entry.action_hash)
            if action is None and order is not None:
                action = order.action
            if action is None:
                continue
            before: Reserves = reserves
            reserves = execute(reserves, action, min_reserve=least).reserves
            if entry.action_hash in own:
                satoshis -= reserves.bch - before.bch
                tokens -= reserves.tokens - before.tokens
        return satoshis + tokens * RESERVES.bch // RESERVES.tokens - 2 * bond

    def _reveal(self, action: amm.Action, entry: Entry) -> None:
        made = amm.make_order(self._model.tip.scripts, action, entry, self._funding())
        self._model.world.submit_now(made.built.transaction)
