"""Following a pool proves its state: what is forged is noticed, and a substitute vault too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support import epochs_world
from support.direct_world import BOUGHT, HONEST, SOLD, DirectWorld
from support.ticketed_world import (
    PROVIDER,
    TOKENS,
    TWO_ORDERS,
    Draft,
    World,
    action,
    coin,
    default_action,
    funding_coin,
    user,
)

from bchcov import BuildError, Nft, Output, Token, Transaction, verify
from bchcov.amm import epochs, ticketed
from bchcov.amm.direct.pool import Pool as DirectPool
from bchcov.amm.epochs.pool import Pool as EpochsPool
from bchcov.amm.ticketed.pool import Pool, read_order
from bchcov.wallet.funding import Funding

TWO = [default_action(0), default_action(1)]
IN_EPOCHS = [epochs_world.default_action(0), epochs_world.default_action(1)]
Made = tuple[Transaction, tuple[Output, ...]]


def changed(made: Made, index: int, output: Output) -> Made:
    outputs = list(made[0].outputs)
    outputs[index] = output
    return replace(made[0], outputs=tuple(outputs)), made[1]


def with_byte(output: Output, at: int) -> Output:
    token = output.token
    assert token is not None
    assert token.nft is not None
    commitment = bytearray(token.nft.commitment)
    commitment[at] ^= 1
    nft = replace(token.nft, commitment=bytes(commitment))
    return replace(output, token=replace(token, nft=nft))


def pool_of(world: World, make: Callable[[World], Draft]) -> Pool:
    is_first = make.__name__ in ("_sequence", "_close", "_exit")
    return world.pool if is_first else world.queued(*TWO).pool


def require_proof(pool: Pool | DirectPool | EpochsPool, made: Made, *, vault: bool) -> None:
    """Whatever byte of the state, value, script or amount is forged is noticed."""
    transaction, sources = made
    honest = transaction.outputs[0]
    assert honest.token is not None
    assert honest.token.nft is not None
    forged = [with_byte(honest, at) for at in range(len(honest.token.nft.commitment))]
    forged += [
        replace(honest, value=honest.value - 1),
        replace(honest, locking_bytecode=b"\x51"),
        replace(honest, token=replace(honest.token, amount=1)),
    ]
    for output in forged:
        with pytest.raises(BuildError):
            pool.follow(*changed(made, 0, output))
    if vault:
        second = transaction.outputs[1]
        assert second.token is not None
        for output in (
            replace(second, locking_bytecode=b"\x51"),
            replace(second, token=replace(second.token, amount=second.token.amount + 1)),
            replace(second, token=None),
        ):
            with pytest.raises(BuildError):
                pool.follow(*changed(made, 1, output))
    with pytest.raises(BuildError, match="that are said to be spent are others"):
        pool.follow(transaction, (replace(sources[0], value=5), *sources[1:]))


@pytest.mark.parametrize("make", TWO_ORDERS[:3], ids=lambda each: each.__name__)
def test_a_ticketed_state_is_proven(make: Callable[[World], Draft]) -> None:
    world = World()
    made = make(world).finish()
    pool = pool_of(world, make)
    after, _ = pool.follow(*made)
    assert after is not None
    assert after.state.root == after.queue.root
    require_proof(pool, made, vault=make.__name__ == "_execute")


@pytest.mark.parametrize("kind", ["commit", "reveal of a buy", "reveal of a sale", "expire"])
def test_a_direct_state_is_proven(kind: str) -> None:
    world = DirectWorld()
    made = HONEST[kind](world).finish()
    pools = {
        "commit": world.pool,
        "reveal of a buy": world.queued(BOUGHT, action(9)).pool,
        "reveal of a sale": world.queued(SOLD, action(9)).pool,
        "expire": world.queued(BOUGHT, SOLD).pool,
    }
    pool = pools[kind]
    after, _ = pool.follow(*made)
    assert after is not None
    require_proof(pool, made, vault=kind.startswith("reveal"))


InEpochs = tuple[epochs_world.World, Callable[[epochs_world.World], Draft]]
EPOCHS: dict[str, Callable[[], InEpochs]] = {
    "append": lambda: (
        epochs_world.World(),
        lambda world: world.append([world.ticket(at, each) for at, each in enumerate(IN_EPOCHS)]),
    ),
    "settle": lambda: (
        epochs_world.World().revealing(*IN_EPOCHS, sizes=[1, 1]),
        lambda world: world.settle(IN_EPOCHS[0], None),
    ),
    "turn": lambda: (epochs_world.World().waiting(*IN_EPOCHS), lambda world: world.turn()),
    "close": lambda: (epochs_world.World().waiting(*IN_EPOCHS), lambda world: world.close()),
}


@pytest.mark.parametrize("kind", EPOCHS)
def test_a_state_of_epochs_is_proven(kind: str) -> None:
    world, make = EPOCHS[kind]()
    made = make(world).finish()
    after, _ = world.pool.follow(*made)
    assert after is not None
    assert after.state.current == after.current.closed_chain
    assert after.state.next == after.next.chain
    require_proof(world.pool, made, vault=kind != "append")


def test_an_order_of_another_place_is_not_followed() -> None:
    world = epochs_world.World().revealing(*IN_EPOCHS)
    transaction, sources = world.settle(*IN_EPOCHS).finish()
    swapped = [*sources[:2], sources[3], sources[2], *sources[4:]]
    with pytest.raises(BuildError, match="input 2 is not the order of its place"):
        world.pool.follow(transaction, swapped)
    with pytest.raises(BuildError, match="2 orders are settled, but fewer payouts"):
        world.pool.follow(replace(transaction, outputs=transaction.outputs[:3]), sources)


def test_places_and_slots_that_are_not_there_are_not_followed() -> None:
    world = epochs_world.World().revealing(*IN_EPOCHS)
    transaction, sources = world.settle(*IN_EPOCHS).finish()
    fewer = replace(transaction, inputs=transaction.inputs[:3])
    with pytest.raises(BuildError, match="2 places are settled, but fewer are there"):
        world.pool.follow(fewer, sources[:3])
    world = epochs_world.World()
    transaction, sources = world.append([world.ticket(0, IN_EPOCHS[0])]).finish()
    with pytest.raises(BuildError, match="there are no slots for them"):
        world.pool.follow(replace(transaction, outputs=transaction.outputs[:1]), sources)


def test_a_substitute_vault_of_epochs_is_the_vault_from_then_on() -> None:
    world = epochs_world.World().waiting(*IN_EPOCHS)
    draft = world.turn()
    spend = draft.spends[1]
    draft.spends[1] = replace(spend, coin=coin("another vault", spend.coin.output))
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    after, event = world.pool.follow(transaction, sources)
    assert event.kind == "turn"
    assert after is not None
    assert after.vault.outpoint_hash == after.coin.outpoint_hash


def test_the_provider_of_epochs_moves_reserves_only_where_nobody_waits() -> None:
    world = epochs_world.World()
    less = replace(world.pool.state, bch_reserve=5_000)
    after, event = world.pool.follow(*world.owned(less).finish())
    assert event.kind == "owner"
    assert after is not None
    assert after.state.bch_reserve == 5_000
    waiting = world.waiting(*IN_EPOCHS)
    made = waiting.close().finish()
    moved = epochs_world.with_state(waiting.close(), token_reserve=5).finish()
    assert waiting.pool.follow(*made)[0] is not None
    with pytest.raises(BuildError, match="the state after the transaction is"):
        waiting.pool.follow(*moved)
    again = waiting.at(replace(waiting.pool.state, closed=True))
    with pytest.raises(BuildError, match="once, and no second time"):
        again.pool.follow(*again.close().finish())
    assert world.pool.follow(*world.exit().finish())[0] is None
    with pytest.raises(BuildError, match="without its vault, or while orders wait"):
        waiting.pool.follow(*waiting.exit().finish())


def test_a_genesis_of_epochs_is_trusted_once_it_is_deep() -> None:
    parameters = epochs_world.PARAMETERS
    made = Transaction((), ())
    with pytest.raises(BuildError, match="the genesis has 9 confirmations: expected at least 10"):
        epochs.check_genesis(made, parameters, confirmations=9)


def test_the_provider_s_changes_are_those_that_script_allows() -> None:
    world = World()
    shut = world.closed()
    less = replace(shut.pool.state, bch_reserve=5_000)
    after, event = shut.pool.follow(*shut.owned(less).finish())
    assert event.kind == "owner"
    assert after is not None
    assert after.state.bch_reserve == 5_000
    for start in (world, world.queued(*TWO).closed()):
        moved = replace(start.pool.state, bch_reserve=5_000, closed=True)
        with pytest.raises(BuildError, match="the state after the transaction is"):
            start.pool.follow(*start.owned(moved).finish())


def test_an_exit_takes_the_vault_and_leaves_no_order() -> None:
    world = World()
    assert world.pool.follow(*world.exit().finish())[0] is None
    queued = world.queued(*TWO)
    with pytest.raises(BuildError, match="without its vault, or with orders in its queue"):
        queued.pool.follow(*queued.exit().finish())


def test_a_substitute_vault_of_the_same_amount_is_the_vault_from_then_on() -> None:
    """Script accepts one: it holds as many tokens. The first vault can be spent later."""
    world = World().queued(*TWO)
    draft = world.execute(TWO[:1])
    spend = draft.spends[1]
    other = coin("another vault", spend.coin.output)
    draft.spends[1] = replace(spend, coin=other)
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    after, _ = world.pool.follow(transaction, sources)
    assert after is not None
    assert after.vault.outpoint_hash == after.coin.outpoint_hash
    order = read_order(world.scripts, world.order(1, TWO[1]))
    done = ticketed.execute(after, [order], Funding(user(99).locking_bytecode))
    assert done.pool.state.pending == 0


def test_an_nft_in_the_vault_stops_nobody() -> None:
    world = World().queued(*TWO)
    draft = world.execute(TWO)
    token = draft.outputs[1].token
    assert token is not None
    gift = Nft(bytes(40))
    draft.outputs[1] = replace(draft.outputs[1], value=2_000, token=replace(token, nft=gift))
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    after, _ = world.pool.follow(transaction, sources)
    assert after is not None
    closed = ticketed.set_closed(after, PROVIDER, _provider())
    assert closed.pool.vault.token == Token(TOKENS, after.state.token_reserve, gift)
    end = ticketed.exit_pool(closed.pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    assert end.built.transaction.outputs[0].token == closed.pool.vault.token


def _provider() -> Funding:
    return Funding(PROVIDER.locking_bytecode, (funding_coin("fees", PROVIDER, 50_000),))
