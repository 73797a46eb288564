"""What a user says of a contract, looked at before it is used: transactions, parties, promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...encoding.expected import kind_of
from ...errors import ContractError
from ...transaction.model import Output, Transaction
from ...wallet.built import BuiltTransaction
from ...wallet.keys import PrivateKey
from .parties import Party
from .promises import Property
from .scene import ATTACKER, CONTRACT, STRANGER

__all__ = ["Honest", "checked_categories", "checked_parties", "checked_properties", "pairs_of"]

Honest = BuiltTransaction | tuple[Transaction, Sequence[Output]]
"""An accepted transaction with the outputs that it spends."""

_Each = TypeVar("_Each")
_TAKEN = frozenset({STRANGER.name, ATTACKER, CONTRACT, "nobody"})


def pairs_of(honest: Iterable[Honest]) -> list[tuple[Transaction, Sequence[Output]]]:
    """Take transactions and the outputs that they spend out of what a builder has built.

    Raises ContractError for anything else.
    """
    pairs: list[tuple[Transaction, Sequence[Output]]] = []
    for number, each in enumerate(_listed(honest, "honest transactions")):
        if isinstance(each, BuiltTransaction):
            pairs.append((each.transaction, each.source_outputs))
        elif isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], Transaction):
            pairs.append((each[0], each[1]))
        else:
            raise ContractError(
                f"honest transaction {number} must be a BuiltTransaction, or a Transaction and the"
                f" outputs that it spends, not {kind_of(each)}"
            )
    return pairs


def checked_parties(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Return the parties. Raises ContractError for a name or a key that is another's."""
    everybody = _listed(parties, "parties")
    names: set[str] = set(_TAKEN)
    owners: dict[PrivateKey, str] = {}
    for number, party in enumerate(everybody):
        if not isinstance(party, Party):
            raise ContractError(f"party {number} must be a Party, not {kind_of(party)}")
        if party.name in names:
            raise ContractError(f"party {number}: the name {party.name!r} is taken")
        names.add(party.name)
        for key in _listed(party.keys, f"the keys of {party.name}"):
            if not isinstance(key, PrivateKey):
                raise ContractError(
                    f"a key of {party.name} must be a PrivateKey, not {kind_of(key)}"
                )
            if key in owners:
                raise ContractError(f"a key of {party.name} is {owners[key]}'s as well")
            owners[key] = party.name
        if not isinstance(party.scripts, frozenset) or not all(
            isinstance(each, bytes) for each in party.scripts
        ):
            raise ContractError(f"the scripts of {party.name} must be a frozenset of bytes")
    return everybody


def checked_categories(
    unique: Iterable[bytes], pairs: Iterable[tuple[Transaction, Sequence[Output]]]
) -> frozenset[bytes]:
    """Return the unique categories. Raises ContractError for one of no honest transaction."""
    named = _listed(unique, "unique categories")
    known = {
        each.token.category
        for transaction, spent in pairs
        for each in (*transaction.outputs, *spent)
        if each.token is not None
    }
    for category in named:
        if not isinstance(category, bytes):
            raise ContractError(f"a unique category must be bytes, not {kind_of(category)}")
        if category not in known:
            is_reversed = category[::-1] in known
            hint = ": it is in display order, expected wire order" if is_reversed else ""
            raise ContractError(
                f"unique category 0x{category.hex()} is in no honest transaction{hint}"
            )
    return frozenset(named)


def checked_properties(
    properties: Iterable[Property], pairs: Iterable[tuple[Transaction, Sequence[Output]]]
) -> tuple[Property, ...]:
    """Return the properties. Raises ContractError for one that an honest transaction breaks."""
    checks = _listed(properties, "properties")
    for check in checks:
        if not callable(check):
            raise ContractError(f"a property must be a function, not {kind_of(check)}")
    for number, (transaction, spent) in enumerate(pairs):
        for check in checks:
            try:
                said = check(transaction, spent)
            except AssertionError as error:
                raise ContractError(
                    f"honest transaction {number} breaks a property: {_raised(check, error)}"
                ) from error
            if said is not None and not isinstance(said, str):
                raise ContractError(
                    f"a property must return a sentence or None, not {kind_of(said)}"
                )
            if said is not None:
                raise ContractError(f"honest transaction {number} breaks a property: {said}")
    return tuple(map(_Said, checks))


@dataclass(frozen=True)
class _Said:
    """A property that says in a sentence which assertion of it fails."""

    check: Property

    def __call__(self, transaction: Transaction, source_outputs: Sequence[Output]) -> str | None:
        try:
            return self.check(transaction, source_outputs)
        except AssertionError as error:
            return _raised(self.check, error)


def _raised(check: Property, error: AssertionError) -> str:
    name = getattr(check, "__name__", type(check).__name__)
    # The first line: pytest explains an assertion in those that follow.
    said = str(error).partition("\n")[0]
    return f"{name} raises {type(error).__name__}: {said}".rstrip(": ")


def _listed(given: Iterable[_Each], what: str) -> tuple[_Each, ...]:
    if isinstance(given, (bytes, str)) or not isinstance(given, Iterable):
        raise ContractError(f"{what} must be a list, not {kind_of(given)}")
    return tuple(given)
