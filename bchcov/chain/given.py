"""The arguments that a chain accepts: transactions, outputs to addresses, numbers, and coins."""

from __future__ import annotations

from collections.abc import Iterable

from ..encoding.addresses import check_network
from ..encoding.expected import expect_number, kind_of, shown
from ..errors import BuildError, ChainError, EncodeError
from ..transaction.constants import LOCKTIME_THRESHOLD, MAX_UINT32
from ..transaction.fields import check_outputs
from ..transaction.model import Output, Transaction
from ..vm.rules.ruleset import RuleSet
from ..wallet.built import BuiltTransaction
from ..wallet.coins import Coin
from ..wallet.destinations import located

__all__ = [
    "Given",
    "check_coin",
    "check_start",
    "outputs_of",
    "time_after",
    "transaction_of",
    "transactions_of",
    "whole",
]

Given = Transaction | BuiltTransaction
"""A transaction, or what `build` returned."""


def transaction_of(given: Given) -> Transaction:
    """Return the transaction itself. Raises BuildError for anything else."""
    transaction = given.transaction if isinstance(given, BuiltTransaction) else given
    if not isinstance(transaction, Transaction):
        raise BuildError(f"a chain takes a Transaction or what build returns, not {kind_of(given)}")
    return transaction


def transactions_of(given: Iterable[Given]) -> tuple[Transaction, ...]:
    """Return the transactions themselves. Raises BuildError for anything else."""
    if not isinstance(given, Iterable):
        raise BuildError(f"transactions must be a sequence, not {kind_of(given)}")
    return tuple(map(transaction_of, given))


def whole(value: object, what: str, least: int, most: int | None = None) -> int:
    """Return `value` if it is an integer from `least` to `most`. Raises ChainError."""
    try:
        number = expect_number(value, what)
    except EncodeError as error:
        raise ChainError(str(error)) from None
    if number < least or (most is not None and number > most):
        expected = f"at least {least}" if most is None else f"{least} to {most}"
        raise ChainError(f"{what} {shown(number)} is out of range: expected {expected}")
    return number


def check_start(
    rules: RuleSet, height: int, time: int, fee_rate: int, network: str = "mainnet"
) -> None:
    """Raise ChainError for what no chain begins with, AddressError for an unknown network."""
    check_network(network)
    if not isinstance(rules, RuleSet):
        raise ChainError(f"rules must be a RuleSet, not {kind_of(rules)}: see find_rules")
    # From this number on, a locktime is a time and no height.
    whole(height, "height", 0, LOCKTIME_THRESHOLD - 1)
    whole(time, "time", 0, MAX_UINT32)
    whole(fee_rate, "fee rate", 0, MAX_UINT32)


def time_after(time: int, seconds: int) -> int:
    """Return the time of a block so many seconds after another one's. Raises ChainError.

    A block has 32 bits for it.
    """
    return time + whole(seconds, "seconds", 1, MAX_UINT32 - time)


def check_coin(coin: Coin) -> None:
    """Raise ChainError for anything but a coin."""
    if not isinstance(coin, Coin):
        raise ChainError(f"coin must be a Coin, not {kind_of(coin)}")


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
