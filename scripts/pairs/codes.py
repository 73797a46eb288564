"""Pairs of functions that are pushed, and of contracts that make others."""

from __future__ import annotations

from bchcov import BuiltTransaction, Contract, assemble, compile_contract
from bchcov.crypto.hashes import hash256
from bchcov.testing import Party

from .pair import (
    ANN,
    CAT,
    CATEGORY,
    MINTING,
    Pair,
    coin,
    compiled,
    number,
    paid,
    purse,
    spending,
    state,
)

_UPGRADABLE = """\
// @parameter pubkey admin
// @spend run(bytes body): <body> OP_0
// @spend upgrade(sig s, bytes32 hash): <s> <hash> OP_1
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_IF
  OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
  <admin> OP_CHECKSIG
OP_ELSE
  OP_DUP OP_HASH256 OP_0 OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY
  OP_0 OP_OUTPUTTOKENCOMMITMENT OP_0 OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY
  OP_1 OP_DEFINE OP_1 OP_INVOKE
OP_ENDIF
"""
_BODY, _NEXT = (
    assemble(f"OP_0 OP_OUTPUTVALUE <{most}> OP_ADD OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL")
    for most in (10_000, 20_000)
)


def _upgradable(contract: Contract) -> list[BuiltTransaction]:
    now, then = state(hash256(_BODY)), state(hash256(_NEXT))
    one = coin(contract, 100_000, now)
    return [
        spending(
            (one, contract.unlock.run(_BODY)), pay=[contract.output(90_000, now), paid(CAT, 9_000)]
        ),
        spending(
            (one, contract.unlock.upgrade(ANN, hash256(_NEXT))),
            purse(ANN, 10_000),
            pay=[contract.output(100_000, then), paid(ANN, 9_000)],
        ),
    ]


_REGISTRY = """\
// @parameter bytes worker, int fee, bytes treasury
// @spend open()
OP_INPUTINDEX OP_0 OP_NUMEQUALVERIFY
OP_0 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_0 OP_OUTPUTBYTECODE OP_0 OP_UTXOBYTECODE OP_EQUALVERIFY
OP_0 OP_OUTPUTVALUE OP_0 OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_0 OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_1ADD <4> OP_NUM2BIN
OP_0 OP_OUTPUTTOKENCOMMITMENT OP_EQUALVERIFY
OP_1 OP_OUTPUTBYTECODE <worker> OP_EQUALVERIFY
OP_1 OP_OUTPUTTOKENCATEGORY OP_0 OP_UTXOTOKENCATEGORY
<32> OP_SPLIT OP_DROP <0x01> OP_CAT OP_EQUALVERIFY
OP_1 OP_OUTPUTTOKENCOMMITMENT <0x00000000> OP_EQUALVERIFY
OP_2 OP_OUTPUTBYTECODE <treasury> OP_EQUALVERIFY
OP_2 OP_OUTPUTVALUE <fee> OP_GREATERTHANOREQUAL OP_VERIFY
OP_2 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY
OP_TXOUTPUTCOUNT <4> OP_LESSTHANOREQUAL OP_VERIFY
OP_TXOUTPUTCOUNT <4> OP_EQUAL OP_IF OP_3 OP_OUTPUTTOKENCATEGORY OP_0 OP_EQUALVERIFY OP_ENDIF
OP_1
"""
_WORKER = """\
// @spend work()
OP_INPUTINDEX OP_OUTPUTTOKENCATEGORY OP_INPUTINDEX OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL OP_VERIFY
OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_BIN2NUM OP_1ADD <4> OP_NUM2BIN
OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_EQUAL
"""


def _threads(source: str) -> tuple[Contract, ...]:
    worker = compile_contract("worker", source=_WORKER)
    bindings = {"worker": worker.locking_bytecode, "treasury": ANN.locking_bytecode}
    return compile_contract("registry", {**bindings, "fee": 20_000}, source=source), worker


def _opened(registry: Contract, worker: Contract) -> list[BuiltTransaction]:
    return [
        spending(
            (coin(registry, 1_000, state(number(3), MINTING)), registry.unlock.open()),
            purse(CAT, 60_000),
            pay=[
                registry.output(1_000, state(number(4), MINTING)),
                worker.output(1_000, state(number(0))),
                paid(ANN, 20_000),
                paid(CAT, 38_000),
            ],
        ),
        spending(
            (coin(worker, 1_000, state(number(7)), at=1), worker.unlock.work()),
            purse(CAT, 5_000),
            pay=[worker.output(1_000, state(number(8))), paid(CAT, 4_000)],
        ),
    ]


CODES = (
    Pair(
        "upgradable",
        "the function that runs may be any other",
        _UPGRADABLE,
        ("OP_DUP OP_HASH256 OP_0 OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY", ""),
        compiled("upgradable", admin=ANN),
        _upgradable,
        (Party("admin", (ANN,)), Party("user", (CAT,), is_open=True)),
        unique=(CATEGORY,),
    ),
    Pair(
        "threads",
        "the worker's NFT may be one that mints",
        _REGISTRY,
        (
            "<32> OP_SPLIT OP_DROP <0x01> OP_CAT OP_EQUALVERIFY",
            "<32> OP_SPLIT OP_DROP OP_SWAP <32> OP_SPLIT OP_DROP OP_EQUALVERIFY",
        ),
        _threads,
        _opened,
        (Party("treasury", (ANN,)), Party("opener", (CAT,), is_open=True)),
        unique=(CATEGORY,),
    ),
)
