"""The chain: who gets in, who conflicts, what is too early, and what a rollback restores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from bchcov import BCH_2025, AddressError, BuildError, ChainError, Output, Token, Transaction
from bchcov.amm import ticketed as amm
from bchcov.chain import Chain, TransactionRefused, admission
from bchcov.chain import chain as chain_module
from bchcov.chain.finality import CoinAge, unmet_age
from bchcov.crypto.hashes import sha256
from bchcov.encoding.addresses import encode_address
from bchcov.wallet import (
    BuiltTransaction,
    Coin,
    P2pkhUnlocker,
    PrivateKey,
    RawUnlocker,
    Spend,
    TransactionBuilder,
)
from bchcov.wallet.funding import Funding

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
    assert refused.error is not None
    assert refused.error.reason == "TX_CONFLICT"
    assert first.txid in str(refused)
    with pytest.raises(TransactionRefused, match="TX_CONFLICT"):
        refused.require()
    chain.mine()
    assert chain.submit(second.transaction).conflict == first.txid
    again = chain.submit(first.transaction)
    assert again.error is not None
    assert again.error.reason == "TX_KNOWN"


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
    reasons = [each.error.reason for each in (known, missing, low, invalid) if each.error]
    assert reasons == ["TX_KNOWN", "TX_MISSING_COIN", "TX_FEE", "EQUALVERIFY"]
    assert list(chain.mempool) == [paid.txid]


def test_a_locktime_waits_for_its_height_or_its_time() -> None:
    chain, coin = funded()
    later = pay(coin, sequence=0, locktime=chain.height + 3).transaction
    for _ in range(3):
        refused = chain.submit(later).error
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
    refused = chain.submit(aged).error
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
    refused = chain.submit(spent).error
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
    with pytest.raises(ChainError, match="funded coins cannot be disconnected"):
        chain.reorganise(2)
    with pytest.raises(ChainError, match="depth 9 is out of range: expected 0 to 2"):
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

    with pytest.raises(ChainError):
        fail_within()
    assert (list(chain.blocks), chain.coins(MINE)) == before
    assert chain.submit(pay(coin).transaction).ok


def test_wrong_requests_say_so() -> None:
    chain, coin = funded()
    for call, message in (
        (lambda: chain.advance(-1), "blocks -1 is out of range"),
        (lambda: chain.mine(seconds=0), "seconds 0 is out of range"),
        (lambda: chain.confirmations(Coin(bytes(32), 5, coin.output)), "never existed"),
    ):
        with pytest.raises(ChainError, match=message):
            call()


def test_blocks_have_names_and_rules_can_be_chosen() -> None:
    chain, coin = funded()
    blocks = [chain.mine(), chain.mine()]
    assert blocks[1].previous == blocks[0].hash
    assert len({block.hash for block in chain.blocks}) == len(chain.blocks)
    old = Chain(BCH_2025)
    (there,) = old.fund(Output(9_000, b"\x51"))
    builder = TransactionBuilder().spend(there, RawUnlocker()).change_to(MINE)
    refused = old.submit(builder.build().transaction).error
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
        pool_category=first.outpoint_hash,
        token_category=tokens,
        owner=KEY.public_key_hash,
        min_trade=10_000,
    )

    def run(built: BuiltTransaction) -> Transaction:
        chain.submit(built.transaction).require()
        return built.transaction

    def funding() -> Funding:
        return Funding(MINE, [Spend(coin, UNLOCK) for coin in chain.coins(MINE)])

    start = amm.genesis(
        parameters,
        amm.Reserves(10_000_000, 1_000_000),
        Spend(first, UNLOCK),
        Funding(MINE, [Spend(stock, UNLOCK)]),
    )
    run(start.built)
    pool = start.pool
    salt = amm.derive_salt(KEY, first.outpoint_hash, 0)
    buy = amm.Action(amm.BUY, 50_000, 1, KEY.public_key_hash, salt)
    ticket = amm.make_ticket(pool.scripts, buy, chain.height + 4, funding(), tip=2_000)
    run(ticket.built)
    early = amm.refund(pool.scripts, ticket.ticket, KEY, Funding(MINE))
    refused = chain.submit(early.transaction).error
    assert refused is not None
    assert refused.reason == "TX_SEQUENCE_NOT_FINAL"
    chain.mine()
    queued = amm.sequence(pool, [ticket.ticket], chain.height, funding())
    run(queued.built)
    order = amm.make_order(pool.scripts, buy, queued.pool.entries[0], funding())
    run(order.built)
    done = amm.execute(queued.pool, [order.order], funding())
    run(done.built)
    chain.mine()
    assert done.event.executions[0].fill.is_filled
    ended = amm.exit_pool(done.pool, KEY, Funding(MINE))
    run(ended.built)
    chain.mine()
    assert chain.coin(done.pool.coin.outpoint) is None


def many(chain: Chain, count: int) -> list[BuiltTransaction]:
    coins = chain.fund(*[Output(20_000, MINE)] * count)
    paid = [pay(coin) for coin in coins]
    for each in paid:
        chain.submit(each.transaction).require()
    return paid


def count_calls(monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> list[object]:
    calls: list[object] = []
    real = getattr(module, name)

    def counted(*args: object, **options: object) -> object:
        calls.append(args[0])
        return real(*args, **options)

    monkeypatch.setattr(module, name, counted)
    return calls


def test_funding_and_a_choice_of_few_judge_nothing_of_the_mempool_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chain = Chain()
    paid = many(chain, 30)
    first = paid[3].transaction.inputs[0]
    contested = Coin(first.outpoint_hash, first.outpoint_index, Output(20_000, MINE))
    other = pay(contested, 15_000)
    judged = count_calls(monkeypatch, admission, "verify")
    chain.fund(Output(1_000, THEIRS))
    assert judged == []
    chain.mine([paid[0].transaction, paid[7].transaction])
    assert judged == []
    chain.mine([other.transaction])
    assert judged == [other.transaction]
    left = [each.txid for at, each in enumerate(paid) if at not in (0, 3, 7)]
    assert list(chain.mempool) == left
    block = chain.mine()
    assert len(judged) == 1
    assert [Coin.of(each, 0).txid for each in block.transactions[1:]] == left


def test_funding_hashes_its_transaction_a_fixed_number_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts = []
    for outputs in (10, 1_000):
        hashed = count_calls(monkeypatch, chain_module, "transaction_hash")
        assert len(Chain().fund(*[Output(1_000, MINE)] * outputs)) == outputs
        counts.append(len(hashed))
    assert counts[0] == counts[1]


def test_a_choice_drops_what_depends_on_what_it_displaces_and_a_refused_one_nothing() -> None:
    chain, coin = funded()
    (second,) = chain.fund(Output(40_000, MINE))
    parent = pay(coin)
    child = pay(parent.coin(1))
    joined = (
        TransactionBuilder().spend(child.coin(1), UNLOCK).spend(second, UNLOCK).change_to(MINE)
    ).build()
    for each in (parent, child, joined):
        chain.submit(each.transaction).require()
    before = dict(chain.mempool), chain.coins(MINE), chain.coins(THEIRS), list(chain.blocks)
    refusals: list[tuple[list[BuiltTransaction], str]] = [
        ([child], "TX_MISSING_COIN"),
        ([parent, child, child], "TX_KNOWN"),
        ([pay(parent.coin(1), 11_111)], "TX_MISSING_COIN"),
        ([pay(coin, 11_111), parent], "TX_CONFLICT"),
        ([pay(coin, 11_111), child], "TX_MISSING_COIN"),
    ]
    for chosen, reason in refusals:
        with pytest.raises(TransactionRefused, match=reason):
            chain.mine([each.transaction for each in chosen])
        now = dict(chain.mempool), chain.coins(MINE), chain.coins(THEIRS), list(chain.blocks)
        assert now == before
    chain.mine([pay(coin, 11_111).transaction])
    assert chain.mempool == {}
    assert chain.coin(second.outpoint) == second


def test_a_coin_that_was_spent_before_it_was_confirmed_comes_back_with_its_age() -> None:
    chain, coin = funded()
    parent = pay(coin)
    child = pay(parent.coin(1))
    for each in (parent, child):
        chain.submit(each.transaction).require()
    chain.mine([parent.transaction])
    born = chain.height
    chain.advance(2)
    chain.reorganise(chain.height - born)
    assert list(chain.mempool) == [child.txid]
    # A relative lock of one block, which an unconfirmed coin does not meet.
    chain.mine([pay(parent.coin(1), 9_999, sequence=1).transaction])
    assert chain.mempool == {}


def test_a_refusal_keeps_the_outputs_that_would_have_been_spent() -> None:
    chain, coin = funded()
    paid = pay(coin)
    assert chain.submit(paid.transaction).source_outputs == (coin.output,)
    wrong = TransactionBuilder().spend(paid.coin(1), RawUnlocker(b"\x51")).change_to(MINE)
    nowhere = Coin(b"\x09" * 32, 0, Output(50_000, MINE))
    for refused, outputs in (
        (paid, (coin.output,)),
        (pay(coin, 12_345), (coin.output,)),
        (pay(nowhere), (None,)),
        (pay(paid.coin(1), sequence=1), (paid.coin(1).output,)),
        (pay(paid.coin(1), sequence=0, locktime=10**6), (paid.coin(1).output,)),
        (wrong.build(check=False), (paid.coin(1).output,)),
    ):
        submission = chain.submit(refused.transaction)
        assert not submission.ok
        assert submission.source_outputs == outputs
        with pytest.raises(TransactionRefused) as raised:
            submission.require()
        assert raised.value.submission is submission


def test_the_outputs_spent_by_a_transaction_of_another_chain_are_not_known() -> None:
    chain, coin = funded()
    paid = pay(coin)
    with pytest.raises(ChainError, match=f"{paid.txid} is not on this chain"):
        chain.source_outputs(paid.transaction)
    chain.submit(paid.transaction).require()
    assert chain.source_outputs(paid.transaction) == (coin.output,)
    with chain.snapshot():
        chain.mine()
        assert chain.source_outputs(paid.transaction) == (coin.output,)


def test_the_median_time_past_is_the_middle_one_of_the_last_eleven() -> None:
    chain = Chain(time=1_000_000)
    assert chain.median_time == 1_000_000
    gaps = [600, 1, 5_000, 7, 600, 600, 900, 3, 100, 250, 4_000, 11, 12]
    times = [1_000_000]
    expected = []
    for gap in gaps:
        chain.mine(seconds=gap)
        times.append(times[-1] + gap)
        last = sorted(times[-11:])
        expected.append(last[len(last) // 2])
        assert chain.median_time == expected[-1]
    # By hand: of two blocks the later one, of eleven the sixth.
    assert expected[0] == 1_000_600
    assert chain.median_time == 1_000_000 + sum(gaps[:8])


@pytest.mark.parametrize("count", [0, 1, 3, 0xFFFF])
def test_a_relative_lock_by_time_ends_at_its_second(count: int) -> None:
    chain, coin = funded()
    # The coin's age counts from the median time before its block: the first block's.
    begun, end = chain.blocks[0].time, chain.blocks[0].time + 512 * count
    timed = pay(coin, sequence=1 << 22 | count).transaction
    for median in (end - 1, end, end + 1):
        young = unmet_age(timed, [CoinAge(1, begun)], 10**6, median)
        assert (young is None) == (median >= end)
    with chain.snapshot():
        reach(chain, end - 1)
        assert chain.submit(timed).ok == (chain.median_time >= end)
    with chain.snapshot():
        reach(chain, end)
        assert chain.submit(timed).ok


def reach(chain: Chain, median: int) -> None:
    """Mine until the median time past is `median`."""
    while chain.median_time < median:
        if chain.blocks[-1].time < median:
            chain.mine(seconds=median - chain.blocks[-1].time)
        else:
            chain.mine(seconds=1)


@pytest.mark.parametrize(
    ("sequence", "version", "is_locked"),
    [
        (1 << 22 | 5, 2, True),
        (5, 2, True),
        (1 << 22 | 5, 1, False),
        (1 << 31 | 1 << 22 | 5, 2, False),
        (1 << 31 | 5, 2, False),
        (1 << 22, 2, False),
        (0xFFBF_0000, 2, False),
        (0x7FFF_0005, 2, True),
    ],
)
def test_only_these_bits_of_a_sequence_number_lock(
    sequence: int, version: int, is_locked: bool
) -> None:
    _, coin = funded()
    made = replace(pay(coin, sequence=sequence).transaction, version=version)
    young = unmet_age(made, [CoinAge(100, 1_000)], 101, 1_000)
    assert (young is not None) == is_locked


def test_a_chain_takes_what_a_builder_returns_and_addresses_of_its_network() -> None:
    chain = Chain()
    address = encode_address(MINE)
    (coin,) = chain.fund(Output(50_000, address))  # type: ignore[arg-type]
    assert coin.output == Output(50_000, MINE)
    assert chain.coins(address) == chain.coins(MINE) == [coin]
    built = TransactionBuilder().spend(coin, UNLOCK).change_to(address).build()
    chain.submit(built).require()
    assert chain.submit(built).error is not None
    again = TransactionBuilder().spend(built.coin(0), UNLOCK).change_to(address).build()
    block = chain.mine([built, again], reward_to=address)
    assert block.transactions[1:] == (built.transaction, again.transaction)
    assert block.transactions[0].outputs[0].locking_bytecode == MINE


def test_a_chain_refuses_addresses_of_another_network() -> None:
    for network, prefix in (("mainnet", "bitcoincash"), ("chipnet", "bchtest")):
        chain = Chain(network=network)
        for other in ("bitcoincash", "bchtest", "bchreg"):
            address = encode_address(MINE, prefix=other)
            uses: tuple[Callable[[], object], ...] = (
                partial(chain.fund, Output(1_000, address)),  # type: ignore[arg-type]
                partial(chain.coins, address),
                partial(chain.mine, reward_to=address),
            )
            for use in uses:
                if other == prefix:
                    use()
                    continue
                with pytest.raises(AddressError, match=f"is an address of .*, expected {network}"):
                    use()


def test_what_is_no_transaction_and_no_output_is_a_build_error() -> None:
    chain = Chain()
    for given in (None, b"", "00"):
        with pytest.raises(BuildError, match="a chain takes a Transaction or what build returns"):
            chain.submit(given)  # type: ignore[arg-type]
        with pytest.raises(BuildError, match="output must be an Output, not"):
            chain.fund(given)  # type: ignore[arg-type]
    with pytest.raises(BuildError, match="value must be an integer, not a float"):
        chain.fund(Output(0.5, MINE))  # type: ignore[arg-type]
    assert (chain.height, chain.mempool) == (0, {})
