"""Token introspection: the opcodes that read the tokens of the transaction.

Source: CHIP-2022-02-CashTokens, "Token Inspection Operations".
"""

from __future__ import annotations

from ...script.number_values import encode_value
from ...script.opcodes import Op
from ...transaction.model import Output
from ..operation import introduced
from .introspection import of_created, of_spent

__all__ = ["TOKENS"]


def _category(output: Output) -> bytes:
    """Return the category, followed by the capability byte of a mutable or minting NFT."""
    token = output.token
    if token is None:
        return b""
    if token.nft is None or not token.nft.capability:
        return token.category
    return token.category + bytes((token.nft.capability,))


def _commitment(output: Output) -> bytes:
    token = output.token
    return b"" if token is None or token.nft is None else token.nft.commitment


def _amount(output: Output) -> bytes:
    return b"" if output.token is None else encode_value(output.token.amount)


_CATEGORY = (
    "category",
    "The token category in wire order, followed by 01 for a mutable or 02 for a minting NFT,",
)
_COMMITMENT = "commitment", "The NFT commitment, empty without an NFT,"
_AMOUNT = "amount", "The amount of fungible tokens"

TOKENS = introduced(
    2023,
    "CHIP-2022-02 CashTokens",
    of_spent(Op.OP_UTXOTOKENCATEGORY, *_CATEGORY, _category),
    of_spent(Op.OP_UTXOTOKENCOMMITMENT, *_COMMITMENT, _commitment),
    of_spent(Op.OP_UTXOTOKENAMOUNT, *_AMOUNT, _amount),
    of_created(Op.OP_OUTPUTTOKENCATEGORY, *_CATEGORY, _category),
    of_created(Op.OP_OUTPUTTOKENCOMMITMENT, *_COMMITMENT, _commitment),
    of_created(Op.OP_OUTPUTTOKENAMOUNT, *_AMOUNT, _amount),
)
