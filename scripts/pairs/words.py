"""Pairs of secrets, signed words and time."""

from __future__ import annotations

from bchcov import BuiltTransaction, Contract, compile_contract
from bchcov.contract.argument_types import ArgumentValue
from bchcov.crypto.hashes import sha256
from bchcov.testing import Party

from .pair import (
    ANN,
    BOB,
    CATEGORY,
    ORACLE,
    Pair,
    coin,
    compiled,
    number,
    paid,
    spending,
    state,
)

_LOTTERY = """\
// @parameter bytes32 ha, bytes32 hb, bytes a, bytes b
// @spend play(bytes ra, bytes rb)
OP_SIZE <16> OP_NUMEQUALVERIFY OP_DUP OP_SHA256 <hb> OP_EQUALVERIFY
OP_SWAP OP_SIZE <16> OP_NUMEQUALVERIFY OP_DUP OP_SHA256 <ha> OP_EQUALVERIFY
OP_1 OP_SPLIT OP_DROP OP_BIN2NUM OP_SWAP OP_1 OP_SPLIT OP_DROP OP_BIN2NUM OP_ADD OP_ABS OP_2 OP_MOD
OP_IF <a> OP_ELSE <b> OP_ENDIF
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <2000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
_OF_ANN, _OF_BOB = bytes((4,)) * 16, bytes((7,)) * 16


def _lottery(lottery: Contract) -> list[BuiltTransaction]:
    play = lottery.unlock.play(_OF_ANN, _OF_BOB)
    return [spending((coin(lottery, 200_000), play), pay=[paid(ANN, 198_000)])]


_BET = """\
// @parameter pubkey oracle, bytes4 event, int strike, bytes high, bytes low
// @spend settle(datasig s, bytes message)
OP_TUCK <oracle> OP_CHECKDATASIGVERIFY
OP_4 OP_SPLIT OP_SWAP <event> OP_EQUALVERIFY
OP_BIN2NUM <strike> OP_GREATERTHANOREQUAL
OP_IF <high> OP_ELSE <low> OP_ENDIF
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""


def _bets(source: str) -> tuple[Contract, ...]:
    shared: dict[str, ArgumentValue] = {"oracle": ORACLE, "strike": 100}
    shared |= {"high": ANN.locking_bytecode, "low": BOB.locking_bytecode}
    return tuple(
        compile_contract("bet", {**shared, "event": event}, source=source)
        for event in (b"GAME", b"CUP!")
    )


def _settled(game: Contract, cup: Contract) -> list[BuiltTransaction]:
    high, low = b"GAME" + number(120), b"CUP!" + number(80)
    one, other = coin(game, 100_000), coin(cup, 100_000, at=1)
    return [
        spending((one, game.unlock.settle(ORACLE.sign_data(high), high)), pay=[paid(ANN, 99_000)]),
        spending((other, cup.unlock.settle(ORACLE.sign_data(low), low)), pay=[paid(BOB, 99_000)]),
    ]


_VESTING = """\
// @parameter pubkey owner, int start, int rate, int total
// @spend claim(sig s, int now, int amount)
OP_OVER OP_CHECKLOCKTIMEVERIFY <500000000> OP_LESSTHAN OP_VERIFY
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_DUP OP_0 OP_GREATERTHAN OP_VERIFY
OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_OVER OP_ADD
OP_ROT <start> OP_SUB <rate> OP_MUL <total> OP_MIN
OP_OVER OP_GREATERTHANOREQUAL OP_VERIFY
<8> OP_NUM2BIN OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_UTXOVALUE OP_SWAP OP_SUB OP_0 OP_OUTPUTVALUE OP_LESSTHANOREQUAL OP_VERIFY
<owner> OP_CHECKSIG
"""


def _claimed(vesting: Contract) -> list[BuiltTransaction]:
    one = coin(vesting, 1_000_000, state(number(50_000, 8)))
    return [
        spending(
            (one, vesting.unlock.claim(BOB, 700_100, 50_000)),
            pay=[vesting.output(950_000, state(number(100_000, 8))), paid(BOB, 49_000)],
            locktime=700_100,
        )
    ]


_CHAIN = """\
// @parameter bytes32 tip, int unit, pubkey payee, bytes payer, pubkey payerkey, int expiry
// @spend claim(sig s, bytes32 x, int count): <s> <x> <count> OP_0
// @spend back(sig s): <s> OP_1
OP_IF
  <expiry> OP_CHECKLOCKTIMEVERIFY OP_DROP <payerkey> OP_CHECKSIG
OP_ELSE
  OP_DUP <1> <101> OP_WITHIN OP_VERIFY
  OP_DUP OP_TOALTSTACK
  OP_BEGIN OP_SWAP OP_SHA256 OP_SWAP OP_1SUB OP_DUP OP_0 OP_NUMEQUAL OP_UNTIL OP_DROP
  <tip> OP_EQUALVERIFY
  <payee> OP_CHECKSIGVERIFY
  OP_INPUTINDEX OP_UTXOVALUE OP_FROMALTSTACK <unit> OP_MUL OP_SUB
  OP_INPUTINDEX OP_OUTPUTVALUE OP_SWAP OP_GREATERTHANOREQUAL OP_VERIFY
  OP_INPUTINDEX OP_OUTPUTBYTECODE <payer> OP_EQUAL
OP_ENDIF
"""


def _link(count: int) -> bytes:
    made = sha256(b"seed")
    for _ in range(count):
        made = sha256(made)
    return made


def _channel(channel: Contract) -> list[BuiltTransaction]:
    one, claim = coin(channel, 1_000_000), channel.unlock.claim(BOB, _link(93), 7)
    return [
        spending((one, claim), pay=[paid(ANN, 930_000), paid(BOB, 69_000)]),
        spending((one, channel.unlock.back(ANN)), pay=[paid(ANN, 999_000)], locktime=900_000),
    ]


_FAUCET = """\
// @parameter int step, pubkey owner
// @spend drip(): OP_0
// @spend end(sig s): <s> OP_1
OP_IF <owner> OP_CHECKSIG OP_ELSE
<100> OP_CHECKSEQUENCEVERIFY OP_DROP
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
<0xaa20> OP_ACTIVEBYTECODE OP_HASH256 OP_CAT <0x87> OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE <step> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL
OP_ENDIF
"""


def _faucet(faucet: Contract) -> list[BuiltTransaction]:
    one, drip = coin(faucet, 100_000), faucet.unlock.drip()
    return [
        spending((one, drip), pay=[faucet.output(95_000), paid(BOB, 4_000)], sequence=100),
        spending((one, faucet.unlock.end(ANN)), pay=[paid(ANN, 99_000)]),
    ]


WORDS = (
    Pair(
        "lottery",
        "bob's number need not be what they committed to",
        _LOTTERY,
        ("OP_DUP OP_SHA256 <hb> OP_EQUALVERIFY", ""),
        compiled(
            "lottery",
            ha=sha256(_OF_ANN),
            hb=sha256(_OF_BOB),
            a=ANN.locking_bytecode,
            b=BOB.locking_bytecode,
        ),
        _lottery,
        (Party("ann", (ANN,)), Party("bob", (BOB,))),
    ),
    Pair(
        "bet",
        "it does not matter which event the oracle speaks of",
        _BET,
        ("OP_SWAP <event> OP_EQUALVERIFY", "OP_NIP"),
        _bets,
        _settled,
        (Party("oracle", (ORACLE,)), Party("high", (ANN,)), Party("low", (BOB,))),
    ),
    Pair(
        "vesting",
        "the time that is claimed need not have come",
        _VESTING,
        ("OP_OVER OP_CHECKLOCKTIMEVERIFY <500000000>", "OP_OVER <500000000>"),
        compiled("vesting", owner=BOB, start=700_000, rate=1_000, total=1_050_000),
        _claimed,
        (Party("owner", (BOB,)),),
        unique=(CATEGORY,),
    ),
    Pair(
        "payment channel",
        "each link of the hash chain is counted twice",
        _CHAIN,
        ("OP_DUP OP_TOALTSTACK\n  OP_BEGIN", "OP_DUP OP_DUP OP_ADD OP_TOALTSTACK\n  OP_BEGIN"),
        compiled(
            "channel",
            tip=_link(100),
            unit=10_000,
            payee=BOB,
            payer=ANN.locking_bytecode,
            payerkey=ANN,
            expiry=900_000,
        ),
        _channel,
        (Party("payer", (ANN,)), Party("payee", (BOB,))),
    ),
    Pair(
        "faucet",
        "only the length of the next script is compared",
        _FAUCET,
        (
            "<0x87> OP_CAT OP_0 OP_OUTPUTBYTECODE OP_EQUALVERIFY",
            "<0x87> OP_CAT OP_SIZE OP_NIP OP_0 OP_OUTPUTBYTECODE OP_SIZE OP_NIP OP_EQUALVERIFY",
        ),
        compiled("faucet", step=5_000, owner=ANN),
        _faucet,
        (Party("owner", (ANN,)), Party("user", (BOB,), is_open=True)),
    ),
)
