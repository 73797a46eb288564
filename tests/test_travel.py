"""Every error and every result travels: through pickle to other processes, and through copy."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import bchcov
from bchcov import BchcovError, TransactionReason

PACKAGE = Path(bchcov.__file__).parent


def modules() -> Iterator[Any]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[-1] in ("__main__", "__init__") or "report" in parts:
            continue
        yield import_module(".".join(("bchcov", *parts)))


def errors() -> list[type[BaseException]]:
    found = {
        each
        for module in modules()
        for each in vars(module).values()
        if inspect.isclass(each)
        and issubclass(each, BaseException)
        and each.__module__ == module.__name__
    }
    return sorted(found, key=lambda each: each.__qualname__)


VALUES: dict[str, Any] = {
    "reason": TransactionReason.TX_SIZE,
    "line": 3,
    "column": 4,
    "offset": 5,
    "number": 2,
}


def make(error: type[BaseException]) -> BaseException:
    """One of a kind, with a value for each argument that it asks for."""
    given: list[Any] = []
    named: dict[str, Any] = {}
    if "__init__" in {name for each in error.__mro__[:-3] for name in vars(each)}:
        for each in inspect.signature(error).parameters.values():
            if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
                continue
            value = VALUES.get(each.name, f"some {each.name}")
            if each.kind is each.KEYWORD_ONLY:
                named[each.name] = value
            else:
                given.append(value)
        return error(*given, **named)
    return error("some message")


@pytest.mark.parametrize("error", errors(), ids=lambda each: each.__qualname__)
def test_an_error_travels_with_all_it_says(error: type[BaseException]) -> None:
    made = make(error)
    made.__dict__.setdefault("note_of_the_test", "kept")
    copies = [copy.copy(made), copy.deepcopy(made)]
    copies += [
        pickle.loads(pickle.dumps(made, protocol))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ]
    for each in copies:
        assert type(each) is error
        assert str(each) == str(made)
        assert vars(each) == vars(made)
        assert each.args == made.args


def test_the_errors_are_found() -> None:
    found = {each.__name__ for each in errors()}
    assert {"AssemblyError", "DecodeError", "ScriptError", "WorkerLost", "Stopped"} <= found
    assert issubclass(bchcov.AssemblyError, BchcovError)
