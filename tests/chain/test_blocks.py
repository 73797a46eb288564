"""Blocks: their names, their times, and the transactions that make coins."""

from __future__ import annotations

import pytest
from test_chain import MINE, THEIRS, funded, pay

from bchcov import Input, Output, Transaction
from bchcov.chain import Chain, TransactionRefused
from bchcov.chain.blocks import Block, make_coinbase, make_funding
from bchcov.crypto.hashes import hash256
from bchcov.transaction.codec import transaction_hash


def test_a_block_is_named_by_all_that_is_in_it() -> None:
    transactions = make_coinbase(258, 3, b"\x51"), make_funding(7, (Output(1, b"\x52"),))
    block = Block(258, 1_800_000_600, b"\x09" * 32, transactions)
    written = "09" * 32 + "02010000" + "58d4496b00000000"
    written += "".join(transaction_hash(each).hex() for each in transactions)
    assert block.hash == hash256(bytes.fromhex(written))


def test_a_coinbase_pays_the_subsidy_and_the_fees_and_is_of_its_height() -> None:
    assert make_coinbase(258, 3, b"\x51") == Transaction(
        (Input(bytes(32), 0xFFFF_FFFF, bytes((2, 1, 0, 0, 0, 0, 0, 0))),),
        (Output(312_500_003, b"\x51"),),
    )
    outputs = Output(1, b"\x52"), Output(2, b"\x53")
    assert make_funding(258, outputs) == Transaction(
        (Input(bytes(32), 0xFFFF_FFFF, bytes((0, 0, 0, 0, 0, 0, 1, 2))),), outputs
    )


def test_a_block_holds_nothing_that_spends_a_coin_of_the_mempool_alone() -> None:
    chain, coin = funded()
    parent = pay(coin)
    chain.submit(parent).require()
    child = pay(parent.coin(1), 20_000)
    for is_known in (False, True):
        if is_known:
            chain.submit(child).require()
        before = list(chain.mempool), chain.height
        with pytest.raises(
            TransactionRefused, match="is in the mempool and not confirmed in the block"
        ):
            chain.mine([child])
        with pytest.raises(TransactionRefused) as told:
            chain.mine([child, parent])
        error = told.value.submission.error
        assert error is not None
        assert (error.reason, error.input) == ("TX_MISSING_COIN", 0)
        assert (list(chain.mempool), chain.height) == before
    block = chain.mine([parent, child], reward_to=THEIRS)
    assert block.transactions[1:] == (parent.transaction, child.transaction)
    assert block.transactions[0].outputs[0].value == 312_500_000 + parent.fee + child.fee


@pytest.mark.parametrize("height", [0, 7])
def test_a_coinbase_says_from_which_height_on_it_can_be_spent(height: int) -> None:
    chain = Chain(height=height)
    reward = chain.mine(reward_to=MINE)
    (coin,) = chain.coins(MINE)
    spent = pay(coin)
    for depth in range(1, 100, 49):
        chain.advance(height + depth - chain.height)
        error = chain.submit(spent).error
        assert error is not None
        assert (error.reason, error.input) == ("TX_PREMATURE_COINBASE", 0)
        assert error.detail == (
            f"a coinbase of height {reward.height} is spent at {chain.height + 1}:"
            f" expected at least {reward.height + 100}"
        )
    chain.advance(1)
    assert chain.submit(spent).ok


def test_where_a_transaction_is_known_from_is_told() -> None:
    chain, coin = funded()
    paid = pay(coin)
    chain.submit(paid).require()
    for where in ("in the mempool already", "in a block already"):
        refused = chain.submit(paid)
        assert refused.error is not None
        assert (refused.error.reason, refused.error.input) == ("TX_KNOWN", None)
        assert refused.error.detail == f"the transaction is {where}"
        assert (refused.conflict, refused.verdict) == (None, None)
        assert refused.source_outputs == (coin.output,)
        chain.mine()
