"""Transactions of every form that people have them in, recognized by what they hold.

Hexadecimal, lines of `bchcov verify`, a node's JSON, an Electrum server's, and WalletConnect
requests and answers; in JSON-RPC's envelopes too.
"""

from __future__ import annotations

import re

from ..errors import DecodeError, InvalidKey
from ..transaction.codec import decode_outputs
from .fields import Field, read_json, read_text
from .node_json import node_transaction
from .read_transaction import ReadTransaction, read_encoded
from .request_signatures import missing_signatures
from .signing_request import SigningRequest
from .walletconnect import signed_in, signing_request_in

__all__ = ["find_transaction_in", "read_hex", "read_transaction", "split_hex"]

# The shortest transaction has 10 bytes; what is shorter may be a number of JSON.
_HEX = re.compile(r"\s*(?:0[xX])?([0-9a-fA-F]{20,})(?:\s+(?:0[xX])?([0-9a-fA-F]+))?\s*")
_ENVELOPES = 4
_HEX_ADVICE = "its spent output is missing: put the spent outputs behind the transaction"
_ANSWER_ADVICE = "its spent output is missing: it stands in the request that was signed"


def split_hex(text: str) -> tuple[str, str] | None:
    """Split text into a transaction's hexadecimal and its spent outputs'; None if it is none.

    Where only the transaction is there, the second is empty.
    """
    match = _HEX.fullmatch(text)
    return None if match is None else (match[1], match[2] or "")


def read_hex(transaction: Field, outputs: Field) -> ReadTransaction:
    """Read a transaction in hexadecimal; of the spent outputs, a count stands in front.

    Without outputs they are missing. Raises FormatError.
    """
    made = read_encoded(transaction)
    if not outputs.is_there:
        missing = (None,) * len(made.inputs)
        return ReadTransaction(made, missing, "hexadecimal", _HEX_ADVICE)
    try:
        sources = decode_outputs(outputs.hexadecimal())
    except DecodeError as error:
        outputs.refuse(f"are not outputs: {error}")
    if len(sources) != len(made.inputs):
        outputs.refuse(f"hold {len(sources)} outputs for {len(made.inputs)} inputs")
    return ReadTransaction(made, sources, "hexadecimal", _HEX_ADVICE)


def _opened(found: Field) -> Field:
    """Take the data out of JSON-RPC's and WalletConnect's envelopes."""
    for _ in range(_ENVELOPES):
        if not isinstance(found.value, dict):
            break
        error = found.get("error")
        if error.is_there:
            said = error.get("message").value if isinstance(error.value, dict) else error.value
            error.refuse(f"is the answer: {str(said)[:200]!a}")
        inner = next((name for name in ("result", "request", "params") if name in found.value), "")
        if not inner and isinstance(found.get("transaction").value, dict):
            # WizardConnect puts the request into a field of its own.
            inner = "transaction" if "sourceOutputs" in found.get("transaction").members() else ""
        if not inner:
            break
        found = found.get(inner)
    return found


def _lacking(request: SigningRequest) -> tuple[str, ...]:
    try:
        return tuple(map(str, missing_signatures(request)))
    except InvalidKey as error:
        return (str(error),)


def find_transaction_in(data: object) -> ReadTransaction:
    """Read the transaction that parsed JSON holds. Raises FormatError with the field."""
    found = _opened(Field(data))
    if isinstance(found.value, str):
        return read_hex(found, Field(None))
    members = found.members()
    if "vin" in members:
        return node_transaction(found)
    if "transaction" in members:
        request = signing_request_in(found)
        remarks = (*request.remarks, *_lacking(request))
        form = "WalletConnect request"
        return ReadTransaction(request.transaction, request.source_outputs, form, "", remarks)
    if "signedTransaction" in members:
        signed = signed_in(found)
        missing = (None,) * len(signed.inputs)
        return ReadTransaction(signed, missing, "WalletConnect answer", _ANSWER_ADVICE)
    if "tx" in members:
        spent = found.get("source_outputs")
        return read_hex(found.get("tx"), spent if spent.is_there else found.get("sourceOutputs"))
    if "hex" not in members:
        names = ", ".join(ascii(name[:40]) for name in list(members)[:5]) or "nothing"
        found.refuse(
            f"holds no transaction: it has {names}, and none of tx, hex, vin, transaction,"
            " signedTransaction"
        )
    return read_hex(found.get("hex"), Field(None))


def read_transaction(text: str | bytes) -> ReadTransaction:
    """Read one transaction in any form, with the spent outputs as far as they are told.

    Raises FormatError that names the field that is wrong.
    """
    text = read_text(text)
    if digits := split_hex(text):
        transaction, outputs = digits
        spent = Field(outputs or None, "source outputs")
        return read_hex(Field(transaction, "transaction"), spent)
    return find_transaction_in(read_json(text))
