"""The ledger: what it knows of each coin, and that every change can be taken back exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy

import pytest

from bchcov import ChainError, Input, Output, Transaction
from bchcov.chain import Chain, TransactionRefused
from bchcov.chain.blocks import Block, make_coinbase, make_funding
from bchcov.chain.ledger import Ledger, Outpoint, Record
from bchcov.transaction.codec import transaction_hash, transaction_id

SCRIPTS = (b"\x51", b"\x52", b"\x53")
Tables = tuple[dict[Outpoint, Record], dict[Outpoint, Record], dict[Outpoint, str], object, object]


def tables(ledger: Ledger) -> Tables:
    scripts = {script: dict(outpoints) for script, outpoints in ledger.scripts.items()}
    return (
        dict(ledger.coins),
        dict(ledger.spent),
        dict(ledger.spenders),
        dict(ledger.undo),
        scripts,
    )


def spending(outpoints: Sequence[Outpoint], *outputs: Output) -> Transaction:
    return Transaction(tuple(Input(*each) for each in outpoints), outputs)


def of(transaction: Transaction, index: int) -> Outpoint:
    return transaction_hash(transaction), index


FUNDING = make_funding(1, (Output(10, b"\x51"), Output(20, b"\x52"), Output(30, b"\x51")))
PAYMENT = spending([of(FUNDING, 2), of(FUNDING, 0)], Output(15, b"\x53"), Output(24, b"\x51"))


def funded() -> Ledger:
    ledger = Ledger()
    ledger.apply(FUNDING, 5, 1_000, is_made=True)
    return ledger


def test_a_coin_is_there_with_all_that_is_known_of_it() -> None:
    ledger = funded()
    assert ledger.coins == {
        of(FUNDING, index): Record(output, 5, 1_000, False, index + 1)
        for index, output in enumerate(FUNDING.outputs)
    }
    assert (ledger.spent, ledger.spenders) == ({}, {})
    assert ledger.undo == {transaction_hash(FUNDING): ()}
    assert {script: list(found) for script, found in ledger.scripts.items()} == {
        b"\x51": [of(FUNDING, 0), of(FUNDING, 2)],
        b"\x52": [of(FUNDING, 1)],
    }


def test_what_is_spent_is_known_with_its_spender() -> None:
    ledger = funded()
    before = dict(ledger.coins)
    ledger.apply(PAYMENT, None)
    assert ledger.spent == {each: before[each] for each in (of(FUNDING, 0), of(FUNDING, 2))}
    assert ledger.spenders == dict.fromkeys(ledger.spent, transaction_id(PAYMENT))
    assert ledger.undo[transaction_hash(PAYMENT)] == (of(FUNDING, 2), of(FUNDING, 0))
    assert ledger.coins == {
        of(FUNDING, 1): before[of(FUNDING, 1)],
        of(PAYMENT, 0): Record(PAYMENT.outputs[0], None, 0, False, 4),
        of(PAYMENT, 1): Record(PAYMENT.outputs[1], None, 0, False, 5),
    }
    assert {script: list(found) for script, found in ledger.scripts.items()} == {
        b"\x52": [of(FUNDING, 1)],
        b"\x53": [of(PAYMENT, 0)],
        b"\x51": [of(PAYMENT, 1)],
    }


@pytest.mark.parametrize("is_funding", [True, False])
def test_the_first_transaction_of_a_block_makes_its_coins(is_funding: bool) -> None:
    first = make_funding(2, (Output(7, b"\x52"),)) if is_funding else make_coinbase(9, 1, b"\x52")
    ledger = funded()
    chosen = () if is_funding else (PAYMENT,)
    ledger.connect(Block(9, 5_000, bytes(32), (first, *chosen), is_funding), 4_000)
    made = ledger.coins[of(first, 0)]
    assert (made.height, made.median_time, made.is_coinbase) == (9, 4_000, not is_funding)
    assert ledger.undo[transaction_hash(first)] == ()
    for transaction in chosen:
        record = ledger.coins[of(transaction, 1)]
        assert (record.height, record.median_time, record.is_coinbase) == (9, 4_000, False)
    assert len(ledger.spent) == 2 * len(chosen)


def test_a_block_is_not_of_funding_unless_that_is_said() -> None:
    assert not Block(1, 5_000, bytes(32), ()).is_funding
    assert [each.is_funding for each in Chain().blocks] == [False]


def test_confirming_gives_their_age_to_coins_spent_or_not() -> None:
    ledger = funded()
    ledger.apply(PAYMENT, None)
    next_one = spending([of(PAYMENT, 0)], Output(14, b"\x52"))
    ledger.apply(next_one, None)
    ledger.confirm(PAYMENT, 6, 2_000)
    spent, unspent = ledger.spent[of(PAYMENT, 0)], ledger.coins[of(PAYMENT, 1)]
    assert of(PAYMENT, 0) not in ledger.coins
    assert of(PAYMENT, 1) not in ledger.spent
    for record, output in zip((spent, unspent), PAYMENT.outputs, strict=True):
        assert (record.output, record.height, record.median_time) == (output, 6, 2_000)
    assert ledger.coins[of(next_one, 0)].height is None


def test_the_coins_of_a_script_are_told_the_oldest_first() -> None:
    ledger = Ledger()
    made = [make_funding(number, (Output(number, b"\x51"),)) for number in range(6)]
    for transaction, height in zip(made, (None, 7, 3, 0, 7, None), strict=True):
        ledger.apply(transaction, height, 50 if height is not None else 0, is_made=True)
    # Those in blocks by height, then those that wait, each in the order they came.
    found = [record.output.value for _, record in ledger.locked_by(b"\x51")]
    assert found == [3, 2, 1, 4, 0, 5]
    assert ledger.locked_by(b"\x52") == []


def test_a_reverted_transaction_leaves_nothing_behind() -> None:
    ledger = funded()
    before = tables(ledger)
    ledger.apply(PAYMENT, None)
    ledger.revert(PAYMENT)
    assert tables(ledger) == before


def _change(ledger: Ledger, draw: random.Random, applied: list[Transaction]) -> None:
    """Apply, confirm or revert something; `applied` are those that were, in their order."""
    kind = draw.choice(("make", "spend", "spend", "confirm", "revert"))
    if kind == "make" or not ledger.coins:
        outputs = tuple(Output(draw.randrange(9), draw.choice(SCRIPTS)) for _ in range(3))
        made = make_funding(draw.getrandbits(60), outputs)
        ledger.apply(made, draw.randrange(9), 10, is_made=True, is_coinbase=draw.random() < 0.3)
        applied.append(made)
    elif kind == "spend":
        spent = draw.sample(sorted(ledger.coins), min(len(ledger.coins), draw.choice((1, 2))))
        outputs = tuple(Output(draw.randrange(9), draw.choice(SCRIPTS)) for _ in range(2))
        made = spending(spent, *outputs)
        ledger.apply(made, None)
        applied.append(made)
    elif kind == "confirm" and applied:
        ledger.confirm(draw.choice(applied), draw.randrange(9), draw.randrange(99))
    elif applied:
        ledger.revert(applied.pop())


@pytest.mark.parametrize("seed", range(20))
def test_whatever_changes_is_taken_back_to_its_mark(seed: int) -> None:
    draw = random.Random(seed)
    ledger, applied = funded(), [FUNDING]
    open_marks: list[tuple[int, Tables, list[Transaction]]] = []
    for _ in range(150):
        step = draw.random()
        if step < 0.15:
            open_marks.append((ledger.mark(), deepcopy(tables(ledger)), list(applied)))
        elif step < 0.2 and open_marks:
            open_marks.pop()
            ledger.keep()
        elif step < 0.3 and open_marks:
            mark, before, applied = open_marks.pop()
            ledger.roll_back(mark)
            assert tables(ledger) == before
        else:
            _change(ledger, draw, applied)
    while open_marks:
        mark, before, _ = open_marks.pop()
        ledger.roll_back(mark)
        assert tables(ledger) == before


def test_nothing_is_noted_but_between_a_mark_and_its_end() -> None:
    # A mark counts what was noted before it.
    ledger = funded()
    assert ledger.mark() == 0
    ledger.apply(PAYMENT, None)
    inner = ledger.mark()
    assert inner > 0
    ledger.revert(PAYMENT)
    ledger.roll_back(inner)
    assert of(PAYMENT, 0) in ledger.coins
    ledger.keep()
    ledger.revert(PAYMENT)
    ledger.apply(PAYMENT, 7, 5)
    assert ledger.mark() == 0
    ledger.apply(spending([of(PAYMENT, 0)], Output(1, b"\x51")), None)
    ledger.roll_back(0)
    assert ledger.coins[of(PAYMENT, 0)].height == 7
    ledger.revert(PAYMENT)
    ledger.apply(PAYMENT, None)
    assert ledger.mark() == 0


def test_a_chain_leaves_no_mark_behind() -> None:
    chain = Chain()
    (coin,) = chain.fund(Output(5_000, b"\x51"))
    spent = spending([coin.outpoint], Output(4_000, b"\x51" * 65))
    chain.mine([spent])
    with pytest.raises(TransactionRefused):
        chain.mine([spent])
    with chain.snapshot():
        chain.mine()
    with chain.together():
        chain.mine()
    with pytest.raises(ChainError), chain.together():
        chain.mine(seconds=0)
    chain.reorganise(1)
    assert chain._ledger.mark() == 0
