"""The names of a pool's coins: which of its contracts locks one."""

from __future__ import annotations

from collections.abc import Iterable

from ..transaction.model import Output
from .refusal import RunningScripts

__all__ = ["name_coin"]


def name_coin(output: Output, pools: Iterable[RunningScripts]) -> str:
    """Name a coin after the contract of a pool that locks it, as "vault"; "" if none does."""
    for scripts in pools:
        found = scripts.contracts_in(output, b"")
        if found:
            return found[0].name.rpartition("/")[2]
    return ""
