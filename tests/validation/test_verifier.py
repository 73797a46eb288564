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
    encode_transaction,
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


def sized(size: int) -> Transaction:
    """A transaction of so many bytes."""
    start = Transaction((Input(bytes(32), 7),), (Output(1_000, b""),))
    length = 0
    while True:
        made = replace(start, outputs=(Output(1_000, b"\x51" * length),))
        missing = size - len(encode_transaction(made))
        if not missing:
            return made
        # The number that says how long a script is may take more bytes itself.
        length += missing


def limits() -> dict[str, tuple[Transaction, tuple[Output, ...]]]:
    """Transactions at every limit, one below and one above."""
    coin = (Output(5_000, b"\x51"),)
    made: dict[str, tuple[Transaction, tuple[Output, ...]]] = {}
    for limit in (65, 100_000, 1_000_000):
        for size in (limit - 1, limit, limit + 1):
            made[f"{size} bytes"] = sized(size), coin
    plain = Input(bytes(32), 7)
    for count in (222, 223, 224):
        data = b"\x6a\x4c" + bytes((count - 3,)) + bytes(count - 3)
        made[f"{count} bytes of data"] = Transaction((plain,), (Output(0, data),)), coin
        halves = Output(0, data[: 3 + 100]), Output(0, b"\x6a" + bytes(count - 104))
        made[f"{count} bytes of data in two"] = Transaction((plain,), halves), coin
    for more in (-1, 0, 1):
        pays = Transaction((plain,), (Output(5_000 + more, PLAIN),))
        made[f"{more} satoshis more than there are"] = pays, coin
        two = (plain, replace(plain, outpoint_index=8))
        rich = Output(MAX_MONEY - 1, PLAIN), Output(1 + more, PLAIN)
        made[f"{more} more than all money"] = Transaction(two, (Output(1_000, PLAIN),)), rich
    for size in (1_649, 1_650, 1_651, 9_999, 10_000, 10_001):
        pushed = Input(bytes(32), 7, b"\x61" * size)
        made[f"{size} bytes unlock"] = Transaction((pushed,), (Output(1_000, PLAIN),)), coin
    for version in (0, 1, 2, 3):
        pays = Transaction((plain,), (Output(1_000, PLAIN),), version)
        made[f"version {version}"] = pays, coin
    return made


@pytest.mark.parametrize("rules", RULES, ids=str)
def test_at_every_limit_its_verdict_is_that_of_a_verification(rules: RuleSet) -> None:
    verifier = Verifier(rules)
    for name, (transaction, coins) in limits().items():
        expected = verify(replace(transaction), coins, rules)
        assert verifier.verify(transaction, coins) == expected, name
        assert verifier.verify(replace(transaction), coins).error == expected.error, name


def test_the_limits_are_where_they_are_meant_to_be() -> None:
    found = {name: verify(*each, BCH_2026.consensus).error for name, each in limits().items()}
    refused = {name for name, error in found.items() if error and "TX_" in error.reason.name}
    assert {"64 bytes", "1000001 bytes", "1 satoshis more than there are"} <= refused
    assert not refused & {"65 bytes", "1000000 bytes", "100001 bytes"}
