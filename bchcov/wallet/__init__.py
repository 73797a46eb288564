"""Private keys, coins, the transactions built from them, and signed messages."""

from __future__ import annotations

from .balance import Spend
from .builder import BuiltTransaction, TransactionBuilder
from .coins import Coin
from .cosigned import CosignedTransaction
from .cosigning import PartialMultisig
from .destinations import output_to
from .funding import Funding
from .hd_keys import HdPrivateKey, HdPublicKey
from .keys import PrivateKey
from .messages import message_signer, sign_message, verify_message
from .public_keys import KeyHash, PublicKey
from .script_unlocker import SigningSerialization
from .signing import (
    Scheme,
    multisig_unlocking,
    sign_all_p2pkh,
    sign_p2pkh,
    transaction_signature,
)
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
    "CosignedTransaction",
    "Funding",
    "HdPrivateKey",
    "HdPublicKey",
    "KeyHash",
    "MultisigUnlocker",
    "P2pkhUnlocker",
    "PartialMultisig",
    "PrivateKey",
    "PublicKey",
    "RawUnlocker",
    "Scheme",
    "ScriptUnlocker",
    "Signature",
    "SigningSerialization",
    "Spend",
    "TransactionBuilder",
    "Unlocker",
    "message_signer",
    "multisig_unlocking",
    "output_to",
    "sign_all_p2pkh",
    "sign_message",
    "sign_p2pkh",
    "transaction_signature",
    "verify_message",
]
