"""Transactions found by their id: in the mempool, in any block, and what is not to be found."""

from __future__ import annotations

import pytest
from test_chain import MINE, funded, pay

from bchcov import ChainError, Output, transaction_id
from bchcov.chain.lookup import find_transaction


def test_a_transaction_is_found_with_what_it_spends_and_its_height() -> None:
    chain, coin = funded()
    first = pay(coin)
    chain.submit(first).require()
    assert find_transaction(chain, first.txid) == (first.transaction, (coin.output,), None)
    chain.mine()
    height = chain.height
    second = pay(first.coin(1))
    chain.submit(second).require()
    chain.advance(3)
    assert find_transaction(chain, first.txid) == (first.transaction, (coin.output,), height)
    expected = second.transaction, (first.coin(1).output,), height + 1
    assert find_transaction(chain, second.txid) == expected


def test_what_made_its_coins_and_what_is_not_there_is_an_error() -> None:
    chain, coin = funded()
    reward = transaction_id(chain.mine(reward_to=MINE).transactions[0])
    for txid in (coin.txid, reward):
        with pytest.raises(ChainError, match=f"{txid} spends no coins"):
            find_transaction(chain, txid)
    nowhere = pay(chain.fund(Output(50_000, MINE))[0]).txid
    with pytest.raises(ChainError, match=f"there is no transaction {nowhere}"):
        find_transaction(chain, nowhere)
