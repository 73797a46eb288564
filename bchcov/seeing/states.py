"""What is in the commitment of a contract's coin: the fields that its source declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ..contract.contract import Contract
from ..errors import ContractError
from ..transaction.model import Output, Token
from .spending import Fields, Spending

__all__ = ["declared_fields", "state_of"]

_STATE = re.compile(r"//[^\S\n]*@state\b(?P<declared>[^\n]*)")
_FIELD = re.compile(r"\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*:\s*(?P<size>[0-9]{1,4})\s*")


def declared_fields(contract: Contract) -> Fields:
    """Return the fields that a source declares: `// @state reserve:8, root:32`, sizes in bytes.

    Raises ContractError, which names the line, for a declaration that is none.
    """
    return _declared(contract.text or "")


@lru_cache(maxsize=256)
def _declared(text: str) -> Fields:
    fields: list[tuple[str, int]] = []
    for match in _STATE.finditer(text):
        for part in match["declared"].split(","):
            field = _FIELD.fullmatch(part)
            if field is None:
                line = text.count("\n", 0, match.start()) + 1
                raise ContractError(
                    f"line {line}: expected '@state NAME:BYTES, ...', got {match[0][:80]!a}"
                )
            fields.append((field["name"], int(field["size"])))
    return tuple(fields)


def state_of(output: Output, spending: Spending) -> Iterator[tuple[str, bytes]]:
    """Cut the commitment of a contract's coin into its fields; what is left over is "rest".

    The fields are those that the spending was given for the contract, or else those that its
    source declares.
    """
    contract = spending.contract_of(output)
    if contract is None:
        return
    fields = spending.fields.get(contract.name) or declared_fields(contract)
    if fields:
        yield from _cut(output.token, fields)


def _cut(token: Token | None, fields: Fields) -> Iterator[tuple[str, bytes]]:
    if token is None or token.nft is None:
        return
    data, at = token.nft.commitment, 0
    for name, size in fields:
        if at + size > len(data):
            break
        yield name, data[at : at + size]
        at += size
    if data[at:]:
        yield "rest", data[at:]
