"""What a script may read of the tokens of its transaction.

Source: CHIP-2022-02-CashTokens, "Token Inspection Operations".
"""

from __future__ import annotations

from collections.abc import Callable

from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...transaction.context import TransactionContext
from ...transaction.model import Output, Token
from ..operation import Operation
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


def _of_source(opcode: Op, read: Callable[[Token], bytes]) -> Operation:
    def read_source(context: TransactionContext, index: int) -> bytes:
        return _read(context.source_outputs[index], read)

    return of_input(opcode, read_source)


def _of_created(opcode: Op, read: Callable[[Token], bytes]) -> Operation:
    def read_created(context: TransactionContext, index: int) -> bytes:
        return _read(context.transaction.outputs[index], read)

    return of_output(opcode, read_created)


TOKENS = (
    _of_source(Op.OP_UTXOTOKENCATEGORY, _category),
    _of_source(Op.OP_UTXOTOKENCOMMITMENT, _commitment),
    _of_source(Op.OP_UTXOTOKENAMOUNT, _amount),
    _of_created(Op.OP_OUTPUTTOKENCATEGORY, _category),
    _of_created(Op.OP_OUTPUTTOKENCOMMITMENT, _commitment),
    _of_created(Op.OP_OUTPUTTOKENAMOUNT, _amount),
)
