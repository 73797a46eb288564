"""A verifier gives the verdicts of `verify`, whatever it has seen before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from bchcov import (
    BCH_2023,
    BCH_2026,
    Capability,
    Input,
    Nft,
    Output,
    RuleSet,
    Token,
    Transaction,
    verify,
)
from bchcov.script.patterns import p2pkh
from bchcov.transaction.constants import MAX_MONEY, NULL_OUTPOINT
from bchcov.validation.verifier import Verifier
from bchcov.vm.rules.flags import rules_from_flags

CATEGORY = bytes(range(32))
PLAIN = p2pkh(bytes(20))
TOKENS = (
    None,
    Token(CATEGORY, 5),
    Token(CATEGORY, 3, Nft(b"ab")),
    Token(CATEGORY, 0, Nft(b"", Capability.MINTING)),
    Token(CATEGORY, 0, Nft(bytes(41), Capability.MUTABLE)),
    Token(b"short", 1),
    Token(CATEGORY, 0),
)
SCRIPTS = (PLAIN, b"\x51", b"\x6a\x01\x07", b"\x6a" + bytes(230), b"\x51" * 202, b"\xef\x51", b"")
VALUES: tuple[Any, ...] = (0, 545, 546, 1_000, 90_000, MAX_MONEY, MAX_MONEY + 1, -1, True, 2**64)
START: tuple[Sequence[Any], Sequence[Any], Sequence[Any], Any, Any] = (
    [Input(bytes(32), 7, b"\x51" * 60), Input(b"\x01" * 32, 0, b"")],
    [Output(1_000, PLAIN), Output(2_000, b"\x51" * 30, TOKENS[1])],
    [Output(3_000, b"\x75" * 59), Output(1_000, b"\x51", TOKENS[1])],
    2,
    0,
)
RULES = (BCH_2026, BCH_2026.consensus, BCH_2023, rules_from_flags(["P2SH", "SIGHASH_FORKID"]))


def changed(random: Random) -> tuple[Transaction, Any]:
    """A transaction that differs in a few fields, of which some cannot be or have another type."""
    inputs, outputs, coins = (list(each) for each in START[:3])
    version, locktime = START[3:]
    for _ in range(random.choice((1, 1, 2, 3))):
        kind = random.randrange(12)
        at, to = (random.randrange(len(each)) if each else 0 for each in (inputs, outputs))
        some = random.choice((outputs, coins))
        where = random.randrange(len(some)) if some else 0
        if kind < 2 and some:
            some[where] = replace(some[where], value=random.choice(VALUES))
        elif kind < 4 and some:
            some[where] = replace(some[where], locking_bytecode=random.choice(SCRIPTS))
        elif kind < 6 and some:
            some[where] = replace(some[where], token=random.choice(TOKENS))
        elif kind == 6 and inputs:
            code = random.choice((b"", b"\x51", bytes(1_700), b"\x61", bytes(10_001), bytearray(3)))
            inputs[at] = replace(inputs[at], unlocking_bytecode=code)
        elif kind == 7 and inputs:
            outpoint = random.choice(
                (NULL_OUTPOINT, (b"\x01" * 32, 0), (b"short", 1), (CATEGORY, 0))
            )
            inputs[at] = replace(inputs[at], outpoint_hash=outpoint[0], outpoint_index=outpoint[1])
        elif kind == 8 and inputs:
            inputs[at] = replace(inputs[at], sequence=random.choice((0, True, 2**32, "1")))
        elif kind == 9:
            version, locktime = random.choice(((1, 5), (3, 0), (True, 0), (2, 2**32), (2, "0")))
        elif kind == 10:
            for each in random.choice(((inputs, coins), (outputs,), (coins,))):
                each[:] = each[: random.randrange(3)]
        else:
            outputs += [outputs[to]] * random.choice((1, 3, 4_000)) if outputs else []
    made = Transaction(tuple(inputs), tuple(outputs), version, locktime)
    if random.random() < 0.05:
        made = replace(made, outputs=outputs)  # type: ignore[arg-type]
    return made, coins if random.random() < 0.05 else tuple(coins)


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_its_verdicts_are_those_of_a_verification(rules: RuleSet) -> None:
    verifier = Verifier(rules)
    reasons = set()
    for seed in range(1_500):
        transaction, coins = changed(Random(seed))
        verdict = verifier.verify(transaction, coins)
        again = verifier.verify(replace(transaction), coins)
        expected = verify(replace(transaction), coins, rules)
        assert verdict == again == expected
        assert verdict.error == expected.error
        reasons.add(expected.error and expected.error.reason)
    assert len(reasons) > 12
    assert (None in reasons) is (rules is not BCH_2023)
