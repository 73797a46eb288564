"""Checks whose absence no campaign of single transactions from honest ones can show, and why."""

from __future__ import annotations

__all__ = ["REASONS"]

_EARLIER = "the order that trades nothing must have been queued by an earlier transaction"
_NO_TOKENS = "no honest coin holds fungible tokens, which are what would be lost"

REASONS = {
    "htlc/htlc:size": "nobody knows a preimage of another size: the hash is of one of 32 bytes",
    "recurring_payment/payment:tokens": _NO_TOKENS,
    "capped_mint/mint:tokens": _NO_TOKENS,
    "direct/vault:amount-positive": _EARLIER,
    "ticketed/vault:amount-positive": _EARLIER,
    "ticketed/owner:bch-positive": "a pool of no satoshis is an output that nodes do not relay",
    "ticketed/vault:buy-holds-no-token": (
        "no honest buy holds an NFT, which is what its owner would lose to whoever executes it"
    ),
    "ticketed/vault:sale-holds-tokens": (
        "whoever executes a sale of other tokens has to bring as many of the pool's: nobody else"
        " loses"
    ),
    "ticketed/owner:tokens-positive": (
        "a vault of no tokens needs an NFT of their category, which nobody has"
    ),
}
"""By contract and check. Others that are missed are for want of time or of an idea."""
