"""Pairs with a state, votes and roots, and what may be minted."""

from __future__ import annotations

from bchcov import BuiltTransaction, Capability, Contract, Token
from bchcov.crypto.hashes import sha256
from bchcov.testing import Party

from .pair import (
    ANN,
    BOB,
    CAT,
    CATEGORY,
    DAN,
    OTHER_CATEGORY,
    Pair,
    coin,
    compiled,
    number,
    paid,
    purse,
    spending,
    state,
)

_AIRDROP = """\
// @spend claim(bytes pkh, int amount, bytes32 s1, int d1, bytes32 s2, int d2)
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_TOALTSTACK OP_TOALTSTACK OP_TOALTSTACK OP_TOALTSTACK
OP_2DUP <8> OP_NUM2BIN OP_CAT OP_SHA256
<0x0000000000000000000000000000000000000000000000000000000000000000>
// pkh amount leaf empty | d2 s2 d1 s1
OP_FROMALTSTACK OP_FROMALTSTACK
// leaf empty s1 d1
OP_IF
  OP_TUCK OP_SWAP OP_CAT OP_SHA256 OP_TOALTSTACK OP_SWAP OP_CAT OP_SHA256 OP_FROMALTSTACK
OP_ELSE
  OP_TUCK OP_CAT OP_SHA256 OP_TOALTSTACK OP_CAT OP_SHA256 OP_FROMALTSTACK
OP_ENDIF
OP_FROMALTSTACK OP_FROMALTSTACK
OP_IF
  OP_TUCK OP_SWAP OP_CAT OP_SHA256 OP_TOALTSTACK OP_SWAP OP_CAT OP_SHA256 OP_FROMALTSTACK
OP_ELSE
  OP_TUCK OP_CAT OP_SHA256 OP_TOALTSTACK OP_CAT OP_SHA256 OP_FROMALTSTACK
OP_ENDIF
// pkh amount root newroot
OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_UTXOTOKENAMOUNT OP_OVER OP_SUB OP_0 OP_OUTPUTTOKENAMOUNT OP_EQUALVERIFY
OP_1 OP_OUTPUTTOKENAMOUNT OP_NUMEQUALVERIFY
<0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT OP_1 OP_OUTPUTBYTECODE OP_EQUAL
"""


def _airdrop(airdrop: Contract) -> list[BuiltTransaction]:
    shares = ((ANN, 100), (BOB, 200), (CAT, 300), (DAN, 400))
    ann, bob, cat, dan = (sha256(key.public_key_hash + number(of, 8)) for key, of in shares)
    nothing, right = bytes(32), sha256(cat + dan)
    left = sha256(ann + nothing)
    halves = (sha256(ann + bob), right), (left, right), (left, sha256(nothing + dan))
    roots = [sha256(one + other) for one, other in halves]
    one = coin(airdrop, 1_000, state(roots[0], amount=1_000))
    two = coin(airdrop, 1_000, state(roots[1], amount=800), at=1)
    after, end = state(roots[1], amount=800), state(roots[2], amount=500)
    return [
        spending(
            (one, airdrop.unlock.claim(BOB.public_key_hash, 200, ann, 1, right, 0)),
            purse(BOB, 10_000),
            pay=[airdrop.output(1_000, after), paid(BOB, 8_000, Token(CATEGORY, 200))],
        ),
        spending(
            (two, airdrop.unlock.claim(CAT.public_key_hash, 300, dan, 0, left, 1)),
            purse(CAT, 10_000),
            pay=[airdrop.output(1_000, end), paid(CAT, 8_000, Token(CATEGORY, 300))],
        ),
    ]


_VOTE = """\
// @parameter bytes32 voters
// @spend yes()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_1 OP_UTXOTOKENCATEGORY <voters> OP_EQUALVERIFY
OP_TXOUTPUTCOUNT OP_2 OP_NUMEQUALVERIFY
OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_1 OP_UTXOTOKENCOMMITMENT
OP_BIN2NUM OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_ADD <8> OP_NUM2BIN
OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUAL
"""


def _vote(vote: Contract) -> list[BuiltTransaction]:
    ballot = state(number(30), Capability.NONE, category=OTHER_CATEGORY)
    return [
        spending(
            (coin(vote, 1_000, state(number(100, 8))), vote.unlock.yes()),
            purse(BOB, 10_000, ballot),
            pay=[vote.output(1_000, state(number(130, 8))), paid(BOB, 8_000)],
        )
    ]


_NAME = """\
// @parameter bytes treasury, int fee
// @spend transfer(sig s, pubkey pk, bytes20 to): <s> <pk> <to> OP_1
// @spend renew(): OP_0
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_UTXOTOKENCOMMITMENT <20> OP_SPLIT OP_ROT
OP_IF
  // s pk to owner until
  OP_ROT OP_SIZE <20> OP_NUMEQUALVERIFY OP_SWAP OP_CAT
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
  // s pk owner
  OP_OVER OP_HASH160 OP_EQUALVERIFY OP_CHECKSIG
OP_ELSE
  OP_BIN2NUM <52560> OP_ADD <4> OP_NUM2BIN OP_CAT
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
  OP_1 OP_OUTPUTBYTECODE <treasury> OP_EQUALVERIFY
  OP_1 OP_OUTPUTVALUE <fee> OP_GREATERTHANOREQUAL
OP_ENDIF
"""


def _name(name: Contract) -> list[BuiltTransaction]:
    def record(owner: bytes, until: int = 900_000) -> Token:
        return state(owner + number(until))

    bob, cat = BOB.public_key_hash, CAT.public_key_hash
    one, transfer = coin(name, 1_000, record(bob)), name.unlock.transfer(BOB, BOB.public_key, cat)
    return [
        spending(
            (one, transfer),
            purse(BOB, 10_000),
            pay=[name.output(1_000, record(cat)), paid(BOB, 9_000)],
        ),
        spending(
            (one, name.unlock.renew()),
            purse(BOB, 100_000),
            pay=[name.output(1_000, record(bob, 952_560)), paid(ANN, 50_000), paid(BOB, 49_000)],
        ),
    ]


STATES = (
    Pair(
        "airdrop",
        "the root may stay as it is, and one claims again",
        _AIRDROP,
        (
            "OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY\nOP_0 OP_UTXOTOKENCOMMITMENT",
            "OP_DROP OP_0 OP_UTXOTOKENCOMMITMENT",
        ),
        compiled("airdrop"),
        _airdrop,
        (Party("bob", (BOB,)), Party("cat", (CAT,))),
        unique=(CATEGORY,),
    ),
    Pair(
        "vote",
        "the voter may keep the ballot and vote again",
        _VOTE,
        ("OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY\n", ""),
        compiled("vote", voters=OTHER_CATEGORY),
        _vote,
        (Party("voter", (BOB,), is_open=True),),
        unique=(CATEGORY,),
    ),
    Pair(
        "name",
        "the key that signs need not be the owner's",
        _NAME,
        ("OP_OVER OP_HASH160 OP_EQUALVERIFY OP_CHECKSIG", "OP_DROP OP_CHECKSIG"),
        compiled("name", treasury=ANN.locking_bytecode, fee=50_000),
        _name,
        (Party("treasury", (ANN,)), Party("owner", (BOB,)), Party("next", (CAT,))),
        unique=(CATEGORY,),
    ),
)
