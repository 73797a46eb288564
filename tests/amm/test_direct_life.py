"""Whole lives of direct pools, built as users build them, to the last satoshi and token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.direct_world import PARAMETERS, RESERVES, DirectWorld
from support.ticketed_world import (
    HEIGHT,
    OTHER,
    POOL_CATEGORY,
    PROVIDER,
    TOKENS,
    action,
    funding_coin,
    user,
)

from bchcov import (
    BuildError,
    BuildRefused,
    Capability,
    DecodeError,
    EncodeError,
    Nft,
    Output,
    Reason,
    Token,
)
from bchcov.amm import direct
from bchcov.amm.action import SELL
from bchcov.amm.direct.pool import read_action
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.funding import Funding
from bchcov.wallet.unlockers import P2pkhUnlocker

TRADER = user(1)


def funding(name: str, value: int = 50_000_000, tokens: int = 0) -> Funding:
    token = Token(TOKENS, tokens) if tokens else None
    return Funding(TRADER.locking_bytecode, (funding_coin(name, TRADER, value, token),))


def new_pool() -> direct.Step:
    first = Spend(
        Coin(POOL_CATEGORY, 0, Output(2_000_000_000, PROVIDER.locking_bytecode)),
        P2pkhUnlocker(PROVIDER),
    )
    tokens = funding_coin("tokens", PROVIDER, 2_000, Token(TOKENS, RESERVES.tokens))
    own = Funding(PROVIDER.locking_bytecode, (tokens,))
    return direct.genesis(PARAMETERS, RESERVES, first, own)


def test_a_whole_life_to_the_last_satoshi() -> None:
    actions = [action(1), action(1, SELL, 1_000), action(1, minimum=10**9), action(1, amount=7)]
    start = new_pool()
    pool, steps = start.pool, []
    for at, each in enumerate(actions):
        steps.append(direct.commit(pool, each, 110, HEIGHT, funding(f"commit {at}")))
        pool = steps[-1].pool
    assert pool.state.pending == 4
    assert pool.coin.value == RESERVES.bch + 4 * PARAMETERS.bond

    steps.append(direct.reveal(pool, actions[0], funding("reveal 0")))
    (bought,) = steps[-1].event.executions
    assert bought.payout == Output(
        PARAMETERS.bond, TRADER.locking_bytecode, Token(TOKENS, bought.fill.amount_out)
    )
    steps.append(direct.reveal(steps[-1].pool, actions[1], funding("reveal 1", tokens=1_000)))
    (sold,) = steps[-1].event.executions
    assert sold.payout == Output(PARAMETERS.bond + sold.fill.amount_out, TRADER.locking_bytecode)
    steps.append(direct.reveal(steps[-1].pool, actions[2], funding("reveal 2")))
    (dear,) = steps[-1].event.executions
    assert not dear.fill.is_filled
    assert dear.payout == Output(PARAMETERS.bond, TRADER.locking_bytecode)

    with pytest.raises(
        BuildError, match="height 109 is too early to expire the order: expected at least 110"
    ):
        direct.expire(steps[-1].pool, 109, funding("x"))
    steps.append(direct.expire(steps[-1].pool, 110, funding("x")))
    pool = steps[-1].pool
    assert pool.coin.value == pool.state.bch_reserve
    assert pool.state.reserves.product > RESERVES.product
    end = direct.exit_pool(pool, PROVIDER, Funding(PROVIDER.locking_bytecode))
    assert end.event.kind == "exit"
    outputs = end.built.transaction.outputs
    assert outputs[0].token == Token(TOKENS, pool.state.token_reserve)
    assert outputs[1].value == pool.state.bch_reserve - end.built.fee
    with pytest.raises(BuildError, match="the pool has ended"):
        _ = end.pool

    back: direct.Pool | None = direct.check_genesis(start.built.transaction, PARAMETERS)
    for step in [*steps, end]:
        assert back is not None
        back, event = back.follow(step.built.transaction, step.built.source_outputs)
        assert (back, event) == (step.after, step.event)
    assert direct.read_state(pool.scripts, pool.coin) == pool.state
    built = [(s.built.transaction, s.built.source_outputs) for s in [*steps, end]]
    assert direct.read_history(start.pool, built) == (None, (*(s.event for s in steps), end.event))
    with pytest.raises(BuildError, match="follows the end of the pool"):
        direct.read_history(start.pool, [*built, built[0]])
    held = pool.coin.output
    nft = Token(OTHER, 0, Nft(pool.state.encode()))
    short = Token(POOL_CATEGORY, 0, Nft(b"short"))
    for output, message in (
        (replace(held, locking_bytecode=b"\x51"), "is not this pool"),
        (replace(held, token=nft), "an NFT of another category"),
        (replace(held, token=short), "is not a pool: 5 bytes are not a state: expected 39"),
    ):
        with pytest.raises(BuildError, match=message):
            direct.read_state(pool.scripts, replace(pool.coin, output=output))
    assert [step.event.kind for step in steps] == ["commit"] * 4 + ["reveal"] * 3 + ["expire"]


def test_requests_that_cannot_be_met_say_why() -> None:
    pool = DirectWorld().pool
    waiting = DirectWorld().queued(action(1), action(2)).pool
    full = DirectWorld().queued(*(action(at) for at in range(16))).pool
    own = Funding(PROVIDER.locking_bytecode)
    cases: list[tuple[Callable[[], object], str]] = [
        (
            lambda: direct.commit(pool, action(1), 113, HEIGHT, funding("a")),
            "deadline 113 is out of range: expected at most 112",
        ),
        (
            lambda: direct.commit(pool, action(1), -1, HEIGHT, funding("a")),
            "block height -1 is out of range",
        ),
        (lambda: direct.commit(full, action(1), 110, HEIGHT, funding("a")), "queue is full: 16"),
        (lambda: direct.commit(pool, action(1), 110, HEIGHT, own), "they pay the bond"),
        (
            lambda: direct.commit(pool, action(1), 110, HEIGHT, funding("a", 700)),
            "insufficient funds",
        ),
        (lambda: direct.reveal(pool, action(1), funding("a")), "nothing to reveal"),
        (lambda: direct.reveal(waiting, action(2), funding("a")), "index 0, is for another action"),
        (lambda: direct.reveal(waiting, action(1), funding("a", 900)), "insufficient funds"),
        (lambda: direct.expire(pool, HEIGHT, own), "nothing to expire"),
        (lambda: direct.exit_pool(waiting, PROVIDER, own), "2 orders are queued"),
        (lambda: direct.exit_pool(pool, TRADER, own), "is not the pool owner's"),
        (lambda: direct.exit_pool(pool, PROVIDER, Funding()), "with a change address"),
        (lambda: pool.follow(new_pool().built.transaction, []), "does not spend this pool"),
        (lambda: read_action(bytes(52)), "not an action"),
    ]
    for call, message in cases:
        with pytest.raises(BuildError, match=message):
            call()


def test_a_forged_genesis_is_refused() -> None:
    honest = new_pool().built.transaction
    pool, vault, *rest = honest.outputs
    assert pool.token is not None
    nft = pool.token.nft
    assert nft is not None
    more = Output(1_000, b"\x51", Token(POOL_CATEGORY, 5))
    minting = replace(pool.token, nft=replace(nft, capability=Capability.MINTING))
    cases = [
        ((pool,), "at least two outputs.*found one"),
        ((pool, vault, more), "not that of exactly one NFT and no tokens"),
        ((replace(pool, token=minting), vault), "is MINTING: expected MUTABLE"),
        ((replace(pool, value=pool.value + 1), vault), "not that of a new pool"),
        ((replace(pool, locking_bytecode=b"\x51"), vault), "not locked by the pool's script"),
        ((pool, replace(vault, locking_bytecode=b"\x51")), "not locked by the vault's"),
        ((pool, replace(vault, token=Token(OTHER, RESERVES.tokens))), "the tokens that trade"),
        (
            (pool, replace(vault, token=Token(TOKENS, 5, Nft()))),
            "the vault does not hold tokens only",
        ),
        ((replace(pool, value=999), vault), "reserve of 999 satoshis"),
    ]
    for outputs, message in cases:
        forged = replace(honest, outputs=(*outputs, *rest[:0]))
        with pytest.raises(BuildError, match=message):
            direct.check_genesis(forged, PARAMETERS)
    first = replace(honest.inputs[0], outpoint_index=1)
    with pytest.raises(BuildError, match="first input does not create the category"):
        direct.check_genesis(replace(honest, inputs=(first,)), PARAMETERS)


def test_parameters_and_states_that_cannot_be_are_refused() -> None:
    honest = {"pool_category": POOL_CATEGORY, "token_category": TOKENS, "owner": bytes(20)}
    for fields, message in (
        ({"owner": b""}, "owner has 0 bytes: expected 20"),
        ({"token_category": POOL_CATEGORY}, "token_category is the same as pool_category"),
        ({"tip": 10_001}, "tip 10001 is out of range"),
    ):
        with pytest.raises(BuildError, match=message):
            direct.Parameters(**{**honest, **fields})  # type: ignore[arg-type]
    state = direct.State(bch_reserve=5, token_reserve=6, head=2**15 - 1, tail=3)
    assert state.pending == 4
    assert direct.State.decode(state.encode()) == state
    with pytest.raises(DecodeError, match="38 bytes are not a state: expected 39"):
        direct.State.decode(bytes(38))
    with pytest.raises(DecodeError, match="bch_reserve is negative"):
        direct.State.decode(bytes(6) + b"\x80" + bytes(32))
    with pytest.raises(DecodeError, match="17 queued orders are too many: expected at most 16"):
        direct.State.decode(bytes(37) + b"\x11\0")
    with pytest.raises(EncodeError, match="bch_reserve 36028797018963968 is out of range"):
        direct.State(bch_reserve=2**55, token_reserve=1).encode()
    with pytest.raises(EncodeError, match="root has 3 bytes: expected 20"):
        direct.State(bch_reserve=1, token_reserve=1, root=b"abc").encode()


def test_a_step_that_script_refuses_names_the_contract_s_line_and_check() -> None:
    pool = direct.commit(new_pool().pool, action(1), 110, HEIGHT, funding("commit")).pool
    other = action(1, amount=1_234)
    believed = replace(pool, entries=(replace(pool.entries[0], action_hash=other.hash),))
    with pytest.raises(BuildRefused) as caught:
        direct.reveal(believed, other, funding("reveal"))
    error = caught.value
    assert error.contract == "sequenced_amm/direct/path_proof"  # which the vault takes in
    assert error.check in {each.name for each in pool.scripts.vault.checks}
    assert f"{error.contract}.cashasm:{error.line} [{error.check}]" in str(error)
    assert error.verdict.inputs[-1].reason is Reason.EQUALVERIFY
