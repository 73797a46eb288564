"""Reading and writing WalletConnect requests to sign, `bch_signTransaction`, and their answers.

Outpoints and categories are in displayed, reversed order; bytes and satoshis are text as written
by libauth's `stringify`.
Source: wc2-bch-bcr, "signTransaction"; libauth, `stringify`.
"""

from __future__ import annotations

import re
from typing import Any

from ..encoding.hexadecimal import decode_hex
from ..errors import FormatError
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.constants import MAX_TOKEN_AMOUNT, MAX_UINT32, MAX_UINT64
from ..transaction.model import Input, Nft, Output, Token, Transaction
from .fields import Field, read_json
from .read_transaction import check_encoding, check_identity, read_encoded
from .signing_request import SigningRequest, SourceContract, with_true_script
from .token_data import read_capability

__all__ = ["read_signed", "read_signing_request", "write_signed", "write_signing_request"]

_BYTES = re.compile(r"<Uint8Array: 0x([0-9a-fA-F]*)>")
_BIGINT = re.compile(r"<bigint: ([0-9]{1,20})n>")


def _read_bytes(found: Field) -> bytes:
    text = found.text()
    match = _BYTES.fullmatch(text)
    if match is None or len(match[1]) % 2:
        found.refuse(f"is {text[:40]!a}, not bytes as <Uint8Array: 0x...>")
    return decode_hex(match[1])


def _read_hash(found: Field) -> bytes:
    data = _read_bytes(found)
    if len(data) != 32:
        found.refuse(f"has {len(data)} bytes, not 32")
    return data[::-1]


def _read_big(found: Field, most: int) -> int:
    if isinstance(found.value, int):
        return found.number(most)
    match = _BIGINT.fullmatch(found.text())
    if match is None:
        found.refuse(f"is {found.text()[:40]!a}, not a number as <bigint: 5n>")
    return found.within(int(match[1]), most)


def _read_token(found: Field) -> Token | None:
    if not found.is_there:
        return None
    nft, made = found.get("nft"), None
    if nft.is_there:
        made = Nft(_read_bytes(nft.get("commitment")), read_capability(nft.get("capability")))
    amount = found.get("amount")
    number = _read_big(amount, MAX_TOKEN_AMOUNT) if amount.is_there else 0
    if not number and made is None:
        found.refuse("has neither an amount nor an NFT")
    return Token(_read_hash(found.get("category")), number, made)


def _read_output(found: Field) -> Output:
    return Output(
        _read_big(found.get("valueSatoshis"), MAX_UINT64),
        _read_bytes(found.get("lockingBytecode")),
        _read_token(found.get("token")),
    )


def _read_input(found: Field) -> Input:
    return Input(
        _read_hash(found.get("outpointTransactionHash")),
        found.get("outpointIndex").number(MAX_UINT32),
        _read_bytes(found.get("unlockingBytecode")),
        found.get("sequenceNumber").number(MAX_UINT32),
    )


def _unpacked(found: Field) -> Field:
    """Parse a field that contains JSON text, as some dApps write parts of the request."""
    text = found.value
    if not isinstance(text, str) or text.lstrip()[:1] not in ("{", "["):
        return found
    try:
        return Field(read_json(text), found.path)
    except FormatError as error:
        found.refuse(f"holds text that is {error}")


def _read_transaction(found: Field) -> Transaction:
    if isinstance(found.value, str):
        return read_encoded(found)
    made = Transaction(
        tuple(map(_read_input, found.get("inputs").items())),
        tuple(map(_read_output, found.get("outputs").items())),
        found.get("version").number(MAX_UINT32),
        found.get("locktime").number(MAX_UINT32),
    )
    check_encoding(made, found)
    return made


def _check_source(found: Field, item: Input) -> None:
    """Check that a source output matches the input at its position, if it names an outpoint."""
    named = found.get("outpointTransactionHash")
    if named.is_there and _read_hash(named) != item.outpoint_hash:
        if _read_hash(named) == item.outpoint_hash[::-1]:
            named.refuse("is in the wire's byte order: outpoints are written as displayed")
        named.refuse(f"is not that of the input, {item.outpoint_txid}")
    for name, value in (
        ("outpointIndex", item.outpoint_index),
        ("sequenceNumber", item.sequence),
    ):
        if found.get(name).is_there and found.get(name).number(MAX_UINT32) != value:
            found.get(name).refuse(f"is not that of the input, {value}")
    unlocking = found.get("unlockingBytecode")
    if unlocking.is_there and _read_bytes(unlocking) != item.unlocking_bytecode:
        unlocking.refuse("is not that of the input")


def _read_contract(found: Field) -> SourceContract | None:
    if not found.is_there:
        return None
    script, code = found.get("redeemScript"), found.get("bytecode")
    # CashScript writes the script as bytes until 0.12 and as `bytecode` from 0.13 on.
    redeem = _read_bytes(script) if script.is_there else None
    if redeem is None and code.is_there:
        redeem = code.hexadecimal()
    return SourceContract(
        found.get("abiFunction").members() if found.get("abiFunction").is_there else {},
        redeem,
        found.get("artifact").members() if found.get("artifact").is_there else {},
    )


def read_signing_request(data: object) -> SigningRequest:
    """Read the object of a `bch_signTransaction` request, decoded from JSON.

    If a `redeemScript` does not match the spent output, for example because a dApp sent the
    locking script, the last push of its input is used instead, and a remark says so. Raises
    FormatError, which names the wrong field.
    """
    return signing_request_in(Field(data))


def signing_request_in(found: Field) -> SigningRequest:
    """Read a request from a field, as `read_signing_request` does."""
    transaction = _read_transaction(_unpacked(found.get("transaction")))
    listed = tuple(_unpacked(found.get("sourceOutputs")).items())
    if len(listed) != len(transaction.inputs):
        found.get("sourceOutputs").refuse(
            f"lists {len(listed)} outputs, the transaction has {len(transaction.inputs)} inputs"
        )
    outputs: list[Output] = []
    contracts: list[SourceContract | None] = []
    remarks: tuple[str, ...] = ()
    for each, item in zip(listed, transaction.inputs, strict=True):
        _check_source(each, item)
        output, contract = _read_output(each), _read_contract(each.get("contract"))
        if contract is not None:
            path = f"{each.path}.contract.redeemScript"
            contract, said = with_true_script(contract, item, output, path)
            remarks = (*remarks, *said)
        outputs.append(output)
        contracts.append(contract)
    broadcast, prompt = found.get("broadcast"), found.get("userPrompt")
    return SigningRequest(
        transaction,
        tuple(outputs),
        tuple(contracts) if any(contracts) else (),
        broadcast.flag() if broadcast.is_there else True,
        prompt.text() if prompt.is_there else "",
        remarks,
    )


def _bytes(data: bytes) -> str:
    return f"<Uint8Array: 0x{data.hex()}>"


def _write_input(item: Input) -> dict[str, Any]:
    return {
        "outpointIndex": item.outpoint_index,
        "outpointTransactionHash": _bytes(item.outpoint_hash[::-1]),
        "sequenceNumber": item.sequence,
        "unlockingBytecode": _bytes(item.unlocking_bytecode),
    }


def _write_output(output: Output) -> dict[str, Any]:
    written: dict[str, Any] = {"lockingBytecode": _bytes(output.locking_bytecode)}
    token = output.token
    if token is not None:
        written["token"] = {
            "amount": f"<bigint: {token.amount}n>",
            "category": _bytes(token.category[::-1]),
        }
        if token.nft is not None:
            written["token"]["nft"] = {
                "capability": token.nft.capability.name.lower(),
                "commitment": _bytes(token.nft.commitment),
            }
    return {**written, "valueSatoshis": f"<bigint: {output.value}n>"}


def _write_contract(contract: SourceContract | None) -> dict[str, Any]:
    if contract is None:
        return {}
    written: dict[str, Any] = {"abiFunction": dict(contract.function)}
    if contract.redeem_script is not None:
        written["redeemScript"] = _bytes(contract.redeem_script)
    return {"contract": {**written, "artifact": dict(contract.artifact)}}


def write_signing_request(request: SigningRequest) -> dict[str, Any]:
    """Write a request as an object for JSON, with the fields in libauth's order."""
    transaction = request.transaction
    inputs = [_write_input(item) for item in transaction.inputs]
    return {
        "transaction": {
            "inputs": inputs,
            "locktime": transaction.locktime,
            "outputs": [_write_output(output) for output in transaction.outputs],
            "version": transaction.version,
        },
        "sourceOutputs": [
            {**item, **_write_output(output), **_write_contract(request.contract(index))}
            for index, (item, output) in enumerate(zip(inputs, request.source_outputs, strict=True))
        ],
        "broadcast": request.broadcast,
        "userPrompt": request.user_prompt,
    }


def read_signed(data: object) -> Transaction:
    """Read the signed transaction in a wallet's answer and check its txid. Raises FormatError."""
    return signed_in(Field(data))


def signed_in(found: Field) -> Transaction:
    """Read a wallet's answer from a field, as `read_signed` does."""
    transaction = read_encoded(found.get("signedTransaction"))
    check_identity(transaction, found.get("signedTransactionHash"))
    return transaction


def write_signed(transaction: Transaction) -> dict[str, str]:
    """Write a signed transaction as a wallet's answer."""
    return {
        "signedTransaction": encode_transaction(transaction).hex(),
        "signedTransactionHash": transaction_id(transaction),
    }
