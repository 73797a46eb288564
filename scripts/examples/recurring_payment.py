"""The recurring payment: paid, cancelled, and carried out by thieves."""

from __future__ import annotations

from dataclasses import replace

from bchcov import Capability, Nft, Output, PrivateKey, Token, TransactionBuilder

from .example import (
    ALICE,
    BOB,
    CATEGORY,
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
    paid,
    spending,
)

AMOUNT, PERIOD, DUE = 10_000, 4_320, 900_000
REST = VALUE - AMOUNT - FEE


def _token(due: int, capability: Capability = Capability.MUTABLE, amount: int = 0) -> Token:
    return Token(CATEGORY, amount, Nft(due.to_bytes(4, "little"), capability))


NOW, NEXT = _token(DUE), _token(DUE + PERIOD)


def _pay(
    contracts: Contracts,
    *more: Output,
    due: Token = NOW,
    next_due: Token = NEXT,
    rest: int = REST,
    to: PrivateKey = BOB,
    amount: int = AMOUNT,
    locktime: int = DUE,
) -> TransactionBuilder:
    payment = contracts["payment"]
    spent = (coin_of(payment, due), payment.unlock.pay())
    pay = [payment.output(rest, next_due), paid(to, amount), *more]
    return spending(spent, pay=pay, locktime=locktime)


def _leave(contracts: Contracts) -> TransactionBuilder:
    honest = _pay(contracts)
    first = replace(honest.outputs[0], locking_bytecode=THIEF.locking_bytecode)
    return replace(honest, outputs=(first, *honest.outputs[1:]))


def _pay_once_for_two(contracts: Contracts) -> TransactionBuilder:
    payment = contracts["payment"]
    other = replace(NOW, category=bytes(32))
    both = coins(payment.output(VALUE, NOW), payment.output(VALUE, other))
    pay = [payment.output(REST, NEXT), paid(BOB, AMOUNT), paid(THIEF, VALUE)]
    return spending(*((coin, payment.unlock.pay()) for coin in both), pay=pay, locktime=DUE)


def _cancel(contracts: Contracts, signer: PrivateKey = ALICE) -> TransactionBuilder:
    payment = contracts["payment"]
    spent = (coin_of(payment, NOW), payment.unlock.cancel(signer))
    return spending(spent, pay=[paid(signer)])


def _attack(check: str, what: str, **changes: object) -> Attack:
    return Attack("payment", check, what, lambda contracts: _pay(contracts, **changes))  # type: ignore[arg-type]


RECURRING_PAYMENT = Example(
    "recurring_payment",
    ("payment",),
    {"owner": ALICE, "recipient": BOB},
    compiled(
        "payment",
        recipient=BOB.locking_bytecode,
        owner=ALICE,
        amount=AMOUNT,
        period=PERIOD,
        fee=FEE,
    ),
    lambda contracts: built({"pay": _pay(contracts), "cancel": _cancel(contracts)}),
    (
        Attack("payment", "owner", "Somebody else cancels.", lambda c: _cancel(c, THIEF)),
        Attack(
            "payment",
            "first",
            "Two purses are spent; both find the one payment, and a thief has the second purse.",
            _pay_once_for_two,
        ),
        _attack("due", "The payment is made a block too early.", locktime=DUE - 1),
        _attack(
            "next",
            "The next payment is due at once: the recipient has the whole purse today.",
            next_due=NOW,
        ),
        _attack(
            "token",
            "The NFT becomes immutable, so that this payment was the last one.",
            next_due=_token(DUE + PERIOD, Capability.NONE),
        ),
        Attack(
            "payment",
            "tokens",
            "Whoever carries the payment out takes tokens that the purse holds.",
            lambda contracts: _pay(
                contracts,
                paid(THIEF, 1_000, Token(CATEGORY, 500)),
                due=_token(DUE, amount=500),
            ),
        ),
        Attack("payment", "stays", "Whoever carries the payment out takes the purse.", _leave),
        Attack(
            "payment",
            "rest",
            "Whoever carries the payment out takes what the purse should keep.",
            lambda contracts: _pay(contracts, paid(THIEF, REST - 1_000), rest=1_000),
        ),
        _attack("recipient", "Whoever carries the payment out pays themselves.", to=THIEF),
        _attack("amount", "The recipient gets a satoshi less.", amount=AMOUNT - 1),
    ),
)
