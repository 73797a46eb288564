"""Pairs with claims: on a tree of payments, on a pot, on a policy, on what is signed together."""

from __future__ import annotations

from bchcov import BuiltTransaction, Capability, Contract, Output, compile_contract
from bchcov.crypto.hashes import hash256, sha256
from bchcov.testing import Party

from .pair import (
    ANN,
    BOB,
    CAT,
    CATEGORY,
    DAN,
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

_BRIDGE = """\
// @parameter bytes32 root
// @spend claim(int index, bytes20 to, int amount, bytes32 s1, bytes32 s2)
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_4 OP_PICK OP_DUP OP_0 <32> OP_WITHIN OP_VERIFY
OP_DUP OP_4 OP_LESSTHAN OP_VERIFY
OP_4 OP_MOD OP_TOALTSTACK
OP_3 OP_PICK OP_3 OP_PICK <8> OP_NUM2BIN OP_CAT OP_SHA256
// index to amount s1 s2 node | i
OP_FROMALTSTACK OP_DUP OP_TOALTSTACK OP_2 OP_MOD
OP_IF OP_2 OP_PICK OP_SWAP OP_CAT OP_ELSE OP_2 OP_PICK OP_CAT OP_ENDIF OP_SHA256
OP_FROMALTSTACK OP_2 OP_DIV
OP_IF OP_OVER OP_SWAP OP_CAT OP_ELSE OP_OVER OP_CAT OP_ENDIF OP_SHA256
<root> OP_EQUALVERIFY OP_2DROP
// index to amount
OP_0 OP_OUTPUTVALUE OP_OVER OP_ADD <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_1 OP_OUTPUTVALUE OP_LESSTHANOREQUAL OP_VERIFY
<0x76a914> OP_SWAP OP_CAT <0x88ac> OP_CAT OP_1 OP_OUTPUTBYTECODE OP_EQUALVERIFY
<0x00000001> OP_SWAP OP_LSHIFTBIN
OP_0 OP_UTXOTOKENCOMMITMENT OP_2DUP OP_AND <0x00000000> OP_EQUALVERIFY
OP_OR OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUAL
"""
_LEAVES = [sha256(key.public_key_hash + number(50_000, 8)) for key in (ANN, BOB, CAT, DAN)]
_LEFT, _RIGHT = sha256(_LEAVES[0] + _LEAVES[1]), sha256(_LEAVES[2] + _LEAVES[3])


def _bridge(bridge: Contract) -> list[BuiltTransaction]:
    first, second, third = (state(each.to_bytes(4, "big")) for each in (1, 3, 7))
    one, two = coin(bridge, 900_000, first), coin(bridge, 849_500, second, at=1)
    bob, cat = BOB.public_key_hash, CAT.public_key_hash
    return [
        spending(
            (one, bridge.unlock.claim(1, bob, 50_000, _LEAVES[0], _RIGHT)),
            pay=[bridge.output(849_500, second), paid(BOB, 50_000)],
        ),
        spending(
            (two, bridge.unlock.claim(2, cat, 50_000, _LEAVES[3], _LEFT)),
            pay=[bridge.output(799_000, third), paid(CAT, 50_000)],
        ),
    ]


_BATCH = """\
// @parameter pubkey operator
// @spend withdraw(datasig s)
// The operator signs for a coin, two amounts, and two receivers.
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPOINTTXHASH
OP_1 OP_OUTPUTVALUE <8> OP_NUM2BIN OP_CAT OP_2 OP_OUTPUTVALUE <8> OP_NUM2BIN OP_CAT
OP_1 OP_OUTPUTBYTECODE OP_HASH256 OP_CAT OP_2 OP_OUTPUTBYTECODE OP_HASH256 OP_CAT
<operator> OP_CHECKDATASIGVERIFY
OP_TXOUTPUTCOUNT OP_3 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_1 OP_OUTPUTVALUE OP_ADD OP_2 OP_OUTPUTVALUE OP_ADD <2000> OP_ADD
OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def _batch(pot: Contract) -> list[BuiltTransaction]:
    one, payees = coin(pot, 90_000_000), ((BOB, 80_000), (CAT, 70_000))
    # Nobody signs minimal numbers where the script pads them; these have three bytes as they are.
    size = 8 if "NUM2BIN" in (pot.text or "") else 3
    signed = one.outpoint_hash + b"".join(number(each, size) for _, each in payees)
    signed += b"".join(hash256(key.locking_bytecode) for key, _ in payees)
    outputs = [paid(key, each) for key, each in payees]
    return [
        spending(
            (one, pot.unlock.withdraw(ORACLE.sign_data(signed))),
            pay=[pot.output(89_849_000), *outputs],
        )
    ]


_FUND = """\
// @parameter bytes starter, int goal
// @spend claim(): OP_0
// @spend refund(): OP_1
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_SWAP
OP_IF
  OP_DUP <goal> OP_LESSTHAN OP_VERIFY
  OP_1 OP_UTXOTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY <32> OP_SPLIT OP_DROP OP_EQUALVERIFY
  OP_1 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM
  OP_TUCK OP_SUB <8> OP_NUM2BIN OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
  OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
  OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
  OP_TXOUTPUTCOUNT OP_2 OP_NUMEQUALVERIFY OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_ELSE
  <goal> OP_GREATERTHANOREQUAL OP_VERIFY
  OP_0 OP_OUTPUTBYTECODE <starter> OP_EQUALVERIFY <1000>
OP_ENDIF
OP_0 OP_OUTPUTVALUE OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def _fund(fund: Contract) -> list[BuiltTransaction]:
    many, few, left = (state(number(each, 8)) for each in (900_000, 400_000, 200_000))
    receipt = state(number(200_000, 8), Capability.NONE)
    return [
        spending((coin(fund, 901_000, many), fund.unlock.claim()), pay=[paid(ANN, 900_000)]),
        spending(
            (coin(fund, 401_000, few, at=1), fund.unlock.refund()),
            purse(BOB, 2_000, receipt),
            pay=[fund.output(201_000, left), paid(BOB, 201_000)],
        ),
    ]


_INSURANCE = """\
// @parameter pubkey oracle, bytes8 policy, bytes to, bytes insurer, int until
// @spend pay(datasig s, bytes9 message): <s> <message> OP_0
// @spend expire(): OP_1
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_IF
  <until> OP_CHECKLOCKTIMEVERIFY OP_DROP <insurer>
OP_ELSE
  OP_DUP <8> OP_SPLIT <1> OP_EQUALVERIFY <policy> OP_EQUALVERIFY
  <oracle> OP_CHECKDATASIGVERIFY <to>
OP_ENDIF
OP_0 OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <1000> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
_POLICIES = ((BOB, b"policy 1"), (CAT, b"policy 2"))


def _policies(source: str) -> tuple[Contract, ...]:
    return tuple(
        compile_contract(
            "insurance",
            {
                "oracle": ORACLE,
                "policy": policy,
                "to": key.locking_bytecode,
                "insurer": ANN.locking_bytecode,
                "until": 800_000,
            },
            source=source,
        )
        for key, policy in _POLICIES
    )


def _insured(*contracts: Contract) -> list[BuiltTransaction]:
    made = []
    for at, (each, (key, policy)) in enumerate(zip(contracts, _POLICIES, strict=True)):
        one, message = coin(each, 500_000, at=at), policy + b"\x01"
        pay = each.unlock.pay(ORACLE.sign_data(message), message)
        outputs: tuple[Output, ...] = (paid(key, 499_000), paid(ANN, 499_000))
        made.append(spending((one, pay), pay=outputs[:1]))
        made.append(spending((one, each.unlock.expire()), pay=outputs[1:], locktime=800_000))
    return made


CLAIMS = (
    Pair(
        "bridge",
        "an index beyond the tree is taken modulo",
        _BRIDGE,
        ("OP_DUP OP_4 OP_LESSTHAN OP_VERIFY\n", ""),
        compiled("bridge", root=sha256(_LEFT + _RIGHT)),
        _bridge,
        (Party("bob", (BOB,)), Party("cat", (CAT,))),
        unique=(CATEGORY,),
    ),
    Pair(
        "batch withdrawal",
        "two amounts are joined without their lengths",
        _BATCH,
        (
            "OP_1 OP_OUTPUTVALUE <8> OP_NUM2BIN OP_CAT OP_2 OP_OUTPUTVALUE <8> OP_NUM2BIN OP_CAT",
            "OP_1 OP_OUTPUTVALUE OP_CAT OP_2 OP_OUTPUTVALUE OP_CAT",
        ),
        compiled("withdrawal", operator=ORACLE),
        _batch,
        (Party("operator", (ORACLE,)), Party("bob", (BOB,)), Party("cat", (CAT,))),
    ),
    Pair(
        "crowdfunding",
        "a backer is refunded though the goal is reached",
        _FUND,
        ("OP_DUP <goal> OP_LESSTHAN OP_VERIFY", ""),
        compiled("fund", starter=ANN.locking_bytecode, goal=500_000),
        _fund,
        (Party("starter", (ANN,)), Party("backer", (BOB,))),
    ),
    Pair(
        "insurance",
        "a word on another policy is good for this one",
        _INSURANCE,
        ("<policy> OP_EQUALVERIFY", "<policy> OP_2DROP"),
        _policies,
        _insured,
        (
            Party("oracle", (ORACLE,)),
            Party("insurer", (ANN,)),
            Party("bob", (BOB,)),
            Party("cat", (CAT,)),
        ),
    ),
)
