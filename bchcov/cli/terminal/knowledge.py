"""What a command is told of transactions besides: contracts, and public values by name."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...encoding.hexadecimal import decode_hex
from ...errors import DecodeError
from ...vm.rules.loading import load_rules
from ...vm.rules.ruleset import RuleSet
from .rules import check_rules

if TYPE_CHECKING:
    from ...contract.contract import Contract

__all__ = ["Knowledge", "knowledge_options"]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of transactions besides: contracts, and public values by name."""

    contracts: tuple[Contract, ...]
    known: dict[str, bytes]


def _contracts(
    ctx: click.Context, _option: click.Parameter, texts: Sequence[str]
) -> tuple[Contract, ...]:
    # An eager option: a contract may use the opcodes of its proposals.
    rules = ctx.params.get("rules")
    return tuple(
        _contract(text, load_rules(check_rules(rules)) if rules else None) for text in texts
    )


def _contract(text: str, rules: RuleSet | None) -> Contract:
    try:
        file, *arguments = shlex.split(text)
    except ValueError:
        raise click.BadParameter(f"{text[:80]!a} is no file with its constants") from None
    locking = "p2sh32"
    if arguments and arguments[0] in ("p2sh32", "p2sh20", "p2s"):
        locking = arguments.pop(0)
    # Compilers are loaded only where there is a contract.
    from .contracts import load_from

    path = Path(file)
    if not path.is_file():
        raise click.BadParameter(f"{file[:80]!a} is no file")
    return load_from(path, arguments, locking, rules)


def _known(_ctx: click.Context, _option: click.Parameter, texts: Sequence[str]) -> dict[str, bytes]:
    found = {}
    for text in texts:
        name, equals, digits = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{text[:80]!a}: expected NAME=HEX")
        try:
            found[name] = decode_hex(digits.removeprefix("0x"))
        except DecodeError as error:
            raise click.BadParameter(f"{name}: {error}") from None
    return found


def knowledge_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the contracts and names that it shows."""
    for decorate in (
        click.option(
            "--name",
            "known",
            multiple=True,
            metavar="NAME=HEX",
            callback=_known,
            help="Show a public key, a hash or a category by a name.",
        ),
        click.option(
            "--contract",
            "contracts",
            multiple=True,
            metavar='"FILE CONSTANTS..."',
            callback=_contracts,
            help="A contract that may run, for its source lines and the names of its checks.",
        ),
    ):
        command = decorate(command)
    return command
