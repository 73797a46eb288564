"""The stream, in CashScript and by hand: claimed, cancelled, and claimed too early."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import Capability, Nft, Output, P2pkhUnlocker, PrivateKey, Token, TransactionBuilder
from bchcov.contract import artifact_contract
from bchcov.contract.argument_types import ArgumentValue

from .artifact_example import ArtifactExample
from .example import (
    ALICE,
    BOB,
    CATEGORY,
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

RATE, SINCE, UNTIL = 10, 900_000, 901_000
LEFT = VALUE - (UNTIL - SINCE) * RATE
# A time in seconds that has passed, which is far ahead as a block height.
SECONDS = 1_700_000_000
BOUND: dict[str, ArgumentValue] = {"recipient": BOB, "payer": ALICE, "rate": RATE}


def _token(height: int, capability: Capability = Capability.MUTABLE) -> Token:
    return Token(CATEGORY, nft=Nft(height.to_bytes(4, "little"), capability))


NEXT = _token(UNTIL)


def _claim(
    contracts: Contracts,
    signer: PrivateKey | bytes = BOB,
    until: int = UNTIL,
    *,
    left: int = LEFT,
    token: Token = NEXT,
    locktime: int | None = None,
    to: bytes | None = None,
) -> TransactionBuilder:
    stream = contracts["stream"]
    spent = (coin_of(stream, _token(SINCE)), stream.unlock.claim(signer, until))
    rest = Output(left, stream.locking_bytecode if to is None else to, token)
    reached = until if locktime is None else locktime
    return spending(spent, pay=[rest, paid(BOB, VALUE - left - 1_000)], locktime=reached)


def _claim_all(contracts: Contracts) -> TransactionBuilder:
    stream = contracts["stream"]
    until = SINCE + VALUE // RATE
    spent = (coin_of(stream, _token(SINCE)), stream.unlock.claim(BOB, until))
    return spending(spent, pay=[paid(BOB)], locktime=until)


def _claim_by_seconds(contracts: Contracts) -> TransactionBuilder:
    stream = contracts["stream"]
    spent = (coin_of(stream, _token(SINCE)), stream.unlock.claim(BOB, SECONDS))
    return spending(spent, pay=[paid(BOB)], locktime=SECONDS)


def _exchange(contracts: Contracts) -> TransactionBuilder:
    honest, stream = _claim(contracts), contracts["stream"]
    theirs = replace(NEXT, category=bytes(32))
    spent, own = coins(stream.output(VALUE, _token(SINCE)), paid(BOB, 10_000, theirs))
    rest, due = honest.outputs
    return spending(
        (spent, stream.unlock.claim(BOB, UNTIL)),
        (own, P2pkhUnlocker(BOB)),
        pay=[replace(rest, token=theirs), replace(due, token=NEXT)],
        locktime=UNTIL,
    )


def _cancel(
    contracts: Contracts, payer: PrivateKey | bytes = ALICE, recipient: PrivateKey | bytes = BOB
) -> TransactionBuilder:
    stream = contracts["stream"]
    spent = (coin_of(stream, _token(SINCE)), stream.unlock.cancel(payer, recipient))
    return spending(spent, pay=[paid(ALICE, VALUE // 2), paid(BOB, VALUE // 2 - 1_000)])


Builder = Callable[[Contracts], TransactionBuilder]


def _attacks(nobody: PrivateKey | bytes) -> tuple[tuple[str, str, str, Builder], ...]:
    """The message and the check that refuse each attack; `nobody` signs what is not signed."""
    return (
        (
            "the recipient has not signed",
            "recipient",
            "Somebody else claims, and pays the recipient a part.",
            lambda contracts: _claim(contracts, nobody),
        ),
        (
            "this is no block height",
            "height",
            "The recipient claims up to a time in seconds, which counts as that many blocks.",
            _claim_by_seconds,
        ),
        (
            "the block height has not been reached",
            "due",
            "The recipient claims a block that has not been mined.",
            lambda contracts: _claim(contracts, locktime=UNTIL - 1),
        ),
        (
            "more is taken than has run out",
            "left",
            "The recipient takes a satoshi more.",
            lambda contracts: _claim(contracts, left=LEFT - 1),
        ),
        (
            "the stream does not go on",
            "stays",
            "The recipient takes everything at once.",
            lambda contracts: _claim(contracts, to=BOB.locking_bytecode),
        ),
        (
            "the stream loses its NFT",
            "token",
            "The recipient makes the NFT immutable: no later claim can be written down.",
            lambda contracts: _claim(contracts, token=_token(UNTIL, Capability.NONE)),
        ),
        (
            "the stream loses its NFT",
            "token",
            "The recipient takes the payer's NFT, and leaves one of their own.",
            _exchange,
        ),
        (
            "the claim is not written down",
            "written",
            "The recipient claims the same blocks again and again.",
            lambda contracts: _claim(contracts, token=_token(SINCE)),
        ),
        (
            "the payer does not agree",
            "payer",
            "The recipient cancels alone.",
            lambda contracts: _cancel(contracts, payer=nobody),
        ),
        (
            "the recipient does not agree",
            "recipient",
            "The payer cancels alone.",
            lambda contracts: _cancel(contracts, recipient=nobody),
        ),
    )


STREAM = ArtifactExample(
    "stream",
    ("stream",),
    lambda artifacts: {"stream": artifact_contract(artifacts["stream"], BOUND)},
    lambda contracts: built(
        {
            "claim": _claim(contracts),
            "claim the rest": _claim_all(contracts),
            "cancel": _cancel(contracts),
        }
    ),
    # Where a message is taken out the signature is still checked: a wrong one fails, none does not.
    tuple(Attack("stream", message, what, build) for message, _, what, build in _attacks(b"")),
)

STREAM_BY_HAND = Example(
    "cashscript/stream",
    ("stream",),
    {"recipient": BOB, "payer": ALICE},
    compiled("stream", **BOUND),
    STREAM.honest,
    tuple(Attack("stream", check, what, build) for _, check, what, build in _attacks(THIEF)),
)
