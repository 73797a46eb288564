"""Every error and every result travels: through pickle to other processes, and through copy."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import bchcov
from bchcov import (
    BchcovError,
    Chain,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    TransactionBuilder,
    TransactionReason,
    trace,
    verify,
)

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


def data_classes() -> list[type[Any]]:
    """Every public class of data: what is listed by its module, dataclasses and named tuples."""
    found = {
        each
        for module in modules()
        for name, each in vars(module).items()
        if name in getattr(module, "__all__", ())
        and inspect.isclass(each)
        and each.__module__ == module.__name__
        and (dataclasses.is_dataclass(each) or issubclass(each, tuple))
    }
    return sorted(found, key=lambda each: (each.__module__, each.__qualname__))


# Rule sets and proposals are found by name where they arrive, operations and programs hold
# functions of this library, and a Run is for this process alone and arrives as None.
BY_NAME = {"RuleSet", "Proposal", "Operation", "Program", "Run"}
# What belongs to this process alone: it is left out of pickles.
LEFT_BEHIND = {"run", "source_map", "_reading"}


def bare(kind: type[Any]) -> tuple[Any, list[str]]:
    """An object of a class with a text in every field, whatever belongs there, and its fields."""
    if issubclass(kind, tuple):
        fields = kind._fields  # type: ignore[attr-defined]
        return kind._make(fields), list(fields)  # type: ignore[attr-defined]
    made = object.__new__(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    for name in names:
        object.__setattr__(made, name, f"some {name}")
    return made, [name for name in names if name not in LEFT_BEHIND]


@pytest.mark.parametrize(
    "kind",
    [each for each in data_classes() if each.__name__ not in BY_NAME],
    ids=lambda each: f"{each.__module__}.{each.__qualname__}",
)
def test_data_of_every_class_travels_with_all_its_fields(kind: type[Any]) -> None:
    made, names = bare(kind)
    copies = [copy.copy(made), copy.deepcopy(made)]
    copies += [
        pickle.loads(pickle.dumps(made, protocol))
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
    ]
    for each in copies:
        assert type(each) is kind
        assert [getattr(each, name) for name in names] == [getattr(made, name) for name in names]


def real_results() -> list[Any]:
    key = PrivateKey(bytes(31) + b"\x01")
    chain = Chain()
    (coin,) = chain.fund(Output(50_000, key.locking_bytecode))
    built = TransactionBuilder().spend(coin, P2pkhUnlocker(key)).change_to(key.locking_bytecode)
    made = built.build()
    tampered = dataclasses.replace(made.transaction, locktime=1)
    accepted, refused = chain.submit(made.transaction), chain.submit(tampered)
    verdicts = [verify(each, [coin.output]) for each in (made.transaction, tampered)]
    traced = trace(made.transaction, [coin.output])
    return [coin, made, accepted, refused, *verdicts, *verdicts[1].inputs, traced, chain.mine()]


def test_real_results_are_the_same_when_they_arrive() -> None:
    for made in real_results():
        for each in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
            assert each == made
            assert str(each) == str(made)
