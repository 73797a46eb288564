"""Memory of a verdict: bounded by the bytes that were given, whatever the scripts do."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from bchcov import Input, Output, Transaction, encode_outputs, encode_transaction, verify
from bchcov.assembly import assemble
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2sh32
from bchcov.script.pushes import encode_push
from bchcov.vm.rules.upgrades import find_rules

Spend = tuple[bytes, bytes]


def many(unlocking: list[bytes], locking: list[bytes]) -> Spend:
    inputs = tuple(
        Input(sha256(at.to_bytes(4, "big")), 0, code) for at, code in enumerate(unlocking)
    )
    outputs = (Output(1_000, bytes(35)),)
    return (
        encode_transaction(Transaction(inputs, outputs)),
        encode_outputs([Output(1_000, code) for code in locking]),
    )


def numbered(number: int, code: bytes) -> bytes:
    """A script that is another one for each number."""
    return encode_push(number.to_bytes(3, "big")) + code


def of_separators(count: int) -> Spend:
    """Accepted: each input runs a script of 1,300 bytes that are code separators."""
    scripts = [numbered(at, b"\xab" * 1_300) for at in range(count)]
    return many([encode_push(code) for code in scripts], [p2sh32(code) for code in scripts])


def of_long_sources(count: int) -> Spend:
    """Inputs of 41 bytes, each of which spends a script of 10,000."""
    scripts = [numbered(at, b"\xab" * 9_990) for at in range(count)]
    return many([b""] * count, scripts)


def of_padded_pushes(count: int) -> Spend:
    body = assemble("OP_0 OP_IF") + b"\x01\x05" * 4_900 + assemble("OP_ENDIF")
    scripts = [numbered(at, body) for at in range(count)]
    return many([b""] * count, scripts)


def hoard() -> Spend:
    """Unlocking and locking that leave all the bytes that can be paid for aside."""
    script = assemble(
        "OP_DROP OP_1 OP_BEGIN OP_DUP <9999> OP_NUM2BIN OP_TOALTSTACK OP_1ADD"
        " OP_DUP <700> OP_GREATERTHAN OP_UNTIL"
    )
    return encode_push(bytes(9_900)) + encode_push(script), p2sh32(script)


def of_hoards(count: int) -> Spend:
    """Accepted: each input leaves as many bytes as it can pay for on the alternate stack."""
    unlocking, locking = hoard()
    return many([unlocking] * count, [locking] * count)


def of_large_items(count: int) -> Spend:
    """Inputs of 41 bytes that each end with an item of 10,000."""
    return many([b""] * count, [assemble("OP_1 <10000> OP_NUM2BIN")] * count)


def of_failing_bodies(count: int) -> Spend:
    """Inputs that each fail in a function of 10,000 bytes that they have made."""
    script = assemble("<0xff> <9999> OP_NUM2BIN OP_0 OP_DEFINE OP_0 OP_INVOKE")
    return many([b""] * count, [script] * count)


SPENDS: dict[str, tuple[Callable[[int], Spend], int, str]] = {
    "code separators": (of_separators, 520, "2026"),
    "code separators before 2025": (of_separators, 520, "2023"),
    "long sources": (of_long_sources, 800, "2026"),
    "padded pushes": (of_padded_pushes, 200, "2023"),
    "hoards": (of_hoards, 30, "2026"),
    "large items": (of_large_items, 12_000, "2026"),
    "failing bodies": (of_failing_bodies, 5_000, "2026"),
}


def measure(name: str) -> None:
    """Print the bytes given and the most memory that judging them takes beside them."""
    make, count, year = SPENDS[name]
    spend = make(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    verdict = verify(*spend, find_rules(year).consensus, all_inputs=True, scripts_only=True)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(sum(map(len, spend)), 1024 * (after - before), len(verdict.inputs) == count)


@pytest.mark.parametrize("name", SPENDS)
def test_a_verdict_takes_at_most_40_times_the_bytes_given_and_100_mb(name: str) -> None:
    code = f"import test_memory_of_verdicts; test_memory_of_verdicts.measure({name!r})"
    path = [*sys.path, str(Path(__file__).parent)]
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {path!r}; {code}"],
        check=True,
        capture_output=True,
        text=True,
    )
    given, taken, complete = answer.stdout.split()
    assert complete == "True"
    assert int(taken) < 40 * int(given) + 100_000_000


def test_what_later_inputs_leave_is_omitted_and_their_verdict_is_not() -> None:
    make, _, _ = SPENDS["hoards"]
    rules = find_rules("2026").consensus
    verdict = verify(*make(6), rules)
    assert verdict.ok
    assert [result.omitted for result in verdict.inputs] == [False] * 4 + [True] * 2
    assert len({result.metrics for result in verdict.inputs}) == 1
    for earlier, later in pairwise(verdict.inputs):
        assert earlier.omitted or earlier.stack
        assert not later.omitted or later.stack == later.alt_stack == ()


@pytest.mark.parametrize("at", range(7))
def test_what_a_small_input_leaves_is_kept_whatever_is_omitted_before_it(at: int) -> None:
    unlocking, locking = hoard()
    unlockings, lockings = [unlocking] * 6, [locking] * 6
    unlockings.insert(at, b"")
    lockings.insert(at, b"\x52")
    verdict = verify(*many(unlockings, lockings), find_rules("2026").consensus)
    assert verdict.ok
    assert verdict.inputs[at].stack == (b"\x02",)
    assert [result.omitted for result in verdict.inputs].count(True) == 2
