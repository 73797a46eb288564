"""The covenant of 2018: an allowance, and what it takes for its transaction and is not."""

from __future__ import annotations

from collections.abc import Sequence

from bchcov import Output, Signature, TransactionBuilder, TransactionContext
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import sha256
from bchcov.wallet import SigningSerialization

from .example import (
    BOB,
    FEE,
    THIEF,
    VALUE,
    Attack,
    Contracts,
    Example,
    built,
    coin_of,
    coins,
    compiled,
    key,
    paid,
    spending,
)

ANYBODY = key(77)
SIGNATURE = Signature(ANYBODY, hash_type=0x41)


def _pay(
    contracts: Contracts,
    *outputs: Output,
    serialization: bytes | None = None,
    signature: ArgumentValue = SIGNATURE,
) -> TransactionBuilder:
    allowance = contracts["allowance"]
    shown = SigningSerialization() if serialization is None else serialization
    unlocker = allowance.unlock.pay(shown, signature, ANYBODY)
    return spending((coin_of(allowance), unlocker), pay=outputs or [paid(BOB)])


def _honest_serialization(contracts: Contracts) -> bytes:
    built = _pay(contracts).build_exactly()
    context = TransactionContext(built.transaction, built.source_outputs)
    return SigningSerialization().make(context, 0, contracts["allowance"].code)


def _another_shown(contracts: Contracts) -> TransactionBuilder:
    shown = _honest_serialization(contracts)
    return _pay(contracts, paid(THIEF), serialization=shown)


def _another_signed(contracts: Contracts) -> TransactionBuilder:
    shown = _honest_serialization(contracts)
    # OP_CHECKDATASIG hashes once more what the script has hashed once.
    signature = ANYBODY.sign_data(sha256(shown))
    return _pay(contracts, paid(THIEF), serialization=shown, signature=signature)


def _two_for_one(contracts: Contracts) -> TransactionBuilder:
    allowance = contracts["allowance"]
    unlocker = allowance.unlock.pay(SigningSerialization(), SIGNATURE, ANYBODY)
    two: Sequence[Output] = 2 * [allowance.output(VALUE)]
    return spending(*((coin, unlocker) for coin in coins(*two)), pay=[paid(BOB)])


SIGHASH_COVENANT = Example(
    "sighash_covenant",
    ("allowance",),
    {"recipient": BOB},
    compiled("allowance", recipient=BOB.locking_bytecode, fee=FEE),
    lambda contracts: built({"pay": _pay(contracts)}),
    (
        Attack(
            "allowance",
            "same",
            "A thief pays themselves and shows the serialization of a transaction that does not.",
            _another_shown,
        ),
        Attack(
            "allowance",
            "signed",
            "A thief signs such a serialization too, but not the transaction.",
            _another_signed,
        ),
        Attack(
            "allowance",
            "alone",
            "Two coins are spent, both find the one output, and a miner has the second coin.",
            _two_for_one,
        ),
        Attack(
            "allowance",
            "outputs",
            "The output is a thief's.",
            lambda contracts: _pay(contracts, paid(THIEF)),
        ),
        Attack(
            "allowance",
            "outputs",
            "A second output takes a part.",
            lambda contracts: _pay(contracts, paid(BOB, 50_000), paid(THIEF, 49_000)),
        ),
    ),
)
