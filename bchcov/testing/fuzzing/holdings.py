"""What somebody holds: satoshis, tokens and NFTs, counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from ...crypto.hashes import sha256
from ...transaction.model import Output

__all__ = ["OWN_CATEGORY", "SATOSHIS", "Asset", "Holdings", "add_holdings"]

Asset = Hashable
"""Satoshis, the fungible tokens of a category, or its NFTs of a capability or a greater one."""

Holdings = Counter[Asset]
SATOSHIS = "satoshis"
OWN_CATEGORY = sha256(b"a category that the attacker has made")


def add_holdings(holdings: Holdings, output: Output, times: int) -> None:
    """Add what an output holds, `times` times.

    An NFT counts for its capability and all lesser ones: who may mint may do all the rest.
    """
    holdings[SATOSHIS] += times * output.value
    token = output.token
    if token is not None and token.category != OWN_CATEGORY:
        if token.amount:
            holdings["tokens", token.category] += times * token.amount
        if token.nft is not None:
            for capability in range(token.nft.capability + 1):
                holdings["NFT", token.category, capability] += times
