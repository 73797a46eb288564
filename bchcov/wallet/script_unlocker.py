"""Unlocking any script by pushes, some of which are signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..encoding.expected import expect_bytes, kind_of
from ..errors import BuildError
from ..script.pushes import encode_push, encode_push_number
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE
from .keys import PrivateKey
from .public_keys import PublicKey
from .signatures import SIGNATURE_SIZES, Scheme, spent_bytecode
from .signing_keys import check_signer, signature_by
from .wanted import Part, WantedSignatures

__all__ = ["Item", "ScriptUnlocker", "Signature"]


@dataclass(frozen=True, slots=True)
class Signature:
    """A placeholder for a transaction signature by `key` among the items of a ScriptUnlocker.

    A PublicKey stands for a cosigner: see `TransactionBuilder.cosign`. `covered` is the
    script that the signature covers if it is neither the redeem script nor the locking
    bytecode: the body of a function, or the part after an OP_CODESEPARATOR.
    """

    key: PrivateKey | PublicKey
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"
    covered: bytes | None = None

    def __post_init__(self) -> None:
        check_signer(self.key, self.hash_type, self.scheme)
        if self.covered is not None:
            expect_bytes(self.covered, "covered bytecode")

    def make(self, context: TransactionContext, index: int, covered: bytes) -> bytes:
        """Sign input `index` for the running script `covered`.

        Raises BuildError if the private key is missing.
        """
        return signature_by(
            self.key,
            context,
            index,
            covered if self.covered is None else self.covered,
            hash_type=self.hash_type,
            scheme=self.scheme,
        )

    def without_private_key(self) -> Signature:
        """The same place, of a key that is elsewhere."""
        return replace(self, key=PublicKey(self.key.public_key))

    def wanted(self, context: TransactionContext, index: int, covered: bytes) -> WantedSignatures:
        """Return this as a pending signature, signed if the private key is at hand."""
        wanted = WantedSignatures(
            "signature",
            (self.key.public_key,),
            covered if self.covered is None else self.covered,
            hash_type=self.hash_type,
            scheme=self.scheme,
        )
        if isinstance(self.key, PrivateKey):
            return wanted.sign(context, index, self.key)
        return wanted


Item = bytes | int | Signature
"""An item that an unlocking script pushes: bytes, a VM number, or a signature."""


@dataclass(frozen=True, slots=True)
class ScriptUnlocker:
    """Unlocks by pushing items, the last one on top, and then the redeem script if given."""

    items: Sequence[Item] = ()
    redeem_script: bytes | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.items, (tuple, list)):
            raise BuildError(f"items must be a list, not {kind_of(self.items)}")
        for item in self.items:
            if not isinstance(item, (bytes, int, Signature)):
                raise BuildError(f"item must be bytes, an int or a Signature, not {kind_of(item)}")
        if self.redeem_script is not None:
            expect_bytes(self.redeem_script, "redeem script")

    @property
    def size(self) -> int:
        """The maximum size of all pushes in bytes."""
        sizes = [
            1 + SIGNATURE_SIZES[item.scheme] if isinstance(item, Signature) else len(_push(item))
            for item in self.items
        ]
        return sum(sizes) + len(self._redeem)

    @property
    def _redeem(self) -> bytes:
        return b"" if self.redeem_script is None else encode_push(self.redeem_script)

    def _covered(self, context: TransactionContext, index: int) -> bytes:
        spent = spent_bytecode(context, index)
        return spent if self.redeem_script is None else self.redeem_script

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Push the items, with a signature made for each Signature.

        Raises BuildError if a private key is missing.
        """
        covered = self._covered(context, index)
        pushes = [
            _push(item.make(context, index, covered) if isinstance(item, Signature) else item)
            for item in self.items
        ]
        return b"".join((*pushes, self._redeem))

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """Return the pushes and the pending signatures, signed with the keys at hand."""
        covered = self._covered(context, index)
        parts: list[Part] = [
            item.wanted(context, index, covered) if isinstance(item, Signature) else _push(item)
            for item in self.items
        ]
        return (*parts, self._redeem)


def _push(item: bytes | int) -> bytes:
    return encode_push(item) if isinstance(item, bytes) else encode_push_number(item)
