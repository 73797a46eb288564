"""Where the transactions and links of a graph are drawn: in lanes, as few as there can be.

A thread is a path along one coin, as the state of a contract is: it has a lane of its own. Other
links have a lane on their way from one thread to another; those for which none is free are told
by their ends only.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .graph import Graph, Link

__all__ = ["MAX_LANES", "Lanes", "lay_out"]

MAX_LANES = 12


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lane of each transaction, and of each link; -1 for a link that has none.

    `threads` are the numbers of the links that a thread consists of.
    """

    nodes: tuple[int, ...]
    links: tuple[int, ...]
    threads: frozenset[int]


@dataclass(slots=True)
class _Room:
    """What is taken of the lanes: for each the rows, as pairs of first and last."""

    taken: list[list[tuple[int, int]]] = field(default_factory=list)

    def take(self, first: int, last: int, most: int | None) -> int:
        """Take the first lane that is free in these rows; -1 if there is none."""
        for lane, rows in enumerate(self.taken):
            at = bisect_left(rows, (first, first))
            before_ends = at == 0 or rows[at - 1][1] < first
            if before_ends and (at == len(rows) or rows[at][0] > last):
                insort(rows, (first, last))
                return lane
        if most is not None and len(self.taken) >= most:
            return -1
        self.taken.append([(first, last)])
        return len(self.taken) - 1


def lay_out(graph: Graph, weigh: Callable[[Link], tuple[int, ...]]) -> Lanes:
    """Lay a graph out; `weigh` says which coin is more telling than another."""
    after, threads = _threads(graph.links, weigh)
    room = _Room()
    nodes = [-1] * len(graph.drawn)
    paths = _paths(len(nodes), after)
    # The longest threads stand furthest to the left.
    paths.sort(key=lambda path: (-len(path), path[0]))
    for path in paths:
        lane = room.take(path[0], path[-1], MAX_LANES)
        for number in path:
            # With no lane left, lines cross what is in the last one.
            nodes[number] = MAX_LANES - 1 if lane < 0 else lane
    links = [-1] * len(graph.links)
    order = sorted(
        range(len(links)), key=lambda at: (graph.links[at].spender - graph.links[at].maker, at)
    )
    for at in order:
        link = graph.links[at]
        if at in threads:
            links[at] = nodes[link.maker]
        elif link.spender == link.maker + 1:
            links[at] = nodes[link.spender]
        elif link.spender > link.maker:
            links[at] = room.take(link.maker + 1, link.spender - 1, MAX_LANES)
    return Lanes(tuple(nodes), tuple(links), frozenset(threads))


def _threads(
    links: Sequence[Link], weigh: Callable[[Link], tuple[int, ...]]
) -> tuple[dict[int, int], set[int]]:
    """Choose for each transaction the one that its most telling coin goes to."""
    best_out: dict[int, int] = {}
    best_in: dict[int, int] = {}
    weights = [weigh(link) for link in links]
    for at, link in enumerate(links):
        if link.spender <= link.maker:
            continue
        for best, end in ((best_out, link.maker), (best_in, link.spender)):
            if end not in best or weights[at] > weights[best[end]]:
                best[end] = at
    chosen = {at for at in best_out.values() if best_in.get(links[at].spender) == at}
    return {links[at].maker: links[at].spender for at in chosen}, chosen


def _paths(count: int, after: dict[int, int]) -> list[list[int]]:
    begun = set(after.values())
    paths = []
    for number in range(count):
        if number in begun:
            continue
        path = [number]
        while path[-1] in after:
            path.append(after[path[-1]])
        paths.append(path)
    return paths
