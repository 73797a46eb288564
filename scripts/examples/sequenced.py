"""The basics of SequencedAMM in CashScript: what its transactions are made of, and honest ones."""

from __future__ import annotations

from dataclasses import dataclass

from bchcov import Capability, Nft, Output, P2pkhUnlocker, Token, Unlocker
from bchcov.contract import artifact_contract
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import sha256

from .artifact_example import Artifacts, Draft
from .example import ALICE, BOB, Contracts, paid

POOL, GOLD, FOREIGN = b"\x50" * 32, b"\x60" * 32, b"\x70" * 32
BOND, WAIT, HEIGHT = 10_000, 144, 900_000
BCH, TOKENS, DUST = 10_000_000_000, 5_000_000, 1_000
HEAD, TAIL = 7, 9
PURSE = 2_000_000


def make(artifacts: Artifacts) -> Contracts:
    """The follower knows the pool by its NFT, the pool knows the follower by its script."""
    follower = artifact_contract(artifacts["follower"], [POOL + b"\x02"])
    arguments: dict[str, ArgumentValue] = {
        "follower": follower.locking_bytecode,
        "token": GOLD,
        "provider": ALICE.public_key_hash,
        "bond": BOND,
        "longestWait": WAIT,
    }
    return {"pool": artifact_contract(artifacts["pool"], arguments), "follower": follower}


def number(value: int, size: int) -> bytes:
    """A number as a script writes it, with its sign in the last bit."""
    magnitude = abs(value).to_bytes(size, "little")
    return magnitude[:-1] + bytes((magnitude[-1] | (0x80 if value < 0 else 0),))


def state(
    head: int = HEAD,
    tail: int = TAIL,
    tokens: int = TOKENS,
    *,
    capability: Capability = Capability.MINTING,
    category: bytes = POOL,
) -> Token:
    """The NFT of the pool."""
    commitment = number(head, 4) + number(tail, 4) + number(tokens, 8)
    return Token(category, nft=Nft(commitment, capability))


@dataclass(frozen=True)
class Action:
    """An order: what it gives, the least that it takes for it, and its owner."""

    buys: bool
    amount: int
    least: int = 1

    @property
    def encoded(self) -> bytes:
        """As it is committed to."""
        terms = number(self.amount, 8) + number(self.least, 8)
        return bytes((self.buys,)) + terms + BOB.public_key_hash + bytes(16)

    @property
    def bought(self) -> int:
        """What it takes out of the reserves."""
        paid_into, taken_from = (BCH, TOKENS) if self.buys else (TOKENS, BCH)
        net = self.amount * 997
        return taken_from * net // (paid_into * 1000 + net)


BUY, SALE = Action(True, 1_000_000), Action(False, 1_000)


def ticket(
    order: int = HEAD,
    action: Action = BUY,
    *,
    deadline: int = HEIGHT + 10,
    capability: Capability = Capability.NONE,
    category: bytes = POOL,
) -> Token:
    """The NFT of a ticket."""
    commitment = number(order, 4) + number(deadline, 4) + sha256(action.encoded)
    return Token(category, nft=Nft(commitment, capability))


def waiting(contracts: Contracts, value: int = BOND) -> tuple[Output, Unlocker]:
    """The last ticket, another user's, spent beside the pool."""
    follower = contracts["follower"]
    return follower.output(value, ticket(TAIL - 1, SALE)), follower.unlock.follow()


def purse(value: int = PURSE, tokens: int = 0) -> tuple[Output, P2pkhUnlocker]:
    """A coin of a user."""
    token = Token(GOLD, tokens) if tokens else None
    return Output(value, BOB.locking_bytecode, token), P2pkhUnlocker(BOB)


def commit(contracts: Contracts, deadline: int = HEIGHT + 10, action: Action = BUY) -> Draft:
    """Make a ticket."""
    pool, follower = contracts["pool"], contracts["follower"]
    unlocker = pool.unlock.commit(deadline, sha256(action.encoded))
    return Draft(
        [(pool.output(BCH, state()), unlocker), purse()],
        [
            pool.output(BCH, state(tail=TAIL + 1)),
            follower.output(BOND, ticket(TAIL, action, deadline=deadline)),
            paid(BOB, PURSE - BOND - 2_000),
        ],
        HEIGHT,
    )


def reveal(contracts: Contracts, action: Action = BUY) -> Draft:
    """Execute the order at head."""
    pool, follower = contracts["pool"], contracts["follower"]
    bought, given = action.bought, action.amount
    bch = BCH + given if action.buys else BCH - bought
    tokens = TOKENS - bought if action.buys else TOKENS + given
    own = purse(PURSE) if action.buys else purse(PURSE, given + 1)
    payout = (
        Output(BOND, BOB.locking_bytecode, Token(GOLD, bought))
        if action.buys
        else Output(BOND + bought, BOB.locking_bytecode)
    )
    change = (
        paid(BOB, PURSE - given - 2_000)
        if action.buys
        else paid(BOB, PURSE - 2_000, Token(GOLD, 1))
    )
    return Draft(
        [
            (pool.output(BCH, state()), pool.unlock.reveal(action.encoded)),
            (follower.output(DUST, Token(GOLD, TOKENS)), follower.unlock.follow()),
            (follower.output(BOND, ticket(action=action)), follower.unlock.follow()),
            own,
        ],
        [
            pool.output(bch, state(HEAD + 1, tokens=tokens)),
            follower.output(DUST, Token(GOLD, tokens)),
            payout,
            change,
        ],
    )


def expire(contracts: Contracts, deadline: int = HEIGHT) -> Draft:
    """Drop the order at head."""
    pool, follower = contracts["pool"], contracts["follower"]
    return Draft(
        [
            (pool.output(BCH, state()), pool.unlock.expire()),
            (follower.output(BOND, ticket(deadline=deadline)), follower.unlock.follow()),
        ],
        [pool.output(BCH, state(HEAD + 1)), paid(BOB, BOND - 1_000)],
        HEIGHT,
    )


def withdraw(contracts: Contracts, *, tail: int = HEAD) -> Draft:
    """End the pool."""
    pool, follower = contracts["pool"], contracts["follower"]
    return Draft(
        [
            (pool.output(BCH, state(tail=tail)), pool.unlock.withdraw(ALICE, ALICE)),
            (follower.output(DUST, Token(GOLD, TOKENS)), follower.unlock.follow()),
        ],
        [paid(ALICE, BCH - 1_000), paid(ALICE, DUST, Token(GOLD, TOKENS))],
    )
