"""An attacker who makes coins that builders stumble over."""

from __future__ import annotations

from dataclasses import replace

from ...amm.action import BUY
from ...amm.ticketed.scripts import order_data, ticket_data
from ...errors import BuildError
from ...transaction.model import Output, Token
from ...wallet.coins import Coin
from .attacker import Blocks
from .ticketed_desk import TicketedDesk

__all__ = ["Poisoner"]

_COST = 40_000
_FAR = 1_000
_NEGATIVE = (1 << 31) + 1
_MOST_GIVEN = 10_000_000


class Poisoner:
    """An attacker who makes one coin of each poison kind, again and again.

    A ticket with a far and one with a negative deadline, one with a satoshi less than the bond,
    one that holds tokens, an empty coin under the script of orders, and a copy of a revealed
    order with another deadline.
    """

    def __init__(self, desk: TicketedDesk) -> None:
        self._desk, self.account = desk, desk.account
        self._height, self._has_copied = -1, False

    @property
    def is_open(self) -> bool:
        """Nothing of theirs is ever settled."""
        return False

    def act(self) -> None:
        """Make the coins once per block."""
        height = self._desk.world.chain.height
        if height == self._height or not self.account.can_risk(_COST):
            return
        self._height = height
        self.account.rounds += 1
        for make in (self._tickets, self._with_tokens, self._empty_order, self._other_deadline):
            self._send(make())

    def act_on_block(self) -> None:
        """Wait for the next transaction of anybody."""

    def _send(self, outputs: list[Output]) -> None:
        if outputs:
            try:
                built = self.account.funding().builder().pay(*outputs).build()
            except BuildError:
                return
            self._desk.submit(built)

    def _ticket(self, deadline: int, value: int, token: Token | None = None) -> Output:
        action = self.account.action(BUY, 1)
        scripts = self._desk.model.tip.scripts
        return Output(
            value, scripts.ticket(action.owner, ticket_data(deadline, action.hash)), token
        )

    def _tickets(self) -> list[Output]:
        bond = self._desk.model.tip.scripts.parameters.bond + 1_000
        deadline = self._desk.deadline
        return [
            self._ticket(deadline + _FAR, bond),
            self._ticket(_NEGATIVE, bond),
            self._ticket(deadline, self._desk.model.tip.scripts.parameters.bond - 1),
        ]

    def _with_tokens(self) -> list[Output]:
        bond = self._desk.model.tip.scripts.parameters.bond
        return [self._ticket(self._desk.deadline, bond, Token(self._desk.world.tokens, 1))]

    def _empty_order(self) -> list[Output]:
        scripts = self._desk.model.tip.scripts
        action = self.account.action(BUY, 1)
        data = order_data(self._desk.deadline, action)
        return [Output(scripts.parameters.order_value, scripts.order(action.owner, data))]

    def _other_deadline(self) -> list[Output]:
        """Copy a small revealed order, once: what the copy holds belongs to the victim."""
        model = self._desk.model
        found = [order for each in model.tip.entries if (order := model.revealed(each))]
        small = [each for each in found if self._worth(each.coin) <= _MOST_GIVEN]
        if self._has_copied or not small:
            return []
        self._has_copied, order = True, small[0]
        data = order_data(order.deadline + 1, order.action)
        locking = model.tip.scripts.order(order.action.owner, data)
        return [replace(order.coin.output, locking_bytecode=locking)]

    def _worth(self, coin: Coin) -> int:
        return self._desk.world.worth(coin.value, coin.token.amount if coin.token else 0)

    def find_block(self) -> Blocks | None:
        """Leave all blocks to others."""
        return None
