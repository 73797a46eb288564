"""What the requirements of a reveal refuse, in the basics of SequencedAMM in CashScript."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bchcov import Capability

from .sequenced import (
    BCH,
    BOND,
    BUY,
    DUST,
    HEAD,
    SALE,
    TOKENS,
    reveal,
    state,
)
from .sequenced_attacks import (
    MINTED,
    THEIRS,
    Make,
    a_ticket_pays,
    a_token_less,
    another_input,
    another_output,
    other_tokens,
    outputs,
    reveal_a_negative_sale,
    reveal_something_else,
    reveal_the_next_but_one,
    reveal_to_a_forged_pool,
    reveal_with_a_forged_ticket,
    reveal_with_a_ticket_as_vault,
)

NO_MINTING = Capability.MUTABLE
BOUGHT = TOKENS - BUY.bought

REVEALS: tuple[tuple[str, str, Make], ...] = (
    (
        "the pool is not input 0",
        "A thief brings a pool, a vault and a ticket of their own, and the pool pays.",
        reveal_to_a_forged_pool,
    ),
    (
        "not the pool, the vault, a ticket and a coin",
        "The ticket of somebody else is spent as well.",
        another_input(reveal),
    ),
    ("a coin of the pool pays", "The bond of somebody else pays.", a_ticket_pays(reveal)),
    ("not four outputs", "A fifth output has a minting NFT.", another_output(reveal)),
    (
        "input 2 is no ticket",
        "A thief makes an NFT of their own that says what a ticket says.",
        reveal_with_a_forged_ticket,
    ),
    (
        "input 1 is not the vault",
        "The ticket of somebody else is spent in its place; the thief brings the tokens.",
        reveal_with_a_ticket_as_vault,
    ),
    ("another order is next", "An order jumps the queue.", reveal_the_next_but_one),
    (
        "another action was committed to",
        "A user decides what they have ordered when they see the price.",
        reveal_something_else,
    ),
    (
        "the amount is not positive",
        "A sale of less than nothing is a buy, and its fee is paid by the pool.",
        reveal_a_negative_sale,
    ),
    (
        "fewer tokens than the least",
        "Somebody moves the price and reveals the buy of somebody else.",
        partial(reveal, action=replace(BUY, least=BUY.bought + 1)),
    ),
    (
        "fewer satoshis than the least",
        "The same with a sale.",
        partial(reveal, action=replace(SALE, least=SALE.bought + 1)),
    ),
    (
        "output 0 is not the pool",
        "The user takes the pool.",
        outputs(reveal, 0, locking_bytecode=THEIRS),
    ),
    (
        "the minting NFT is gone",
        "The NFT is mutable from now on: nobody can commit any more.",
        outputs(reveal, 0, token=state(HEAD + 1, tokens=BOUGHT, capability=NO_MINTING)),
    ),
    (
        "another state",
        "The number of the next order stays, whose ticket is gone: nothing is executed any more.",
        outputs(reveal, 0, token=state(HEAD, tokens=BOUGHT)),
    ),
    (
        "the pool holds another reserve",
        "The user pays a satoshi less.",
        outputs(reveal, 0, value=BCH + BUY.amount - 1),
    ),
    (
        "output 1 is not the vault",
        "The user takes the vault.",
        outputs(reveal, 1, locking_bytecode=THEIRS),
    ),
    (
        "the vault holds other tokens",
        "The vault gets tokens that the user has made, and the user the real ones.",
        other_tokens(1),
    ),
    ("the vault holds another reserve", "The user takes a token more.", a_token_less(1)),
    (
        "the vault loses satoshis",
        "The user takes a satoshi of the vault.",
        outputs(reveal, 1, value=DUST - 1),
    ),
    (
        "somebody else is paid",
        "Whoever sees the action in the mempool has what it buys.",
        outputs(reveal, 2, locking_bytecode=THEIRS),
    ),
    (
        "the owner gets too few satoshis",
        "Whoever reveals keeps a satoshi of the bond.",
        outputs(reveal, 2, value=BOND - 1),
    ),
    (
        "the owner gets other tokens",
        "Whoever reveals keeps the tokens and pays in some of their own making.",
        other_tokens(2),
    ),
    (
        "the owner gets another amount of tokens",
        "Whoever reveals keeps one of the tokens.",
        a_token_less(2),
    ),
    (
        "the change has an NFT of the pool",
        "The change is a minting NFT.",
        outputs(reveal, 3, token=MINTED.token),
    ),
)
