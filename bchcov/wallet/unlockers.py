"""Unlockers: how each kind of coin is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..encoding.expected import expect_bytes, expect_number, kind_of, shown
from ..errors import BuildError, EncodeError, InvalidKey
from ..reasons import InputResultLike
from ..script.pushes import encode_push, encode_push_number
from ..transaction.context import TransactionContext
from ..transaction.sighash import DEFAULT_HASH_TYPE
from .cosigning import CosignerSignature, PartialMultisig
from .keys import PrivateKey
from .multisig import check_signers, dummy_push, read_multisig, signing_places
from .signatures import Scheme, check_scheme, transaction_signature

__all__ = [
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

# With its hash type; ECDSA in DER has at most 72 bytes before it, with a low s 71.
_SIGNATURE_SIZES: dict[Scheme, int] = {"schnorr": 65, "ecdsa": 72}


class Unlocker(Protocol):
    """Makes the unlocking bytecode of one input when the rest of the transaction is complete."""

    @property
    def size(self) -> int:
        """The most bytes that it makes."""
        ...

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Unlock input `index`. Raises a BchcovError where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class ExplainedRefusal:
    """Why a contract refused an input: a sentence, and each of the rest where it is known."""

    sentence: str
    contract: str
    path: str
    line: int | None = None
    check: str | None = None


@runtime_checkable
class Explaining(Protocol):
    """An unlocker that can say why an input that it unlocked is refused."""

    def explain_refusal(self, result: InputResultLike) -> ExplainedRefusal:
        """Say which line and check refused the input."""
        ...


@dataclass(frozen=True, slots=True)
class P2pkhUnlocker:
    """Signs for an output that pays to the hash of the key."""

    key: PrivateKey
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"

    def __post_init__(self) -> None:
        _check_signing(self.key, self.hash_type, self.scheme)

    @property
    def size(self) -> int:
        """A signature and the public key."""
        return 1 + _SIGNATURE_SIZES[self.scheme] + 1 + len(self.key.public_key)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign. Raises InvalidKey for an output of another key."""
        covered = _locking_bytecode(context, index)
        if covered != self.key.locking_bytecode:
            raise InvalidKey(f"input {index} does not spend a P2PKH output of this key")
        signature = transaction_signature(
            context, index, covered, self.key, hash_type=self.hash_type, scheme=self.scheme
        )
        return encode_push(signature) + encode_push(self.key.public_key)


@dataclass(frozen=True, slots=True)
class MultisigUnlocker:
    """Signs a multisig script of up to 20 keys, bare or, with `p2sh`, hashed.

    `keys` are those that are here, in any order, `signatures` what other cosigners have
    signed of the same transaction; together they are as many as the script needs.
    Raises EncodeError for what is no multisig script, InvalidKey for too many keys.
    """

    script: bytes
    keys: tuple[PrivateKey, ...] = ()
    p2sh: bool = False
    hash_type: int = DEFAULT_HASH_TYPE
    scheme: Scheme = "schnorr"
    signatures: tuple[CosignerSignature, ...] = ()

    def __post_init__(self) -> None:
        check_signers(read_multisig(self.script), self.keys)
        expect_number(self.hash_type, "a hash type")
        check_scheme(self.scheme)
        if not isinstance(self.signatures, (tuple, list)) or not all(
            isinstance(each, tuple) and len(each) == 2 for each in self.signatures
        ):
            raise InvalidKey("signatures of cosigners are pairs of a public key and its signature")

    @property
    def size(self) -> int:
        """The dummy, all signatures that are needed, and the script where it is hashed."""
        multisig = read_multisig(self.script)
        places = signing_places(multisig, [key.public_key for key in self.keys])
        if len(places) < multisig.required and self.scheme == "schnorr":
            # The longest bit field: the size is the same before and after the others have signed.
            dummy = 1 + (len(multisig.public_keys) + 7) // 8
        else:
            dummy = len(dummy_push(multisig, places, self.scheme))
        signatures = multisig.required * (1 + _SIGNATURE_SIZES[self.scheme])
        return dummy + signatures + (len(encode_push(self.script)) if self.p2sh else 0)

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign, and put the signatures of the others to it.

        Raises BuildError that says whose signatures are missing, and InvalidKey for keys
        and signatures that do not fit.
        """
        partial = PartialMultisig(context, index, self.script)
        for public_key, signature in self.signatures:
            partial = partial.add(public_key, signature)
        for key in self.keys:
            partial = partial.sign(key, hash_type=self.hash_type, scheme=self.scheme)
        return partial.pushes + (encode_push(self.script) if self.p2sh else b"")


@dataclass(frozen=True, slots=True)
class RawUnlocker:
    """Unlocking bytecode as it is; empty for scripts that ask for nothing."""

    unlocking_bytecode: bytes = b""

    def __post_init__(self) -> None:
        expect_bytes(self.unlocking_bytecode, "an unlocking bytecode")

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

    def __post_init__(self) -> None:
        _check_signing(self.key, self.hash_type, self.scheme)
        if self.covered is not None:
            expect_bytes(self.covered, "a covered bytecode")


Item = bytes | int | Signature
"""What an unlocking script pushes: bytes, a VM number, or a signature."""


@dataclass(frozen=True, slots=True)
class ScriptUnlocker:
    """Pushes items, the last one on top, and behind them the redeem script if there is one."""

    items: Sequence[Item] = ()
    redeem_script: bytes | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.items, (tuple, list)):
            raise BuildError(f"the items to push are a list, not {kind_of(self.items)}")
        for item in self.items:
            if not isinstance(item, (bytes, int, Signature)):
                raise BuildError(f"{kind_of(item)} is not bytes, a number or a signature")
        if self.redeem_script is not None:
            expect_bytes(self.redeem_script, "a redeem script")

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
            covered = _locking_bytecode(context, index)
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
    return encode_push(item) if isinstance(item, bytes) else encode_push_number(item)


def _check_signing(key: PrivateKey, hash_type: int, scheme: Scheme) -> None:
    if not isinstance(key, PrivateKey):
        raise InvalidKey(f"an input is signed with a PrivateKey, not {kind_of(key)}")
    expect_number(hash_type, "a hash type")
    check_scheme(scheme)


def _locking_bytecode(context: TransactionContext, index: int) -> bytes:
    """What locks the output that an input spends. Raises EncodeError for no such input."""
    if not isinstance(context, TransactionContext):
        raise EncodeError(f"an input is unlocked in a TransactionContext, not {kind_of(context)}")
    if not 0 <= expect_number(index, "the index of an input") < len(context.source_outputs):
        raise EncodeError(f"input {shown(index)}: {len(context.source_outputs)} outputs are spent")
    return context.source_outputs[index].locking_bytecode
