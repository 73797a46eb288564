"""A vault whose coin stays where it is, and the same one that lets it go."""

from __future__ import annotations

from bchcov import BuiltTransaction, Contract, PrivateKey, TransactionBuilder, compile_contract
from bchcov.testing import Party

__all__ = ["KEEPING", "LEAKING", "OWNER", "PARTIES", "keeping", "kept"]

OWNER = PrivateKey(bytes(31) + b"\x01")
# Nothing says where the coin goes.
LEAKING = """\
// @parameter pubkey owner
// @spend move(sig signature)
<owner> OP_CHECKSIGVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <1000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE OP_GREATERTHANOREQUAL
"""
KEEPING = (
    LEAKING
    + """\
OP_VERIFY OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUAL
"""
)
PARTIES = [Party("owner", (OWNER,))]


def keeping(source: str = KEEPING) -> Contract:
    """The vault as a contract."""
    return compile_contract("vault", {"owner": OWNER}, source=source)


def kept(source: str = KEEPING) -> BuiltTransaction:
    """A coin of the vault that is moved on by its owner."""
    contract = keeping(source)
    coin = contract.coin("11" * 32, 0, 100_000)
    builder = TransactionBuilder().spend(coin, contract.unlock.move(OWNER))
    return builder.pay(contract.output(99_000)).build()
