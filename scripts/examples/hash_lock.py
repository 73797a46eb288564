"""The hash lock: claimed, by others than the recipient, and without the preimage."""

from __future__ import annotations

from bchcov import PrivateKey, TransactionBuilder
from bchcov.crypto.hashes import sha256

from .example import (
    ALICE,
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


def _claim(
    contracts: Contracts, signer: PrivateKey = ALICE, preimage: bytes = SECRET
) -> TransactionBuilder:
    lock = contracts["lock"]
    return spending((coin_of(lock), lock.unlock.claim(preimage, signer)), pay=[paid(signer)])


HASH_LOCK = Example(
    "hash_lock",
    ("lock",),
    {"recipient": ALICE},
    compiled("lock", hash=sha256(SECRET), recipient=ALICE),
    lambda contracts: built({"claim": _claim(contracts)}),
    (
        Attack(
            "lock",
            "recipient",
            "Whoever has seen the preimage in the mempool takes the coin with it.",
            lambda contracts: _claim(contracts, THIEF),
        ),
        Attack(
            "lock",
            "preimage",
            "The recipient takes the coin without telling the secret.",
            lambda contracts: _claim(contracts, preimage=b"another"),
        ),
    ),
)
