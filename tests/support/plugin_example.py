"""A contract at the top of test files that the tests of the plugin write."""

from __future__ import annotations

import pytest

__all__ = ["CONTRACT", "write"]

# A coin that anybody may spend; where it does not go back to the contract, that is refused.
CONTRACT = '''
from bchcov import *
from bchcov.testing import Party, assert_accepted, assert_refused

SOURCE = """// @spend take()
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE
OP_EQUALVERIFY                             // [stays] the coin goes on
OP_INPUTINDEX OP_OUTPUTVALUE OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL                      // [value] with its satoshis
"""
key = PrivateKey(bytes(31) + b"\\x02")
purse = Coin(bytes(32), 1, Output(60_000, key.locking_bytecode))


def spend(source=SOURCE, value=1_000, locking=None):
    box = compile_contract("box", source=source)
    builder = TransactionBuilder().spend(box.coin("11" * 32, 0, 1_000), box.unlock.take())
    builder = builder.spend(purse, P2pkhUnlocker(key))
    builder = builder.pay(Output(value, locking or box.locking_bytecode))
    return builder.pay(Output(59_000, key.locking_bytecode)).build_exactly(), box
'''


def write(pytester: pytest.Pytester, text: str) -> None:
    """Write a test file that begins with the contract."""
    pytester.makepyfile(CONTRACT + text)
