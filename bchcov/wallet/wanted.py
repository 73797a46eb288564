"""Pending signatures: a part of an unlocking bytecode that cosigners sign one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..crypto.hashes import hash160, hash256
from ..encoding.expected import expect_bytes, kind_of
from ..errors import BuildError, InvalidKey
from ..script.pushes import encode_push, instructions
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE, signature_digest
from .keys import PrivateKey
from .multisig import dummy_push, read_multisig, signing_places
from .signatures import (
    CosignerSignature,
    Scheme,
    check_request,
    is_signature,
    scheme_of,
    transaction_signature,
)

__all__ = ["Part", "WantedSignatures", "joined", "placeholder", "split_at"]


@dataclass(frozen=True, slots=True)
class WantedSignatures:
    """The pending signatures of one part of an unlocking bytecode, and those made so far.

    `kind` is a single signature, a P2PKH signature with its public key, or a multisig.
    `signers` are public keys, in script order for a multisig; for P2PKH possibly the 20-byte
    hash of a key that is not known yet. `covered` is the script that the signatures cover.
    `signatures` are verified when they are added and kept sorted, so that the order in which
    they were added does not matter for equality.
    """

    kind: Literal["signature", "p2pkh", "multisig"]
    signers: tuple[bytes, ...]
    covered: bytes = field(repr=False)
    required: int = 1
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"
    signatures: tuple[CosignerSignature, ...] = ()

    @property
    def needed(self) -> int:
        """How many signatures are still missing."""
        return self.required - len(self._signed_places())

    @property
    def missing(self) -> tuple[bytes, ...]:
        """The `signers` that may still sign; empty when no signature is missing."""
        if not self.needed:
            return ()
        signed = {key for key, _ in self.signatures}
        return tuple(key for key in dict.fromkeys(self.signers) if key not in signed)

    @property
    def unsigned(self) -> WantedSignatures:
        """A copy without signatures; a P2PKH key is replaced by its hash."""
        signers = self.signers
        if self.kind == "p2pkh":
            signers = tuple(key if len(key) == 20 else hash160(key) for key in signers)
        return replace(self, signers=signers, signatures=())

    def _signed_places(self) -> Sequence[object]:
        if self.kind == "multisig":
            signers = [key for key, _ in self.signatures]
            return signing_places(read_multisig(self.covered), signers)
        return self.signatures[:1]

    def is_of(self, public_key: bytes) -> bool:
        """Whether a signature of this key belongs here."""
        return public_key in self.signers or (
            self.kind == "p2pkh" and hash160(public_key) in self.signers
        )

    def sign(self, context: TransactionContext, index: int, key: PrivateKey) -> WantedSignatures:
        """Sign with a key. Raises InvalidKey if it is not one of the signers."""
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
        signature = transaction_signature(
            context, index, self.covered, key, hash_type=self.hash_type, scheme=self.scheme
        )
        return self.add(context, index, key.public_key, signature)

    def add(
        self, context: TransactionContext, index: int, public_key: bytes, signature: bytes
    ) -> WantedSignatures:
        """Add a signature, which ends with the hash type; of two by one key the smaller is kept.

        Raises InvalidKey if the key is not one of the signers, or the signature does not verify
        for it or is of another scheme; EncodeError for a hash type that no node accepts.
        """
        expect_bytes(public_key, "public key")
        expect_bytes(signature, "signature")
        if not self.is_of(public_key):
            raise InvalidKey(f"input {index} needs no signature of 0x{public_key.hex()}")
        who = f"the signature of 0x{public_key.hex()} for input {index}"
        if len(signature) < 2:
            raise InvalidKey(f"{who} has {len(signature)} bytes: expected at least 2")
        scheme = scheme_of(signature)
        if scheme != self.scheme:
            raise InvalidKey(f"{who} is {scheme}, expected {self.scheme}")
        check_request(context, index, signature[-1], scheme)
        digest = signature_digest(context, index, self.covered, signature[-1])
        if not is_signature(signature[:-1], digest, public_key, scheme):
            raise InvalidKey(f"{who} does not verify: wrong key, transaction or script")
        known = dict(self.signatures)
        known[public_key] = min(signature, known.get(public_key, signature))
        return replace(self, signatures=tuple(sorted(known.items())))

    @property
    def pushes(self) -> bytes:
        """The completed bytes. Raises BuildError naming the keys whose signatures are missing."""
        if self.needed:
            names = ", ".join(f"0x{key.hex()}" for key in self.missing)
            there = self.required - self.needed
            raise BuildError(
                f"{there} of {self.required} signatures are present:"
                f" {self.needed} missing, from {names}"
                if self.required > 1
                else f"the signature of {names} is missing"
            )
        if self.kind == "multisig":
            return self._multisig_pushes()
        public_key, signature = self.signatures[0]
        pushed = encode_push(signature)
        return pushed if self.kind == "signature" else pushed + encode_push(public_key)

    def _multisig_pushes(self) -> bytes:
        multisig, signatures = read_multisig(self.covered), dict(self.signatures)
        places = signing_places(multisig, signatures)
        return dummy_push(multisig, places, self.scheme) + b"".join(
            encode_push(signatures[multisig.public_keys[place]]) for place in places
        )


Part = bytes | WantedSignatures
"""A part of an unlocking bytecode: bytes, or pending signatures."""


def joined(parts: Sequence[Part]) -> bytes:
    """Join the parts of an unlocking bytecode. Raises BuildError if signatures are missing."""
    return b"".join(part if isinstance(part, bytes) else part.pushes for part in parts)


def placeholder(name: str) -> bytes:
    """Make 65 bytes that stand for a signature in a script and do not occur by chance."""
    return hash256(name.encode()).ljust(64, b"\x00") + b"\x00"


def split_at(bytecode: bytes, places: Mapping[bytes, WantedSignatures]) -> tuple[Part, ...]:
    """Split pushes at the placeholders that stand for signatures.

    Raises BuildError if a placeholder is not pushed as a single item.
    """
    parts: list[Part] = []
    unseen, rest = dict(places), 0
    for step in instructions(bytecode):
        wanted = places.get(step.data or b"")
        if wanted is not None:
            parts += (bytecode[rest : step.offset], wanted)
            rest = step.end
            unseen.pop(step.data or b"", None)
    if unseen:
        (first, *_) = unseen.values()
        raise BuildError(
            f"the signature of 0x{first.signers[0].hex()} is not pushed as a single item:"
            " all private keys are needed at once"
        )
    return (*parts, bytecode[rest:])
