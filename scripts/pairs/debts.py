"""Pairs with coupons and a debt that is burnt."""

from __future__ import annotations

from bchcov import BuiltTransaction, Contract, Output, PrivateKey, Token
from bchcov.testing import Party

from .pair import (
    BOB,
    CAT,
    CATEGORY,
    ORACLE,
    Pair,
    coin,
    compiled,
    number,
    paid,
    purse,
    spending,
    state,
)

_COUPONS = """\
// @parameter pubkey issuer, int amount
// @spend use(datasig s, int bit, bytes20 to)
OP_2DUP OP_SWAP <1> OP_NUM2BIN OP_SWAP OP_CAT
// s bit to msg
<3> OP_ROLL OP_SWAP <issuer> OP_CHECKDATASIGVERIFY
<0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT OP_1 OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_DUP OP_0 <32> OP_WITHIN OP_VERIFY
<0x00000001> OP_SWAP OP_LSHIFTBIN
// mask
OP_0 OP_UTXOTOKENCOMMITMENT OP_2DUP OP_AND <0x00000000> OP_EQUALVERIFY
OP_OR OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <amount> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def _coupons(coupons: Contract) -> list[BuiltTransaction]:
    def used(key: PrivateKey, bit: int, at: int) -> BuiltTransaction:
        to = key.public_key_hash
        word = ORACLE.sign_data(bytes((bit,)) + to)
        before, after = (state(each.to_bytes(4, "big")) for each in (3, 3 | 1 << bit))
        return spending(
            (coin(coupons, 100_000, before, at=at), coupons.unlock.use(word, bit, to)),
            purse(key, 5_000),
            pay=[coupons.output(90_000, after), paid(key, 10_000), paid(key, 4_000)],
        )

    return [used(BOB, 5, 0), used(CAT, 12, 1)]


_LOAN = """\
// @parameter pubkey oracle, bytes20 borrower, bytes32 stable, int debt
// @spend repay(sig s, pubkey pk): <s> <pk> OP_0
// @spend liquidate(datasig s, bytes message): <s> <message> OP_1
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
// the debt is burnt into the stable coin's minting contract: output 0 holds it, unspendable
OP_0 OP_OUTPUTTOKENCATEGORY <stable> OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENAMOUNT <debt> OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_OUTPUTBYTECODE <0x6a> OP_EQUALVERIFY
OP_IF
  OP_TUCK <oracle> OP_CHECKDATASIGVERIFY
  OP_BIN2NUM OP_INPUTINDEX OP_UTXOVALUE OP_MUL <100000000> OP_DIV
  <debt> <150> OP_MUL <100> OP_DIV OP_LESSTHAN
OP_ELSE
  OP_DUP OP_HASH160 <borrower> OP_EQUALVERIFY OP_CHECKSIG
OP_ENDIF
"""


def _loan(loan: Contract) -> list[BuiltTransaction]:
    one, price, debt = coin(loan, 100_000_000), number(14_000), Token(CATEGORY, 10_000)
    burnt = Output(0, b"\x6a", debt)
    repay = loan.unlock.repay(BOB, BOB.public_key)
    liquidate = loan.unlock.liquidate(ORACLE.sign_data(price), price)
    return [
        spending((one, unlocker), purse(key, 5_000, debt), pay=[burnt, paid(key, 100_004_000)])
        for key, unlocker in ((BOB, repay), (CAT, liquidate))
    ]


DEBTS = (
    Pair(
        "coupons",
        "a coupon that has been used is good once more",
        _COUPONS,
        ("OP_2DUP OP_AND <0x00000000> OP_EQUALVERIFY\n", "\n"),
        compiled("coupons", issuer=ORACLE, amount=10_000),
        _coupons,
        (Party("issuer", (ORACLE,)), Party("bob", (BOB,)), Party("cat", (CAT,))),
        unique=(CATEGORY,),
    ),
    Pair(
        "loan",
        "how much is repaid is not compared",
        _LOAN,
        ("OP_0 OP_OUTPUTTOKENAMOUNT <debt> OP_GREATERTHANOREQUAL OP_VERIFY\n", ""),
        compiled("loan", oracle=ORACLE, borrower=BOB.public_key_hash, stable=CATEGORY, debt=10_000),
        _loan,
        (
            Party("borrower", (BOB,)),
            Party("liquidator", (CAT,), is_open=True),
            Party("oracle", (ORACLE,)),
        ),
    ),
)
