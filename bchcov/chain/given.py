"""The arguments that a chain accepts: built transactions, and outputs to addresses."""

from __future__ import annotations

from collections.abc import Iterable

from ..encoding.expected import kind_of
from ..errors import BuildError, EncodeError
from ..transaction.fields import check_outputs
from ..transaction.model import Output, Transaction
from ..wallet.built import BuiltTransaction
from ..wallet.destinations import located

__all__ = ["Given", "outputs_of", "transaction_of"]

Given = Transaction | BuiltTransaction
"""A transaction, or what `build` returned."""


def transaction_of(given: Given) -> Transaction:
    """Return the transaction itself. Raises BuildError for anything else."""
    transaction = given.transaction if isinstance(given, BuiltTransaction) else given
    if not isinstance(transaction, Transaction):
        raise BuildError(f"a chain takes a Transaction or what build returns, not {kind_of(given)}")
    return transaction


def outputs_of(outputs: Iterable[Output], network: str) -> tuple[Output, ...]:
    """Return the outputs, each address in place of a locking bytecode replaced by the latter.

    Raises AddressError for an address of another network, BuildError for an output that
    cannot be encoded.
    """
    made = tuple(located(output, network) for output in outputs)
    try:
        check_outputs(made, "output")
    except EncodeError as error:
        raise BuildError(str(error)) from None
    return made
