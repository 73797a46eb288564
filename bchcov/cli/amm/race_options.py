"""Options of `bchcov amm race`: one for each setting, a sweep, and parameters of the pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ...race import Settings
from ...race.sweep import SWEEPABLE

__all__ = ["read_parameters", "read_sweep", "setting"]

_Command = TypeVar("_Command", bound=Callable[..., Any])
_MOST_DIGITS = 18


def read_sweep(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, list[float]] | None:
    """Read NAME=A,B,... as the name of a setting and its values."""
    if not texts:
        return None
    if len(texts) > 1:
        raise click.BadParameter("one setting can be swept at a time: expected one --sweep")
    name, _, values = texts[0].partition("=")
    name = name.replace("-", "_")
    if name not in SWEEPABLE:
        names = ", ".join(SWEEPABLE)
        raise click.BadParameter(f"{name!r} cannot be swept: expected one of {names}")
    try:
        return name, [float(value) for value in values.split(",")]
    except ValueError:
        raise click.BadParameter(f"{values!r} is invalid: expected numbers, as 1,2,3") from None


def read_parameters(
    _ctx: click.Context, _option: click.Parameter, texts: tuple[str, ...]
) -> tuple[tuple[str, int], ...]:
    """Read each NAME=NUMBER."""
    found = []
    for text in texts:
        name, _, value = text.partition("=")
        if not (value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS):
            raise click.BadParameter(
                f"{text!r} is invalid: expected a name and a number, as bond=5"
            )
        found.append((name.replace("-", "_"), int(value)))
    return tuple(found)


def setting(name: str, kind: type[int] | type[float], what: str) -> Callable[[_Command], _Command]:
    """Make the option of a setting, with its default."""
    default = Settings.__dataclass_fields__[name].default
    return click.option(
        "--" + name.replace("_", "-"), type=kind, default=default, show_default=True, help=what
    )
