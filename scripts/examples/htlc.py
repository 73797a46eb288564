"""The hashed timelock contract: claimed and refunded, too early and by others."""

from __future__ import annotations

from bchcov import PrivateKey, TransactionBuilder, compile_contract
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import sha256

from .example import (
    ALICE,
    BOB,
    THIEF,
    Attack,
    Contracts,
    Example,
    built,
    coin_of,
    compiled,
    paid,
    spending,
)

SECRET = b"a secret of thirty-two bytes ..."
TIMEOUT, AGE = 900_000, 6
BOUND: dict[str, ArgumentValue] = {
    "hash": sha256(SECRET),
    "recipient": ALICE,
    "sender": BOB,
    "timeout": TIMEOUT,
    "age": AGE,
}


def _claim(
    contracts: Contracts, signer: PrivateKey = ALICE, preimage: bytes = SECRET
) -> TransactionBuilder:
    htlc = contracts["htlc"]
    return spending((coin_of(htlc), htlc.unlock.claim(preimage, signer)), pay=[paid(signer)])


def _refund(
    contracts: Contracts,
    signer: PrivateKey = BOB,
    locktime: int = TIMEOUT,
    sequence: int = AGE,
) -> TransactionBuilder:
    htlc = contracts["htlc"]
    spent = (coin_of(htlc), htlc.unlock.refund(signer))
    return spending(spent, pay=[paid(signer)], locktime=locktime, sequence=sequence)


def _claim_by_a_long_secret(contracts: Contracts) -> TransactionBuilder:
    """Whoever chose the secret took one that another chain does not accept."""
    secret = SECRET * 17
    source = contracts["htlc"].text
    other = compile_contract("htlc", {**BOUND, "hash": sha256(secret)}, source=source)
    return _claim({"htlc": other}, preimage=secret)


HTLC = Example(
    "htlc",
    ("htlc",),
    {"recipient": ALICE, "sender": BOB},
    compiled("htlc", **BOUND),
    lambda contracts: built({"claim": _claim(contracts), "refund": _refund(contracts)}),
    (
        Attack(
            "htlc",
            "size",
            "The recipient made the hash of 544 bytes. They claim here with them, and on a chain"
            " that pushes 520 bytes at most nobody can claim.",
            _claim_by_a_long_secret,
        ),
        Attack(
            "htlc",
            "preimage",
            "The recipient claims with 32 other bytes, and the sender learns nothing.",
            lambda contracts: _claim(contracts, preimage=bytes(32)),
        ),
        Attack(
            "htlc",
            "timeout",
            "The sender takes the coin back a block too early.",
            lambda contracts: _refund(contracts, locktime=TIMEOUT - 1),
        ),
        Attack(
            "htlc",
            "age",
            "The sender takes a coin back that has just been mined.",
            lambda contracts: _refund(contracts, sequence=AGE - 1),
        ),
        Attack(
            "htlc",
            "signature",
            "A thief takes the coin back.",
            lambda contracts: _refund(contracts, THIEF),
        ),
        Attack(
            "htlc",
            "signature",
            "The sender, who knows the preimage now, claims in place of the recipient.",
            lambda contracts: _claim(contracts, BOB),
        ),
    ),
)
