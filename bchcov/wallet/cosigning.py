"""Multisig inputs signed by one cosigner at a time, on one machine or on several.

Each cosigner signs the same transaction and passes public keys and signatures on as bytes.
Every signature is verified when it is added to the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..encoding.expected import expect_bytes, kind_of
from ..errors import BuildError, EncodeError, InvalidKey
from ..script.patterns import Multisig, p2sh20, p2sh32
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE, signature_digest
from .keys import PrivateKey
from .multisig import check_signers, dummy_push, read_multisig, signing_places
from .signatures import (
    CosignerSignature,
    Scheme,
    check_request,
    is_signature,
    scheme_of,
    transaction_signature,
)

__all__ = ["PartialMultisig", "multisig_unlocking"]


@dataclass(frozen=True, slots=True)
class PartialMultisig:
    """The signatures collected so far for one multisig input; every method returns a new one.

    `signatures` are in the order in which they were added. Raises EncodeError if there is no
    such input or the script is not a multisig script.
    """

    context: TransactionContext = field(repr=False, compare=False)
    index: int
    script: bytes
    signatures: tuple[CosignerSignature, ...] = ()

    def __post_init__(self) -> None:
        read_multisig(self.script)
        check_request(self.context, self.index, DEFAULT_HASH_TYPE, "schnorr")

    @property
    def _multisig(self) -> Multisig:
        return read_multisig(self.script)

    @property
    def scheme(self) -> Scheme | None:
        """The scheme of all signatures; None if there are no signatures yet."""
        if not self.signatures:
            return None
        return scheme_of(self.signatures[0][1])

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The public keys that have signed."""
        return tuple(key for key, _ in self.signatures)

    @property
    def missing(self) -> tuple[bytes, ...]:
        """The public keys that may still sign, in script order; empty when complete."""
        if not self.needed:
            return ()
        keys = dict.fromkeys(self._multisig.public_keys)
        return tuple(key for key in keys if key not in self.signers)

    @property
    def needed(self) -> int:
        """How many signatures are still missing."""
        multisig = self._multisig
        return multisig.required - len(signing_places(multisig, self.signers))

    @property
    def is_complete(self) -> bool:
        """Whether the signatures suffice."""
        return not self.needed

    def sign(
        self,
        key: PrivateKey,
        *,
        hash_type: int = DEFAULT_HASH_TYPE,
        scheme: Scheme = "schnorr",
    ) -> PartialMultisig:
        """Sign with a key. Raises InvalidKey if its public key is not in the script."""
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
        signature = transaction_signature(
            self.context, self.index, self.script, key, hash_type=hash_type, scheme=scheme
        )
        return self.add(key.public_key, signature)

    def _check_key(self, public_key: bytes) -> None:
        expect_bytes(public_key, "public key")
        if public_key not in self._multisig.public_keys:
            raise InvalidKey(f"public key 0x{public_key.hex()} is not in the multisig script")

    def add(self, public_key: bytes, signature: bytes) -> PartialMultisig:
        """Add a cosigner's signature, which ends with the hash type.

        A second signature of the same key changes nothing. Raises InvalidKey if the signature
        does not verify for this key and input, or is of another scheme than the others, and
        EncodeError for a hash type that no node accepts.
        """
        self._check_key(public_key)
        expect_bytes(signature, "signature")
        if public_key in self.signers:
            return self
        who = f"the signature of 0x{public_key.hex()} for input {self.index}"
        if len(signature) < 2:
            raise InvalidKey(f"{who} has {len(signature)} bytes: expected at least 2")
        scheme = scheme_of(signature)
        check_request(self.context, self.index, signature[-1], scheme)
        digest = signature_digest(self.context, self.index, self.script, signature[-1])
        if not is_signature(signature[:-1], digest, public_key, scheme):
            raise InvalidKey(f"{who} does not verify: wrong key, transaction or script")
        if self.scheme not in (None, scheme):
            raise InvalidKey(f"{who} is {scheme}, the others are {self.scheme}")
        return replace(self, signatures=(*self.signatures, (public_key, signature)))

    def combine(self, *others: PartialMultisig) -> PartialMultisig:
        """Merge the signatures of others, in any order. Raises what `add` raises."""
        made = self
        for other in others:
            if not isinstance(other, PartialMultisig):
                raise EncodeError(
                    f"cannot combine with {kind_of(other)}: expected a PartialMultisig"
                )
            for public_key, signature in other.signatures:
                made = made.add(public_key, signature)
        return made

    def require_complete(self) -> PartialMultisig:
        """Return this if it is complete. Raises BuildError naming the missing public keys."""
        if self.needed:
            multisig = self._multisig
            there = multisig.required - self.needed
            names = ", ".join(f"0x{key.hex()}" for key in self.missing)
            raise BuildError(
                f"{there} of {multisig.required} signatures are present:"
                f" {self.needed} missing, from {names}"
            )
        return self

    @property
    def pushes(self) -> bytes:
        """The pushes of the dummy and the signatures. Raises BuildError if incomplete."""
        self.require_complete()
        multisig, signatures = self._multisig, dict(self.signatures)
        places = signing_places(multisig, signatures)
        return dummy_push(multisig, places, self.scheme or "schnorr") + b"".join(
            encode_push(signatures[multisig.public_keys[place]]) for place in places
        )

    @property
    def unlocking_bytecode(self) -> bytes:
        """The whole unlocking bytecode: the pushes, and for P2SH the push of the script.

        Raises BuildError if signatures are missing or the output does not pay to the script.
        """
        locking = self.context.source_outputs[self.index].locking_bytecode
        if locking == self.script:
            return self.pushes
        if locking in (p2sh20(self.script), p2sh32(self.script)):
            return self.pushes + encode_push(self.script)
        raise BuildError(f"input {self.index} does not spend an output of this script")


def multisig_unlocking(
    context: TransactionContext,
    index: int,
    script: bytes,
    keys: Sequence[PrivateKey],
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> bytes | PartialMultisig:
    """Sign a multisig input with the given keys, in any order; the script has up to 20 keys.

    If they suffice, returns the pushes of the dummy and the signatures; for P2SH, append the
    push of the script. Otherwise returns a PartialMultisig to combine with those of the
    other cosigners. Raises EncodeError if the script is not a multisig script, and InvalidKey
    for keys that do not fit.
    """
    check_signers(read_multisig(script), keys)
    partial = PartialMultisig(context, index, script)
    check_request(context, index, hash_type, scheme)
    for key in keys:
        partial = partial.sign(key, hash_type=hash_type, scheme=scheme)
    return partial.pushes if partial.is_complete else partial
