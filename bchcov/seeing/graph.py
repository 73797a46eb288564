"""Transactions as a graph: who spent what, and which of them conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..chain.chain import Chain
from ..chain.submission import Submission
from ..encoding.printable import printable
from ..transaction.codec import transaction_hash, transaction_id
from ..transaction.constants import NULL_OUTPOINT
from ..transaction.model import Output, Transaction
from .spending import Spending

__all__ = ["Drawn", "Graph", "Link", "chain_graph", "spendings_graph"]


# What a page needs to tell of a transaction, in bytes, with an address for each coin.
_EACH, _INPUT, _OUTPUT = 170, 60, 150


@dataclass(frozen=True, slots=True)
class Drawn:
    """A transaction of a graph.

    `state` is "block", "pool" (it waits for a block), "made" (it created its coins), "refused",
    or "" for one of which nothing else is known. `sources` are what it spends, as far as that
    is known; `problem` says why it is refused.
    """

    transaction: Transaction
    state: str = ""
    height: int | None = None
    name: str = ""
    sources: tuple[Output | None, ...] = ()
    problem: str = ""

    @property
    def txid(self) -> str:
        """The txid as it is displayed."""
        return transaction_id(self.transaction)


@dataclass(frozen=True, slots=True)
class Link:
    """An output of one transaction that an input of another spends, both by their numbers."""

    maker: int
    output: int
    spender: int
    input: int


@dataclass(slots=True)
class Graph:
    """Transactions in their order, what they spend of each other, and their conflicts.

    Each of the `conflicts` is the numbers of the transactions that spend one and the same coin.
    `left_out` counts older transactions that are not among them.
    """

    drawn: tuple[Drawn, ...]
    left_out: int = 0
    links: tuple[Link, ...] = field(init=False)
    conflicts: tuple[tuple[int, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        numbers: dict[bytes, int] = {}
        for number, each in enumerate(self.drawn):
            numbers.setdefault(transaction_hash(each.transaction), number)
        links = []
        spenders: dict[tuple[bytes, int], list[int]] = {}
        for number, each in enumerate(self.drawn):
            for index, item in enumerate(each.transaction.inputs):
                outpoint = item.outpoint_hash, item.outpoint_index
                if outpoint == NULL_OUTPOINT:
                    continue
                maker = numbers.get(item.outpoint_hash)
                if maker is not None and maker != number:
                    links.append(Link(maker, item.outpoint_index, number, index))
                spenders.setdefault(outpoint, []).append(number)
        self.links = tuple(links)
        groups = {tuple(dict.fromkeys(each)) for each in spenders.values()}
        self.conflicts = tuple(sorted(each for each in groups if len(each) > 1))


def chain_graph(
    chain: Chain, *, refused: Sequence[Submission] = (), room: int | None = None
) -> Graph:
    """Take the transactions of a chain, its mempool, and submissions that it refused.

    Coinbases of which nothing is spent are left out. With `room`, in bytes of a page, the last
    transactions are taken that are told in about so many.
    """
    drawn = list(_of_chain(chain))
    left_out = 0 if room is None else _too_many(drawn, room)
    drawn = drawn[left_out:]
    known = {each.txid for each in drawn}
    told = [
        Drawn(
            each.transaction,
            "refused",
            sources=each.source_outputs,
            problem=printable(str(each.error)),
        )
        for each in refused
        if each.transaction is not None and not each.ok and each.txid not in known
    ]
    return Graph(tuple(_placed(drawn, _different(told))), left_out)


def _too_many(drawn: Sequence[Drawn], room: int) -> int:
    """Return how many of the first transactions do not fit."""
    for number in reversed(range(len(drawn))):
        transaction = drawn[number].transaction
        room -= _EACH + _INPUT * len(transaction.inputs) + _OUTPUT * len(transaction.outputs)
        if room < 0:
            return number + 1
    return 0


def _of_chain(chain: Chain) -> Iterator[Drawn]:
    every = [(block, each) for block in chain.blocks for each in block.transactions]
    every_transaction = [*(each for _, each in every), *chain.mempool.values()]
    spent = {item.outpoint_hash for each in every_transaction for item in each.inputs}
    for block, each in every:
        first = each.inputs[0]
        if (first.outpoint_hash, first.outpoint_index) == NULL_OUTPOINT:
            if transaction_hash(each) in spent:
                yield Drawn(each, "made", block.height)
        else:
            yield Drawn(each, "block", block.height, sources=chain.source_outputs(each))
    for each in chain.mempool.values():
        yield Drawn(each, "pool", sources=chain.source_outputs(each))


def spendings_graph(spendings: Iterable[Spending]) -> Graph:
    """Take transactions with what they spend, in their order; `verify` says which are refused."""
    told = []
    for each in spendings:
        error = each.error
        told.append(
            Drawn(
                each.transaction,
                "" if error is None else "refused",
                name=each.title,
                sources=each.source_outputs,
                problem="" if error is None else printable(str(error)),
            )
        )
    return Graph(tuple(_different(told)))


def _different(drawn: Iterable[Drawn]) -> Iterator[Drawn]:
    seen = set()
    for each in drawn:
        key = transaction_hash(each.transaction)
        if key not in seen:
            seen.add(key)
            yield each


def _placed(drawn: Sequence[Drawn], refused: Iterable[Drawn]) -> Iterator[Drawn]:
    """Put what is refused behind what it conflicts with, or else behind what it spends of.

    What was refused later stands later.
    """
    spender: dict[tuple[bytes, int], int] = {}
    maker: dict[bytes, int] = {}
    for number, each in enumerate(drawn):
        maker[transaction_hash(each.transaction)] = number
        for item in each.transaction.inputs:
            spender[item.outpoint_hash, item.outpoint_index] = number
    behind: dict[int, list[Drawn]] = {}
    latest = -1
    for each in refused:
        inputs = each.transaction.inputs
        rivals = [spender.get((item.outpoint_hash, item.outpoint_index), -1) for item in inputs]
        makers = [maker.get(item.outpoint_hash, -1) for item in inputs]
        latest = max(latest, max(rivals, default=-1), max(makers, default=-1))
        behind.setdefault(latest, []).append(each)
    yield from behind.get(-1, ())
    for number, each in enumerate(drawn):
        yield each
        yield from behind.get(number, ())
