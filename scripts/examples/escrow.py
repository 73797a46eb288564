"""The escrow: settled by its oracle, expired, and settled by what others say."""

from __future__ import annotations

from functools import partial

from bchcov import Coin, Output, PrivateKey, Token, TransactionBuilder

from .example import (
    ALICE,
    BOB,
    CAROL,
    FEE,
    SOME,
    THIEF,
    TOKEN_LOSSES,
    VALUE,
    Attack,
    Contracts,
    Example,
    built,
    coin_of,
    coins,
    compiled,
    paid,
    spending,
)

TIMEOUT = 900_000
BUYER, SELLER = b"\x00", b"\x01"


def attest(oracle: PrivateKey, coin: Coin, outcome: bytes) -> bytes:
    """What the oracle signs: which coin it speaks of, and what came out."""
    message = coin.outpoint_hash + coin.outpoint_index.to_bytes(4, "little") + outcome
    return oracle.sign_data(message)


def _settle(
    contracts: Contracts,
    outcome: bytes = SELLER,
    *,
    holding: Token | None = None,
    to: PrivateKey | None = None,
    value: int = VALUE - FEE,
    token: Token | None = None,
    attestation: bytes | None = None,
) -> TransactionBuilder:
    escrow = contracts["escrow"]
    coin = coin_of(escrow, holding)
    payee = to or (BOB if outcome == SELLER else ALICE)
    unlocker = escrow.unlock.settle(attestation or attest(CAROL, coin, outcome), outcome)
    return spending((coin, unlocker), pay=[paid(payee, value, token)])


def _replayed(contracts: Contracts) -> TransactionBuilder:
    first, second = coins(*2 * [contracts["escrow"].output(VALUE)])
    unlocker = contracts["escrow"].unlock.settle(attest(CAROL, first, SELLER), SELLER)
    return spending((second, unlocker), pay=[paid(BOB)])


def _exchanged(contracts: Contracts) -> TransactionBuilder:
    said = attest(CAROL, coin_of(contracts["escrow"]), BUYER)
    return _settle(contracts, SELLER, attestation=said)


def _by_a_thief(contracts: Contracts) -> TransactionBuilder:
    said = attest(THIEF, coin_of(contracts["escrow"]), SELLER)
    return _settle(contracts, SELLER, attestation=said)


def _expire(
    contracts: Contracts, to: PrivateKey = ALICE, locktime: int = TIMEOUT
) -> TransactionBuilder:
    escrow = contracts["escrow"]
    return spending((coin_of(escrow), escrow.unlock.expire()), pay=[paid(to)], locktime=locktime)


def _two_for_one(contracts: Contracts) -> TransactionBuilder:
    escrow = contracts["escrow"]
    spends = [
        (coin, escrow.unlock.settle(attest(CAROL, coin, SELLER), SELLER))
        for coin in coins(*2 * [escrow.output(VALUE)])
    ]
    return spending(*spends, pay=[paid(BOB), Output(VALUE, THIEF.locking_bytecode)])


ESCROW = Example(
    "escrow",
    ("escrow",),
    {"buyer": ALICE, "seller": BOB, "oracle": CAROL},
    compiled(
        "escrow",
        oracle=CAROL,
        buyer=ALICE.locking_bytecode,
        seller=BOB.locking_bytecode,
        timeout=TIMEOUT,
        fee=FEE,
    ),
    lambda contracts: built(
        {
            "to the seller": _settle(contracts, SELLER),
            "to the buyer": _settle(contracts, BUYER),
            "with tokens": _settle(contracts, SELLER, holding=SOME, token=SOME),
            "expire": _expire(contracts),
        }
    ),
    (
        Attack(
            "escrow", "attested", "The seller lets a friend say that they are right.", _by_a_thief
        ),
        Attack(
            "escrow",
            "attested",
            "The oracle said that the buyer is right; the seller writes another outcome.",
            _exchanged,
        ),
        Attack(
            "escrow",
            "attested",
            "The seller shows what the oracle said of their last sale to the same buyer.",
            _replayed,
        ),
        Attack(
            "escrow",
            "timeout",
            "The buyer has the coin back before the oracle could speak.",
            lambda contracts: _expire(contracts, locktime=TIMEOUT - 1),
        ),
        Attack(
            "escrow",
            "payee",
            "Whoever sees what the oracle said takes the coin.",
            lambda contracts: _settle(contracts, to=THIEF),
        ),
        Attack(
            "escrow",
            "payee",
            "The seller takes the coin when it expires.",
            lambda contracts: _expire(contracts, BOB),
        ),
        Attack(
            "escrow",
            "payee",
            "Two coins are settled, and only one output is the seller's.",
            _two_for_one,
        ),
        *(
            Attack(
                "escrow",
                check,
                f"Whoever carries it out {what}.",
                partial(_settle, holding=SOME, token=token),
            )
            for check, what, token in TOKEN_LOSSES
        ),
        Attack(
            "escrow",
            "amount",
            "Whoever carries it out takes more than the fee.",
            lambda contracts: _settle(contracts, value=VALUE - FEE - 1),
        ),
    ),
)
