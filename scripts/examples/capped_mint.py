"""The capped mint: NFTs bought up to the last one, and bought as they should not be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bchcov import (
    Capability,
    Nft,
    Output,
    P2pkhUnlocker,
    Token,
    Transaction,
    TransactionBuilder,
)

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
    coins,
    compiled,
    paid,
    spending,
)

PRICE, CAP, KEPT = 50_000, 1_000, 2_000


def _nft(
    count: int,
    capability: Capability = Capability.NONE,
    amount: int = 0,
    category: bytes = CATEGORY,
) -> Token:
    return Token(category, amount, Nft(count.to_bytes(4, "little"), capability))


def _mint(
    contracts: Contracts,
    count: int = 0,
    *more: Output,
    changed: dict[int, Output] | None = None,
    amount: int = 0,
) -> TransactionBuilder:
    mint = contracts["mint"]
    state, buyer = coins(
        mint.output(KEPT, _nft(count, Capability.MINTING, amount)),
        Output(VALUE, BOB.locking_bytecode),
    )
    outputs = [
        mint.output(KEPT, _nft(count + 1, Capability.MINTING)),
        paid(BOB, 1_000, _nft(count)),
        paid(ALICE, PRICE),
        paid(BOB, VALUE - PRICE - 4_000),
        *more,
    ]
    for index, output in (changed or {}).items():
        outputs[index] = output
    spends = (state, mint.unlock.mint()), (buyer, P2pkhUnlocker(BOB))
    return spending(*spends, pay=outputs)


def _mint_once_for_two(contracts: Contracts) -> TransactionBuilder:
    mint, other = contracts["mint"], bytes(32)
    first, second, buyer = coins(
        mint.output(KEPT, _nft(0, Capability.MINTING)),
        mint.output(VALUE, _nft(0, Capability.MINTING, category=other)),
        Output(VALUE, BOB.locking_bytecode),
    )
    outputs = _mint(contracts, changed={3: paid(BOB, 2 * VALUE - PRICE - 4_000)}).outputs
    spends = [(each, mint.unlock.mint()) for each in (first, second)]
    return spending(*spends, (buyer, P2pkhUnlocker(BOB)), pay=outputs)


def _leave(contracts: Contracts) -> TransactionBuilder:
    gone = paid(THIEF, KEPT, _nft(1, Capability.MINTING))
    return _mint(contracts, changed={0: gone})


def _attack(check: str, what: str, changed: dict[int, Output]) -> Attack:
    return Attack("mint", check, what, lambda contracts: _mint(contracts, changed=changed))


def _state(check: str, what: str, token: Token, value: int = KEPT, amount: int = 0) -> Attack:
    return Attack(
        "mint",
        check,
        what,
        lambda contracts: _mint(
            contracts, changed={0: contracts["mint"].output(value, token)}, amount=amount
        ),
    )


def _within_cap(transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:  # noqa: ARG001
    """No NFT of the collection has a number that reaches the cap."""
    for index, output in enumerate(transaction.outputs):
        token = output.token
        if token is None or token.nft is None or token.category != CATEGORY:
            continue
        number = int.from_bytes(token.nft.commitment, "little")
        if token.nft.capability is Capability.NONE and number >= CAP:
            return f"output {index} is number {number} of a collection of {CAP}"
    return None


NEXT = _nft(1, Capability.MINTING)
EXTRA = paid(BOB, 1_000, _nft(777))

CAPPED_MINT = Example(
    "capped_mint",
    ("mint",),
    {"artist": ALICE, "buyer": BOB},
    compiled("mint", artist=ALICE.locking_bytecode, price=PRICE, cap=CAP),
    lambda contracts: built({"first": _mint(contracts), "last": _mint(contracts, CAP - 1)}),
    (
        Attack(
            "mint",
            "first",
            "Two collections of the artist are spent, and the buyer pays for one; the other has no"
            " minting NFT any more.",
            _mint_once_for_two,
        ),
        _attack("number", "The buyer chooses a number.", {1: paid(BOB, 1_000, _nft(7))}),
        Attack(
            "mint",
            "cap",
            "The buyer mints one more than the cap.",
            lambda contracts: _mint(contracts, CAP),
        ),
        _state(
            "count", "The number is not counted, and is minted again.", _nft(0, Capability.MINTING)
        ),
        _state("minting", "Nobody can mint any more.", replace(NEXT, nft=_nft(1).nft)),
        _attack(
            "immutable",
            "The buyer has a minting NFT of the collection.",
            {1: paid(BOB, 1_000, _nft(0, Capability.MINTING))},
        ),
        _state("tokens", "Fungible tokens of the category are lost.", NEXT, amount=500),
        Attack("mint", "stays", "The buyer has the minting NFT.", _leave),
        _state("value", "The buyer takes satoshis of the coin.", NEXT, value=KEPT - 1),
        _attack("artist", "The buyer pays themselves.", {2: paid(BOB, PRICE)}),
        _attack("price", "The buyer pays a satoshi less.", {2: paid(ALICE, PRICE - 1)}),
        _attack(
            "money",
            "The price comes with an NFT that is not counted.",
            {2: paid(ALICE, PRICE, _nft(777))},
        ),
        Attack(
            "mint",
            "outputs",
            "A fifth output has an NFT that is not counted.",
            lambda contracts: _mint(contracts, 0, EXTRA),
        ),
        _attack("change", "The change is an NFT that is not counted.", {3: EXTRA}),
    ),
    frozenset({"buyer"}),
    (_within_cap,),
)
