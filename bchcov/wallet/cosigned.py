"""A transaction that several people sign: what is signed, whose signature is missing, and merging.

It holds no private key. Each cosigner signs what is theirs, on one machine after the other or
on all at once; in whatever order the signatures come together, the transaction is the same.
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
    """A transaction in which every input has the parts of its unlocking bytecode.

    `unsigned` is the transaction with no input unlocked, `parts` has bytes and the
    places of signatures, input by input, `explaining` what can say why an input is refused.
    `TransactionBuilder.cosign` makes it; every method gives a new one.
    """

    unsigned: BuiltTransaction
    parts: tuple[tuple[Part, ...], ...] = field(repr=False)
    explaining: tuple[Explaining | None, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        inputs = self.unsigned.transaction.inputs
        if len(self.parts) != len(inputs):
            raise BuildError(f"{len(inputs)} inputs, and parts for {len(self.parts)}")

    @property
    def _context(self) -> TransactionContext:
        return TransactionContext(self.unsigned.transaction, self.unsigned.source_outputs)

    def _places(self) -> Iterator[tuple[int, int, WantedSignatures]]:
        """Every place of signatures, with its input and its part of it."""
        for index, parts in enumerate(self.parts):
            for at, part in enumerate(parts):
                if isinstance(part, WantedSignatures):
                    yield index, at, part

    @property
    def missing(self) -> dict[int, tuple[bytes, ...]]:
        """For each input that is not complete, the public keys that may still sign it.

        Of a multisig these may be more than are needed; of the owner of an address who has
        not signed, and whose key is not known, it is the hash of 20 bytes.
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
        """Sign every place that waits for this key.

        Raises InvalidKey for a key that nothing waits for.
        """
        if not isinstance(key, PrivateKey):
            raise InvalidKey(f"a transaction is signed with a PrivateKey, not {kind_of(key)}")
        context, made = self._context, self
        mine = [each for each in self._places() if each[2].is_of(key.public_key)]
        if not mine:
            raise InvalidKey(f"no input waits for a signature of 0x{key.public_key.hex()}")
        for index, at, wanted in mine:
            made = made._with(index, at, wanted.sign(context, index, key))
        return made

    def add(self, index: int, public_key: bytes, signature: bytes) -> CosignedTransaction:
        """Add a cosigner's signature of input `index`, the hash type as its last byte.

        Raises BuildError for an input that is not there, InvalidKey for a key that it does
        not wait for and a signature that this key has not made of it.
        """
        if not isinstance(index, int) or not 0 <= index < len(self.parts):
            named = shown(index) if isinstance(index, int) else kind_of(index)
            raise BuildError(f"input {named}: the transaction has {len(self.parts)} inputs")
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
        raise InvalidKey(f"input {index} waits for no signature of {named}")

    def _with(self, index: int, at: int, wanted: WantedSignatures) -> CosignedTransaction:
        parts = [*self.parts[index]]
        parts[at] = wanted
        return replace(self, parts=(*self.parts[:index], tuple(parts), *self.parts[index + 1 :]))

    def combine(self, *others: CosignedTransaction) -> CosignedTransaction:
        """Add the signatures of others, in any order.

        Raises BuildError for another transaction, naming the first difference, and
        InvalidKey for a signature that does not verify.
        """
        context, made = self._context, self
        for other in others:
            if not isinstance(other, CosignedTransaction):
                raise BuildError(f"what is combined is a CosignedTransaction, not {kind_of(other)}")
            difference = _difference(self, other)
            if difference is not None:
                raise BuildError(f"another transaction is signed: {difference}")
            for index, at, theirs in other._places():
                part = made.parts[index][at]
                assert isinstance(part, WantedSignatures)
                for public_key, signature in theirs.signatures:
                    part = part.add(context, index, public_key, signature)
                made = made._with(index, at, part)
        return made

    def require_complete(self) -> CosignedTransaction:
        """Return this if nothing is missing. Raises BuildError that says whose signatures are."""
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
        """Put the signatures into their places and verify the transaction.

        Raises BuildError that says whose signatures are missing, and BuildRefused, with the
        verdict and where it is known the line, where the transaction is refused.
        """
        transaction = self._unlocked
        verdict = verify(transaction, self.unsigned.source_outputs, rules)
        if verdict.error is not None:
            nobody = (None,) * len(self.parts)
            raise refused(verdict, verdict.error, self.explaining or nobody)
        return replace(self.unsigned, transaction=transaction, verdict=verdict)


def cosigned(unsigned: BuiltTransaction, spends: Sequence[Spend]) -> CosignedTransaction:
    """Part the unlocking of every input, and sign with the keys that the unlockers have.

    An unlocker without parts unlocks its input at once. Raises BuildError where one cannot.
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
    """What two transactions first differ in; None where only signatures do."""
    one, other = mine.unsigned.transaction, theirs.unsigned.transaction
    if (one.version, one.locktime) != (other.version, other.locktime):
        return (
            f"version and locktime are {one.version} and {one.locktime} here,"
            f" {other.version} and {other.locktime} there"
        )
    pairs: tuple[tuple[str, Sequence[object], Sequence[object]], ...] = (
        ("input", one.inputs, other.inputs),
        ("spent output", mine.unsigned.source_outputs, theirs.unsigned.source_outputs),
        ("output", one.outputs, other.outputs),
        ("the unlocking of input", _unsigned(mine.parts), _unsigned(theirs.parts)),
    )
    for what, here, there in pairs:
        if len(here) != len(there):
            return f"{len(here)} {what}s here, {len(there)} there"
        for index, (left, right) in enumerate(zip(here, there, strict=True)):
            if left != right:
                return f"{what} {index} is another one"
    return None


def _unsigned(parts: Sequence[Sequence[Part]]) -> Sequence[object]:
    return [[part if isinstance(part, bytes) else part.unsigned for part in each] for each in parts]
