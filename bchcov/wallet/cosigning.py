"""Multisig inputs signed by one cosigner at a time, on one machine or on several.

Each cosigner signs the same transaction and hands on public keys and signatures as bytes.
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
    """What some cosigners of a multisig have signed of one input; every method gives a new one.

    `signatures` are in the order in which they came. Raises EncodeError for an input that
    is not there and a script that is no multisig.
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
        """The scheme of the signatures, one for all of them; None where there are none."""
        if not self.signatures:
            return None
        return scheme_of(self.signatures[0][1])

    @property
    def signers(self) -> tuple[bytes, ...]:
        """The public keys that have signed."""
        return tuple(key for key, _ in self.signatures)

    @property
    def missing(self) -> tuple[bytes, ...]:
        """The public keys that may still sign, in the script's order; none where it suffices."""
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
        """Add the signature of a key. Raises InvalidKey for a key that is none of the script's."""
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"a multisig is signed with a PrivateKey, not {kind_of(key)}")
        self._check_key(key.public_key)
        signature = transaction_signature(
            self.context, self.index, self.script, key, hash_type=hash_type, scheme=scheme
        )
        return self.add(key.public_key, signature)

    def _check_key(self, public_key: bytes) -> None:
        expect_bytes(public_key, "a public key")
        if public_key not in self._multisig.public_keys:
            raise InvalidKey(f"0x{public_key.hex()} is not a key of the multisig")

    def add(self, public_key: bytes, signature: bytes) -> PartialMultisig:
        """Add a cosigner's signature, the hash type as its last byte; one already there is kept.

        Raises InvalidKey for one that this key has not made of this input, and for one of
        another scheme than those there are; EncodeError for a hash type that no node accepts.
        """
        self._check_key(public_key)
        expect_bytes(signature, "a signature")
        if public_key in self.signers:
            return self
        who = f"the signature of 0x{public_key.hex()} for input {self.index}"
        if len(signature) < 2:
            raise InvalidKey(f"{who} has {len(signature)} bytes")
        scheme = scheme_of(signature)
        check_request(self.context, self.index, signature[-1], scheme)
        digest = signature_digest(self.context, self.index, self.script, signature[-1])
        if not is_signature(signature[:-1], digest, public_key, scheme):
            raise InvalidKey(f"{who} does not verify: another key, transaction or script is signed")
        if self.scheme not in (None, scheme):
            raise InvalidKey(f"{who} is {scheme}, the others are {self.scheme}")
        return replace(self, signatures=(*self.signatures, (public_key, signature)))

    def combine(self, *others: PartialMultisig) -> PartialMultisig:
        """Add the signatures of others, in any order. Raises as `add` does."""
        made = self
        for other in others:
            if not isinstance(other, PartialMultisig):
                raise EncodeError(f"what is combined is a PartialMultisig, not {kind_of(other)}")
            for public_key, signature in other.signatures:
                made = made.add(public_key, signature)
        return made

    def require_complete(self) -> PartialMultisig:
        """Return this if the signatures suffice. Raises BuildError that says whose are missing."""
        if self.needed:
            multisig = self._multisig
            there = multisig.required - self.needed
            names = ", ".join(f"0x{key.hex()}" for key in self.missing)
            raise BuildError(
                f"{there} of {multisig.required} signatures are there,"
                f" {self.needed} are missing of {names}"
            )
        return self

    @property
    def pushes(self) -> bytes:
        """The pushes of dummy and signatures. Raises BuildError where some are missing."""
        self.require_complete()
        multisig, signatures = self._multisig, dict(self.signatures)
        places = signing_places(multisig, signatures)
        return dummy_push(multisig, places, self.scheme or "schnorr") + b"".join(
            encode_push(signatures[multisig.public_keys[place]]) for place in places
        )

    @property
    def unlocking_bytecode(self) -> bytes:
        """All that unlocks the input: the pushes, and the script where the output has its hash.

        Raises BuildError where signatures are missing, or the output is of another script.
        """
        locking = self.context.source_outputs[self.index].locking_bytecode
        if locking == self.script:
            return self.pushes
        if locking in (p2sh20(self.script), p2sh32(self.script)):
            return self.pushes + encode_push(self.script)
        raise BuildError(f"input {self.index} spends an output of another script")


def multisig_unlocking(
    context: TransactionContext,
    index: int,
    script: bytes,
    keys: Sequence[PrivateKey],
    *,
    hash_type: int = DEFAULT_HASH_TYPE,
    scheme: Scheme = "schnorr",
) -> bytes | PartialMultisig:
    """Sign a multisig script of up to 20 keys with those that are here, in any order.

    Where they suffice, returns the pushes of dummy and signatures; behind them belongs, for
    P2SH, the push of the script. Where they do not, returns what is signed, to be combined
    with what the others sign. Raises EncodeError for a script that is no multisig, InvalidKey
    for keys that do not fit.
    """
    check_signers(read_multisig(script), keys)
    partial = PartialMultisig(context, index, script)
    check_request(context, index, hash_type, scheme)
    for key in keys:
        partial = partial.sign(key, hash_type=hash_type, scheme=scheme)
    return partial.pushes if partial.is_complete else partial
