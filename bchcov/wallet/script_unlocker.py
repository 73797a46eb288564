"""Unlocking any script by pushes, some of which are signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..encoding.expected import expect_bytes, expect_number, kind_of
from ..errors import BuildError
from ..script.pushes import encode_push, encode_push_number
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE, HashType, signing_serialization
from .keys import PrivateKey
from .public_keys import PublicKey
from .signatures import SIGNATURE_SIZES, Scheme, spent_bytecode
from .signing_keys import check_signer, signature_by
from .wanted import Part, WantedSignatures

__all__ = ["DataSignature", "Item", "ScriptUnlocker", "Signature", "SigningSerialization"]

# Numbers and hashes, two lengths of up to 5 bytes, and the longest token prefix.
_LONGEST_SERIALIZATION = 4 + 3 * 32 + 36 + 5 + 8 + 4 + 32 + 4 + 4 + (1 + 32 + 1 + 1 + 128 + 9)


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

    def largest_size(self, covered: bytes) -> int:  # noqa: ARG002
        """Return the most bytes that it has, with its hash type."""
        return SIGNATURE_SIZES[self.scheme]

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


@dataclass(frozen=True, slots=True)
class DataSignature:
    """A transaction signature without its hash type, as OP_CHECKDATASIG takes it.

    It is one of the SHA256 of the signing serialization: with the two of them on the stack a
    script can read the transaction that it is spent by.
    """

    signature: Signature

    def without_private_key(self) -> DataSignature:
        """The same place, of a key that is elsewhere."""
        return DataSignature(self.signature.without_private_key())

    def largest_size(self, covered: bytes) -> int:
        """Return the most bytes that it has."""
        return self.signature.largest_size(covered) - 1

    def make(self, context: TransactionContext, index: int, covered: bytes) -> bytes:
        """Sign as the signature does."""
        return self.signature.make(context, index, covered)[:-1]


@dataclass(frozen=True, slots=True)
class SigningSerialization:
    """What a signature with this hash type covers, before it is hashed twice, as an item."""

    hash_type: int = int(HashType.ALL | HashType.FORKID)
    covered: bytes | None = None

    def __post_init__(self) -> None:
        expect_number(self.hash_type, "hash type")
        if self.covered is not None:
            expect_bytes(self.covered, "covered bytecode")

    def largest_size(self, covered: bytes) -> int:
        """Return the most bytes that it has: those of a coin with an NFT of 128 bytes."""
        return _LONGEST_SERIALIZATION + len(covered if self.covered is None else self.covered)

    def make(self, context: TransactionContext, index: int, covered: bytes) -> bytes:
        """Serialize what is signed in input `index`, where the script that runs is `covered`."""
        code = covered if self.covered is None else self.covered
        return signing_serialization(context, index, code, self.hash_type)


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
