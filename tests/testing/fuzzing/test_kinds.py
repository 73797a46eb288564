"""Kinds of what is found: each is told from what is right, by a small contract that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bchcov import (
    BuiltTransaction,
    Capability,
    Coin,
    Contract,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    Unlocker,
    compile_contract,
    encode_number,
)
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import hash256, sha256
from bchcov.testing import Party, Report, fuzz

ANN, BOB, CAT = (PrivateKey(bytes(31) + bytes((number,))) for number in (1, 2, 3))
ANN_IS, BOB_IS, CAT_IS = (
    Party(name, (key,)) for name, key in (("ann", ANN), ("bob", BOB), ("cat", CAT))
)
CATEGORY, SHARES = bytes(range(32)), bytes(range(1, 33))
MUTABLE, NONE = Capability.MUTABLE, Capability.NONE
Spent = tuple[Coin, Unlocker]

ONWARD = """\
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
"""


def made(source: str, **bindings: ArgumentValue) -> Contract:
    return compile_contract("contract", bindings, source=source)


def nft(commitment: bytes, capability: Capability = MUTABLE, amount: int = 0) -> Token:
    return Token(CATEGORY, amount, Nft(commitment, capability))


def purse(key: PrivateKey, value: int, token: Token | None = None) -> Spent:
    coin = Coin(key.public_key[1:], 1, Output(value, key.locking_bytecode, token))
    return coin, P2pkhUnlocker(key)


def spending(
    *spends: Spent, pay: Sequence[Output], locktime: int = 0, sequence: int = 0xFFFFFFFE
) -> BuiltTransaction:
    builder = TransactionBuilder(locktime=locktime)
    for coin, unlocker in spends:
        builder = builder.spend(coin, unlocker, sequence=sequence)
    return builder.pay(*pay).build_exactly()


def found(report: Report) -> set[str]:
    return {f"{each.attacker}: {each.kind}" for each in report.findings}


def fuzzed(honest: Sequence[BuiltTransaction], *parties: Party, count: int = 2_000) -> set[str]:
    return found(fuzz(honest, parties, seconds=None, count=count))


@pytest.mark.parametrize(
    ("check", "kinds"),
    [("OP_CHECKSIG", {"ann: signer"}), ("OP_2DROP OP_1", {"a stranger: loss"})],
)
def test_who_alone_has_to_sign_may_pay_themselves(check: str, kinds: set[str]) -> None:
    wallet = made(f"// @parameter pubkey key\n// @spend pay(sig s)\n<key> {check}", key=ANN)
    honest = spending(
        (wallet.coin("11" * 32, 0, 100_000), wallet.unlock.pay(ANN)),
        pay=[Output(40_000, BOB.locking_bytecode), wallet.output(59_000)],
    )
    assert kinds <= fuzzed([honest], ANN_IS, BOB_IS)
    if "ann: signer" in kinds:
        report = fuzz([honest], [ANN_IS, BOB_IS], seconds=None, count=3_000)
        assert not report.attacks


def test_a_sole_signer_whom_a_check_binds_is_an_attacker() -> None:
    source = """\
// @parameter pubkey key, bytes shop
// @spend pay(sig s)
OP_0 OP_OUTPUTBYTECODE <shop> OP_EQUALVERIFY <key> OP_CHECKSIG
"""
    wallet = made(source, key=ANN, shop=BOB.locking_bytecode)
    honest = spending(
        (wallet.coin("11" * 32, 0, 100_000), wallet.unlock.pay(ANN)),
        pay=[Output(99_000, BOB.locking_bytecode)],
    )
    assert "ann: loss" in fuzzed([honest], ANN_IS, BOB_IS)


def test_votes_that_nobody_is_shown_to_hold_are_open_to_argument() -> None:
    source = """\
// @parameter bytes32 votes
// @spend pay()
OP_1 OP_UTXOTOKENCATEGORY <votes> OP_EQUALVERIFY
OP_2 OP_UTXOTOKENCATEGORY <votes> OP_EQUALVERIFY
OP_1 OP_UTXOTOKENAMOUNT OP_2 OP_UTXOTOKENAMOUNT OP_ADD <501> OP_GREATERTHANOREQUAL
"""
    treasury, votes = made(source, votes=SHARES), Token(SHARES, 300)
    honest = spending(
        (treasury.coin("11" * 32, 0, 500_000), treasury.unlock.pay()),
        purse(ANN, 2_000, votes),
        purse(BOB, 2_000, votes),
        pay=[
            Output(499_000, CAT.locking_bytecode),
            Output(1_000, ANN.locking_bytecode, votes),
            Output(1_000, BOB.locking_bytecode, votes),
        ],
    )
    kinds = fuzzed([honest], ANN_IS, BOB_IS, CAT_IS, count=3_000)
    assert kinds == {"ann: holding", "bob: holding"}


FUND = f"""\
// @parameter bytes starter, int goal
// @spend claim(): OP_0
// @spend refund(): OP_1
OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM
OP_SWAP OP_IF
  {ONWARD}
  OP_DUP <goal> OP_LESSTHAN OP_VERIFY
  OP_1 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM
  OP_2DUP OP_SUB OP_0 OP_OUTPUTTOKENCOMMITMENT OP_BIN2NUM OP_NUMEQUALVERIFY OP_NIP
  OP_1 OP_UTXOTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY <32> OP_SPLIT OP_DROP OP_EQUALVERIFY
  OP_TXOUTPUTCOUNT OP_2 OP_NUMEQUALVERIFY OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_ELSE
  OP_DUP <goal> OP_GREATERTHANOREQUAL OP_VERIFY
  OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY OP_0 OP_OUTPUTBYTECODE <starter> OP_EQUALVERIFY
  OP_DROP OP_0
OP_ENDIF
OP_0 OP_OUTPUTVALUE OP_ADD <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("OP_DUP <goal> OP_LESSTHAN OP_VERIFY", "bob: other state"),
        ("OP_DUP <goal> OP_GREATERTHANOREQUAL OP_VERIFY", "ann: other state"),
    ],
)
def test_a_path_of_another_state_is_named(check: str, kind: str) -> None:
    def funded(source: str) -> set[str]:
        fund = made(source, starter=ANN.locking_bytecode, goal=500_000)
        many, few = (nft(encode_number(each)) for each in (900_000, 400_000))
        one, two = fund.coin("11" * 32, 0, 901_000, many), fund.coin("22" * 32, 0, 401_000, few)
        left, receipt = nft(encode_number(200_000)), nft(encode_number(200_000), NONE)
        honest = [
            spending(
                (one, fund.unlock.claim()),
                pay=[Output(900_000, ANN.locking_bytecode)],
            ),
            spending(
                (two, fund.unlock.refund()),
                purse(BOB, 2_000, receipt),
                pay=[fund.output(201_000, left), Output(200_000, BOB.locking_bytecode)],
            ),
        ]
        return fuzzed(honest, ANN_IS, BOB_IS, count=3_000)

    assert kind not in funded(FUND)
    assert kind in funded(FUND.replace(check, ""))


def test_the_age_of_a_coin_of_ones_own_may_be_more_than_honestly() -> None:
    source = """\
// @parameter bytes32 stakes
// @spend reward()
OP_1 OP_UTXOTOKENCATEGORY <stakes> OP_EQUALVERIFY
OP_1 OP_INPUTSEQUENCENUMBER OP_DUP <65536> OP_LESSTHAN OP_VERIFY
OP_TXVERSION OP_2 OP_NUMEQUALVERIFY OP_TXINPUTCOUNT OP_2 OP_NUMEQUALVERIFY
<30> OP_MUL OP_0 OP_OUTPUTVALUE OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_1 OP_OUTPUTTOKENCATEGORY <stakes> OP_EQUAL
"""
    rewards, stake = made(source, stakes=SHARES), Token(SHARES, 300)
    honest = spending(
        (rewards.coin("11" * 32, 0, 900_000), rewards.unlock.reward()),
        purse(BOB, 2_000, stake),
        pay=[rewards.output(870_000), Output(31_000, BOB.locking_bytecode, stake)],
        sequence=1_000,
    )
    report = fuzz([honest], [BOB_IS], seconds=None, count=3_000)
    assert "bob: later" in found(report)
    assert not report.attacks


@pytest.mark.parametrize(
    ("check", "kind", "is_attack"),
    [("OP_ADD", "price", False), ("OP_DROP", "gain", True)],
)
def test_an_nft_whose_worth_is_its_state_has_no_price(
    check: str, kind: str, is_attack: bool
) -> None:
    source = f"""\
// @spend deposit(int amount)
{ONWARD}
OP_DUP OP_0 OP_GREATERTHAN OP_VERIFY
OP_DUP <8> OP_NUM2BIN OP_1 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY <32> OP_SPLIT OP_DROP OP_EQUALVERIFY
OP_TXOUTPUTCOUNT OP_3 OP_NUMEQUALVERIFY OP_2 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_0 OP_UTXOVALUE OP_SWAP {check} OP_0 OP_OUTPUTVALUE OP_LESSTHANOREQUAL
"""
    bank, minting = made(source), nft(b"", Capability.MINTING)
    voucher = nft((100_000).to_bytes(8, "little"), NONE)
    honest = spending(
        (bank.coin("11" * 32, 0, 300_000, minting), bank.unlock.deposit(100_000)),
        purse(BOB, 150_000),
        pay=[
            bank.output(400_000, minting),
            Output(1_000, BOB.locking_bytecode, voucher),
            Output(48_000, BOB.locking_bytecode),
        ],
    )
    user = Party("user", (BOB,), is_open=True)
    report = fuzz([honest], [user], seconds=None, count=3_000)
    assert f"user: {kind}" in found(report)
    assert bool(report.attacks) == is_attack


def named(payees: Mapping[str, PrivateKey]) -> set[str]:
    source = """\
// @parameter pubkey hot, bytes payees
// @spend pay(sig s, int which)
<20> OP_MUL <payees> OP_SWAP OP_SPLIT OP_NIP <20> OP_SPLIT OP_DROP
<0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUALVERIFY
<hot> OP_CHECKSIG
"""
    hashes = b"".join(key.public_key_hash for key in payees.values())
    vault = made(source, hot=ANN, payees=hashes)
    honest = spending(
        (vault.coin("11" * 32, 0, 100_000), vault.unlock.pay(ANN, 0)),
        pay=[Output(99_000, next(iter(payees.values())).locking_bytecode)],
    )
    report = fuzz([honest], [ANN_IS, BOB_IS], seconds=None, count=3_000)
    return {each.sentence for each in report.attacks if "output 0 pays" in str(each)}


def test_whom_a_contract_names_is_not_the_attacker() -> None:
    assert not named({"bob": BOB, "nobody known": CAT})


def test_a_mutable_nft_of_ones_own_may_have_been_written_to_before() -> None:
    def redeemed(capability: Capability) -> set[str]:
        source = """\
// @parameter bytes notes
// @spend redeem()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY OP_1 OP_UTXOTOKENCATEGORY <notes> OP_EQUALVERIFY
OP_TXOUTPUTCOUNT OP_2 OP_NUMEQUALVERIFY OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_1 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_0 OP_OUTPUTVALUE OP_ADD
OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUAL
"""
        kind = bytes((capability,)) if capability else b""
        bank = made(source, notes=CATEGORY + kind)
        note = nft((50_000).to_bytes(4, "little"), capability)
        honest = spending(
            (bank.coin("11" * 32, 0, 900_000), bank.unlock.redeem()),
            purse(BOB, 2_000, note),
            pay=[bank.output(850_000), Output(51_000, BOB.locking_bytecode)],
        )
        return fuzzed([honest], BOB_IS, count=3_000)

    assert redeemed(NONE) == set()
    assert "bob: loss" in redeemed(MUTABLE)


def test_a_proof_that_is_good_a_second_time_is_named() -> None:
    def claimed(onward: str) -> set[str]:
        source = f"""\
// @parameter bytes32 root
// @spend claim(int at, bytes32 leaf, bytes32 other)
{ONWARD}
OP_2DUP OP_CAT OP_SHA256 <root> OP_EQUALVERIFY OP_2DROP
{onward}
<1> OP_SWAP OP_LSHIFTNUM OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM
OP_2DUP OP_SWAP OP_DIV <2> OP_MOD OP_0 OP_NUMEQUALVERIFY
OP_ADD <4> OP_NUM2BIN OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <10000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
        leaf, other = sha256(b"leaf"), sha256(b"other")
        drop = made(source, root=sha256(leaf + other))
        before, after = (nft(each.to_bytes(4, "little")) for each in (1, 3))
        honest = spending(
            (drop.coin("11" * 32, 0, 500_000, before), drop.unlock.claim(1, leaf, other)),
            pay=[drop.output(490_000, after), Output(9_000, BOB.locking_bytecode)],
        )
        return fuzzed([honest], BOB_IS, count=3_000)

    assert "bob: again" not in claimed("OP_DUP OP_0 OP_2 OP_WITHIN OP_VERIFY")
    assert "bob: again" in claimed("")


def test_amounts_that_are_joined_without_a_length_are_cut_elsewhere() -> None:
    def withdrawn(value: str, size: int | None) -> set[str]:
        source = f"""\
// @parameter pubkey operator
// @spend withdraw(datasig s)
OP_0 OP_OUTPUTVALUE {value} OP_1 OP_OUTPUTVALUE {value} OP_CAT
OP_0 OP_OUTPUTBYTECODE OP_HASH256 OP_CAT OP_1 OP_OUTPUTBYTECODE OP_HASH256 OP_CAT
OP_0 OP_OUTPOINTTXHASH OP_CAT
<operator> OP_CHECKDATASIGVERIFY OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_TXOUTPUTCOUNT OP_3 OP_NUMEQUALVERIFY
OP_2 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_1 OP_OUTPUTVALUE OP_ADD OP_2 OP_OUTPUTVALUE OP_ADD <2000> OP_ADD
OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
        pot = made(source, operator=CAT)
        coin = pot.coin("11" * 32, 0, 90_000_000)
        values = [each.to_bytes(size, "little") if size else encode_number(each) for each in PAID]
        scripts = b"".join(hash256(key.locking_bytecode) for key in (ANN, BOB))
        word = CAT.sign_data(b"".join(values) + scripts + coin.outpoint_hash)
        outputs = [
            Output(each, key.locking_bytecode) for each, key in zip(PAID, (ANN, BOB), strict=True)
        ]
        honest = spending(
            (coin, pot.unlock.withdraw(word)),
            pay=[*outputs, pot.output(90_000_000 - sum(PAID) - 1_000)],
        )
        return fuzzed([honest], ANN_IS, BOB_IS, CAT_IS, count=3_000)

    assert "loss" not in {each.split(": ")[1] for each in withdrawn("<8> OP_NUM2BIN", 8)}
    assert "loss" in {each.split(": ")[1] for each in withdrawn("", None)}


PAID = (80_000, 70_000)


def test_a_word_on_another_coin_that_pays_the_same_is_named() -> None:
    def insured(check: str) -> set[str]:
        source = f"""\
// @parameter pubkey oracle, bytes8 policy, bytes to
// @spend pay(datasig s, bytes8 message)
OP_DUP <policy> {check} OP_TUCK OP_DROP <oracle> OP_CHECKDATASIGVERIFY
OP_0 OP_OUTPUTBYTECODE <to> OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
""".replace("OP_TUCK OP_DROP ", "")
        honest = []
        for number, key in enumerate((ANN, BOB)):
            word = b"policy %d" % number
            policy = made(source, oracle=CAT, policy=word, to=key.locking_bytecode)
            coin = policy.coin(f"{number + 1:064x}", 0, 100_000)
            unlocker = policy.unlock.pay(CAT.sign_data(word), word)
            honest.append(spending((coin, unlocker), pay=[Output(99_000, key.locking_bytecode)]))
        return fuzzed(honest, ANN_IS, BOB_IS, CAT_IS)

    assert not {"ann: replay", "bob: replay"} & insured("OP_EQUALVERIFY")
    assert {"ann: replay", "bob: replay"} & insured("OP_2DROP OP_DUP".replace(" OP_DUP", ""))


def test_a_path_that_pays_by_the_state_may_be_taken_in_another() -> None:
    source = f"""\
// @parameter bytes a, bytes b
// @spend settle(): OP_0
// @spend refresh(): OP_1
OP_IF {ONWARD}
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_0 OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY
  OP_0 OP_OUTPUTVALUE <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
OP_ELSE
  OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
  OP_0 OP_OUTPUTBYTECODE <a> OP_EQUALVERIFY OP_1 OP_OUTPUTBYTECODE <b> OP_EQUALVERIFY
  OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM
  OP_0 OP_OUTPUTVALUE OP_OVER OP_GREATERTHANOREQUAL OP_VERIFY
  OP_1 OP_OUTPUTVALUE OP_ADD <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
OP_ENDIF
"""
    shared = made(source, a=ANN.locking_bytecode, b=BOB.locking_bytecode)
    few, many = (nft(each.to_bytes(4, "little")) for each in (300_000, 700_000))
    honest = [
        spending(
            (shared.coin("11" * 32, 0, 1_000_000, few), shared.unlock.settle()),
            pay=[Output(300_000, ANN.locking_bytecode), Output(699_000, BOB.locking_bytecode)],
        ),
        spending(
            (shared.coin("22" * 32, 0, 1_000_000, many), shared.unlock.refresh()),
            pay=[shared.output(999_000, many)],
        ),
    ]
    report = fuzz(honest, [ANN_IS, BOB_IS], seconds=None, count=3_000)
    assert "ann: other state" in found(report)
    assert not report.attacks


def test_who_is_only_named_by_a_push_gets_a_gift() -> None:
    source = """\
// @parameter bytes shop
// @spend buy(bytes20 friend)
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTBYTECODE <shop> OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <95000> OP_GREATERTHANOREQUAL OP_VERIFY
<0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT OP_1 OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_1 OP_OUTPUTVALUE <10000> OP_GREATERTHANOREQUAL
"""
    shop = made(source, shop=ANN.locking_bytecode)
    art = Token(CATEGORY, nft=Nft(b"art"))
    honest = spending(
        (shop.coin("11" * 32, 0, 1_000, art), shop.unlock.buy(CAT.public_key_hash)),
        purse(BOB, 120_000),
        pay=[
            Output(95_000, ANN.locking_bytecode),
            Output(10_000, CAT.locking_bytecode),
            Output(15_000, BOB.locking_bytecode, art),
        ],
    )
    buyer = Party("buyer", (BOB,), is_open=True)
    report = fuzz([honest], [ANN_IS, buyer, CAT_IS], seconds=None, count=3_000, unique=[CATEGORY])
    assert {each.kind for each in report.notes} == {"unpaid"}
    assert not report.attacks


@pytest.mark.parametrize(("check", "kind"), [("", "more"), ("OP_DROP OP_1", "loss")])
def test_tokens_of_which_a_check_bounds_how_many_are_taken(check: str, kind: str) -> None:
    source = f"""\
// @parameter pubkey child
// @spend take(sig s)
<child> OP_CHECKSIGVERIFY {ONWARD}
OP_0 OP_UTXOTOKENAMOUNT OP_0 OP_OUTPUTTOKENAMOUNT OP_SUB <500> OP_LESSTHANOREQUAL {check}
"""
    pot = made(source, child=BOB)
    honest = spending(
        (pot.coin("11" * 32, 0, 1_000, Token(CATEGORY, 10_000)), pot.unlock.take(BOB)),
        purse(BOB, 5_000),
        pay=[
            pot.output(1_000, Token(CATEGORY, 9_800)),
            Output(4_000, BOB.locking_bytecode, Token(CATEGORY, 200)),
        ],
    )
    report = fuzz([honest], [BOB_IS, ANN_IS], seconds=None, count=3_000)
    assert f"bob: {kind}" in found(report)
    assert bool(report.attacks) == (kind == "loss")
