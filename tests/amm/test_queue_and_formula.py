"""The model: the queue against a plain Merkle tree, the formula against fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import BuildError, DecodeError, EncodeError
from bchcov.amm.action import BUY, SELL, Action
from bchcov.amm.events import Entry
from bchcov.amm.formula import Reserves, amount_out, execute
from bchcov.amm.queue import Queue, empty_roots
from bchcov.amm.salts import derive_salt
from bchcov.amm.ticketed.batches import in_order
from bchcov.amm.ticketed.parameters import Parameters
from bchcov.amm.ticketed.pool import Ticket
from bchcov.amm.ticketed.state import State
from bchcov.crypto.hashes import hash160, sha256
from bchcov.transaction.model import Output
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey

LEAVES = st.lists(st.integers(1, 255).map(lambda value: bytes([value]) * 32), max_size=16)


def plain_root(slots: list[bytes]) -> bytes:
    """The slow clear twin: hash every pair of every level."""
    while len(slots) > 1:
        slots = [sha256(a + b) for a, b in zip(slots[::2], slots[1::2], strict=True)]
    return slots[0]


@given(LEAVES, st.integers(0, 40), st.integers(0, 16))
def test_a_queue_is_a_merkle_tree_used_as_a_ring(
    leaves: list[bytes], start: int, taken: int
) -> None:
    queue = Queue(4, start, start)
    slots = [bytes(32)] * 16
    for at, each in enumerate(leaves):
        queue = queue.append([each])
        slots[(start + at) % 16] = each
    assert queue.root == plain_root(slots)
    for at in range(min(taken, len(leaves))):
        assert queue.leaf(start + at) == leaves[at]
        queue = queue.take(1)
        slots[(start + at) % 16] = bytes(32)
    assert queue.root == plain_root(slots)
    assert len(queue) == len(leaves) - min(taken, len(leaves))


@given(LEAVES, st.integers(0, 15), st.integers(0, 15), st.integers(1, 16))
def test_a_range_proof_leads_to_the_root(
    leaves: list[bytes], start: int, first: int, count: int
) -> None:
    queue = Queue(4, start, start)
    for each in leaves:
        queue = queue.append([each])
    count = min(count, 16 - first)
    nodes = [queue.leaf(first + at) or bytes(32) for at in range(count)]
    siblings = list(queue.proof(first, count))
    place = first + 16
    while place > 1:
        if place & 1:
            sibling, empty = siblings.pop(0)
            nodes.insert(0, sibling or empty)
        if len(nodes) & 1:
            sibling, empty = siblings.pop(0)
            nodes.append(sibling or empty)
        nodes = [sha256(a + b) for a, b in zip(nodes[::2], nodes[1::2], strict=True)]
        place >>= 1
    assert nodes == [queue.root]
    assert siblings == []


class CountedHash:
    """SHA-256, and how often it was computed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, data: bytes) -> bytes:
        self.count += 1
        return sha256(data)


def test_a_queue_of_a_million_takes_a_hash_a_leaf_and_a_path_a_change() -> None:
    hashing = CountedHash()
    queue = Queue(20, digest=hashing).append(
        [at.to_bytes(32, "little") for at in range(1, 1 << 20)]
    )
    assert queue.root
    made = hashing.count
    assert made < (1 << 20) + 100
    for _ in range(100):
        queue = queue.take(1)
        assert len(queue.proof(queue.head, 16)) >= 16
        assert queue.root
    assert hashing.count - made <= 100 * 20
    queue = queue.append([b"\x01" * 32])
    with pytest.raises(BuildError, match="expected at most 100, up to the head"):
        queue.append([b"\x01" * 32] * 101)


def test_a_proof_hashes_nothing_and_follows_one_path(
    calls: Callable[[Callable[[], object]], int],
) -> None:
    hashing = CountedHash()
    queue = Queue(10, digest=hashing).append(
        [at.to_bytes(32, "little") for at in range(1, 1 << 10)]
    )
    made = hashing.count
    for at in (0, 9, 891):
        assert calls(lambda at=at: queue.proof(at, 16)) < 1_000  # type: ignore[misc]
    assert hashing.count == made


def test_a_queue_takes_only_what_fits() -> None:
    queue = Queue(2, 3, 3)
    with pytest.raises(BuildError, match="expected at most 1, up to the end"):
        queue.append([b"\x01" * 32] * 2)
    queue = queue.append([b"\x01" * 32]).append([b"\x02" * 32] * 3)
    with pytest.raises(BuildError, match="expected at most 0, up to the head"):
        queue.append([b"\x01" * 32])
    with pytest.raises(BuildError, match="2 orders are too many for one batch: expected at most 1"):
        queue.take(2)
    assert empty_roots(1, hash160)[1] == hash160(bytes(40))


@given(st.integers(1, 2**63), st.integers(1, 2**63), st.integers(1, 2**63))
def test_what_comes_out_is_the_fair_amount_rounded_down(x: int, y: int, amount: int) -> None:
    net = Fraction(997 * amount, 1000)
    exact = y * net / (x + net)
    assert amount_out(x, y, amount) == exact.numerator // exact.denominator
    assert (x + amount) * (y - amount_out(x, y, amount)) >= x * y


def test_an_order_is_not_filled_below_its_minimum_or_the_reserve() -> None:
    reserves = Reserves(100_000, 1_000)
    buy = Action(BUY, 1_000, 9, bytes(20), bytes(16))
    assert execute(reserves, buy, min_reserve=1_000).amount_out == 9
    dear = Action(BUY, 1_000, 10, bytes(20), bytes(16))
    assert not execute(reserves, dear, min_reserve=1_000).is_filled
    large = Action(SELL, 10**9, 0, bytes(20), bytes(16))
    assert execute(reserves, large, min_reserve=1).is_filled
    assert not execute(reserves, large, min_reserve=1_000).is_filled
    dust = Action(BUY, 1, 0, bytes(20), bytes(16))
    assert not execute(reserves, dust, min_reserve=1_000).is_filled


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((2, 1, 0, bytes(20), bytes(16)), "direction 2 is invalid"),
        ((1, 0, 0, bytes(20), bytes(16)), "amount 0 is out of range"),
        ((1, 2**63, 0, bytes(20), bytes(16)), "is out of range: expected 1 to 9223372036854775807"),
        ((1, 1, -1, bytes(20), bytes(16)), "minimum -1 is out of range"),
        ((1, 1, 0, bytes(19), bytes(16)), "19 bytes: expected 20"),
        ((1, 1, 0, bytes(20), bytes(17)), "17 bytes: expected 16"),
    ],
)
def test_an_action_that_cannot_be_is_refused(fields: tuple[object, ...], message: str) -> None:
    with pytest.raises(BuildError, match=message):
        Action(*fields)  # type: ignore[arg-type]


def test_an_action_is_53_bytes_and_its_place_holds_its_hash() -> None:
    action = Action(SELL, 5, 6, b"\x07" * 20, b"\x08" * 16)
    encoded = b"\0" + b"\x05" + bytes(7) + b"\x06" + bytes(7) + b"\x07" * 20 + b"\x08" * 16
    assert action.encode() == encoded
    assert action.hash == sha256(encoded)
    assert Entry(0, 9, action.hash).preimage == b"\x09\0\0\0" + sha256(encoded)


def test_a_state_reads_back() -> None:
    root = sha256(b"root")
    for collected in (0, 1, 100, 127, 128, -1, -128, -1_000):
        state = State(
            bch_reserve=21 * 10**14,
            token_reserve=2**63 - 1,
            root=root,
            head=3,
            tail=9,
            closed=True,
            collected=collected,
        )
        assert State.decode(state.encode()) == state
        assert state.pending == 6


def test_a_state_that_is_none_is_refused() -> None:
    honest = State(bch_reserve=1, token_reserve=1, root=bytes(32), head=1, tail=1).encode()
    cases = [
        (honest[:-1], "56 bytes are not a state: expected 57 to 61"),
        (honest + bytes(5), "62 bytes are not a state"),
        (honest + b"\0", "not minimally encoded"),
        (honest[:7] + b"\x80" + honest[8:], "bch_reserve is negative"),
        (honest[:56] + b"\x02" + honest[57:], "closed 2 is out of range"),
        (honest[:48] + b"\x02" + honest[49:], "head 2 is beyond tail 1"),
    ]
    for data, message in cases:
        with pytest.raises(DecodeError, match=message):
            State.decode(data)
    with pytest.raises(EncodeError, match="root has 31 bytes: expected 32"):
        State(bch_reserve=1, token_reserve=1, root=bytes(31)).encode()
    with pytest.raises(EncodeError, match="tail -1 is out of range"):
        State(bch_reserve=1, token_reserve=1, root=bytes(32), tail=-1).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pool_category": bytes(31)}, "pool_category has 31 bytes: expected 32"),
        ({"token_category": b"\x01" * 32}, "token_category is the same as pool_category"),
        ({"owner": bytes(21)}, "21 bytes: expected 20"),
        ({"tip": 30_001}, "tip 30001 is out of range: expected 0 to 30000"),
        ({"expiry_tip": 1_176}, "expiry_tip 1176 is out of range: expected 0 to 1175"),
        ({"depth": 0}, "depth 0 is out of range"),
        ({"bond": 0}, "bond 0 is out of range"),
        ({"grace": 0}, "grace 0 is out of range"),
        ({"notice": 65_536}, "notice 65536 is out of range: expected 1 to 65535"),
        ({"min_reserve": 869}, "min_reserve 869 is out of range: expected 870 to"),
        ({"order_value": 929}, "order_value 929 is out of range: expected 930 to"),
        ({"min_trade": 0}, "min_trade 0 is out of range: expected 1 to"),
    ],
)
def test_parameters_that_make_no_pool_are_refused(change: dict[str, int], message: str) -> None:
    honest = {"pool_category": b"\x01" * 32, "token_category": b"\x02" * 32, "owner": bytes(20)}
    with pytest.raises(BuildError, match=message):
        Parameters(**{**honest, **change})  # type: ignore[arg-type]


def test_tickets_stand_by_txid_as_a_number_then_by_index() -> None:
    output = Output(1, b"")
    low, high = bytes([9] * 31 + [1]), bytes([1] * 31 + [9])
    coins = [Coin(high, 0, output), Coin(low, 7, output), Coin(low, 2, output)]
    tickets = [Ticket(coin, bytes(20), 9, bytes(32)) for coin in coins]
    assert in_order(tickets) == [tickets[2], tickets[1], tickets[0]]


def test_salts_come_from_the_key_and_differ() -> None:
    key = PrivateKey(b"\x01" * 32)
    salts = {derive_salt(key, bytes(32), number) for number in range(50)}
    assert len(salts) == 50
    assert all(len(salt) == 16 for salt in salts)
    assert derive_salt(key, bytes(32), 7) == derive_salt(key, bytes(32), 7)
    assert derive_salt(PrivateKey(b"\x02" * 32), bytes(32), 7) not in salts
    assert derive_salt(key, b"\x01" * 32, 7) not in salts
