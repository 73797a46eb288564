"""Honest covenant transactions and every attack on them, judged by libauth as well."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from ticketed_attacks import ATTACKS
from ticketed_world import TWO_ORDERS, World, action

from bchcov import BCH_2026, Output, Transaction, encode_outputs, encode_transaction, verify

pytestmark = pytest.mark.node

JUDGE = Path(__file__).parent.parent / "vm" / "judge.mjs"


def judge(libauth: Path, cases: list[tuple[Transaction, tuple[Output, ...]]]) -> list[bool]:
    """Whether libauth accepts every input of each."""
    lines = [
        json.dumps(
            {
                "tx": encode_transaction(transaction).hex(),
                "sourceOutputs": encode_outputs(sources).hex(),
                "input": index,
                "rules": "BCH_2026",
                "standard": True,
            }
        )
        for transaction, sources in cases
        for index in range(len(sources))
    ]
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", JUDGE.read_text()],
        cwd=libauth,
        input="\n".join(lines),
        capture_output=True,
        text=True,
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
    assert judge(libauth, honest) == [True] * len(honest)
    assert judge(libauth, attacks) == [False] * len(attacks)
