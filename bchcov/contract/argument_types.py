"""The types of a contract's arguments, and the bytes that a value of each becomes on the stack."""

from __future__ import annotations

import re
from typing import Final

from ..encoding.expected import kind_of, shown
from ..errors import ContractError
from ..script.numbers import encode_number
from ..wallet.keys import PrivateKey
from ..wallet.public_keys import PublicKey
from ..wallet.script_unlocker import DataSignature, Signature, SigningSerialization

__all__ = ["ArgumentValue", "EncodedArgument", "check_type", "encode_argument"]

ArgumentValue = bytes | int | bool | str | PrivateKey | PublicKey | Signature | SigningSerialization
"""What an argument can be given as; `encode_argument` says which types take which."""

EncodedArgument = bytes | Signature | DataSignature | SigningSerialization
"""The bytes of an argument, or what makes them when the rest of the transaction is complete."""

_NAMES: Final = ("int", "bool", "string", "bytes", "byte", "pubkey", "sig", "datasig")
_BOUNDED = re.compile(r"bytes([1-9][0-9]{0,4})")
# A signature for a transaction ends with its hash type, one for data does not; an empty one
# is the false that OP_CHECKSIG leaves without an error.
_SIGNATURE_SIZES: Final = {"sig": (65, 73), "datasig": (64, 72)}
_SMALLEST_DER: Final = 8


def check_type(name: object) -> str:
    """Return the name of an argument's type if there is such a type. Raises ContractError.

    There are "int", "bool", "string", "bytes", "bytes1" to "bytes99999", "byte" (one byte),
    "pubkey", "sig" (a signature for the transaction) and "datasig" (one for data).
    Source: CashScript's documentation, "Types".
    """
    if isinstance(name, str) and (name in _NAMES or _BOUNDED.fullmatch(name)):
        return name
    shown_name = repr(name[:64]) if isinstance(name, str) else kind_of(name)
    raise ContractError(f"no type of an argument is called {shown_name}: {', '.join(_NAMES)}")


def encode_argument(value: ArgumentValue, type_name: str, what: str) -> EncodedArgument:
    """Return the bytes that a value becomes on the stack, or what makes them at the end.

    An "int" takes an integer of any size, a "bool" True or False, a "string" text; the others
    take bytes, of the type's size where it has one. A "pubkey" also takes a PrivateKey or
    PublicKey. A "sig" takes a PrivateKey, which signs with the default hash type, a PublicKey
    for a cosigner, or a Signature; of a "datasig" the latter is a transaction signature without
    its hash type, and "bytes" take the SigningSerialization that goes with it. `what` names the
    argument in errors. Raises ContractError.
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
    elif type_name == "datasig" and isinstance(value, Signature):
        return DataSignature(value)
    elif type_name == "bytes" and isinstance(value, SigningSerialization):
        return value
    elif type_name == "pubkey" and isinstance(value, (PrivateKey, PublicKey)):
        return value.public_key
    elif isinstance(value, bytes):
        return _of_size(value, type_name, what)
    raise ContractError(f"{what}: expected {_expected(type_name)}, got {_given(value)}")


def _of_size(value: bytes, type_name: str, what: str) -> bytes:
    if type_name in _SIGNATURE_SIZES:
        schnorr, longest = _SIGNATURE_SIZES[type_name]
        if len(value) not in (0, schnorr) and not _SMALLEST_DER <= len(value) <= longest:
            raise ContractError(
                f"{what}: a {type_name} is empty, {schnorr} bytes (Schnorr) or up to {longest}"
                f" bytes (ECDSA), not {len(value)}"
            )
        return value
    bounded = _BOUNDED.fullmatch(type_name)
    size = 1 if type_name == "byte" else int(bounded[1]) if bounded else len(value)
    if len(value) != size:
        raise ContractError(f"{what}: a {type_name} is {size} bytes, not {len(value)}")
    return value


def _expected(type_name: str) -> str:
    kinds = {
        "int": "an integer",
        "bool": "True or False",
        "string": "text",
        "sig": "a PrivateKey or Signature, or bytes,",
        "datasig": "bytes or a Signature",
        "pubkey": "bytes or a PrivateKey",
    }
    return f"{kinds.get(type_name, 'bytes')} for a {type_name}"


def _given(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"the number {shown(value)}"
    hint = ": bytes.fromhex reads hexadecimal" if isinstance(value, str) else ""
    return f"{kind_of(value)}{hint}"
