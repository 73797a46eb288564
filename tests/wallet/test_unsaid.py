"""What is meant where an argument is not given: users rely on it as on a name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from bchcov import BCH_2026, wallet

USUAL: dict[str, Any] = {
    **dict.fromkeys(("explaining", "coins", "keys", "signatures", "items", "spends"), ()),
    **dict.fromkeys(("outputs", "candidates"), ()),
    **dict.fromkeys(("change", "change_bytecode", "redeem_script", "covered", "token"), None),
    "burns": frozenset(),
    "check": True,
    "compressed": True,
    "depth": 0,
    "fee_rate": 1,
    # ALL, UTXOS and FORKID: a signature covers the spent outputs too.
    "hash_type": 0x61,
    "index": 0,
    "locktime": 0,
    "network": "mainnet",
    "p2sh": False,
    "parent_fingerprint": bytes(4),
    "rules": BCH_2026,
    "scheme": "schnorr",
    "sequence": 0xFFFF_FFFF,
    "unlocking_bytecode": b"",
    "version": 2,
}
# Scripts that read their transaction are older than UTXOS.
UNUSUAL = {"SigningSerialization(hash_type)": 0x41}


def public_callables() -> Iterator[tuple[str, Any]]:
    for name in wallet.__all__:
        item = getattr(wallet, name)
        if inspect.isclass(item):
            for method, function in inspect.getmembers(item, inspect.isroutine):
                if not method.startswith("_") and function.__module__.startswith("bchcov"):
                    yield f"{name}.{method}", function
        if callable(item):
            yield name, item


def test_what_is_not_said_is_the_same_for_everything_that_is_called_alike() -> None:
    found = {
        f"{name}({each.name})": (each.name, each.default)
        for name, item in public_callables()
        for each in inspect.signature(item).parameters.values()
        if each.default is not inspect.Parameter.empty
    }
    assert len(found) > 50
    for place, (parameter, default) in found.items():
        assert default == UNUSUAL.get(place, USUAL[parameter]), place
