"""The basics of SequencedAMM in CashScript, with the attacks that each requirement refuses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bchcov import Capability, TransactionBuilder

from .artifact_example import ArtifactExample, Draft
from .example import Attack, Contracts, built
from .sequenced import (
    BCH,
    BOND,
    BUY,
    HEAD,
    HEIGHT,
    SALE,
    TAIL,
    WAIT,
    commit,
    expire,
    make,
    reveal,
    state,
    ticket,
    withdraw,
)
from .sequenced_attacks import (
    MINTED,
    THEIRS,
    Make,
    a_ticket_pays,
    another_input,
    another_output,
    commit_by_seconds,
    commit_to_a_forged_pool,
    expiry_of_another,
    forged_expiry,
    outputs,
    withdraw_by,
    without_the_pool,
)
from .sequenced_reveals import REVEALS


def _builder(draft: Make) -> Callable[[Contracts], TransactionBuilder]:
    return lambda contracts: draft(contracts).builder()


def _honest(contracts: Contracts) -> dict[str, Draft]:
    return {
        "commit": commit(contracts),
        "reveal, a buy": reveal(contracts, BUY),
        "reveal, a sale": reveal(contracts, SALE),
        "expire": expire(contracts),
        "withdraw": withdraw(contracts),
    }


NO_MINTING = Capability.MUTABLE

COMMITS: tuple[tuple[str, str, Make], ...] = (
    (
        "the pool is not input 0",
        "A coin of a thief's under the pool's script is input 0, and the pool pays: it is robbed.",
        commit_to_a_forged_pool,
    ),
    (
        "not the pool and one coin",
        "The ticket of somebody else is spent as well: its order can never be executed, nor can"
        " those behind it.",
        another_input(commit),
    ),
    ("a coin of the pool pays", "The bond of somebody else pays.", a_ticket_pays(commit)),
    ("not three outputs", "A fourth output has a minting NFT.", another_output(commit)),
    (
        "the locktime is no block height",
        "The locktime is a time in seconds: a deadline of block 499,999,999 is near.",
        commit_by_seconds,
    ),
    (
        "the deadline is too far away",
        "An order that is never revealed stalls the queue for longer than is allowed.",
        partial(commit, deadline=HEIGHT + WAIT),
    ),
    (
        "the deadline is too far away",
        "An order with a negative deadline can never expire.",
        partial(commit, deadline=-1),
    ),
    (
        "output 0 is not the pool",
        "The user takes the pool.",
        outputs(commit, 0, locking_bytecode=THEIRS),
    ),
    (
        "the minting NFT is gone",
        "The NFT is mutable from now on: nobody can commit any more.",
        outputs(commit, 0, token=state(tail=TAIL + 1, capability=NO_MINTING)),
    ),
    (
        "another state",
        "The order at head is skipped.",
        outputs(commit, 0, token=state(HEAD + 1, TAIL + 1)),
    ),
    (
        "the reserve changes",
        "The user takes a satoshi of the reserve.",
        outputs(commit, 0, value=BCH - 1),
    ),
    (
        "the ticket is somebody's own",
        "The user keeps the ticket: if they do not like the price, it can neither be executed nor"
        " expire.",
        outputs(commit, 1, locking_bytecode=THEIRS),
    ),
    (
        "the ticket can mint or change",
        "The ticket is a minting NFT.",
        outputs(commit, 1, token=ticket(TAIL, capability=Capability.MINTING)),
    ),
    (
        "another ticket",
        "The ticket has the number of somebody else's.",
        outputs(commit, 1, token=ticket(HEAD + 1)),
    ),
    ("the bond is missing", "The user leaves a satoshi less.", outputs(commit, 1, value=BOND - 1)),
    (
        "the change has tokens",
        "The change is a minting NFT.",
        outputs(commit, 2, token=MINTED.token),
    ),
)

EXPIRIES: tuple[tuple[str, str, Make], ...] = (
    (
        "not the pool and a ticket",
        "The ticket of somebody else is spent as well.",
        another_input(expire),
    ),
    ("not two outputs", "A third output has a minting NFT.", another_output(expire)),
    (
        "input 1 is no ticket",
        "An NFT of a thief's own drops an order that is not due.",
        forged_expiry,
    ),
    ("another order is next", "A later ticket is dropped in its place.", expiry_of_another),
    (
        "the deadline has not been reached",
        "Somebody takes the bond of an order that can still be revealed.",
        partial(expire, deadline=HEIGHT + 1),
    ),
    (
        "output 0 is not the pool",
        "Somebody takes the pool.",
        outputs(expire, 0, locking_bytecode=THEIRS),
    ),
    (
        "the minting NFT is gone",
        "The NFT is mutable from now on: nobody can commit any more.",
        outputs(expire, 0, token=state(HEAD + 1, capability=NO_MINTING)),
    ),
    ("another state", "The next order is skipped, too.", outputs(expire, 0, token=state(HEAD + 2))),
    (
        "the reserve changes",
        "Somebody takes a satoshi of the reserve.",
        outputs(expire, 0, value=BCH - 1),
    ),
    (
        "the bond comes with tokens",
        "The bond comes with a minting NFT.",
        outputs(expire, 1, token=MINTED.token),
    ),
)

WITHDRAWALS: tuple[tuple[str, str, Make], ...] = (
    ("the key is not the provider's", "A thief ends the pool.", withdraw_by(True)),
    (
        "the provider has not signed",
        "A thief ends the pool with the provider's key.",
        withdraw_by(False),
    ),
    (
        "an order waits",
        "The provider ends the pool, and what waits can neither be executed nor expire.",
        partial(withdraw, tail=TAIL),
    ),
)

SEQUENCED = ArtifactExample(
    "sequenced_amm",
    ("pool", "follower"),
    make,
    lambda contracts: built({name: each.builder() for name, each in _honest(contracts).items()}),
    (
        *(
            Attack("pool", f"{path}: {message}", what, _builder(draft))
            for path, attacks in (
                ("commit", COMMITS),
                ("reveal", REVEALS),
                ("expire", EXPIRIES),
                ("withdraw", WITHDRAWALS),
            )
            for message, what, draft in attacks
        ),
        Attack(
            "follower",
            "input 0 is not the pool",
            "A thief takes the vault.",
            _builder(without_the_pool),
        ),
    ),
)
