"""Files and numbers that options name: what cannot be written, what is no number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from .streams import FAILED

__all__ = ["finite", "writing"]


class _CannotWrite(click.ClickException):
    exit_code = FAILED


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError into one sentence that names the file, with the status of a failure."""
    try:
        yield
    except OSError as error:
        raise _CannotWrite(f"cannot write {path}: {error.strerror or error}") from error


def finite(_ctx: click.Context, _option: click.Parameter, value: float | None) -> float | None:
    """Refuse what Python reads as a number and no range refuses: nan and inf."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is invalid: expected a finite number")
    return value
