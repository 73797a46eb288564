"""What is promised of epochs holds for what is honest, and is broken by attacks on the scripts."""

from __future__ import annotations

from functools import cache

import pytest
from epochs_lives import EpochsLives, epochs_lives
from epochs_promises import epochs_promises
from many_mutants import POOLS, judge, reason_of
from support.epochs_attacks import ATTACKS, TWO
from support.epochs_world import World

from bchcov import verify
from bchcov.testing.fuzzing import Property

# Without these checks nothing is lost that a promise is about: a txid changes, or who signs.
ELSEWHERE = {
    ("vault", "pool"),
    ("vault", "vault-second"),
    ("vault", "vault-value"),
    ("vault", "code"),
    ("settle", "places"),
    ("settle", "padding"),
    ("owner", "owner-signature"),
    *((name, check) for name in ("ticket", "order") for check in ("pool", "refund-key")),
    *((name, f"refund-{what}") for name in ("ticket", "order") for what in ("signature", "delay")),
}
# These are about epochs that no other test knows.
UNKNOWN = {("settle", name) for name in ("price", "slot-code", "marginal-amount", "marginal-met")}


@cache
def promise() -> Property:
    world = World()
    worlds = (
        world,
        world.waiting(*TWO),
        world.revealing(*TWO),
        world.revealing(TWO[0]),
        world.revealing(TWO[1]),
    )
    (made,) = epochs_promises(world.scripts, EpochsLives((), tuple(each.pool for each in worlds)))
    return made


def test_honest_transactions_are_accepted_and_keep_what_is_promised() -> None:
    lives = epochs_lives({})
    (kept,) = epochs_promises(World().scripts, lives)
    assert len(lives.honest) >= 18
    for transaction, coins in lives.honest:
        verdict = verify(transaction, coins)
        assert verdict.ok, str(verdict)
        assert kept(transaction, coins) is None


@pytest.mark.parametrize(
    ("name", "check"), sorted(set(ATTACKS) - ELSEWHERE - UNKNOWN), ids="-".join
)
def test_an_attack_breaks_what_is_promised(name: str, check: str) -> None:
    assert promise()(*ATTACKS[name, check](World()).finish()) is not None


@pytest.mark.parametrize("pool", ["epochs", "ticketed, depth 4"])
def test_a_few_mutants_are_judged_and_every_finding_is_explained(pool: str) -> None:
    done = judge(pool, count=600, seconds=None, seed=1)
    assert done.judged >= 600
    assert done.accepted > 0
    assert [each for each in done.findings if not reason_of(pool, each)] == []
    assert pool in POOLS
