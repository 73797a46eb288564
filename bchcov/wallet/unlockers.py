"""Unlockers: what a wallet knows about spending a coin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ..errors import BuildError, InvalidKey
from ..script.patterns import match_multisig
from ..script.pushes import encode_push, encode_push_number
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE
from .keys import PrivateKey
from .signing import Scheme, multisig_unlocking, transaction_signature

__all__ = [
    "Item",
    "MultisigUnlocker",
    "P2pkhUnlocker",
    "RawUnlocker",
    "ScriptUnlocker",
    "Signature",
    "Unlocker",
]

# With its hash type; ECDSA in DER has at most 72 bytes before it, with a low s 71.
_SIGNATURE_SIZES: dict[Scheme, int] = {"schnorr": 65, "ecdsa": 72}


class Unlocker(Protocol):
    """Makes the unlocking bytecode of one input, once all the rest of a transaction stands."""

    @property
    def size(self) -> int:
        """The most bytes that it makes."""
        ...

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Unlock input `index`. Raises a BchcovError where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class P2pkhUnlocker:
    """Signs for an output that pays to the hash of the key."""

    key: PrivateKey
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"

    @property
    def size(self) -> int:
        """A signature and the public key."""
        return 1 + _SIGNATURE_SIZES[self.scheme] + 1 + len(self.key.public_key)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign. Raises InvalidKey for an output of another key."""
        covered = context.source_outputs[index].locking_bytecode
        if covered != self.key.locking_bytecode:
            raise InvalidKey(f"input {index} does not spend a P2PKH output of this key")
        signature = transaction_signature(
            context, index, covered, self.key, hash_type=self.hash_type, scheme=self.scheme
        )
        return encode_push(signature) + encode_push(self.key.public_key)


@dataclass(frozen=True, slots=True)
class MultisigUnlocker:
    """Signs a multisig script with as many keys as it needs, bare or, with `p2sh`, hashed."""

    script: bytes
    keys: tuple[PrivateKey, ...]
    p2sh: bool = False
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"

    @property
    def size(self) -> int:
        """The dummy, the signatures, and the script where it is hashed."""
        multisig = match_multisig(self.script)
        total = 16 if multisig is None else len(multisig.public_keys)
        dummy = 1 + (total + 7) // 8
        signatures = len(self.keys) * (1 + _SIGNATURE_SIZES[self.scheme])
        return dummy + signatures + (len(encode_push(self.script)) if self.p2sh else 0)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign. Raises EncodeError for another script, InvalidKey for keys that do not fit."""
        signed = multisig_unlocking(
            context,
            index,
            self.script,
            self.keys,
            hash_type=self.hash_type,
            scheme=self.scheme,
        )
        return signed + (encode_push(self.script) if self.p2sh else b"")


@dataclass(frozen=True, slots=True)
class RawUnlocker:
    """Unlocking bytecode as it is; empty for scripts that ask for nothing."""

    unlocking_bytecode: bytes = b""

    @property
    def size(self) -> int:
        """Its length."""
        return len(self.unlocking_bytecode)

    def unlock(self, context: TransactionContext, index: int) -> bytes:  # noqa: ARG002
        """Give it."""
        return self.unlocking_bytecode


@dataclass(frozen=True, slots=True)
class Signature:
    """A place in an unlocking script for a transaction signature by `key`.

    `covered` is the script that it covers where that is neither the redeem script nor the
    locking bytecode: the body of a function, or what follows an OP_CODESEPARATOR.
    """

    key: PrivateKey
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"
    covered: bytes | None = None


Item = bytes | int | Signature
"""What an unlocking script pushes: bytes, a VM number, or a signature."""


@dataclass(frozen=True, slots=True)
class ScriptUnlocker:
    """Pushes items, the last one on top, and behind them the redeem script if there is one."""

    items: Sequence[Item] = ()
    redeem_script: bytes | None = None

    @property
    def size(self) -> int:
        """All pushes, each in its shortest form."""
        sizes = [
            1 + _SIGNATURE_SIZES[item.scheme] if isinstance(item, Signature) else len(_push(item))
            for item in self.items
        ]
        redeem = b"" if self.redeem_script is None else encode_push(self.redeem_script)
        return sum(sizes) + len(redeem)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Push the items, signed where they ask for it."""
        covered = self.redeem_script
        if covered is None:
            covered = context.source_outputs[index].locking_bytecode
        pushes = []
        for item in self.items:
            if isinstance(item, Signature):
                item = transaction_signature(
                    context,
                    index,
                    covered if item.covered is None else item.covered,
                    item.key,
                    hash_type=item.hash_type,
                    scheme=item.scheme,
                )
            pushes.append(_push(item))
        if self.redeem_script is not None:
            pushes.append(encode_push(self.redeem_script))
        return b"".join(pushes)


def _push(item: bytes | int) -> bytes:
    if isinstance(item, bytes):
        return encode_push(item)
    if isinstance(item, int):
        return encode_push_number(item)
    raise BuildError(f"a {type(item).__name__} is not bytes, a number or a signature")
