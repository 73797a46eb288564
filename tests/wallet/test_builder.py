"""Transactions from coins: selection, change, fees, and what cannot be built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    AddressError,
    BuildError,
    BuildRefused,
    Capability,
    Nft,
    Output,
    Token,
    Transaction,
    TransactionContext,
    verify,
)
from bchcov.crypto.hashes import sha256
from bchcov.encoding.addresses import encode_address
from bchcov.script.patterns import multisig, p2sh32
from bchcov.transaction.codec import transaction_hash
from bchcov.wallet.balance import Spend
from bchcov.wallet.builder import TransactionBuilder
from bchcov.wallet.coins import Coin
from bchcov.wallet.keys import PrivateKey
from bchcov.wallet.unlockers import (
    MultisigUnlocker,
    P2pkhUnlocker,
    RawUnlocker,
    ScriptUnlocker,
    Signature,
)

KEY, OTHER = PrivateKey(b"\x01" * 32), PrivateKey(b"\x02" * 32)
MINE = KEY.locking_bytecode
PAYEE = OTHER.locking_bytecode
GOLD, IRON = b"\xaa" * 32, b"\xbb" * 32


def spend(number: int, value: int, token: Token | None = None, index: int = 1) -> Spend:
    output = Output(value, MINE, token)
    return Spend(Coin(sha256(b"%d" % number), index, output), P2pkhUnlocker(KEY))


def builder(*spends: Spend) -> TransactionBuilder:
    return TransactionBuilder().fund_from(spends).change_to(MINE)


def test_a_payment_takes_what_it_needs_and_returns_the_rest() -> None:
    built = (
        builder(spend(1, 5_000), spend(2, 90_000), spend(3, 7_000))
        .pay(Output(20_000, PAYEE))
        .build()
    )
    assert [item.outpoint_hash for item in built.transaction.inputs] == [sha256(b"2")]
    assert built.fee == built.size == 219
    assert built.transaction.outputs == (Output(20_000, PAYEE), Output(69_781, MINE))
    assert built.verdict is not None
    assert built.verdict.ok
    assert built.coin(1) == Coin(built.coins[1].outpoint_hash, 1, Output(69_781, MINE))
    assert built.coin(0).txid == built.txid
    assert str(built.coin(0)) == f"{built.txid}:0"


def test_a_builder_is_never_changed() -> None:
    start = builder(spend(1, 50_000))
    start.pay(Output(20_000, PAYEE)).spend(spend(2, 9_000).coin, P2pkhUnlocker(KEY))
    assert start.outputs == ()
    assert start.spends == ()


def test_change_that_is_dust_is_left_to_the_fee() -> None:
    built = builder(spend(1, 20_700)).pay(Output(20_000, PAYEE)).build()
    assert len(built.transaction.outputs) == 1
    assert built.fee == 700


def test_tokens_come_back_as_change() -> None:
    coins = [
        spend(1, 50_000),
        spend(2, 1_000, Token(GOLD, 40)),
        spend(3, 1_000, Token(GOLD, 70)),
        spend(4, 1_000, Token(IRON, 5)),
    ]
    built = builder(*coins).pay(Output(1_000, PAYEE, Token(GOLD, 100))).build()
    assert built.transaction.outputs[1].token == Token(GOLD, 10)
    assert built.transaction.outputs[1].locking_bytecode == MINE
    assert built.transaction.outputs[2].token is None
    assert len(built.transaction.inputs) == 3


def test_coins_with_tokens_pay_only_when_others_do_not_suffice() -> None:
    built = (
        builder(spend(1, 30_000, Token(GOLD, 7)), spend(2, 2_000))
        .pay(Output(20_000, PAYEE))
        .build()
    )
    assert len(built.transaction.inputs) == 2
    assert built.transaction.outputs[1].token == Token(GOLD, 7)


def test_a_coin_with_an_nft_is_never_taken_unasked() -> None:
    precious = spend(1, 90_000, Token(GOLD, 0, Nft(b"precious")))
    with pytest.raises(BuildError, match="insufficient funds: 0 satoshis in inputs"):
        builder(precious).pay(Output(20_000, PAYEE)).build()
    built = builder().spend_all([precious]).pay(Output(20_000, PAYEE)).build()
    assert built.transaction.outputs[1].token == precious.coin.token


def test_a_mutable_nft_goes_out_as_another_and_a_minting_one_makes_more() -> None:
    mutable = Token(GOLD, 0, Nft(b"old", Capability.MUTABLE))
    new = Token(GOLD, 0, Nft(b"new", Capability.MUTABLE))
    built = builder(spend(2, 9_000)).spend_all([spend(1, 1_000, mutable)])
    assert built.pay(Output(1_000, PAYEE, new)).build().transaction.outputs[1].token is None
    minting = Token(GOLD, 0, Nft(b"", Capability.MINTING))
    made = builder(spend(2, 9_000)).spend_all([spend(1, 1_000, minting)])
    more = made.pay(Output(1_000, MINE, minting), Output(1_000, PAYEE, new)).build()
    assert len(more.transaction.outputs) == 3


def test_a_category_begins_at_output_0_of_its_transaction() -> None:
    first = spend(1, 50_000, index=0)
    token = Token(first.coin.outpoint_hash, 10**6)
    built = builder().spend_all([first]).pay(Output(1_000, PAYEE, token)).build()
    assert built.transaction.outputs[0].token == token


def test_tokens_burn_only_when_told_to() -> None:
    coin = spend(1, 50_000, Token(GOLD, 7))
    start = TransactionBuilder().spend_all([coin]).pay(Output(49_000, PAYEE))
    with pytest.raises(BuildError, match="no output takes 7 tokens of category aaaa"):
        start.build()
    assert start.burn(GOLD).build().fee == 1_000
    nft = spend(1, 50_000, Token(GOLD, 0, Nft(b"\x07")))
    with pytest.raises(BuildError, match="no output takes the NFT 0x07 of category aaaa"):
        TransactionBuilder().spend_all([nft]).pay(Output(49_000, PAYEE)).build()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            builder(spend(1, 5_000)).pay(Output(20_000, PAYEE)),
            "insufficient funds: 5000 satoshis in inputs, 20",
        ),
        (
            builder(spend(1, 50_000)).pay(Output(100, PAYEE)),
            "output 0 has 100 satoshis, dust threshold 546",
        ),
        (
            builder(spend(1, 50_000)).pay(Output(1_000, PAYEE, Token(GOLD, 5))),
            "insufficient tokens of category aaaa.*: 5 more needed, 0 offered",
        ),
        (builder(spend(1, 50_000), spend(1, 50_000)).pay(Output(1_000, PAYEE)), "given twice"),
        (TransactionBuilder(), "no outputs and no change address"),
        (builder(), "insufficient funds: 0 satoshis in inputs, 10 needed"),
        (
            TransactionBuilder(fee_rate=0).pay(Output(0, b"\x6a")),
            "the transaction has no inputs",
        ),
        (builder().spend_all([spend(1, 300)]), "less than the fee and a change output"),
        (
            replace(builder(spend(1, 9_000)), fee_rate=-1).pay(Output(1_000, PAYEE)),
            "rate -1 is out of range",
        ),
        (
            builder().spend(spend(1, 9_000).coin, P2pkhUnlocker(OTHER)).pay(Output(1_000, PAYEE)),
            "input 0 cannot be unlocked: input 0 does not spend a P2PKH output of this key",
        ),
        (
            builder().spend(spend(1, 9_000).coin, RawUnlocker()).pay(Output(1_000, PAYEE)),
            "the transaction is refused: input 0, scripts: INVALID_STACK_OPERATION",
        ),
    ],
    ids=lambda each: each[:20] if isinstance(each, str) else "",
)
def test_what_cannot_be_built_says_why(made: TransactionBuilder, message: str) -> None:
    with pytest.raises(BuildError, match=message):
        made.build()


@pytest.mark.parametrize(
    "made",
    [
        builder(spend(1, 5_000)).pay(Output(20_000, PAYEE)),
        builder(spend(1, 50_000)).pay(Output(545, PAYEE)),
        builder(spend(1, 50_000)).pay(Output(1_000, PAYEE, Token(GOLD, 5))),
        builder(spend(1, 50_000), spend(1, 50_000)).pay(Output(1_000, PAYEE)),
        TransactionBuilder(),
        builder(),
        TransactionBuilder(fee_rate=0).pay(Output(0, b"\x6a")),
        builder().spend_all([spend(1, 300)]),
        TransactionBuilder().spend_all([spend(1, 50_000)]).pay(Output(40_000, PAYEE)),
        TransactionBuilder()
        .spend_all([spend(1, 50_000, Token(GOLD, 5))])
        .pay(Output(49_500, MINE)),
    ],
    ids=[
        "too little",
        "dust",
        "too few tokens",
        "twice",
        "nothing",
        "no input",
        "no input and no fee",
        "no output",
        "satoshis left over",
        "tokens left over",
    ],
)
def test_what_does_not_balance_is_not_even_a_draft(made: TransactionBuilder) -> None:
    said = set()
    for build in (
        made.build,
        lambda: made.build(check=False),
        made.build_unsigned,
        made.cosign,
    ):
        with pytest.raises(BuildError) as caught:
            build()
        # Nothing has been verified yet.
        assert not isinstance(caught.value, BuildRefused)
        said.add(str(caught.value))
    assert len(said) == 1


def test_an_unlocker_keeps_to_the_size_it_announced() -> None:
    class Liar:
        size = 1

        def unlock(self, context: TransactionContext, index: int) -> bytes:
            return bytes(2 + 0 * index * len(context.source_outputs))

    with pytest.raises(
        BuildError, match=r"input 0 has an unlocking bytecode of 2 bytes, its unlocker's size is 1"
    ):
        builder().spend(spend(1, 9_000).coin, Liar()).pay(Output(1_000, PAYEE)).build()


def test_nothing_is_given_to_miners_unasked() -> None:
    coin = spend(1, 50_000)
    start = TransactionBuilder().spend_all([coin])
    with pytest.raises(BuildError, match="1001 satoshis are left over after the fee"):
        start.pay(Output(48_814, PAYEE)).build()
    assert start.pay(Output(48_815, PAYEE)).build().fee == 1_185


def test_addresses_are_paid_and_tokens_only_where_they_are_known() -> None:
    plain = encode_address(PAYEE)
    aware = encode_address(PAYEE, token_aware=True)
    token = Token(GOLD, 5)
    start = builder(spend(1, 50_000), spend(2, 1_000, token))
    built = start.pay_to(plain, 2_000).pay_to(aware, 1_000, token).build()
    assert built.transaction.outputs[:2] == (Output(2_000, PAYEE), Output(1_000, PAYEE, token))
    with pytest.raises(BuildError, match="not a token-aware address"):
        start.pay_to(plain, 1_000, token)
    with pytest.raises(AddressError):
        start.pay_to("nowhere", 1_000)


def test_the_last_check_can_be_left_out() -> None:
    made = builder().spend(spend(1, 9_000).coin, RawUnlocker()).pay(Output(1_000, PAYEE))
    assert made.build(check=False).verdict is None


def test_there_is_no_coin_at_an_output_that_is_not_there() -> None:
    built = builder(spend(1, 50_000)).pay(Output(20_000, PAYEE)).build()
    with pytest.raises(
        BuildError, match="output index 2 is out of range: the transaction has 2 outputs"
    ):
        built.coin(2)


def test_multisig_and_described_scripts_are_unlocked() -> None:
    keys = (KEY, OTHER, PrivateKey(b"\x03" * 32))
    script = multisig(2, [key.public_key for key in keys])
    bare = Coin(b"\x01" * 32, 0, Output(9_000, script))
    hashed = Coin(b"\x02" * 32, 0, Output(9_000, p2sh32(script)))
    own = KEY.locking_bytecode  # P2PKH as a redeem script
    described = Coin(b"\x03" * 32, 0, Output(9_000, p2sh32(own)))
    ecdsa = Coin(b"\x04" * 32, 0, Output(9_000, MINE))
    built = (
        builder()
        .spend(bare, MultisigUnlocker(script, keys[1:]))
        .spend(hashed, MultisigUnlocker(script, keys[:2], p2sh=True))
        .spend(described, ScriptUnlocker((Signature(KEY), KEY.public_key), own))
        .spend(ecdsa, P2pkhUnlocker(KEY, scheme="ecdsa"))
        .build()
    )
    assert built.verdict is not None
    assert built.verdict.ok
    assert built.size <= built.fee <= built.size + 4
    with pytest.raises(BuildError, match="item must be bytes, an int or a Signature, not a str"):
        _ = ScriptUnlocker(("text",)).size  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(st.integers(600, 10**6), st.integers(0, 50)), max_size=12),
    st.lists(st.tuples(st.integers(800, 10**6), st.integers(0, 50)), min_size=1, max_size=4),
    st.sampled_from([0, 1, 2, Fraction(11, 10), Decimal("1.5")]),
)
def test_nothing_is_lost(
    coins: list[tuple[int, int]], paid: list[tuple[int, int]], rate: int | Fraction | Decimal
) -> None:
    spends = [
        spend(at, value, Token(GOLD, amount) if amount else None)
        for at, (value, amount) in enumerate(coins)
    ]
    outputs = [
        Output(value, PAYEE, Token(GOLD, amount) if amount else None) for value, amount in paid
    ]
    made = replace(builder(*spends), fee_rate=rate).pay(*outputs)
    try:
        built = made.build()
    except BuildError:
        tokens = sum(amount for _, amount in paid) > sum(amount for _, amount in coins)
        most = sum(value for value, _ in paid) + 2_500 + 4_000 * len(coins)
        assert tokens or sum(value for value, _ in coins) < most
        return
    transaction = built.transaction
    assert transaction.outputs[: len(outputs)] == tuple(outputs)
    came = sum(output.value for output in built.source_outputs)
    assert came == sum(output.value for output in transaction.outputs) + built.fee
    assert Fraction(rate) * built.size <= built.fee <= Fraction(rate) * (built.size + 34) + 547

    def gold(all_of_them: tuple[Output, ...]) -> int:
        return sum(output.token.amount for output in all_of_them if output.token)

    assert gold(built.source_outputs) == gold(transaction.outputs)


def test_four_times_the_inputs_are_four_times_the_work(
    calls: Callable[[Callable[[], object]], int],
) -> None:
    def build(inputs: int) -> None:
        coins = [spend(at, 1_000) for at in range(inputs)]
        built = builder(*coins).pay(Output(800 * inputs, PAYEE)).build()
        assert len(built.transaction.inputs) > 0.75 * inputs
        assert built.verdict is not None
        assert built.verdict.ok

    build(10)
    assert calls(lambda: build(480)) < 4.4 * calls(lambda: build(120))


def test_an_output_at_the_dust_limit_is_paid_and_one_below_is_not() -> None:
    for token, least in ((None, 546), (Token(GOLD, 1), 651)):
        start = builder(spend(1, 50_000), spend(2, 1_000, Token(GOLD, 1)))
        built = start.pay(Output(least, PAYEE, token)).build()
        assert built.transaction.outputs[0].value == least
        with pytest.raises(BuildError, match=f"{least - 1} satoshis, dust threshold {least}"):
            start.pay(Output(least - 1, PAYEE, token)).build()


def test_change_at_the_dust_limit_is_made_and_below_it_is_not() -> None:
    # 185 bytes with one output, 219 with change.
    for rest, outputs in ((546, 2), (545, 1)):
        built = builder(spend(1, 20_000 + 219 + rest)).pay(Output(20_000, PAYEE)).build()
        assert len(built.transaction.outputs) == outputs


def test_a_transaction_is_of_version_2_and_has_no_locktime_unless_asked() -> None:
    transaction = builder(spend(1, 50_000)).pay(Output(20_000, PAYEE)).build().transaction
    assert (transaction.version, transaction.locktime) == (2, 0)
    assert transaction.inputs[0].sequence == 0xFFFF_FFFF
    asked = replace(builder(), version=1, locktime=7).spend(
        spend(1, 50_000).coin, P2pkhUnlocker(KEY), sequence=5
    )
    transaction = asked.build().transaction
    assert (transaction.version, transaction.locktime) == (1, 7)
    assert transaction.inputs[0].sequence == 5


def test_coins_that_just_suffice_are_joined_by_no_other() -> None:
    free = replace(builder(spend(1, 20_000), spend(2, 9_000)), fee_rate=0)
    assert len(free.pay(Output(20_000, PAYEE)).build().transaction.inputs) == 1
    paid = builder(spend(1, 20_185), spend(2, 9_000)).pay(Output(20_000, PAYEE)).build()
    assert (len(paid.transaction.inputs), paid.fee) == (1, 185)


def test_selection_stops_at_tokens_that_suffice() -> None:
    coins = [spend(at, 1_000, Token(GOLD, amount)) for at, amount in enumerate((40, 70, 30))]
    for wanted, taken in ((70, 1), (71, 2), (110, 2), (111, 3)):
        paid = Output(1_000, PAYEE, Token(GOLD, wanted))
        built = builder(spend(9, 50_000), *coins).pay(paid).build()
        assert len([each for each in built.source_outputs if each.token]) == taken


def test_the_coins_of_many_outputs_take_the_hash_of_one_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outputs = [Output(1_000 + at, PAYEE) for at in range(50)]
    built = builder(spend(1, 90_000)).pay(*outputs).build()
    hashed = []

    def count(transaction: Transaction) -> bytes:
        hashed.append(transaction)
        return transaction_hash(transaction)

    monkeypatch.setattr("bchcov.wallet.coins.transaction_hash", count)
    coins = built.coins
    assert len(hashed) == 1
    assert [coin.output for coin in coins] == list(built.transaction.outputs)
    assert coins == tuple(map(built.coin, range(len(coins))))


def test_an_attack_is_built_exactly_as_it_is_meant() -> None:
    token = Token(GOLD, 7, Nft(b"", Capability.MINTING))
    coin = spend(1, 50_000, token)
    start = TransactionBuilder().spend_all([coin]).fund_from([spend(2, 9_000)])
    lost = start.pay(Output(1_000, PAYEE)).build_exactly()
    assert (lost.transaction.outputs, lost.fee) == ((Output(1_000, PAYEE),), 49_000)
    assert lost.verdict is None
    assert len(lost.transaction.inputs) == 1
    # What is given away is valid all the same.
    verify(lost.transaction, lost.source_outputs).require()
    for output, reason in (
        (Output(60_000, PAYEE), "TX_OUTPUTS_EXCEED_INPUTS"),
        (Output(100, PAYEE), "TX_DUST"),
        (Output(1_000, PAYEE, Token(GOLD, 8)), "TOKEN_OUTPUTS_EXCEED_INPUTS"),
    ):
        built = start.pay(output).build_exactly()
        error = verify(built.transaction, built.source_outputs).error
        assert error is not None
        assert error.reason == reason
    with pytest.raises(BuildError, match="locktime -1 is out of range"):
        replace(start, locktime=-1).build_exactly()
