"""Every mutant of the contracts to learn from is noticed, or its source says why it is the same.

What its examples do not show is shown here: coins that are spent at another index, the edges of
numbers, and tokens that come with another coin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from contract_examples import EXAMPLES, Example
from examples import capped_mint, escrow, htlc, last_will, recurring_payment, stream, vault
from examples.example import (
    ALICE,
    BOB,
    CAROL,
    CATEGORY,
    FEE,
    SOME,
    THIEF,
    VALUE,
    Contracts,
    coin_of,
    coins,
    paid,
    spending,
)

from bchcov import (
    Capability,
    Coin,
    Contract,
    Output,
    P2pkhUnlocker,
    Token,
    TransactionBuilder,
    Unlocker,
    compile_contract,
)
from bchcov.crypto.hashes import sha256
from bchcov.testing import Case, mutate

Made = Mapping[str, TransactionBuilder]


def second(spent: tuple[Coin, Unlocker], *outputs: Output, locktime: int = 0) -> TransactionBuilder:
    """A transaction in which a coin is input 1, and its output 1; all at index 0 is another's."""
    own = Coin(sha256(b"a coin of somebody's"), 5, paid(THIEF, 3 * VALUE))
    pay = [paid(THIEF, 4_000), *outputs]
    return spending((own, P2pkhUnlocker(THIEF)), spent, pay=pay, locktime=locktime)


def more_tokens(draft: TransactionBuilder, output: int) -> TransactionBuilder:
    """The same with tokens that another input brings, and one output has besides."""
    brought = paid(THIEF, 5_000, Token(CATEGORY, 7))
    coin = Coin(sha256(b"tokens of somebody's"), 0, brought)
    outputs = list(draft.outputs)
    token = outputs[output].token or Token(CATEGORY)
    outputs[output] = replace(outputs[output], token=replace(token, amount=token.amount + 7))
    spent = draft.spend(coin, P2pkhUnlocker(THIEF), sequence=0xFFFFFFFE)
    return replace(spent, outputs=tuple(outputs))


def _will(contracts: Contracts) -> tuple[Made, Made]:
    will = contracts["will"]
    spent = coin_of(will, SOME), will.unlock.refresh(ALICE)
    honest = {"refreshed as input 1": second(spent, will.output(VALUE - FEE, SOME))}
    return honest, {"another selector": last_will._inherit(contracts, selector="OP_1NEGATE")}


def _vault(contracts: Contracts) -> tuple[Made, Made]:
    made, waiting = contracts["vault"], contracts["waiting"]
    spent = coin_of(made, SOME), made.unlock.unvault(ALICE)
    honest = {"moved as input 1": second(spent, waiting.output(VALUE - FEE, SOME))}
    refused = {
        "another selector of the vault": vault._unvault(contracts, selector="OP_1NEGATE"),
        "another selector of the room": vault._withdraw(contracts, selector="OP_1NEGATE"),
    }
    return honest, refused


def _escrow(contracts: Contracts) -> tuple[Made, Made]:
    made = contracts["escrow"]
    coin = coin_of(made, SOME)
    said = escrow.attest(CAROL, coin, escrow.SELLER)
    spent = coin, made.unlock.settle(said, escrow.SELLER)
    honest = {"settled as input 1": second(spent, paid(BOB, VALUE - FEE, SOME))}
    with_tokens = escrow._settle(contracts, escrow.SELLER, holding=SOME, token=SOME)
    return honest, {"more tokens": more_tokens(with_tokens, 0)}


def _payment(contracts: Contracts) -> tuple[Made, Made]:
    due, period, rest = recurring_payment.DUE, recurring_payment.PERIOD, recurring_payment.REST
    held = recurring_payment._token(due, amount=500)
    kept = recurring_payment._token(due + period, amount=500)
    honest = recurring_payment._pay(contracts, due=held, next_due=kept)
    refused = {
        "more tokens": more_tokens(honest, 0),
        "a satoshi more": recurring_payment._pay(contracts, rest=rest - 1),
    }
    return {"with tokens": honest}, refused


def _mint(contracts: Contracts) -> tuple[Made, Made]:
    kept = capped_mint._nft(1, Capability.MINTING, 500)
    coin = contracts["mint"].output(capped_mint.KEPT, kept)
    honest = capped_mint._mint(contracts, changed={0: coin}, amount=500)
    return {"with tokens": honest}, {"more tokens": more_tokens(honest, 0)}


def _claim_to_the_end(contract: Contract, until: int, value: int = VALUE) -> TransactionBuilder:
    """Claim all that a stream holds."""
    coin = coins(contract.output(value, stream._token(stream.SINCE)))[0]
    unlocker = contract.unlock.claim(BOB, until)
    return spending((coin, unlocker), pay=[paid(BOB, value - FEE)], locktime=until)


def _stream(contracts: Contracts) -> tuple[Made, Made]:
    made = contracts["stream"]
    spent = coin_of(made, stream._token(stream.SINCE)), made.unlock.claim(BOB, stream.UNTIL)
    rest, due = stream._claim(contracts).outputs
    # Up to here a coin of VALUE keeps 1,000 satoshis.
    nearly = stream.SINCE + (VALUE - 1_000) // stream.RATE
    honest = {
        "claimed as input 1": second(spent, rest, due, locktime=stream.UNTIL),
        "a height of four bytes": _claim_to_the_end(made, 9_000_000),
        "the last height": _claim_to_the_end(made, 499_999_999),
        "all that is left": _claim_to_the_end(made, nearly, VALUE - 1),
    }
    refused = {
        "the first time": _claim_to_the_end(made, 500_000_000),
        "enough is left": _claim_to_the_end(made, nearly),
        "all is taken": second(spent, paid(BOB, VALUE - FEE), locktime=stream.UNTIL),
    }
    return honest, refused


def _nothing_more(_contracts: Contracts) -> tuple[Made, Made]:
    return {}, {}


MORE: dict[str, Callable[[Contracts], tuple[Made, Made]]] = {
    "last_will": _will,
    "vault": _vault,
    "escrow": _escrow,
    "recurring_payment": _payment,
    "capped_mint": _mint,
    "cashscript/stream": _stream,
}
"""By example, what is honest besides, and what else is refused."""


def siblings(example: Example, file: str) -> Sequence[Contract]:
    """The same contract with other constants, where an attack spends such a one."""
    if file != "htlc":
        return ()
    bound = {**htlc.BOUND, "hash": sha256(htlc.SECRET * 17)}
    return [compile_contract("htlc", bound, source=example.sources["htlc"])]


@pytest.mark.parametrize(
    ("example", "file"),
    [(example, file) for example in EXAMPLES for file in example.files],
    ids=lambda each: each if isinstance(each, str) else each.name.rpartition("/")[2],
)
def test_every_mutant_is_noticed_or_the_same(example: Example, file: str) -> None:
    contracts = example.contracts
    honest, refused = MORE.get(example.name, _nothing_more)(contracts)
    accepted = dict(example.honest(contracts))
    accepted |= {name: each.build_exactly() for name, each in honest.items()}
    attacks = [(each.check, each.build(contracts)) for each in example.attacks]
    cases = [
        Case(name, each.transaction, each.source_outputs, accepted=True)
        for name, each in accepted.items()
    ]
    cases += [
        Case(name, each.transaction, each.source_outputs, accepted=False)
        for name, each in ((n, b.build_exactly()) for n, b in (*attacks, *refused.items()))
    ]
    report = mutate(contracts[file], cases, siblings=siblings(example, file))
    assert [str(each) for each in report.survivors] == []
    assert report.score == 1.0


def test_a_source_marks_no_mutant_that_it_does_not_have() -> None:
    marked = 0
    for example in EXAMPLES:
        for file, contract in example.contracts.items():
            text = example.sources[file]
            report = mutate(contract, [])
            count = sum(
                len(line.partition("@equivalent")[2].partition(":")[0].split(","))
                for line in text.split("\n")
                if "@equivalent" in line
            )
            assert report.counts["equivalent"] == count, (example.name, file)
            marked += count
    assert marked == 8
