"""The chain: who gets in, who conflicts, what is too early, and what a rollback restores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bchcov import BCH_2025, BuildError, Output, Token, Transaction
from bchcov.amm import ticketed as amm
from bchcov.chain import Chain, TransactionRefused
from bchcov.crypto.hashes import sha256
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    P2pkhUnlocker,
    PrivateKey,
    RawUnlocker,
    Spend,
    TransactionBuilder,
)
from bchcov.wallet.funding import Purse

KEY, OTHER = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
MINE, THEIRS = KEY.locking_bytecode, OTHER.locking_bytecode
UNLOCK = P2pkhUnlocker(KEY)


def pay(
    coin: Coin,
    value: int = 10_000,
    *,
    sequence: int = 0xFFFF_FFFF,
    locktime: int = 0,
    rate: int = 1,
) -> BuiltTransaction:
    builder = TransactionBuilder(locktime=locktime, fee_rate=rate)
    builder = builder.spend(coin, UNLOCK, sequence=sequence).change_to(MINE)
    return builder.pay(Output(value, THEIRS)).build()


def funded(value: int = 100_000) -> tuple[Chain, Coin]:
    chain = Chain()
    (coin,) = chain.fund(Output(value, MINE))
    return chain, coin


def test_a_payment_is_accepted_confirmed_and_its_change_spent_again() -> None:
    chain, coin = funded()
    first = pay(coin)
    assert chain.submit(first.transaction).require().ok
    assert chain.coin(coin.outpoint) is None
    second = pay(first.coin(1))
    assert chain.submit(second.transaction).ok
    assert chain.confirmations(second.coin(1)) == 0
    block = chain.mine(reward_to=THEIRS)
    assert block.transactions[1:] == (first.transaction, second.transaction)
    assert block.transactions[0].outputs[0].value == 312_500_000 + first.fee + second.fee
    assert chain.mempool == {}
    assert chain.confirmations(second.coin(1)) == 1
    assert [each.value for each in chain.coins(MINE)] == [second.coin(1).value]


def test_a_conflict_names_the_transaction_that_came_first() -> None:
    chain, coin = funded()
    first, second = pay(coin), pay(coin, 20_000)
    chain.submit(first.transaction).require()
    refused = chain.submit(second.transaction)
    assert refused.conflict == first.txid
    assert refused.problem is not None
    assert refused.problem.reason == "TX_CONFLICT"
    assert first.txid in str(refused)
    with pytest.raises(TransactionRefused, match="TX_CONFLICT"):
        refused.require()
    chain.mine()
    assert chain.submit(second.transaction).conflict == first.txid
    again = chain.submit(first.transaction)
    assert again.problem is not None
    assert again.problem.reason == "TX_KNOWN"


def test_what_is_known_missing_cheap_or_invalid_is_refused() -> None:
    chain, coin = funded()
    paid = pay(coin)
    chain.submit(paid.transaction)
    known = chain.submit(paid.transaction)
    nowhere = pay(Coin(b"\x09" * 32, 0, Output(50_000, MINE)))
    missing = chain.submit(nowhere.transaction)
    cheap = replace(TransactionBuilder(), fee_rate=0).spend(paid.coin(1), UNLOCK).change_to(MINE)
    low = chain.submit(cheap.build().transaction)
    wrong = TransactionBuilder().spend(paid.coin(1), RawUnlocker(b"\x51")).change_to(MINE)
    invalid = chain.submit(wrong.build(check=False).transaction)
    reasons = [each.problem.reason for each in (known, missing, low, invalid) if each.problem]
    assert reasons == ["TX_KNOWN", "TX_MISSING_COIN", "TX_FEE", "EQUALVERIFY"]
    assert list(chain.mempool) == [paid.txid]


def test_a_locktime_waits_for_its_height_or_its_time() -> None:
    chain, coin = funded()
    later = pay(coin, sequence=0, locktime=chain.height + 3).transaction
    for _ in range(3):
        refused = chain.submit(later).problem
        assert refused is not None
        assert refused.reason == "TX_NOT_FINAL"
        chain.mine()
    assert chain.submit(later).ok
    (second,) = chain.fund(Output(100_000, MINE))
    timed = pay(second, sequence=0, locktime=chain.median_time + 1_000).transaction
    assert not chain.submit(timed).ok
    chain.advance(8)
    assert chain.submit(timed).ok
    final = pay(chain.fund(Output(100_000, MINE))[0], locktime=10**6).transaction
    assert chain.submit(final).ok


def test_a_sequence_number_asks_for_the_age_of_its_coin() -> None:
    chain, coin = funded()
    aged = pay(coin, sequence=3).transaction
    refused = chain.submit(aged).problem
    assert refused is not None
    assert (refused.reason, refused.input) == ("TX_SEQUENCE_NOT_FINAL", 0)
    chain.advance(2)
    assert chain.submit(aged).ok
    (second,) = chain.fund(Output(100_000, MINE))
    timed = pay(second, sequence=1 << 22 | 4).transaction  # 2,048 seconds
    assert not chain.submit(timed).ok
    chain.advance(9)
    assert chain.submit(timed).ok
    parent = pay(chain.fund(Output(100_000, MINE))[0])
    chain.submit(parent.transaction).require()
    assert not chain.submit(pay(parent.coin(1), sequence=1).transaction).ok
    assert chain.submit(pay(parent.coin(1), sequence=0).transaction).ok


def test_a_coinbase_ripens() -> None:
    chain = Chain()
    reward = Coin.of(chain.mine(reward_to=MINE).transactions[0], 0)
    spent = pay(reward).transaction
    chain.advance(98)
    refused = chain.submit(spent).problem
    assert refused is not None
    assert refused.reason == "TX_PREMATURE_COINBASE"
    chain.advance(1)
    assert chain.submit(spent).ok


def test_a_miner_of_another_policy_displaces_what_was_seen_first() -> None:
    chain, coin = funded()
    seen = pay(coin)
    child = pay(seen.coin(1))
    for each in (seen, child):
        chain.submit(each.transaction).require()
    (other,) = [pay(coin, 77_000)]
    bystander = pay(chain.fund(Output(50_000, MINE))[0])
    chain.submit(bystander.transaction).require()
    block = chain.mine([other.transaction])
    assert block.transactions[1:] == (other.transaction,)
    assert list(chain.mempool) == [bystander.txid]
    before = list(chain.blocks), dict(chain.mempool), chain.coins(MINE)
    with pytest.raises(TransactionRefused, match="TX_CONFLICT"):
        chain.mine([seen.transaction])
    assert (list(chain.blocks), dict(chain.mempool), chain.coins(MINE)) == before


def test_a_reorganisation_gives_back_what_was_confirmed() -> None:
    chain, coin = funded()
    first = pay(coin)
    chain.submit(first.transaction)
    chain.mine()
    second = pay(first.coin(1))
    chain.submit(second.transaction)
    chain.mine()
    third = pay(second.coin(1))
    chain.submit(third.transaction)
    height = chain.height
    gone = chain.reorganise(2)
    assert [block.height for block in gone] == [height - 1, height]
    assert list(chain.mempool) == [first.txid, second.txid, third.txid]
    assert chain.height == height - 2
    chain.mine([pay(coin, 60_000).transaction])
    assert chain.mempool == {}
    with pytest.raises(BuildError, match="funded coins cannot be disconnected"):
        chain.reorganise(2)
    with pytest.raises(BuildError, match="9 blocks to disconnect: there are 2"):
        chain.reorganise(9)


def test_a_snapshot_rolls_everything_back() -> None:
    chain, coin = funded()
    before = list(chain.blocks), chain.coins(MINE)

    def fail_within() -> None:
        with chain.snapshot() as inside:
            inside.submit(pay(coin).transaction).require()
            inside.mine()
            inside.fund(Output(1_000, MINE))
            inside.reorganise(10**6)

    with pytest.raises(BuildError):
        fail_within()
    assert (list(chain.blocks), chain.coins(MINE)) == before
    assert chain.submit(pay(coin).transaction).ok


def test_wrong_requests_say_so() -> None:
    chain, coin = funded()
    for call, message in (
        (lambda: chain.advance(-1), "-1 blocks to advance"),
        (lambda: chain.mine(seconds=0), "0 seconds after the last"),
        (lambda: chain.confirmations(Coin(bytes(32), 5, coin.output)), "never there"),
    ):
        with pytest.raises(BuildError, match=message):
            call()


def test_blocks_have_names_and_rules_can_be_chosen() -> None:
    chain, coin = funded()
    blocks = [chain.mine(), chain.mine()]
    assert blocks[1].previous == blocks[0].hash
    assert len({block.hash for block in chain.blocks}) == len(chain.blocks)
    old = Chain(BCH_2025)
    (there,) = old.fund(Output(9_000, b"\x51"))
    builder = TransactionBuilder().spend(there, RawUnlocker()).change_to(MINE)
    refused = old.submit(builder.build().transaction).problem
    assert refused is not None
    assert refused.reason == "TX_NONSTANDARD_SOURCE_OUTPUT"
    assert chain.coin(coin.outpoint) == coin


def test_a_ticketed_pool_lives_on_the_chain() -> None:
    chain = Chain(height=1_000)
    tokens = sha256(b"tokens")
    first, stock = chain.fund(
        Output(20_000_000, MINE), Output(1_000, MINE, Token(tokens, 1_000_000))
    )
    parameters = amm.Parameters(
        pool_category=first.outpoint_hash, token_category=tokens, owner=KEY.public_key_hash
    )

    def run(built: BuiltTransaction) -> Transaction:
        chain.submit(built.transaction).require()
        return built.transaction

    def purse() -> Purse:
        return Purse(MINE, [Spend(coin, UNLOCK) for coin in chain.coins(MINE)])

    start = amm.genesis(
        parameters,
        amm.Reserves(10_000_000, 1_000_000),
        Spend(first, UNLOCK),
        Purse(MINE, [Spend(stock, UNLOCK)]),
    )
    run(start.built)
    pool = start.pool
    salt = amm.derive_salt(KEY, first.outpoint_hash, 0)
    buy = amm.Action(amm.BUY, 50_000, 1, KEY.public_key_hash, salt)
    ticket = amm.make_ticket(pool.scripts, buy, chain.height + 9, purse(), tip=2_000)
    run(ticket.built)
    early = amm.refund(pool.scripts, ticket.ticket.coin, KEY, Purse(MINE))
    refused = chain.submit(early.transaction).problem
    assert refused is not None
    assert refused.reason == "TX_SEQUENCE_NOT_FINAL"
    chain.mine()
    queued = amm.sequence(pool, [ticket.ticket.coin], chain.height, purse())
    run(queued.built)
    order = amm.make_order(pool.scripts, buy, queued.pool.entries[0], purse())
    run(order.built)
    done = amm.execute(queued.pool, [order.order.coin], purse())
    run(done.built)
    chain.mine()
    assert done.event.executions[0].fill.is_filled
    ended = amm.exit_pool(done.pool, KEY, Purse(MINE))
    run(ended.built)
    chain.mine()
    assert chain.coin(done.pool.coin.outpoint) is None
