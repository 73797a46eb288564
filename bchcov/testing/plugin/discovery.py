"""Finding the contracts of a test run: in the modules of tests, and in what fixtures return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

import pytest

from ...contract.contract import Contract

__all__ = ["contracts_in", "contracts_of"]


def contracts_in(value: object) -> Iterator[Contract]:
    """Yield a contract, or those of a collection of contracts, or of a class's `contracts`."""
    if isinstance(value, Contract):
        yield value
    elif isinstance(value, Mapping):
        yield from contracts_in(tuple(value.values()))
    elif isinstance(value, (tuple, list, set, frozenset)):
        yield from (each for each in value if isinstance(each, Contract))
    elif isinstance(value, type):
        yield from contracts_in(getattr(value, "contracts", ()))


def contracts_of(items: Iterable[pytest.Item]) -> Iterator[Contract]:
    """Yield the contracts that the modules of some tests hold, each once for each module."""
    modules = {getattr(item, "module", None) for item in items}
    found = [each for each in modules if isinstance(each, ModuleType)]
    for module in sorted(found, key=lambda each: each.__name__):
        for value in vars(module).values():
            yield from contracts_in(value)
