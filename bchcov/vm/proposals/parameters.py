"""What a draft leaves open, as parameters: they are in the name where they are not the default."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import RulesError

__all__ = ["check_choice", "named"]


def named(name: str, defaults: Mapping[str, int | str], given: Mapping[str, int | str]) -> str:
    """Name a proposal with those of its parameters that differ from the defaults."""
    changed = [
        f"{key}={hex(value) if isinstance(value, int) and 'opcode' in key else value}"
        for key, value in given.items()
        if value != defaults[key]
    ]
    return f"{name}({','.join(changed)})" if changed else name


def check_choice(name: str, parameter: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise RulesError unless a parameter is one of some words."""
    if value not in choices:
        raise RulesError(
            f"{name}: {parameter} {value!r} is unknown: expected one of {', '.join(choices)}"
        )
