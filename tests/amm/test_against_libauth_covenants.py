"""Honest covenant transactions and every attack on them, judged by libauth as well."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.direct_world import ATTACKS as DIRECT_ATTACKS
from support.direct_world import HONEST, DirectWorld
from support.epochs_attacks import ATTACKS as EPOCHS_ATTACKS
from support.epochs_world import KINDS
from support.epochs_world import World as EpochsWorld
from support.ticketed_attacks import ATTACKS
from support.ticketed_world import TWO_ORDERS, World, action

from bchcov import (
    BCH_2025,
    BCH_2026,
    Output,
    RuleSet,
    Transaction,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.transaction.codec import decode_outputs, decode_transaction

pytestmark = pytest.mark.node

VECTORS = Path(__file__).parent.parent.parent / "vectors" / "sequenced_amm"
JUDGE = Path(__file__).parent.parent / "vm" / "judge.mjs"


def judge(
    libauth: Path, cases: list[tuple[Transaction, tuple[Output, ...]]], rules: RuleSet
) -> list[bool]:
    """Whether libauth accepts every input of each."""
    lines = [
        json.dumps(
            {
                "tx": encode_transaction(transaction).hex(),
                "sourceOutputs": encode_outputs(sources).hex(),
                "input": index,
                "rules": rules.name,
                "standard": True,
            }
        )
        for transaction, sources in cases
        for index in range(len(sources))
    ]
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", JUDGE.read_text(encoding="utf-8")],
        cwd=libauth,
        input="\n".join(lines),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    answers = iter(json.loads(line)["ok"] for line in done.stdout.splitlines())
    # Every answer of a case is taken, also behind one that refuses.
    return [sum(not next(answers) for _ in sources) == 0 for _, sources in cases]


def test_libauth_accepts_what_is_honest_and_refuses_every_attack(libauth: Path) -> None:
    world = World()
    sixteen = [action(at) for at in range(16)]
    honest = [make(world).finish() for make in TWO_ORDERS]
    honest.append(world.queued(*sixteen, start=5).execute(sixteen).finish())
    honest.append(world.sequence([world.ticket(*each) for each in enumerate(sixteen)]).finish())
    attacks = [attack(world).finish() for attack in ATTACKS.values()]
    for transaction, sources in honest:
        assert verify(transaction, sources, BCH_2026, scripts_only=True).ok
    assert judge(libauth, honest, BCH_2026) == [True] * len(honest)
    assert judge(libauth, attacks, BCH_2026) == [False] * len(attacks)


def test_libauth_judges_the_epochs_profile_likewise(libauth: Path) -> None:
    world = EpochsWorld()
    honest = [make(world).finish() for make in KINDS]
    attacks = [attack(world).finish() for attack in EPOCHS_ATTACKS.values()]
    assert judge(libauth, honest, BCH_2026) == [True] * len(honest)
    assert judge(libauth, attacks, BCH_2026) == [False] * len(attacks)


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026], ids=str)
def test_libauth_judges_the_direct_profile_likewise(libauth: Path, rules: RuleSet) -> None:
    world = DirectWorld()
    honest = [make(world).finish() for make in HONEST.values()]
    attacks = [attack(world).finish() for attack in DIRECT_ATTACKS.values()]
    assert judge(libauth, honest, rules) == [True] * len(honest)
    assert judge(libauth, attacks, rules) == [False] * len(attacks)


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026], ids=str)
def test_libauth_agrees_with_the_files_that_were_exported(libauth: Path, rules: RuleSet) -> None:
    """Every transaction of the lives, and every attack, as they stand in the folder of vectors."""
    for label, accepted in (("standard", True), ("invalid", False)):
        paths = (VECTORS / f"{rules.name.lower()}_{label}").glob("*.json")
        rows = [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))]
        spends = {(row[4], row[5]): None for row in rows}
        cases = [
            (decode_transaction(bytes.fromhex(tx)), decode_outputs(bytes.fromhex(sources)))
            for tx, sources in spends
        ]
        assert judge(libauth, cases, rules) == [accepted] * len(cases)
        assert len(cases) > 10
