"""Every weaker contract of epochs is noticed, or its source says why it is the same."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from support.epochs_attacks import ATTACKS
from support.epochs_world import KINDS, PARAMETERS, World, held_by, real_sources
from test_epochs_edges import ALLOWED, LIMITED, REFUSED

from bchcov import BCH_2026, Contract, verify
from bchcov.amm.epochs.scripts import Scripts
from bchcov.testing import Case, mutate


class ScriptCase(Case):
    """A case of which only the scripts are judged: nobody pays for these drafts."""

    def is_accepted(self) -> bool:
        return verify(self.transaction, self.source_outputs, BCH_2026, scripts_only=True).ok


def every_case() -> Iterator[Case]:
    for kind in KINDS:
        yield ScriptCase(kind.__name__, *kind(World()).finish(), accepted=True)
    for refund in ("ticket", "order"):
        yield ScriptCase(f"a {refund} refunded", *held_by(World(), 0, refund).finish(), True)
    for name, draft in {**ALLOWED, **LIMITED}.items():
        yield ScriptCase(name, *draft().finish(), accepted=True)
    for name, draft in REFUSED.items():
        yield ScriptCase(name, *draft().finish(), accepted=False)
    for (source, check), attack in ATTACKS.items():
        yield ScriptCase(f"{source}: {check}", *attack(World()).finish(), accepted=False)


@cache
def cases() -> tuple[tuple[Case, ...], dict[str, list[Contract]]]:
    """Every case, and the contracts by name that run in one, each with its constants."""
    found, scripts = tuple(every_case()), Scripts(PARAMETERS)
    contracts: dict[str, dict[bytes, Contract]] = {}
    for each in found:
        for item, output in zip(each.transaction.inputs, each.source_outputs, strict=True):
            for contract in scripts.contracts_in(output, item.unlocking_bytecode):
                name = contract.name.rpartition("/")[2]
                contracts.setdefault(name, {})[contract.code] = contract
    return found, {name: list(made.values()) for name, made in contracts.items()}


@pytest.mark.parametrize("name", real_sources())
def test_a_weaker_contract_is_noticed(name: str) -> None:
    tried, contracts = cases()
    first, *siblings = contracts[name]
    report = mutate(first, tried, siblings=siblings, seconds=600)
    assert report.results
    assert not [str(each) for each in report.survivors]
