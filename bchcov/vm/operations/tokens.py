"""What a script may read of the tokens of its transaction.

Source: CHIP-2022-02-CashTokens, "Token Inspection Operations".
"""

from __future__ import annotations

from collections.abc import Callable

from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Token
from ..operation import Operation, introduced
from .introspection import of_input, of_output

__all__ = ["TOKENS"]


def _category(token: Token) -> bytes:
    """The category, with a byte behind it for a mutable or minting NFT."""
    if token.nft is None or not token.nft.capability:
        return token.category
    return token.category + bytes((token.nft.capability,))


def _commitment(token: Token) -> bytes:
    return b"" if token.nft is None else token.nft.commitment


def _amount(token: Token) -> bytes:
    return encode_number(token.amount)


def _read(output: Output, read: Callable[[Token], bytes]) -> bytes:
    return b"" if output.token is None else read(output.token)


def _of_source(opcode: Op, gives: str, summary: str, read: Callable[[Token], bytes]) -> Operation:
    def read_source(context: TransactionContext, index: int) -> bytes:
        return _read(context.source_outputs[index], read)

    return of_input(opcode, gives, f"{summary} of the output that an input spends.", read_source)


def _of_created(opcode: Op, gives: str, summary: str, read: Callable[[Token], bytes]) -> Operation:
    def read_created(context: TransactionContext, index: int) -> bytes:
        return _read(context.transaction.outputs[index], read)

    return of_output(opcode, gives, f"{summary} of an output.", read_created)


_CATEGORY = (
    "category",
    "The token category in wire order, then 01 for a mutable or 02 for a minting NFT,",
)
_COMMITMENT = "commitment", "The NFT's commitment, empty without one,"
_AMOUNT = "amount", "The amount of fungible tokens"

TOKENS = introduced(
    2023,
    "CHIP-2022-02 CashTokens",
    _of_source(Op.OP_UTXOTOKENCATEGORY, *_CATEGORY, _category),
    _of_source(Op.OP_UTXOTOKENCOMMITMENT, *_COMMITMENT, _commitment),
    _of_source(Op.OP_UTXOTOKENAMOUNT, *_AMOUNT, _amount),
    _of_created(Op.OP_OUTPUTTOKENCATEGORY, *_CATEGORY, _category),
    _of_created(Op.OP_OUTPUTTOKENCOMMITMENT, *_COMMITMENT, _commitment),
    _of_created(Op.OP_OUTPUTTOKENAMOUNT, *_AMOUNT, _amount),
)
