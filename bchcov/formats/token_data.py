"""The tokens of an output as nodes and Electrum servers write them: `tokenData`, `token_data`.

Categories are written as displayed, reversed; amounts as text; commitments in their order.
Source: Bitcoin Cash Node 29, src/core_write.cpp, TokenDataToUniv; Electrum Cash 1.5, "CashTokens".
"""

from __future__ import annotations

from typing import Any

from ..transaction.constants import MAX_TOKEN_AMOUNT
from ..transaction.model import Capability, Nft, Token
from .fields import Field

__all__ = ["CAPABILITIES", "read_token_data", "write_token_data"]

CAPABILITIES = {each.name.lower(): each for each in Capability}
"""The capabilities by the names that every format gives them."""


def read_capability(field: Field) -> Capability:
    """Read the name of a capability. Raises FormatError."""
    name = field.text()
    if name not in CAPABILITIES:
        field.refuse(f"is {name[:40]!a}, not one of {', '.join(CAPABILITIES)}")
    return CAPABILITIES[name]


def read_token_data(field: Field) -> Token | None:
    """Read the tokens of an output; None where there is no such field. Raises FormatError."""
    if not field.is_there:
        return None
    nft = field.get("nft")
    found = None
    if nft.is_there:
        found = Nft(nft.get("commitment").hexadecimal(), read_capability(nft.get("capability")))
    amount = field.get("amount").digits(MAX_TOKEN_AMOUNT)
    if not amount and found is None:
        field.refuse("has neither an amount nor an NFT")
    return Token(field.get("category").reversed_hash(), amount, found)


def write_token_data(token: Token) -> dict[str, Any]:
    """Write tokens as the object that nodes and Electrum servers make of them."""
    written: dict[str, Any] = {"category": token.category_id, "amount": str(token.amount)}
    if token.nft is not None:
        written["nft"] = {
            "capability": token.nft.capability.name.lower(),
            "commitment": token.nft.commitment.hex(),
        }
    return written
