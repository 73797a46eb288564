"""Every check of the direct contracts refuses an attack that passes without it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.direct_world import (
    ATTACKS,
    BOUGHT,
    HONEST,
    PARAMETERS,
    SOLD,
    Attack,
    DirectWorld,
    real_sources,
)
from support.ticketed_world import Draft, action

from bchcov import BCH_2025, BCH_2026, RuleSet, verify
from bchcov.amm.action import BUY, SELL
from bchcov.amm.direct.state import COUNTS, State
from bchcov.amm.formula import Reserves, execute
from bchcov.contract import Contract, checks_in, explain, without_check
from bchcov.wallet.unlockers import ScriptUnlocker

SOURCES = real_sources()
CHECKS = [
    (name, check.name) for name in ("pool", "vault") for check in checks_in(SOURCES[name], name)
] + [(name, "queue-before") for name in ("pool", "vault")]


def passes(draft: Draft, rules: RuleSet = BCH_2025) -> bool:
    transaction, sources = draft.finish()
    return verify(transaction, sources, rules, scripts_only=True).ok


def contract_of(world: DirectWorld, name: str) -> Contract:
    found = getattr(world.pool.scripts, name)
    assert isinstance(found, Contract)
    return found


def without(name: str, check: str) -> DirectWorld:
    """A world whose contract lacks one check; one of the proof stands in a source of its own."""
    if check != "queue-before":
        return DirectWorld({name: without_check(SOURCES[name], check)})
    proof = without_check(SOURCES["path_proof"], check)
    lines = [line.partition("//")[0] for line in proof.split("\n")]
    source = SOURCES[name].replace("path_proof\n", " ".join(lines) + "\n")
    return DirectWorld({name: source})


def test_every_check_has_its_attack() -> None:
    assert sorted(CHECKS) == sorted(ATTACKS)


@pytest.mark.parametrize(("name", "check"), CHECKS, ids="-".join)
def test_the_check_refuses_its_attack(name: str, check: str) -> None:
    world = DirectWorld()
    transaction, sources = ATTACKS[name, check](world).finish()
    verdict = verify(transaction, sources, BCH_2025, scripts_only=True)
    assert verdict.error is not None
    said = explain(verdict.inputs[-1], contract_of(world, name))
    # The proof is a source that both contracts take in.
    source = "path_proof" if check == "queue-before" else name
    assert f"direct/{source}.cashasm:" in said
    assert f"[{check}]" in said


@pytest.mark.parametrize(("name", "check"), CHECKS, ids="-".join)
def test_the_attack_passes_without_the_check(name: str, check: str) -> None:
    transaction, sources = ATTACKS[name, check](without(name, check)).finish()
    verdict = verify(transaction, sources, BCH_2025, scripts_only=True)
    assert verdict.error is None, str(verdict)


@pytest.mark.parametrize("kind", HONEST)
def test_honest_transactions_pass_under_both_years(kind: str) -> None:
    make: Attack = HONEST[kind]
    for rules in (BCH_2025, BCH_2026):
        assert passes(make(DirectWorld()), rules)


@pytest.mark.parametrize("kind", ["commit", "reveal of a sale", "expire"])
def test_any_byte_of_the_successor_s_commitment_counts(kind: str) -> None:
    token = HONEST[kind](DirectWorld()).outputs[0].token
    assert token is not None
    assert token.nft is not None
    honest = token.nft.commitment
    assert len(honest) == 39
    changed = [bytes(byte ^ (at == place) for at, byte in enumerate(honest)) for place in range(39)]
    for other in [*changed, honest[:-1], honest + b"\0", b""]:
        draft = HONEST[kind](DirectWorld())
        draft.commitment(other)
        assert not passes(draft)


@pytest.mark.parametrize("kind", ["commit", "reveal of a buy", "expire", "exit"])
def test_no_unlocking_script_means_the_same_with_another_push(kind: str) -> None:
    for index in (0, 1):
        draft = HONEST[kind](DirectWorld())
        if index >= len(draft.spends):
            continue
        unlocker = draft.spends[index].unlocker
        if not isinstance(unlocker, ScriptUnlocker):
            continue
        for at in range(len(unlocker.items) + 1):
            for more in (b"", b"\x01", b"\0", bytes(20)):
                items = list(unlocker.items)
                items.insert(at, more)
                draft.unlock(index, replace(unlocker, items=tuple(items)))
                assert not passes(draft)


def test_nothing_is_committed_to_a_full_queue_or_at_another_place() -> None:
    full = DirectWorld().queued(*(action(at) for at in range(16)), start=5)
    full.pool = replace(full.pool, queue=full.pool.queue.take(1))
    assert not passes(full.commit())
    elsewhere = DirectWorld().queued(BOUGHT)
    honest = elsewhere.pool
    elsewhere.pool = replace(honest, queue=replace(honest.queue, tail=5))
    assert not passes(elsewhere.commit())


def test_only_the_action_that_was_committed_to_is_revealed() -> None:
    world = DirectWorld().queued(BOUGHT, SOLD)
    fields = {"amount_in": 5, "min_out": 1, "owner": bytes(20), "salt": bytes(16)}
    for name, value in fields.items():
        other = replace(BOUGHT, **{name: value})  # type: ignore[arg-type]
        assert not passes(world.reveal(other))
    assert not passes(world.reveal(replace(BOUGHT, direction=SELL)))
    assert not passes(world.reveal(SOLD))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(1_000, 21 * 10**14),
    st.integers(1, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.sampled_from([BUY, SELL]),
    st.one_of(st.just(0), st.integers(0, 2**63 - 1)),
    st.integers(0, 2 * COUNTS),
)
def test_a_reveal_is_what_the_model_says(
    bch: int, tokens: int, amount: int, direction: int, minimum: int, start: int
) -> None:
    most = 21 * 10**14 - bch if direction == BUY else 2**63 - 1 - tokens
    if most < 1:
        return
    each = action(3, BUY if direction == BUY else SELL, 1 + amount % most, minimum)
    world = DirectWorld().at(Reserves(bch, tokens)).queued(each, BOUGHT, start=start)
    draft = world.reveal(each)
    assert passes(draft)
    fill = execute(Reserves(bch, tokens), each, min_reserve=PARAMETERS.min_reserve)
    assert fill.reserves.product >= bch * tokens
    token = draft.outputs[0].token
    assert token is not None
    assert token.nft is not None
    assert State.decode(token.nft.commitment).reserves == fill.reserves
    draft.value(2, -1)
    assert not passes(draft)
