"""Every check of the epochs contracts refuses an attack that passes without it."""

from __future__ import annotations

import pytest
from support.epochs_attacks import ATTACKS
from support.epochs_world import KINDS, World, real_sources
from support.named_check import assert_refused_by

from bchcov import verify
from bchcov.contract import Contract, checks_in, without_check

SOURCES = real_sources()
CHECKS = [(name, check.name) for name in SOURCES for check in checks_in(SOURCES[name], name)]


def contract_of(world: World, name: str) -> Contract:
    scripts = world.scripts
    if name == "ticket":
        return scripts.ticket_contract(bytes(20), b"\x01" * 32)
    if name == "slot":
        return scripts.slot_contract(b"\x01" * 32)
    if name == "order":
        return scripts.order_contract(b"\x01" * 44)
    found = getattr(scripts, name)
    assert isinstance(found, Contract)
    return found


def test_every_check_has_its_attack() -> None:
    assert sorted(CHECKS) == sorted(ATTACKS)


@pytest.mark.parametrize(("name", "check"), CHECKS, ids="-".join)
def test_the_check_refuses_its_attack(name: str, check: str) -> None:
    world = World()
    transaction, sources = ATTACKS[name, check](world).finish()
    phase = "locking" if name in ("ticket", "slot", "order") else "redeem"
    assert_refused_by(check, contract_of(world, name), transaction, sources, phase=phase)


@pytest.mark.parametrize(("name", "check"), CHECKS, ids="-".join)
def test_the_attack_passes_without_the_check(name: str, check: str) -> None:
    world = World({name: without_check(SOURCES[name], check)})
    transaction, sources = ATTACKS[name, check](world).finish()
    verdict = verify(transaction, sources, scripts_only=True)
    assert verdict.error is None, str(verdict)


@pytest.mark.parametrize("draft", KINDS, ids=lambda each: each.__name__)
def test_the_honest_transaction_passes(draft: object) -> None:
    assert callable(draft)
    transaction, sources = draft(World()).finish()
    verdict = verify(transaction, sources, scripts_only=True)
    assert verdict.error is None, str(verdict)
