"""Interchange formats: transactions, coins, tests and contracts as other programs have them."""

from __future__ import annotations

from .cosigned_request import add_signatures, to_signing_request
from .electrum import read_unspent, read_utxo_info, script_hash, write_unspent
from .fields import read_json
from .node_json import read_node_json, read_txout, to_node_json
from .read_transaction import ReadTransaction
from .recognize import read_transaction
from .request_multisig import partial_multisig, with_multisig
from .request_signatures import (
    MissingSignature,
    combine_requests,
    missing_signatures,
    sign_request,
    signed_transaction,
)
from .signing_request import SigningRequest, SourceContract
from .wallet_template import WalletTemplate, read_wallet_template
from .walletconnect import read_signed, read_signing_request, write_signed, write_signing_request

__all__ = [
    "MissingSignature",
    "ReadTransaction",
    "SigningRequest",
    "SourceContract",
    "WalletTemplate",
    "add_signatures",
    "combine_requests",
    "missing_signatures",
    "partial_multisig",
    "read_json",
    "read_node_json",
    "read_signed",
    "read_signing_request",
    "read_transaction",
    "read_txout",
    "read_unspent",
    "read_utxo_info",
    "read_wallet_template",
    "script_hash",
    "sign_request",
    "signed_transaction",
    "to_node_json",
    "to_signing_request",
    "with_multisig",
    "write_signed",
    "write_signing_request",
    "write_unspent",
]
