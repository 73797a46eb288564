"""Reading a contract with its constants, and a file of transactions, for the commands on both."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click

from ...contract.argument_types import ArgumentValue
from ...contract.cashassembly import parameters_in
from ...contract.contract import Contract
from ...contract.loading import load_contract
from ...encoding.hexadecimal import decode_hex
from ...errors import AssemblyError, ContractError, DecodeError, FormatError
from ...formats.artifact import read_artifact
from ...formats.fields import read_json, read_text
from ...formats.recognize import split_hex
from ...formats.verify_lines import LineOptions, read_line
from ...testing.bare import contracts_of_spends
from ...transaction.model import Output, Transaction
from ...vm.rules.ruleset import RuleSet
from .rules import read_rules

__all__ = [
    "TransactionLine",
    "constructor_options",
    "contract_arguments",
    "load_contracts",
    "read_transactions",
]

_INTEGER = re.compile(r"-?[0-9]{1,4000}")
_NAMED = re.compile(r"([a-zA-Z_][.a-zA-Z0-9_-]*)=(.*)", re.DOTALL)
_BOOLS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class TransactionLine:
    """What a line says: a transaction, the outputs it spends, its name and its rules.

    `expected` is the line's "ok", whether the transaction is meant to be accepted, or None if
    the line does not say it.
    """

    name: str
    transaction: Transaction
    source_outputs: Sequence[Output]
    rules: RuleSet
    expected: bool | None = None


_locking = click.option(
    "--locking",
    type=click.Choice(("p2sh32", "p2sh20", "p2s")),
    default="p2sh32",
    show_default=True,
    help="How the contract locks its coins.",
)


def constructor_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the contract's file and constants as options, and its locking."""
    for decorate in (
        _locking,
        click.option(
            "--argument",
            "arguments",
            multiple=True,
            metavar="[NAME=]VALUE",
            help="A constant of that contract, as for `bchcov cover`.",
        ),
        click.option(
            "--contract",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A CashScript artifact or CashAssembly source whose coverage to report.",
        ),
    ):
        command = decorate(command)
    return command


def contract_arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the contract's file and constants, its locking, and the transactions."""
    for decorate in (
        click.option(
            "--transactions",
            required=True,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A file of transactions: lines as `bchcov verify` takes them.",
        ),
        click.option(
            "--rules",
            default="BCH_2026",
            show_default=True,
            metavar="NAME",
            callback=read_rules,
            help="The rules of lines without any; the opcodes of their proposals have names.",
        ),
        _locking,
        click.argument("arguments", nargs=-1),
        click.argument(
            "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
        ),
    ):
        command = decorate(command)
    return command


class Spent(Protocol):
    """A transaction with the outputs that it spends."""

    @property
    def transaction(self) -> Transaction: ...
    @property
    def source_outputs(self) -> Sequence[Output]: ...


def load_contracts(
    file: Path | None,
    arguments: Sequence[str],
    locking: str,
    lines: Iterable[Spent],
    rules: RuleSet | None = None,
) -> tuple[Contract, ...]:
    """Load the contract of a file, or, without one, make those of the scripts that lines run.

    Raises click.ClickException for a file or a constant that cannot be read, and if no line runs
    a script other than those of wallets.
    """
    if file is not None:
        return (load_from(file, arguments, locking, rules),)
    found = contracts_of_spends((each.transaction, each.source_outputs) for each in lines)
    if not found:
        raise click.ClickException("no transaction runs a script other than those of wallets")
    return found


def load_from(
    file: Path, arguments: Sequence[str], locking: str, rules: RuleSet | None = None
) -> Contract:
    """Load a contract with its constants, given in order or all as NAME=VALUE.

    Raises click.ClickException for a file or a constant that cannot be read.
    """
    try:
        types = _types_in(file)
        named = [_NAMED.fullmatch(each) for each in arguments]
        given: Any
        if arguments and all(named):
            pairs = [(match[1], match[2]) for match in named if match is not None]
            given = {name: _value(name, types.get(name), text) for name, text in pairs}
        else:
            names = [*types, *(f"argument {n + 1}" for n in range(len(types), len(arguments)))]
            given = [
                _value(name, types.get(name), text)
                for name, text in zip(names, arguments, strict=False)
            ]
        return load_contract(file, given, locking=locking, rules=rules)  # type: ignore[arg-type]
    except (AssemblyError, ContractError, FormatError) as error:
        raise click.ClickException(str(error)) from None


def _types_in(file: Path) -> dict[str, str | None]:
    """Return the types of the constants in order; empty for a file that cannot be read."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return {}
    if file.suffix == ".json":
        return {each.name: each.type for each in read_artifact(text).constructor}
    return (
        {each.name: each.type for each in parameters_in(text)} if file.suffix == ".cashasm" else {}
    )


def _value(name: str, type_name: str | None, text: str) -> ArgumentValue:
    """Read a constant: 0x and hexadecimal, an integer, true or false, or a "string" as it is."""
    if type_name == "string":
        return text
    if text.startswith("0x"):
        try:
            return decode_hex(text[2:])
        except DecodeError as error:
            raise ContractError(f"{name}: {error}") from None
    if _INTEGER.fullmatch(text):
        return int(text)
    if text in _BOOLS:
        return _BOOLS[text]
    raise ContractError(
        f"{name}: {text[:80]!a} is no value: expected 0x and hexadecimal, an integer, true or false"
    )


def read_transactions(path: Path, rules: RuleSet | None = None) -> Iterator[TransactionLine]:
    """Read the transactions of a file, one on each line that is not blank.

    `rules` are those of lines that do not name any, or name these.
    Raises click.ClickException for a line that cannot be read.
    """
    number = 0
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.isspace():
                    yield _read(line, number, rules)
    except FormatError as error:
        raise click.ClickException(f"{path.name}: line {number}: {error}") from None
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from None


def _read(text: bytes, number: int, given: RuleSet | None) -> TransactionLine:
    """Read one line; raises FormatError."""
    transaction, sources, rules = read_line(text, None if given is None else LineOptions(given))
    if len(sources) != len(transaction.inputs):
        raise FormatError(
            f"{len(transaction.inputs)} inputs spend {len(sources)} outputs: expected one each"
        )
    line = {} if split_hex(read_text(text)) else read_json(read_text(text))
    fields = line if isinstance(line, dict) else {}
    expected, name = fields.get("ok"), fields.get("id")
    if expected is not None and not isinstance(expected, bool):
        raise FormatError('"ok" is not true or false')
    return TransactionLine(
        f"line {number}" if name is None else str(name), transaction, sources, rules, expected
    )
