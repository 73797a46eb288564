"""Transactions signed by several people: signing, missing signatures, and merging.

They hold no private key. Each cosigner signs their inputs, one after the other or all at once;
the resulting transaction does not depend on the order in which signatures are added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..encoding.expected import kind_of, shown
from ..errors import BuildError, InvalidKey
from ..transaction.context import TransactionContext
from ..transaction.model import Transaction
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .balance import Spend
from .built import BuiltTransaction
from .explained import refused
from .keys import PrivateKey
from .unlockers import Cosignable, Explaining
from .wanted import Part, WantedSignatures, joined

__all__ = ["CosignedTransaction", "cosigned"]


@dataclass(frozen=True, slots=True)
class CosignedTransaction:
    """A transaction with its signatures collected so far.

    `unsigned` is the transaction with empty unlocking bytecodes; `parts` are, for each input,
    the parts of its unlocking bytecode: bytes and pending signatures; `explaining` are the
    objects that can explain why an input is refused.
    `TransactionBuilder.cosign` makes it; every method returns a new one.
    """

    unsigned: BuiltTransaction
    parts: tuple[tuple[Part, ...], ...] = field(repr=False)
    explaining: tuple[Explaining | None, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.unsigned, BuiltTransaction):
            raise BuildError(
                f"what is cosigned is a BuiltTransaction, not {kind_of(self.unsigned)}"
            )
        inputs, parts = self.unsigned.transaction.inputs, self.parts
        if not isinstance(parts, tuple) or not all(
            isinstance(each, tuple)
            and all(isinstance(part, (bytes, WantedSignatures)) for part in each)
            for each in parts
        ):
            raise BuildError("the parts of each input are a tuple of bytes and WantedSignatures")
        if len(self.parts) != len(inputs):
            raise BuildError(
                f"parts of {len(self.parts)} inputs: the transaction has {len(inputs)}"
            )

    @property
    def _context(self) -> TransactionContext:
        return TransactionContext(self.unsigned.transaction, self.unsigned.source_outputs)

    def _places(self) -> Iterator[tuple[int, int, WantedSignatures]]:
        """Yield every part with pending signatures: input index, part index, and the part."""
        for index, parts in enumerate(self.parts):
            for at, part in enumerate(parts):
                if isinstance(part, WantedSignatures):
                    yield index, at, part

    @property
    def missing(self) -> dict[int, tuple[bytes, ...]]:
        """The public keys that may still sign each incomplete input, by input index.

        For a multisig these may be more than are needed. A cosigner known only by address is
        listed by the 20-byte hash of their key.
        """
        found: dict[int, dict[bytes, None]] = {}
        for index, _, wanted in self._places():
            if wanted.needed:
                found.setdefault(index, {}).update(dict.fromkeys(wanted.missing))
        return {index: tuple(keys) for index, keys in found.items()}

    @property
    def is_complete(self) -> bool:
        """Whether no signature is missing."""
        return not any(wanted.needed for _, _, wanted in self._places())

    def sign(self, key: PrivateKey) -> CosignedTransaction:
        """Sign everything that needs a signature of this key.

        Raises InvalidKey if no input needs one.
        """
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"key must be a PrivateKey, not {kind_of(key)}")
        context, made = self._context, self
        mine = [each for each in self._places() if each[2].is_of(key.public_key)]
        if not mine:
            raise InvalidKey(f"no input needs a signature of 0x{key.public_key.hex()}")
        for index, at, wanted in mine:
            made = made._with(index, at, wanted.sign(context, index, key))
        return made

    def add(self, index: int, public_key: bytes, signature: bytes) -> CosignedTransaction:
        """Add a cosigner's signature of input `index`, which ends with the hash type.

        Raises BuildError if there is no such input, InvalidKey if the input needs no signature
        of this key or the signature does not verify.
        """
        if not isinstance(index, int) or not 0 <= index < len(self.parts):
            named = shown(index) if isinstance(index, int) else kind_of(index)
            raise BuildError(
                f"input {named} cannot be signed: the transaction has {len(self.parts)} inputs"
            )
        context, made, refusal = self._context, self, None
        for number, at, wanted in self._places():
            if number == index and isinstance(public_key, bytes) and wanted.is_of(public_key):
                try:
                    made = made._with(index, at, wanted.add(context, index, public_key, signature))
                except InvalidKey as error:
                    # A key can be asked for signatures of several scripts in one input.
                    refusal = error
        if made is not self:
            return made
        if refusal is not None:
            raise refusal
        named = f"0x{public_key.hex()}" if isinstance(public_key, bytes) else kind_of(public_key)
        raise InvalidKey(f"input {index} needs no signature of {named}")

    def _with(self, index: int, at: int, wanted: WantedSignatures) -> CosignedTransaction:
        parts = [*self.parts[index]]
        parts[at] = wanted
        return replace(self, parts=(*self.parts[:index], tuple(parts), *self.parts[index + 1 :]))

    def combine(self, *others: CosignedTransaction) -> CosignedTransaction:
        """Merge the signatures of other copies, in any order.

        Raises BuildError if they are of another transaction, naming the first difference, and
        InvalidKey for a signature that does not verify.
        """
        context, made = self._context, self
        for other in others:
            if not isinstance(other, CosignedTransaction):
                raise BuildError(
                    f"cannot combine with {kind_of(other)}: expected a CosignedTransaction"
                )
            difference = _difference(self, other)
            if difference is not None:
                raise BuildError(f"cannot combine different transactions: {difference}")
            for index, at, theirs in other._places():
                part = made.parts[index][at]
                assert isinstance(part, WantedSignatures)
                for public_key, signature in theirs.signatures:
                    part = part.add(context, index, public_key, signature)
                made = made._with(index, at, part)
        return made

    def require_complete(self) -> CosignedTransaction:
        """Return this if it is complete. Raises BuildError naming the missing public keys."""
        _ = self._unlocked
        return self

    @property
    def _unlocked(self) -> Transaction:
        inputs = []
        for index, (item, parts) in enumerate(
            zip(self.unsigned.transaction.inputs, self.parts, strict=True)
        ):
            try:
                inputs.append(replace(item, unlocking_bytecode=joined(parts)))
            except BuildError as error:
                raise BuildError(f"input {index}: {error}") from None
        return replace(self.unsigned.transaction, inputs=tuple(inputs))

    def build(self, rules: RuleSet = BCH_2026) -> BuiltTransaction:
        """Insert the signatures and verify the transaction.

        Raises BuildError naming the public keys whose signatures are missing, and BuildRefused,
        with the verdict and, if known, the source line, if the transaction is refused.
        """
        transaction = self._unlocked
        verdict = verify(transaction, self.unsigned.source_outputs, rules)
        if verdict.error is not None:
            nobody = (None,) * len(self.parts)
            raise refused(verdict, verdict.error, self.explaining or nobody)
        return replace(self.unsigned, transaction=transaction, verdict=verdict)


def cosigned(unsigned: BuiltTransaction, spends: Sequence[Spend]) -> CosignedTransaction:
    """Make a transaction for cosigners, signed with the private keys that the unlockers have.

    An unlocker that is not Cosignable unlocks its input at once. Raises BuildError if one
    cannot.
    """
    context = TransactionContext(unsigned.transaction, unsigned.source_outputs)
    made: list[tuple[Part, ...]] = []
    for index, spend in enumerate(spends):
        unlocker = spend.unlocker
        if isinstance(unlocker, Cosignable):
            made.append(unlocker.parts(context, index))
        else:
            made.append((unlocker.unlock(context, index),))
    unlockers = [spend.unlocker for spend in spends]
    explaining = tuple(
        each.without_private_keys() if isinstance(each, Explaining) else None for each in unlockers
    )
    return CosignedTransaction(unsigned, tuple(made), explaining)


def _difference(mine: CosignedTransaction, theirs: CosignedTransaction) -> str | None:
    """Describe the first difference of two transactions; None if only signatures differ."""
    one, other = mine.unsigned.transaction, theirs.unsigned.transaction
    if (one.version, one.locktime) != (other.version, other.locktime):
        return (
            f"version {one.version} and locktime {one.locktime},"
            f" version {other.version} and locktime {other.locktime}"
        )
    pairs: tuple[tuple[str, Sequence[object], Sequence[object]], ...] = (
        ("input", one.inputs, other.inputs),
        ("spent output", mine.unsigned.source_outputs, theirs.unsigned.source_outputs),
        ("output", one.outputs, other.outputs),
        ("the unlocking of input", _unsigned(mine.parts), _unsigned(theirs.parts)),
    )
    for what, here, there in pairs:
        if len(here) != len(there):
            return f"{len(here)} {what}s and {len(there)}"
        for index, (left, right) in enumerate(zip(here, there, strict=True)):
            if left != right:
                return f"{what} {index} differs"
    return None


def _unsigned(parts: Sequence[Sequence[Part]]) -> Sequence[object]:
    return [[part if isinstance(part, bytes) else part.unsigned for part in each] for each in parts]
