"""Pairs that sell, bid and pay: what is compared with what is due."""

from __future__ import annotations

from bchcov import BuiltTransaction, Capability, Contract, Token
from bchcov.testing import Party

from .pair import (
    ANN,
    BOB,
    CAT,
    CATEGORY,
    DAN,
    Pair,
    coin,
    compiled,
    paid,
    purse,
    spending,
    state,
)

_AUCTION = """\
// @parameter bytes seller, int end
// @spend bid(bytes20 bidder): <bidder> OP_0
// @spend close(): OP_1
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_IF
  <end> OP_CHECKLOCKTIMEVERIFY OP_DROP
  OP_0 OP_OUTPUTBYTECODE <seller> OP_EQUALVERIFY
  OP_0 OP_OUTPUTVALUE <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
  OP_1 OP_OUTPUTBYTECODE <0x76a914> OP_0 OP_UTXOTOKENCOMMITMENT OP_CAT <0x88ac> OP_CAT
  OP_EQUALVERIFY
  OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUAL
OP_ELSE
  OP_SIZE <20> OP_NUMEQUALVERIFY
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
  OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
  OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
  OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE <10000> OP_ADD OP_GREATERTHANOREQUAL OP_VERIFY
  OP_1 OP_OUTPUTBYTECODE <0x76a914> OP_0 OP_UTXOTOKENCOMMITMENT OP_CAT <0x88ac> OP_CAT
  OP_EQUALVERIFY
  OP_1 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
OP_ENDIF
"""


def _auction(auction: Contract) -> list[BuiltTransaction]:
    first, second = (state(key.public_key_hash) for key in (BOB, CAT))
    bid = auction.unlock.bid(CAT.public_key_hash)
    return [
        spending(
            (coin(auction, 100_000, first), bid),
            purse(CAT, 300_000),
            pay=[auction.output(150_000, second), paid(BOB, 100_000), paid(CAT, 148_000)],
        ),
        spending(
            (coin(auction, 150_000, second, at=1), auction.unlock.close()),
            purse(CAT, 5_000),
            pay=[paid(ANN, 149_500), paid(CAT, 1_000, second)],
            locktime=800_000,
        ),
    ]


_CALL = """\
// @parameter pubkey holder, bytes writer, pubkey writerkey, int strike, int expiry
// @spend exercise(sig s): <s> OP_0
// @spend expire(sig s): <s> OP_1
OP_IF
  <expiry> OP_CHECKLOCKTIMEVERIFY OP_DROP
  <writerkey> OP_CHECKSIG
OP_ELSE
  <holder> OP_CHECKSIGVERIFY
  OP_INPUTINDEX OP_OUTPUTBYTECODE <writer> OP_EQUALVERIFY
  OP_INPUTINDEX OP_OUTPUTVALUE <strike> OP_GREATERTHANOREQUAL
OP_ENDIF
"""


def _call(call: Contract) -> list[BuiltTransaction]:
    tokens = Token(CATEGORY, 500)
    one = coin(call, 1_000, tokens)
    return [
        spending(
            (one, call.unlock.exercise(BOB)),
            purse(BOB, 760_000),
            pay=[paid(ANN, 250_000), paid(BOB, 500_000, tokens)],
        ),
        spending(
            (one, call.unlock.expire(ANN)),
            purse(ANN, 10_000),
            pay=[paid(ANN, 10_000, tokens)],
            locktime=850_000,
        ),
    ]


_ROYALTIES = """\
// @parameter bytes seller, bytes artist, int price
// @spend buy()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTBYTECODE <seller> OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <price> OP_GREATERTHANOREQUAL OP_VERIFY
OP_1 OP_OUTPUTBYTECODE <artist> OP_EQUALVERIFY
OP_1 OP_OUTPUTVALUE <price> <5> OP_MUL <100> OP_DIV OP_GREATERTHANOREQUAL
"""


def _royalties(sale: Contract) -> list[BuiltTransaction]:
    art = state(b"art", Capability.NONE)
    return [
        spending(
            (coin(sale, 1_000, art), sale.unlock.buy()),
            purse(CAT, 300_000),
            pay=[paid(ANN, 200_000), paid(BOB, 10_000), paid(CAT, 89_000, art)],
        )
    ]


_MACHINE = """\
// @parameter int price
// @spend buy()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_UTXOTOKENAMOUNT OP_0 OP_OUTPUTTOKENAMOUNT OP_SUB
OP_DUP OP_0 OP_GREATERTHAN OP_VERIFY
<price> OP_MUL OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_SUB OP_SWAP OP_GREATERTHANOREQUAL
"""


def _machine(machine: Contract) -> list[BuiltTransaction]:
    left, bought = Token(CATEGORY, 999_500), Token(CATEGORY, 500)
    return [
        spending(
            (coin(machine, 10_000, Token(CATEGORY, 1_000_000)), machine.unlock.buy()),
            purse(CAT, 100_000),
            pay=[machine.output(60_000, left), paid(CAT, 49_000, bought)],
        )
    ]


_BATCH = """\
// @parameter int unit, bytes list, int count
// @spend pay()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0
OP_BEGIN
  OP_DUP OP_OUTPUTVALUE <unit> OP_GREATERTHANOREQUAL OP_VERIFY
  OP_DUP OP_OUTPUTBYTECODE
  OP_OVER <20> OP_MUL <list> OP_SWAP OP_SPLIT OP_NIP <20> OP_SPLIT OP_DROP
  <0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT
  OP_EQUALVERIFY
  OP_1ADD OP_DUP <count> OP_NUMEQUAL
OP_UNTIL
OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
<count> OP_OUTPUTVALUE <unit> <count> OP_MUL <2000> OP_ADD OP_ADD
OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def _batch(batch: Contract) -> list[BuiltTransaction]:
    payees = [paid(each, 50_000) for each in (ANN, BOB, DAN)]
    one = coin(batch, 500_000)
    return [spending((one, batch.unlock.pay()), pay=[*payees, batch.output(348_000)])]


SALES = (
    Pair(
        "auction",
        "the refund of who is outbid may be nothing",
        _AUCTION,
        ("OP_1 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL\nOP_ENDIF", "OP_1\nOP_ENDIF"),
        compiled("auction", seller=ANN.locking_bytecode, end=800_000),
        _auction,
        (Party("seller", (ANN,)), Party("first", (BOB,)), Party("bidder", (CAT,), is_open=True)),
        unique=(CATEGORY,),
    ),
    Pair(
        "covered call",
        "the strike is looked for in the holder's own output",
        _CALL,
        ("OP_INPUTINDEX OP_OUTPUTVALUE <strike>", "OP_INPUTINDEX OP_1ADD OP_OUTPUTVALUE <strike>"),
        compiled(
            "call",
            holder=BOB,
            writer=ANN.locking_bytecode,
            writerkey=ANN,
            strike=250_000,
            expiry=850_000,
        ),
        _call,
        (Party("writer", (ANN,)), Party("holder", (BOB,))),
    ),
    Pair(
        "royalties",
        "five percent are rounded before they are multiplied",
        _ROYALTIES,
        ("<5> OP_MUL <100> OP_DIV", "<100000> OP_DIV <5> OP_MUL"),
        compiled("sale", seller=ANN.locking_bytecode, artist=BOB.locking_bytecode, price=200_000),
        _royalties,
        (Party("seller", (ANN,)), Party("artist", (BOB,)), Party("buyer", (CAT,), is_open=True)),
    ),
    Pair(
        "vending machine",
        "the category of what stays is not compared",
        _MACHINE,
        ("OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY\n", ""),
        compiled("machine", price=100),
        _machine,
        (Party("customer", (CAT,), is_open=True),),
    ),
    Pair(
        "batch payments",
        "the loop begins with the second payee",
        _BATCH,
        ("OP_0\nOP_BEGIN", "OP_1\nOP_BEGIN"),
        compiled(
            "batch",
            unit=50_000,
            list=ANN.public_key_hash + BOB.public_key_hash + DAN.public_key_hash,
            count=3,
        ),
        _batch,
        (Party("ann", (ANN,)), Party("bob", (BOB,)), Party("dan", (DAN,))),
    ),
)
