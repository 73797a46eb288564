"""Unlockers: making the unlocking bytecode for each kind of coin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..encoding.expected import expect_bytes, expect_number
from ..errors import InvalidKey
from ..reasons import InputResultLike
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE
from .cosigning import PartialMultisig
from .keys import PrivateKey
from .multisig import check_signers, dummy_push, read_multisig, signing_places
from .public_keys import KeyHash
from .script_unlocker import Item, ScriptUnlocker, Signature
from .signatures import (
    SIGNATURE_SIZES,
    CosignerSignature,
    Scheme,
    check_scheme,
    spent_bytecode,
)
from .signing_keys import Signer, check_signer, signature_by
from .wanted import Part, WantedSignatures

__all__ = [
    "Cosignable",
    "ExplainedRefusal",
    "Explaining",
    "Item",
    "MultisigUnlocker",
    "P2pkhUnlocker",
    "RawUnlocker",
    "ScriptUnlocker",
    "Signature",
    "Unlocker",
]


class Unlocker(Protocol):
    """Makes the unlocking bytecode of one input when the rest of the transaction is complete."""

    @property
    def size(self) -> int:
        """The maximum size of the unlocking bytecode in bytes."""
        ...

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Make the unlocking bytecode of input `index`. Raises a BchcovError if it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class ExplainedRefusal:
    """Why a contract refused an input: a sentence, and the other fields as far as known."""

    sentence: str
    contract: str
    path: str
    line: int | None = None
    check: str | None = None


@runtime_checkable
class Explaining(Protocol):
    """An unlocker that can explain why an input that it unlocked is refused."""

    def explain_refusal(self, result: InputResultLike) -> ExplainedRefusal:
        """Find the line and check that refused the input."""
        ...

    def without_private_keys(self) -> Explaining:
        """The same, to be handed to others: public keys stand for the private ones."""
        ...


@runtime_checkable
class Cosignable(Protocol):
    """An unlocker whose signatures can be made by other cosigners, later."""

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """Return the parts of the unlocking bytecode, signed with the private keys at hand.

        Raises a BchcovError if the unlocker does not fit the input.
        """
        ...


@dataclass(frozen=True, slots=True)
class P2pkhUnlocker:
    """Unlocks a P2PKH output with a signature of its key.

    A PublicKey, or a KeyHash if only the address is known, stands for a cosigner: see
    `TransactionBuilder.cosign`.
    """

    key: Signer
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"

    def __post_init__(self) -> None:
        check_signer(self.key, self.hash_type, self.scheme, by_hash=True)

    @property
    def size(self) -> int:
        """The maximum size in bytes: a signature, and the public key (33 bytes if unknown)."""
        key = 33 if isinstance(self.key, KeyHash) else len(self.key.public_key)
        return 1 + SIGNATURE_SIZES[self.scheme] + 1 + key

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign the input.

        Raises InvalidKey if the output belongs to another key, BuildError if the private key
        is missing.
        """
        covered, key = self._covered(context, index), self.key
        signature = signature_by(
            key, context, index, covered, hash_type=self.hash_type, scheme=self.scheme
        )
        public_key = b"" if isinstance(key, KeyHash) else key.public_key
        return encode_push(signature) + encode_push(public_key)

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """Return the pending signature with its public key. Raises what `unlock` raises."""
        covered, key = self._covered(context, index), self.key
        signer = key.public_key_hash if isinstance(key, KeyHash) else key.public_key
        wanted = WantedSignatures(
            "p2pkh", (signer,), covered, hash_type=self.hash_type, scheme=self.scheme
        )
        return (wanted.sign(context, index, key) if isinstance(key, PrivateKey) else wanted,)

    def _covered(self, context: TransactionContext, index: int) -> bytes:
        covered = spent_bytecode(context, index)
        if covered != self.key.locking_bytecode:
            raise InvalidKey(f"input {index} does not spend a P2PKH output of this key")
        return covered


@dataclass(frozen=True, slots=True)
class MultisigUnlocker:
    """Unlocks a multisig script of up to 20 keys, bare or, with `p2sh`, as a redeem script.

    `keys` are the private keys at hand, in any order, `signatures` those of other cosigners
    on the same transaction; together they are as many as the script requires.
    Raises EncodeError if the script is not a multisig script, InvalidKey for too many keys.
    """

    script: bytes
    keys: tuple[PrivateKey, ...] = ()
    p2sh: bool = False
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"
    signatures: tuple[CosignerSignature, ...] = ()

    def __post_init__(self) -> None:
        check_signers(read_multisig(self.script), self.keys)
        expect_number(self.hash_type, "hash type")
        check_scheme(self.scheme)
        if not isinstance(self.signatures, (tuple, list)) or not all(
            isinstance(each, tuple) and len(each) == 2 for each in self.signatures
        ):
            raise InvalidKey("signatures must be pairs of a public key and its signature")

    @property
    def size(self) -> int:
        """The maximum size in bytes: the dummy, the signatures and, for P2SH, the script."""
        multisig = read_multisig(self.script)
        places = signing_places(multisig, [key.public_key for key in self.keys])
        if len(places) < multisig.required and self.scheme == "schnorr":
            # The longest bit field: the size is the same before and after the others have signed.
            dummy = 1 + (len(multisig.public_keys) + 7) // 8
        else:
            dummy = len(dummy_push(multisig, places, self.scheme))
        signatures = multisig.required * (1 + SIGNATURE_SIZES[self.scheme])
        return dummy + signatures + (len(encode_push(self.script)) if self.p2sh else 0)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign with the keys at hand and add the signatures of the other cosigners.

        Raises BuildError naming the public keys whose signatures are missing, and InvalidKey
        for keys and signatures that do not fit.
        """
        partial = PartialMultisig(context, index, self.script)
        for public_key, signature in self.signatures:
            partial = partial.add(public_key, signature)
        for key in self.keys:
            partial = partial.sign(key, hash_type=self.hash_type, scheme=self.scheme)
        return partial.pushes + (encode_push(self.script) if self.p2sh else b"")

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """Return the pending signatures, signed with the keys at hand. Raises InvalidKey."""
        multisig = read_multisig(self.script)
        wanted = WantedSignatures(
            "multisig",
            multisig.public_keys,
            self.script,
            multisig.required,
            hash_type=self.hash_type,
            scheme=self.scheme,
        )
        for public_key, signature in self.signatures:
            wanted = wanted.add(context, index, public_key, signature)
        for key in self.keys:
            wanted = wanted.sign(context, index, key)
        return (wanted, encode_push(self.script) if self.p2sh else b"")


@dataclass(frozen=True, slots=True)
class RawUnlocker:
    """Unlocks with the given bytes; empty for scripts that need no arguments."""

    unlocking_bytecode: bytes = b""

    def __post_init__(self) -> None:
        expect_bytes(self.unlocking_bytecode, "unlocking bytecode")

    @property
    def size(self) -> int:
        """The size of the unlocking bytecode in bytes."""
        return len(self.unlocking_bytecode)

    def unlock(self, context: TransactionContext, index: int) -> bytes:  # noqa: ARG002
        """Return the given bytes."""
        return self.unlocking_bytecode
