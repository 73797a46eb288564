"""What the variables of a template stand for in one compilation, and its checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ...crypto.secp256k1 import is_public_key
from ...encoding.expected import kind_of, shown
from ...errors import InvalidKey, TemplateError
from ...transaction.constants import MAX_UINT32
from ...transaction.context import TransactionContext
from ...wallet.hd_keys import HdPrivateKey, HdPublicKey
from ...wallet.keys import PrivateKey

__all__ = ["CompilationData", "check_data"]

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class CompilationData:
    """The values of variables for one compilation.

    `bytecode` has bytes by their full identifier: WalletData and AddressData, and public keys
    and signatures that others have made ("owner.public_key"). `private_keys` are 32 bytes by
    their Key; HD keys are text (xprv, xpub) by their entity, and `address_index` is added to
    each HdKey's offset. `context` and `input` are what signatures sign.
    """

    bytecode: Mapping[str, bytes] = field(default_factory=dict)
    private_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    hd_private_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    hd_public_keys: Mapping[str, str] = field(default_factory=dict)
    address_index: int | None = None
    block_height: int | None = None
    block_time: int | None = None
    context: TransactionContext | None = None
    input: int = 0


def check_data(data: CompilationData) -> None:
    """Raise TemplateError for a value that is none, whether a script uses it or not."""
    for identifier, value in data.bytecode.items():
        if not isinstance(value, bytes):
            raise TemplateError(f"the value of {identifier!r} is bytes, not {kind_of(value)}")
        if identifier.endswith(".public_key") and not is_public_key(value):
            raise TemplateError(f"the public key given for {identifier!r} is none")
    for name, number in (
        ("index of an address", data.address_index),
        ("height of a block", data.block_height),
        ("time of a block", data.block_time),
    ):
        if number is not None and not 0 <= number <= MAX_UINT32:
            raise TemplateError(f"the {name} {shown(number)} is not 0 to {MAX_UINT32}")
    _check_keys("private key", data.private_keys, PrivateKey)
    _check_keys("HD private key", data.hd_private_keys, HdPrivateKey.from_text)
    _check_keys("HD public key", data.hd_public_keys, HdPublicKey.from_text)


def _check_keys(kind: str, keys: Mapping[str, _Key], read: Callable[[_Key], object]) -> None:
    for name, key in keys.items():
        try:
            read(key)
        except InvalidKey as error:
            raise TemplateError(f"the {kind} given for {name!r} is none: {error}") from None
