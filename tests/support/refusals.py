"""Spends that are refused, of different kinds, to be explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import (
    Contract,
    Input,
    Output,
    PrivateKey,
    Token,
    Transaction,
    TransactionContext,
    assemble,
    compile_contract,
    p2pkh,
    p2sh32,
    signature_digest,
)
from bchcov.crypto.hashes import hash160
from bchcov.crypto.secp256k1 import sign_ecdsa, sign_schnorr
from bchcov.script.pushes import encode_push
from bchcov.seeing import Spending, see

__all__ = [
    "ALICE",
    "BOB",
    "CATEGORY",
    "PAID",
    "SOURCE",
    "bare",
    "signed",
    "vault",
    "wrong_redeem_script",
]

ALICE = PrivateKey(bytes(31) + b"\x07")
BOB = PrivateKey(bytes(31) + b"\x09")
CATEGORY = bytes(range(32))
PAID = Output(9_000, p2pkh(bytes(20)))
SOURCE = """// A vault for tokens.
// @parameter pubkey owner, bytes32 token, int limit
// @spend spend(sig s)
OP_0 OP_OUTPUTTOKENCATEGORY <token> OP_EQUALVERIFY  // [category] the output holds the token
OP_0 OP_OUTPUTVALUE <limit> OP_LESSTHANOREQUAL OP_VERIFY // [limit] no more than the limit
<owner> OP_CHECKSIG // [owner] the owner signs
"""


def bare(
    locking: str,
    unlocking: str | bytes = b"",
    *,
    outputs: tuple[Output, ...] = (PAID,),
    sequence: int = 0xFFFF_FFFF,
    locktime: int = 0,
    token: Token | None = None,
) -> Spending:
    """A spend of one coin that is locked by a script as it is."""
    code = assemble(unlocking) if isinstance(unlocking, str) else unlocking
    transaction = Transaction((Input(b"\xaa" * 32, 0, code, sequence),), outputs, locktime=locktime)
    return see(transaction, [Output(10_000, assemble(locking), token)])


def vault(category: bytes = CATEGORY, *, value: int = 4_000, signature: bytes = b"") -> Spending:
    """A spend of the vault, whose category may be another one than that of the tokens."""
    constants: dict[str, bytes | int] = {
        "owner": ALICE.public_key,
        "token": category,
        "limit": 5_000,
    }
    contract: Contract = compile_contract("vault", constants, source=SOURCE)
    unlocking = encode_push(signature) + encode_push(contract.code)
    outputs = (Output(value, p2pkh(bytes(20)), Token(CATEGORY, 5)),)
    transaction = Transaction((Input(b"\xaa" * 32, 0, unlocking),), outputs)
    coin = contract.output(10_000, Token(CATEGORY, 5))
    return see(transaction, [coin], contracts=[contract])


def signed(
    key: PrivateKey = ALICE,
    *,
    told: int = 0x61,
    made: int = 0x61,
    change: Callable[[Transaction], Transaction] = lambda given: given,
    outputs: tuple[Output, ...] = (PAID, Output(1_000, p2pkh(b"\x01" * 20))),
    is_ecdsa: bool = False,
    coin: Output | None = None,
) -> Spending:
    """A spend of two coins of Alice, signed by `key` for the transaction after a change."""
    locking = p2pkh(hash160(ALICE.public_key))
    coins = [coin or Output(10_000, locking), Output(3_000, locking)]
    inputs = (
        Input(b"\xaa" * 32, 0, b"", 0xFFFF_FFFE),
        Input(b"\xbb" * 32, 1, b"", 0xFFFF_FFFE),
    )
    transaction = Transaction(inputs, outputs)
    context = TransactionContext(change(transaction), coins)
    unlocked = []
    for index, item in enumerate(transaction.inputs):
        digest = signature_digest(context, index, coins[index].locking_bytecode, made)
        sign = sign_ecdsa if is_ecdsa else sign_schnorr
        signature = sign(key.secret, digest)
        pushes = encode_push(signature + bytes((told,))) + encode_push(ALICE.public_key)
        unlocked.append(replace(item, unlocking_bytecode=pushes))
    return see(replace(transaction, inputs=tuple(unlocked)), coins)


def wrong_redeem_script() -> Spending:
    """A P2SH32 coin, spent with another script than its own."""
    coin = Output(10_000, p2sh32(assemble("<1> OP_ADD <5> OP_EQUAL")))
    other = assemble("<2> OP_ADD <5> OP_EQUAL")
    unlocking = encode_push(b"\x04") + encode_push(other)
    return see(Transaction((Input(b"\xaa" * 32, 0, unlocking),), (PAID,)), [coin])
