"""The types of a contract's arguments, and encoding values of these types for the stack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..encoding.expected import kind_of, shown
from ..errors import ContractError
from ..script.numbers import encode_number
from ..transaction.context import TransactionContext
from ..wallet.keys import PrivateKey
from ..wallet.public_keys import PublicKey
from ..wallet.script_unlocker import DataSignature, Signature, SigningSerialization

__all__ = ["ArgumentValue", "EncodedArgument", "KeyArgument", "check_type", "encode_argument"]

ArgumentValue = bytes | int | bool | str | PrivateKey | PublicKey | Signature | SigningSerialization
"""The Python types of arguments; `encode_argument` lists which argument types take which."""


@dataclass(frozen=True, slots=True)
class KeyArgument:
    """A private key for a path that is compiled: it signs as its unlocking script says."""

    key: PrivateKey

    def largest_size(self, covered: bytes) -> int:  # noqa: ARG002
        """Return the size of a secret."""
        return len(self.key.secret)

    def make(self, context: TransactionContext, index: int, covered: bytes) -> bytes:  # noqa: ARG002
        """Return the secret."""
        return self.key.secret


EncodedArgument = bytes | Signature | DataSignature | SigningSerialization | KeyArgument
"""An argument's bytes, or the object that makes them once the transaction is complete."""

_NAMES: Final = ("int", "bool", "string", "bytes", "byte", "pubkey", "sig", "datasig", "key")
_BOUNDED = re.compile(r"bytes([1-9][0-9]{0,4})")
# A transaction signature ends with its hash type, a data signature does not. An empty one
# makes OP_CHECKSIG leave false instead of failing.
_SIGNATURE_SIZES: Final = {"sig": (65, 73), "datasig": (64, 72)}
_SMALLEST_DER: Final = 8


def check_type(name: object) -> str:
    """Return `name` if it names an argument type. Raises ContractError otherwise.

    The types are "int", "bool", "string", "bytes", "bytes1" to "bytes99999", "byte" (one byte),
    "pubkey", "sig" (a transaction signature), "datasig" (a data signature) and, in paths of wallet
    templates, "key" (a private key).
    Source: CashScript's documentation, "Types".
    """
    if isinstance(name, str) and (name in _NAMES or _BOUNDED.fullmatch(name)):
        return name
    shown_name = repr(name[:64]) if isinstance(name, str) else kind_of(name)
    raise ContractError(
        f"unknown argument type {shown_name}: expected one of {', '.join(_NAMES)},"
        " or bytes1 to bytes99999"
    )


def encode_argument(value: ArgumentValue, type_name: str, what: str) -> EncodedArgument:
    """Encode a value for the stack; a signature is made once the transaction is complete.

    An "int" takes an integer of any size, a "bool" True or False, a "string" a str; the other
    types take bytes, of the type's size if it has one. A "pubkey" also takes a PrivateKey or
    PublicKey. A "sig" takes a PrivateKey, which signs with the default hash type, a PublicKey
    for a cosigner, or a Signature. A Signature given for a "datasig" is the transaction
    signature without its hash type, and a "bytes" takes the SigningSerialization that it signs.
    `what` names the argument in errors. Raises ContractError.
    """
    if type_name == "int":
        if isinstance(value, int) and not isinstance(value, bool):
            return encode_number(value)
    elif type_name == "bool":
        if isinstance(value, bool):
            return encode_number(int(value))
    elif type_name == "string":
        if isinstance(value, str):
            return value.encode()
    elif type_name == "sig" and isinstance(value, (PrivateKey, PublicKey, Signature)):
        return value if isinstance(value, Signature) else Signature(value)
    elif type_name == "key":
        if isinstance(value, PrivateKey):
            return KeyArgument(value)
    elif type_name == "datasig" and isinstance(value, Signature):
        return DataSignature(value)
    elif type_name == "bytes" and isinstance(value, SigningSerialization):
        return value
    elif type_name == "pubkey" and isinstance(value, (PrivateKey, PublicKey)):
        return value.public_key
    elif isinstance(value, bytes):
        return _of_size(value, type_name, what)
    raise ContractError(f"{what} must be {_expected(type_name)}, not {_given(value)}")


def _of_size(value: bytes, type_name: str, what: str) -> bytes:
    if type_name in _SIGNATURE_SIZES:
        schnorr, longest = _SIGNATURE_SIZES[type_name]
        if len(value) not in (0, schnorr) and not _SMALLEST_DER <= len(value) <= longest:
            raise ContractError(
                f"{what}: a {type_name} must be empty, {schnorr} bytes (Schnorr) or"
                f" {_SMALLEST_DER} to {longest} bytes (ECDSA), not {len(value)}"
            )
        return value
    bounded = _BOUNDED.fullmatch(type_name)
    size = 1 if type_name == "byte" else int(bounded[1]) if bounded else len(value)
    if len(value) != size:
        raise ContractError(f"{what}: a {type_name} must be {size} bytes, not {len(value)}")
    return value


def _expected(type_name: str) -> str:
    return {
        "int": "an integer",
        "bool": "True or False",
        "string": "a str",
        "key": "a PrivateKey",
        "sig": "a PrivateKey, a Signature or bytes",
        "datasig": "a Signature or bytes",
        "pubkey": "a PrivateKey, a PublicKey or bytes",
    }.get(type_name, "bytes")


def _given(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"the integer {shown(value)}"
    hint = ": use bytes.fromhex for hexadecimal" if isinstance(value, str) else ""
    return f"{kind_of(value)}{hint}"
