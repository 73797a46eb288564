"""The last will: refreshed, spent and inherited, and robbed with the hot key."""

from __future__ import annotations

from functools import partial

from bchcov import Output, PrivateKey, Token, TransactionBuilder

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
    compiled,
    paid,
    pushing,
    spending,
)

DELAY = 4_320


def _refresh(
    contracts: Contracts,
    signer: PrivateKey = ALICE,
    value: int = VALUE - FEE,
    token: Token | None = SOME,
    to: bytes | None = None,
) -> TransactionBuilder:
    will = contracts["will"]
    spent = (coin_of(will, SOME), will.unlock.refresh(signer))
    locking = will.locking_bytecode if to is None else to
    return spending(spent, pay=[Output(value, locking, token)])


def _spend(contracts: Contracts, signer: PrivateKey = BOB) -> TransactionBuilder:
    will = contracts["will"]
    spent = (coin_of(will, SOME), will.unlock.spend(signer))
    return spending(spent, pay=[paid(signer, token=SOME)])


def _inherit(
    contracts: Contracts,
    signer: PrivateKey = CAROL,
    sequence: int = DELAY,
    selector: str = "OP_2",
) -> TransactionBuilder:
    will = contracts["will"]
    unlocker = pushing(will.unlock.inherit(signer), f"<signature> {selector}")
    spent = (coin_of(will, SOME), unlocker)
    return spending(spent, pay=[paid(signer, token=SOME)], sequence=sequence)


LAST_WILL = Example(
    "last_will",
    ("will",),
    {"hot": ALICE, "cold": BOB, "heir": CAROL},
    compiled("will", hot=ALICE, cold=BOB, heir=CAROL, delay=DELAY, fee=FEE),
    lambda contracts: built(
        {
            "refresh": _refresh(contracts),
            "spend": _spend(contracts),
            "inherit": _inherit(contracts),
        }
    ),
    (
        Attack(
            "will",
            "selector",
            "A third party writes OP_3 for OP_2 in the heir's transaction, which changes its txid.",
            lambda contracts: _inherit(contracts, selector="OP_3"),
        ),
        Attack(
            "will",
            "hot",
            "Somebody else keeps the coin alive, and the heir waits for ever.",
            lambda contracts: _refresh(contracts, THIEF),
        ),
        Attack(
            "will",
            "stays",
            "A thief of the hot key moves the coin to themselves.",
            lambda contracts: _refresh(contracts, to=THIEF.locking_bytecode),
        ),
        *(
            Attack(
                "will",
                check,
                f"A thief of the hot key {what}.",
                partial(_refresh, token=token),
            )
            for check, what, token in TOKEN_LOSSES
        ),
        Attack(
            "will",
            "value",
            "A thief of the hot key, who is also a miner, leaves a satoshi more than the fee.",
            lambda contracts: _refresh(contracts, value=VALUE - FEE - 1),
        ),
        Attack(
            "will",
            "cold",
            "The thief of the hot key spends as the cold one would.",
            lambda contracts: _spend(contracts, ALICE),
        ),
        Attack(
            "will",
            "delay",
            "The heir does not wait.",
            lambda contracts: _inherit(contracts, sequence=DELAY - 1),
        ),
        Attack(
            "will",
            "heir",
            "Somebody else inherits.",
            lambda contracts: _inherit(contracts, THIEF),
        ),
    ),
)
