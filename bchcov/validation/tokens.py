"""Token sums, categories and capabilities.

Source: CHIP-2022-02-CashTokens, "Token Validation Algorithm".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..transaction.fields import MAXIMUM_TOKEN_AMOUNT
from ..transaction.model import Capability, Output, Token, Transaction
from ..vm.rules.policy import Policy
from .verdict import Refused

__all__ = ["check_tokens"]


def _refuse(reason: str, category: bytes, detail: str) -> Refused:
    return Refused("tokens", reason, f"category {category[::-1].hex()}: {detail}")


def _tokens(outputs: Sequence[Output]) -> list[Token]:
    return [output.token for output in outputs if output.token is not None]


def _amounts(tokens: Sequence[Token]) -> Counter[bytes]:
    sums: Counter[bytes] = Counter()
    for token in tokens:
        sums[token.category] += token.amount
    return sums


def _categories(tokens: Sequence[Token], capability: Capability) -> Counter[bytes]:
    return Counter(
        token.category
        for token in tokens
        if token.nft is not None and token.nft.capability is capability
    )


def _immutable(tokens: Sequence[Token]) -> Counter[tuple[bytes, bytes]]:
    return Counter(
        (token.category, token.nft.commitment)
        for token in tokens
        if token.nft is not None and token.nft.capability is Capability.NONE
    )


def _check_commitments(tokens: Sequence[Token], limit: int) -> None:
    for token in tokens:
        if token.nft is not None and len(token.nft.commitment) > limit:
            raise _refuse(
                "TOKEN_COMMITMENT_SIZE",
                token.category,
                f"a commitment of {len(token.nft.commitment)} bytes, at most {limit}",
            )


def _check_amounts(spent: list[Token], created: list[Token], genesis: set[bytes]) -> None:
    available = _amounts(spent)
    for category, total in _amounts(created).items():
        if total > MAXIMUM_TOKEN_AMOUNT:
            raise _refuse("TOKEN_AMOUNT_RANGE", category, f"{total} tokens in outputs")
        if total > available[category] and (category not in genesis or category in available):
            raise _refuse(
                "TOKEN_OUTPUTS_EXCEED_INPUTS",
                category,
                f"{total} tokens in outputs, {available[category]} in inputs",
            )


def _check_nfts(spent: list[Token], created: list[Token], genesis: set[bytes]) -> None:
    minting = genesis | _categories(spent, Capability.MINTING).keys()
    for category in _categories(created, Capability.MINTING):
        if category not in minting:
            raise _refuse("TOKEN_MINTING", category, "no input may mint it")
    mutable = _categories(spent, Capability.MUTABLE)
    for category, count in _categories(created, Capability.MUTABLE).items():
        if category in minting:
            continue
        if count > mutable[category]:
            raise _refuse(
                "TOKEN_MUTABLE", category, f"{count} mutable NFTs from {mutable[category]}"
            )
        mutable[category] -= count
    # An immutable NFT is passed on as it is, or made of a mutable one that is left.
    for (category, _), count in (_immutable(created) - _immutable(spent)).items():
        if category in minting:
            continue
        if count > mutable[category]:
            raise _refuse(
                "TOKEN_IMMUTABLE",
                category,
                f"{count} NFTs that no input holds, {mutable[category]} mutable NFTs for them",
            )
        mutable[category] -= count


def check_tokens(
    transaction: Transaction, source_outputs: Sequence[Output], policy: Policy
) -> None:
    """Refuse tokens out of nothing: amounts, NFTs and capabilities that no input carries.

    A category comes into being with the txid of an input that spends an output 0.
    """
    spent, created = _tokens(source_outputs), _tokens(transaction.outputs)
    if not spent and not created:
        return
    _check_commitments([*spent, *created], policy.commitment_size)
    genesis = {item.outpoint_hash for item in transaction.inputs if item.outpoint_index == 0}
    _check_amounts(spent, created, genesis)
    _check_nfts(spent, created, genesis)
