"""What a miner gets: the subsidy and the fees of what the block confirms, however chosen."""

from __future__ import annotations

import pytest

from bchcov import ChainError, Output
from bchcov.chain import Chain
from bchcov.wallet import BuiltTransaction, Coin, P2pkhUnlocker, PrivateKey, TransactionBuilder

KEY = PrivateKey(b"\x01" * 32)
MINE = KEY.locking_bytecode
SUBSIDY = 312_500_000


def pay(coin: Coin, fee_rate: int) -> BuiltTransaction:
    builder = TransactionBuilder(fee_rate=fee_rate).spend(coin, P2pkhUnlocker(KEY))
    return builder.pay(Output(10_000, MINE)).change_to(MINE).build()


def reward(chain: Chain) -> int:
    (output,) = chain.blocks[-1].transactions[0].outputs
    return output.value


def test_a_block_pays_the_fees_of_what_it_confirms_and_no_others() -> None:
    chain = Chain()
    chain.fund(*[Output(100_000 + at, MINE) for at in range(5)])
    coins = chain.coins(MINE)
    built = [pay(coin, rate) for rate, coin in enumerate(coins, start=1)]
    assert len({each.fee for each in built}) == 5
    for each in built[:4]:
        chain.submit(each.transaction).require()
    chain.mine([built[1].transaction, built[3].transaction])
    assert reward(chain) == SUBSIDY + built[1].fee + built[3].fee
    # One that the mempool has never seen.
    chain.mine([built[4].transaction])
    assert reward(chain) == SUBSIDY + built[4].fee
    chain.mine([])
    assert reward(chain) == SUBSIDY
    chain.mine()
    assert reward(chain) == SUBSIDY + built[0].fee + built[2].fee
    assert not chain.mempool


def test_no_block_at_all_may_be_disconnected_and_no_fewer() -> None:
    chain = Chain()
    chain.mine()
    height, blocks = chain.height, list(chain.blocks)
    assert chain.reorganise(0) == []
    assert (chain.height, list(chain.blocks)) == (height, blocks)
    with pytest.raises(ChainError, match="depth -1 is out of range"):
        chain.reorganise(-1)
    with pytest.raises(ChainError, match=f"depth {len(blocks)} is out of range"):
        chain.reorganise(len(blocks))
