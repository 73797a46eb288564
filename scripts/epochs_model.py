"""Attackers on the clearing of epochs, in plain integers, and what it costs traders.

Attackers hold unrevealed tickets on both sides, see what everybody else revealed, reveal what
suits them, and close their position in the next epoch or at the price outside the pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from measure_tables import table

from bchcov.amm.action import BUY, SELL, Action, Direction
from bchcov.amm.epochs.clearing import Clearing, clear
from bchcov.amm.formula import Reserves, trade

RESERVES = Reserves(10_000_000_000, 10_000_000_000_000)
MIN_RESERVE = 1_000
TENTHS_OF_A_PERCENT = (1, 5, 10, 20, 50)


def order(direction: Direction, amount: int, minimum: int = 0) -> Action:
    """An order of nobody in particular."""
    return Action(direction, amount, minimum, bytes(20), bytes(16))


def sized(direction: Direction, thousandths: int, reserves: Reserves = RESERVES) -> Action:
    """An order for so many thousandths of the reserve that it enters."""
    side = reserves.bch if direction == BUY else reserves.tokens
    return order(direction, max(1, side * thousandths // 1000))


def run(orders: Sequence[Action], reserves: Reserves = RESERVES) -> Clearing:
    """Clear one epoch."""
    return clear(reserves, orders, min_reserve=MIN_RESERVE)


@dataclass(frozen=True)
class Position:
    """What a trader gained or lost: satoshis and tokens."""

    bch: int = 0
    tokens: int = 0

    def at(self, price: Fraction) -> Fraction:
        """Its value in satoshis at a price."""
        return self.bch + self.tokens * price

    def closed(self, reserves: Reserves) -> int:
        """The satoshis left after it is closed by one order, alone in its epoch."""
        if self.tokens > 0:
            return self.bch + run([order(SELL, self.tokens)], reserves).fills[0].amount_out
        low, high = 0, 100 * reserves.bch
        while self.tokens < 0 and low < high:
            middle = (low + high) // 2
            out = run([order(BUY, middle)], reserves).fills[0].amount_out if middle else 0
            low, high = (low, middle) if out >= -self.tokens else (middle + 1, high)
        return self.bch - low


def position(orders: Sequence[Action], clearing: Clearing, first: int = 0) -> Position:
    """What the orders from place `first` on traded."""
    bch = tokens = 0
    for each, fill in zip(orders[first:], clearing.fills[first:], strict=True):
        if each.direction == BUY:
            bch, tokens = bch - fill.amount_in, tokens + fill.amount_out
        else:
            bch, tokens = bch + fill.amount_out, tokens - fill.amount_in
    return Position(bch, tokens)


@dataclass(frozen=True)
class LastLook:
    """What somebody who decides last gets, and what the victim gets compared with being alone."""

    revealed: str
    closed: int
    outside: int
    victim: float


def last_looks(victim: Action, own: int, reserves: Reserves = RESERVES) -> Iterator[LastLook]:
    """Every choice of revealing own tickets of a size, in thousandths, after seeing the victim."""
    alone = run([victim], reserves).fills[0].amount_out
    price = Fraction(reserves.bch, reserves.tokens)
    buy, sale = sized(BUY, own, reserves), sized(SELL, own, reserves)
    for name, mine in (("the buy", [buy]), ("the sale", [sale]), ("both", [buy, sale])):
        orders = [victim, *mine]
        clearing = run(orders, reserves)
        held = position(orders, clearing, 1)
        yield LastLook(
            name,
            held.closed(clearing.reserves),
            int(held.at(price)),
            clearing.fills[0].amount_out / alone,
        )


def lone_trade(thousandths: int, direction: Direction = BUY) -> float:
    """What a trade alone in its epoch gets, compared with the constant product."""
    each = sized(direction, thousandths)
    plain = trade(RESERVES, direction, each.amount_in).amount_out
    return run([each]).fills[0].amount_out / plain


def batch_trade(thousandths: int, *, buys: int, sales: int) -> float:
    """What a buyer gets among so many orders of one size, compared with a place in a queue.

    The queue takes buys and sales in turns; a buyer is as often the first as the last.
    """
    orders = [sized(BUY, thousandths)] * buys + [sized(SELL, thousandths)] * sales
    together = run(orders).fills[0].amount_out
    reserves, outs = RESERVES, []
    for at in range(max(buys, sales)):
        for direction, count in ((BUY, buys), (SELL, sales)):
            if at < count:
                fill = trade(reserves, direction, sized(direction, thousandths).amount_in)
                reserves = fill.reserves
                outs += [fill.amount_out] if direction == BUY else []
    return together * len(outs) / sum(outs)


def provider_gain(thousandths: int) -> tuple[float, float]:
    """The growth of the root of the product by a lone buy, in millionths: here, and plain."""
    each = sized(BUY, thousandths)
    results = run([each]).reserves, trade(RESERVES, BUY, each.amount_in).reserves
    here, plain = (1e6 * ((after.product / RESERVES.product) ** 0.5 - 1) for after in results)
    return here, plain


def slippage_table() -> str:
    """What traders pay and the provider gains, by the size of a trade."""
    rows = []
    for size in TENTHS_OF_A_PERCENT:
        here, plain = provider_gain(size)
        rows.append(
            [
                f"{size / 10} %",
                f"{lone_trade(size):.4f}",
                f"{batch_trade(size, buys=8, sales=8):.4f}",
                f"{batch_trade(size, buys=12, sales=4):.4f}",
                f"{here:,.0f}",
                f"{plain:,.0f}",
            ]
        )
    return table(
        [
            "each order, of the pool",
            "alone, of x * y = k",
            "among 8 buys and 8 sales, of a queue",
            "among 12 and 4",
            "the provider's growth by a lone buy, millionths",
            "with x * y = k",
        ],
        rows,
    )


def attack_table() -> str:
    """The best choice of whoever decides last, by the sizes of the victim and of the tickets."""
    rows = []
    for size, own in product((1, 10, 50), TENTHS_OF_A_PERCENT):
        looks = list(last_looks(sized(BUY, size), own))
        best = max(looks, key=lambda each: each.closed)
        outside = max(looks, key=lambda each: each.outside)
        shown = (
            [outside.revealed, f"{outside.outside:,}", f"{outside.victim:.4f}"]
            if outside.outside > 0
            else ["nothing", "0", "1.0000"]
        )
        rows.append([f"{size / 10} %", f"{own / 10} %", best.revealed, f"{best.closed:,}", *shown])
    return table(
        [
            "victim buys",
            "each ticket",
            "best within the pool",
            "gain, sats",
            "best with a market outside",
            "gain, sats ",
            "victim gets, of alone",
        ],
        rows,
    )


def known_before(victim: int) -> tuple[int, int]:
    """The most that is gained by who knows a buy beforehand: here, and with x * y = k.

    Here they buy in the epoch before and sell in that of the victim; there right before and
    behind the victim.
    """
    here = plain = 0
    seen = sized(BUY, victim)
    for own in range(1, 201):
        mine = order(BUY, RESERVES.bch * own // 2000)
        first = run([mine])
        back = order(SELL, first.fills[0].amount_out)
        second = run([seen, back], first.reserves)
        here = max(here, second.fills[1].amount_out - mine.amount_in)
        before = trade(RESERVES, BUY, mine.amount_in)
        behind = trade(before.reserves, BUY, seen.amount_in).reserves
        last = trade(behind, SELL, before.amount_out)
        plain = max(plain, last.amount_out - mine.amount_in)
    return here, plain


def known_table() -> str:
    """What it is worth to know an order before the places of its epoch are fixed."""
    rows = []
    for size in TENTHS_OF_A_PERCENT:
        here, plain = known_before(size)
        rows.append([f"{size / 10} %", f"{here:,}", f"{plain:,}"])
    head = ["victim buys", "known an epoch before, sats", "sandwich with x * y = k, sats"]
    return table(head, rows)


def main() -> None:
    """Print all tables."""
    print(slippage_table(), attack_table(), known_table(), sep="\n\n")


if __name__ == "__main__":
    main()
