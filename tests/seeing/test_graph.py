"""Transactions as a graph: who spent what, what conflicts, and where it is drawn."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from support.refusals import ALICE, vault

from bchcov import (
    BCH_2026,
    Chain,
    Coin,
    Input,
    Output,
    P2pkhUnlocker,
    Submission,
    Transaction,
    TransactionBuilder,
)
from bchcov.seeing import Drawn, Graph, chain_graph, spendings_graph
from bchcov.seeing.graph import Link
from bchcov.seeing.graph_lanes import MAX_LANES, lay_out


def pay(coin: Coin, value: int) -> Transaction:
    """Pay the coin of Alice on to herself."""
    builder = TransactionBuilder().spend(coin, P2pkhUnlocker(ALICE))
    return builder.pay(Output(value, ALICE.locking_bytecode)).build_exactly().transaction


def contested() -> tuple[Chain, list[Submission], list[Transaction]]:
    """A coin that two transactions spend, the second of which the chain refuses."""
    chain = Chain(BCH_2026)
    (coin,) = chain.fund(Output(50_000, ALICE.locking_bytecode))
    first, second = pay(coin, 49_000), pay(coin, 48_000)
    chain.submit(first).require()
    chain.mine()
    refused = chain.submit(second)
    last = pay(Coin.of(first, 0), 47_000)
    chain.submit(last).require()
    return chain, [refused], [first, second, last]


def drawn_of(*inputs: tuple[int, ...]) -> Graph:
    """A graph of transactions that each spend output 0 of those with these numbers."""
    made: list[Drawn] = []
    for number, spent in enumerate(inputs):
        spends = tuple(
            Input(bytes.fromhex(made[each].txid)[::-1], number, b"") for each in spent
        ) or (Input(b"\x01" * 32, number, b""),)
        outputs = tuple(Output(1_000 + each, b"\x51") for each in range(len(inputs)))
        made.append(Drawn(Transaction(spends, outputs)))
    return Graph(tuple(made))


def test_a_chain_gives_its_blocks_then_what_waits_and_what_was_refused_beside_its_rival() -> None:
    chain, refused, (first, second, last) = contested()
    graph = chain_graph(chain, refused=refused)
    assert [each.state for each in graph.drawn] == ["made", "block", "refused", "pool"]
    assert [each.transaction for each in graph.drawn[1:]] == [first, second, last]
    assert [each.height for each in graph.drawn] == [1, 2, None, None]
    assert graph.links == (Link(0, 0, 1, 0), Link(0, 0, 2, 0), Link(1, 0, 3, 0))
    assert graph.conflicts == ((1, 2),)
    assert graph.drawn[2].problem.startswith("input 0, coins: TX_CONFLICT")


def test_the_newest_of_too_many_transactions_are_taken() -> None:
    chain, refused, (_, second, last) = contested()
    graph = chain_graph(chain, refused=refused, room=500)
    assert [each.transaction for each in graph.drawn] == [second, last]
    assert graph.left_out == 2


def test_empty_blocks_and_coinbases_that_are_not_spent_are_left_out() -> None:
    chain = Chain(BCH_2026)
    assert chain_graph(chain).drawn == ()
    chain.advance(5, seconds=600)
    assert chain_graph(chain).drawn == ()
    chain.mine(reward_to=ALICE.locking_bytecode)
    chain.advance(120)
    (coin,) = chain.coins(ALICE.locking_bytecode)
    chain.submit(pay(coin, 10_000)).require()
    assert [each.state for each in chain_graph(chain).drawn] == ["made", "pool"]


def test_transactions_with_what_they_spend_are_judged_and_told_once() -> None:
    graph = spendings_graph([vault(value=9_000), vault(value=9_000), vault()])
    assert [each.state for each in graph.drawn] == ["refused", "refused"]
    assert "[" not in graph.drawn[0].problem
    assert graph.conflicts == ((0, 1),)


def test_many_that_spend_the_same_coin_are_one_conflict() -> None:
    coin = Input(b"\x01" * 32, 0, b"")
    drawn = [Drawn(Transaction((coin,), (Output(each, b"\x51"),))) for each in range(500)]
    assert Graph(tuple(drawn)).conflicts == (tuple(range(500)),)


def test_a_coin_that_goes_on_has_a_lane_of_its_own() -> None:
    graph = drawn_of((), (0,), (), (1, 2), (), (3,), (5, 4))
    lanes = lay_out(graph, lambda link: (link.maker in (0, 1, 3, 5),))
    assert [lanes.nodes[each] for each in (0, 1, 3, 5, 6)] == [0, 0, 0, 0, 0]
    assert 0 not in (lanes.nodes[2], lanes.nodes[4])


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=3, unique=True), min_size=1, max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_no_two_lines_lie_on_each_other(wishes: list[list[int]]) -> None:
    inputs = [tuple(each for each in wish if each < at) for at, wish in enumerate(wishes)]
    graph = drawn_of(*inputs)
    lanes = lay_out(graph, lambda link: (link.maker * 7 % 5,))
    taken: dict[int, list[tuple[int, int]]] = {}
    inside = {link.spender for at, link in enumerate(graph.links) if at in lanes.threads}
    thread = {graph.links[at].maker: graph.links[at].spender for at in lanes.threads}
    for number, lane in enumerate(lanes.nodes):
        assert 0 <= lane < MAX_LANES
        if number in inside:
            continue
        end = number
        while end in thread:
            assert lanes.nodes[thread[end]] == lane
            end = thread[end]
        taken.setdefault(lane, []).append((number, end))
    for at, link in enumerate(graph.links):
        if at in lanes.threads or lanes.links[at] < 0 or link.spender == link.maker + 1:
            continue
        taken.setdefault(lanes.links[at], []).append((link.maker + 1, link.spender - 1))
    # Where lanes are used up, lines that have none left cross others in the last one.
    for lane, spans in taken.items():
        if lane < MAX_LANES - 1:
            assert all(one[1] < other[0] for one, other in pairwise(sorted(spans)))


def test_a_line_that_finds_no_lane_is_told_by_its_ends() -> None:
    count = MAX_LANES + 5
    # Each of the first ones is spent by the last ones, in the same order: all lines cross.
    graph = drawn_of(*[()] * count, *[(each, (each + 1) % count) for each in range(count)])
    lanes = lay_out(graph, lambda link: (link.maker,))
    assert -1 in lanes.links
    assert max(lanes.nodes) < MAX_LANES
