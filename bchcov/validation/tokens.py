"""The consensus checks of token sums, categories and capabilities.

Source: Bitcoin Cash Node 29, src/consensus/tokens.cpp (CheckTxTokens), in its order;
CHIP-2022-02-CashTokens, "Token Validation Algorithm".
"""

from __future__ import annotations

from collections.abc import Sequence

from ..reasons import TransactionReason
from ..transaction.constants import MAX_TOKEN_AMOUNT
from ..transaction.model import Capability, Nft, Output, Token, Transaction
from ..vm.rules.policy import Policy
from .verdict import Refused

__all__ = ["check_tokens"]


def _refuse(reason: TransactionReason, category: bytes, detail: str) -> Refused:
    return Refused(reason, f"category {category[::-1].hex()}: {detail}")


def _check_commitment(token: Token, limit: int) -> None:
    if token.nft is not None and len(token.nft.commitment) > limit:
        raise _refuse(
            TransactionReason.TOKEN_COMMITMENT_SIZE,
            token.category,
            f"commitment of {len(token.nft.commitment)} bytes, limit {limit}",
        )


class _Holdings:
    """The tokens of the inputs, less those that the outputs checked so far have taken."""

    def __init__(self, genesis: set[bytes]) -> None:
        self._genesis = genesis
        self._spent: dict[bytes, int] = {}
        self._created: dict[bytes, int] = {}
        self._minting: set[bytes] = set()
        # Plain ones: two counters take longer to make than the rest takes for a few tokens.
        self._mutable: dict[bytes, int] = {}
        self._immutable: dict[tuple[bytes, bytes], int] = {}

    def add(self, token: Token) -> None:
        """Count the tokens of a spent output."""
        category, nft = token.category, token.nft
        total = self._spent.get(category, 0) + token.amount
        # Unreachable on a chain, since genesis bounds a category's sum; nodes check it too.
        if total > MAX_TOKEN_AMOUNT:
            raise _refuse(
                TransactionReason.TOKEN_AMOUNT_RANGE,
                category,
                f"{total} tokens in inputs, limit {MAX_TOKEN_AMOUNT}",
            )
        self._spent[category] = total
        if nft is None:
            return
        if nft.capability is Capability.MINTING:
            self._minting.add(category)
        elif nft.capability is Capability.MUTABLE:
            self._mutable[category] = self._mutable.get(category, 0) + 1
        else:
            same = category, nft.commitment
            self._immutable[same] = self._immutable.get(same, 0) + 1

    def take(self, token: Token) -> None:
        """Count the tokens of a created output; refuse those that no input provides."""
        category = token.category
        if category in self._genesis:
            # Unreachable on a chain too: a category is the id of a transaction that was
            # spent before there were any tokens of it.
            if category in self._spent:
                raise _refuse(
                    TransactionReason.TOKEN_GENESIS_SPENT,
                    category,
                    "an input already holds tokens of the category that another input creates",
                )
            if self._count(token) > MAX_TOKEN_AMOUNT:
                detail = f"{self._created[category]} tokens in outputs, limit {MAX_TOKEN_AMOUNT}"
                raise _refuse(TransactionReason.TOKEN_AMOUNT_RANGE, category, detail)
            return
        available = self._spent.get(category, 0)
        if self._count(token) > available:
            detail = f"the outputs have {self._created[category]} tokens, the inputs {available}"
            raise _refuse(TransactionReason.TOKEN_OUTPUTS_EXCEED_INPUTS, category, detail)
        if token.nft is not None:
            self._take_nft(category, token.nft)

    def _count(self, token: Token) -> int:
        total = self._created.get(token.category, 0) + token.amount
        self._created[token.category] = total
        return total

    def _take_nft(self, category: bytes, nft: Nft) -> None:
        if category in self._minting:
            return
        if nft.capability is Capability.MINTING:
            raise _refuse(
                TransactionReason.TOKEN_MINTING,
                category,
                "an output has a minting NFT, no input has one",
            )
        same = (category, nft.commitment)
        if nft.capability is Capability.NONE and self._immutable.get(same):
            self._immutable[same] -= 1
        elif self._mutable.get(category):
            self._mutable[category] -= 1
        elif nft.capability is Capability.MUTABLE:
            raise _refuse(
                TransactionReason.TOKEN_MUTABLE,
                category,
                "an output has a mutable NFT, no input has one left for it",
            )
        else:
            # An immutable NFT is passed on as it is, or made of a mutable one that is left.
            raise _refuse(
                TransactionReason.TOKEN_IMMUTABLE,
                category,
                f"an output has an NFT with the commitment 0x{nft.commitment.hex()}, no input has"
                " the same or a mutable one left for it",
            )


def check_tokens(
    transaction: Transaction, source_outputs: Sequence[Output], policy: Policy
) -> None:
    """Refuse tokens out of nothing: amounts, NFTs and capabilities that no input carries.

    A new category is the txid of an outpoint with index 0 that an input spends.
    """
    spent = [output.token for output in source_outputs if output.token is not None]
    created = [output.token for output in transaction.outputs if output.token is not None]
    if not spent and not created:
        return
    holdings = _Holdings(
        {item.outpoint_hash for item in transaction.inputs if item.outpoint_index == 0}
    )
    for token in spent:
        _check_commitment(token, policy.commitment_size)
        holdings.add(token)
    for token in created:
        _check_commitment(token, policy.commitment_size)
        holdings.take(token)
