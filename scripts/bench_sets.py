"""What `scripts/bench` verifies: the public suite, payments, and scripts full of arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from heavy import load_heavy

from bchcov import (
    Input,
    Output,
    Transaction,
    TransactionContext,
    encode_outputs,
    encode_transaction,
    signature_digest,
)
from bchcov.crypto.hashes import hash160, sha256
from bchcov.crypto.secp256k1 import public_key_of, sign_ecdsa, sign_schnorr
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
from bchcov.vectors.suite import load_suite

__all__ = ["Test", "all_sets", "spend", "suite_sets"]

SUITE = Path(__file__).parent.parent / "vectors" / "vmb.xz"
SPENDS = 500
Test = tuple[bytes, bytes]  # a transaction and the outputs it spends


def suite_sets(step: int) -> dict[str, list[Test]]:
    """The tests labelled 2026_standard, and two parts of them; every `step`-th of each."""
    cases = [case for case in load_suite(SUITE) if "2026_standard" in case.labels]
    small = [case for case in cases if len(case.transaction) < 1_000]
    core = [
        case
        for case in cases
        if case.group.startswith("core.")
        and "benchmarks" not in case.group
        and "bigint" not in case.group
    ]
    named = {"2026_standard, all": cases, "under 1,000 bytes": small, "core.*": core}
    return {
        name: [(case.transaction, case.source_outputs) for case in chosen[::step]]
        for name, chosen in named.items()
    }


def spend(number: int, sign: Callable[[bytes, bytes], bytes]) -> Test:
    """A transaction with one P2PKH input, signed by a key made from `number`."""
    key = sha256(number.to_bytes(4, "big"))
    public_key = public_key_of(key)
    locking = p2pkh(hash160(public_key))
    sources = (Output(10_000, locking),)
    outpoint = sha256(key)
    unsigned = Transaction((Input(outpoint, 0),), (Output(9_000, locking),))
    digest = signature_digest(TransactionContext(unsigned, sources), 0, locking)
    unlocking = encode_push(sign(key, digest) + b"\x61") + encode_push(public_key)
    signed = Transaction((Input(outpoint, 0, unlocking),), unsigned.outputs)
    return encode_transaction(signed), encode_outputs(sources)


def heavy_sets() -> dict[str, list[Test]]:
    """The accepted transactions full of arithmetic, all and of each kind."""
    name = "heavy, all"
    found: dict[str, list[Test]] = {name: []}
    for case in load_heavy():
        if case.standard:
            test = case.transaction, case.source_outputs
            found[name].append(test)
            found.setdefault(f"heavy, {case.kind}", []).append(test)
    return found


def all_sets(step: int) -> dict[str, list[Test]]:
    """Every set by its name; of the suite every `step`-th test."""
    sets = suite_sets(step)
    sets["P2PKH, Schnorr"] = [spend(number, sign_schnorr) for number in range(SPENDS)]
    sets["P2PKH, ECDSA"] = [spend(number, sign_ecdsa) for number in range(SPENDS)]
    return sets | heavy_sets()
