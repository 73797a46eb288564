"""What others put into a pool neither stalls it nor blinds those who follow it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.direct_world import BOUGHT, DirectWorld
from support.direct_world import PARAMETERS as DIRECT_PARAMETERS
from support.ticketed_world import (
    DEADLINE,
    HEIGHT,
    OTHER,
    PARAMETERS,
    POOL_CATEGORY,
    PROVIDER,
    RESERVES,
    TOKENS,
    World,
    action,
    coin,
    default_action,
    funding_coin,
    user,
)

from bchcov import (
    BCH_2025,
    BuildError,
    Capability,
    Nft,
    Output,
    Token,
    verify,
)
from bchcov.amm import direct, ticketed
from bchcov.amm.action import SELL, Action, deadline_height
from bchcov.amm.events import Entry
from bchcov.amm.ticketed.pool import read_order, read_ticket
from bchcov.amm.ticketed.state import MAX_COUNT
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding
from bchcov.wallet.unlockers import P2pkhUnlocker

TIPS = Funding(user(99).locking_bytecode, (funding_coin("tips", user(99), 1_000_000),))
NEGATIVE, NEGATIVE_ZERO = 0x80_00_00_01, 0x80_00_00_00


@pytest.mark.parametrize("deadline", [NEGATIVE, 0xFFFF_FFFF])
def test_a_negative_deadline_is_not_queued(deadline: int) -> None:
    world = World()
    draft = world.sequence([world.ticket(0, default_action(0), deadline=deadline)])
    transaction, sources = draft.finish()
    assert not verify(transaction, sources, scripts_only=True).ok
    preimage = deadline.to_bytes(4, "little") + BOUGHT.hash
    transaction, sources = DirectWorld().commit(preimage=preimage).finish()
    assert not verify(transaction, sources, BCH_2025, scripts_only=True).ok


def test_a_zero_with_a_sign_is_a_deadline_that_can_be_expired() -> None:
    assert deadline_height(NEGATIVE_ZERO) == 0
    world = World()
    ticket = world.ticket(0, default_action(0), deadline=NEGATIVE_ZERO)
    queued = ticketed.sequence(world.pool, [read_ticket(world.scripts, ticket)], HEIGHT, TIPS).pool
    assert queued.entries[0].deadline == NEGATIVE_ZERO
    gone = ticketed.expire(queued, HEIGHT, TIPS)
    assert gone.pool.state.pending == 0
    entry = Entry(0, NEGATIVE_ZERO, BOUGHT.hash)
    draft = DirectWorld().commit(preimage=entry.preimage)
    transaction, sources = draft.finish()
    assert verify(transaction, sources, BCH_2025, scripts_only=True).ok
    waiting = DirectWorld().queued(entry).pool
    assert direct.expire(waiting, HEIGHT, TIPS).pool.state.pending == 0


@pytest.mark.parametrize("minimum", [2**63 - 1, 2**63, 2**64 - 1])
def test_a_minimum_of_any_8_bytes_is_a_minimum(minimum: int) -> None:
    each = action(0, minimum=minimum)
    queued = World().queued(each)
    order = read_order(queued.scripts, queued.order(0, each))
    done = ticketed.execute(queued.pool, [order], TIPS)
    assert not done.event.executions[0].fill.is_filled
    money = Funding(user(0).locking_bytecode, (funding_coin("money", user(0), 9_000_000),))
    revealed = direct.reveal(DirectWorld().queued(each).pool, each, money)
    assert not revealed.event.executions[0].fill.is_filled


def test_a_sale_with_an_immutable_nft_is_followed_like_any_other() -> None:
    each = action(0, SELL, 1_000)
    world = World().queued(each)
    order = world.order(0, each)
    token = Token(TOKENS, 1_000, Nft(b"lost"))
    order = replace(order, output=replace(order.output, token=token))
    done = ticketed.execute(world.pool, [read_order(world.scripts, order)], TIPS)
    assert done.event.executions[0].fill.is_filled
    bad = replace(token, nft=Nft(b"", Capability.MUTABLE))
    with pytest.raises(BuildError, match="holds tokens that the pool does not trade"):
        read_order(world.scripts, replace(order, output=replace(order.output, token=bad)))


@pytest.mark.parametrize(
    "encoded",
    [b"\x02" + BOUGHT.encode()[1:], BOUGHT.encode() + b"more", BOUGHT.encode()[:40]],
)
def test_a_reveal_in_other_bytes_is_followed_like_any_other(encoded: bytes) -> None:
    world = DirectWorld().queued(Entry(0, DEADLINE, sha256(encoded)))
    transaction, sources = world.reveal(BOUGHT, encoded=encoded).finish()
    assert verify(transaction, sources, BCH_2025, scripts_only=True).ok
    after, event = world.pool.follow(transaction, sources)
    assert after is not None
    (done,) = event.executions
    assert done.action is None
    assert done.fill.amount_in == BOUGHT.amount_in
    assert after.state.pending == 0


def test_counters_at_their_end_are_said_so() -> None:
    world = World().queued(start=MAX_COUNT - 1)
    ticket = read_ticket(world.scripts, world.ticket(0, default_action(0)))
    with pytest.raises(BuildError, match="tail 2147483648 is out of range"):
        ticketed.sequence(world.pool, [ticket], HEIGHT, TIPS)
    last = World().queued(start=MAX_COUNT - 2)
    step = ticketed.sequence(last.pool, [ticket], HEIGHT, TIPS)
    assert step.pool.state.tail == MAX_COUNT - 1
    each = default_action(0)
    order = read_order(last.scripts, last.order(0, each))
    done = ticketed.execute(step.pool, [order], TIPS)
    assert done.pool.state.pending == 0


def test_coins_that_are_no_orders_are_refused() -> None:
    world = World().queued(default_action(0))
    order = world.order(0, default_action(0))
    cases = [
        (coin("x", Output(1_000, b"\x51")), "is not an order of this pool"),
        (coin("x", world.ticket(0, default_action(0)).output), "is not an order of this pool"),
        (
            replace(order, output=replace(order.output, token=Token(OTHER, 5))),
            "holds tokens that the pool does not trade",
        ),
        (replace(order, output=replace(order.output, value=0)), "amount 0 is out of range"),
    ]
    for held, message in cases:
        with pytest.raises(BuildError, match=message):
            read_order(world.scripts, held)


def test_a_forged_genesis_is_refused() -> None:
    first = Spend(
        Coin(POOL_CATEGORY, 0, Output(20_000_000_000, PROVIDER.locking_bytecode)),
        P2pkhUnlocker(PROVIDER),
    )
    tokens = funding_coin("tokens", PROVIDER, 2_000, Token(TOKENS, RESERVES.tokens))
    own = Funding(PROVIDER.locking_bytecode, (tokens,))
    honest = ticketed.genesis(PARAMETERS, RESERVES, first, own).built.transaction
    assert ticketed.check_genesis(honest, PARAMETERS).state.reserves == RESERVES
    pool, vault = honest.outputs[:2]
    assert pool.token is not None
    nft = pool.token.nft
    assert nft is not None
    minting = replace(pool.token, nft=replace(nft, capability=Capability.MINTING))
    queue = replace(pool.token, nft=replace(nft, commitment=nft.commitment[:48] + b"\1" * 13))
    fungible = replace(pool.token, amount=9)
    cases = [
        ((pool,), "at least two outputs.*found one"),
        ((vault, pool), "output 0 does not hold the pool's NFT"),
        (
            (pool, vault, Output(1_000, b"\x51", Token(POOL_CATEGORY, 5))),
            "not that of exactly one NFT and no tokens",
        ),
        ((replace(pool, token=fungible), vault), "not that of exactly one NFT and no tokens"),
        ((replace(pool, token=minting), vault), "is MINTING: expected MUTABLE"),
        ((replace(pool, locking_bytecode=b"\x51"), vault), "not locked by the pool's script"),
        ((pool, replace(vault, locking_bytecode=b"\x51")), "not locked by the vault's script"),
        ((pool, replace(vault, token=None)), "the vault does not hold tokens only"),
        (
            (pool, replace(vault, token=Token(TOKENS, 5, Nft()))),
            "the vault does not hold tokens only",
        ),
        ((replace(pool, token=queue), vault), "not that of a new pool"),
        ((replace(pool, value=pool.value + 1), vault), "not that of a new pool"),
        ((pool, replace(vault, token=Token(OTHER, RESERVES.tokens))), "the tokens that trade"),
        ((replace(pool, value=999), vault), "reserve of 999 satoshis"),
        ((pool, replace(vault, value=709)), "the vault holds 709 satoshis: expected at least 710"),
    ]
    for outputs, message in cases:
        with pytest.raises(BuildError, match=message):
            ticketed.check_genesis(replace(honest, outputs=outputs), PARAMETERS)
    moved = replace(honest, inputs=(replace(honest.inputs[0], outpoint_index=1),))
    with pytest.raises(BuildError, match="first input does not create the category"):
        ticketed.check_genesis(moved, PARAMETERS)
    late = replace(first, coin=replace(first.coin, outpoint_index=1))
    with pytest.raises(BuildError, match="is output 1 of its transaction, not 0"):
        ticketed.genesis(PARAMETERS, RESERVES, late, own)
    other = replace(first, coin=replace(first.coin, outpoint_hash=OTHER))
    with pytest.raises(BuildError, match="pool_category of the parameters is not the txid"):
        ticketed.genesis(PARAMETERS, RESERVES, other, own)
    with pytest.raises(BuildError, match="pool_category of the parameters is not the txid"):
        direct.genesis(DIRECT_PARAMETERS, RESERVES, other, own)


def test_payouts_that_would_not_relay_make_no_pool() -> None:
    with pytest.raises(
        BuildError,
        match="bond - tip 699 is too low for payouts to be relayed: expected at least 700 satoshis",
    ):
        replace(PARAMETERS, bond=2_699, tip=2_000)


def test_following_asks_for_a_transaction_of_this_pool() -> None:
    world = World()
    transaction, sources = world.sequence([world.ticket(0, default_action(0))]).finish()
    token = transaction.outputs[0].token
    assert token is not None
    broken = replace(
        transaction,
        outputs=(
            replace(transaction.outputs[0], token=replace(token, nft=Nft(b"short"))),
            *transaction.outputs[1:],
        ),
    )
    with pytest.raises(
        BuildError, match="output 0 is not a pool: 5 bytes are not a state: expected 57 to 61"
    ):
        world.pool.follow(broken, sources)
    unknown = Entry(0, DEADLINE, Action(1, 5, 0, bytes(20), bytes(16)).hash)
    other = world.with_entries([unknown])
    with pytest.raises(BuildError, match="is not the one at index 0"):
        other.pool.plan([read_order(world.scripts, world.order(0, default_action(0)))])
