"""Keys held by the caller, coins, and the transactions made of them."""

from __future__ import annotations

from .balance import Spend
from .builder import BuiltTransaction, TransactionBuilder
from .coins import Coin
from .cosigning import PartialMultisig
from .destinations import output_to
from .keys import PrivateKey
from .unlockers import (
    MultisigUnlocker,
    P2pkhUnlocker,
    RawUnlocker,
    ScriptUnlocker,
    Signature,
    Unlocker,
)

__all__ = [
    "BuiltTransaction",
    "Coin",
    "MultisigUnlocker",
    "P2pkhUnlocker",
    "PartialMultisig",
    "PrivateKey",
    "RawUnlocker",
    "ScriptUnlocker",
    "Signature",
    "Spend",
    "TransactionBuilder",
    "Unlocker",
    "output_to",
]
