"""The constants of transactions: each is defined here and nowhere else."""

from __future__ import annotations

__all__ = [
    "AGE_IS_TIME",
    "AGE_MASK",
    "AGE_SECONDS",
    "COIN",
    "LOCKTIME_IN_FORCE",
    "LOCKTIME_THRESHOLD",
    "MAX_MONEY",
    "MAX_TOKEN_AMOUNT",
    "MAX_UINT32",
    "MAX_UINT64",
    "NO_AGE",
    "NULL_OUTPOINT",
    "SEQUENCE_FINAL",
]

MAX_UINT32 = 2**32 - 1
MAX_UINT64 = 2**64 - 1

COIN = 100_000_000
"""The satoshis of one bitcoin cash."""
MAX_MONEY = 21_000_000 * COIN
"""The largest possible amount in satoshis."""
MAX_TOKEN_AMOUNT = 2**63 - 1
"""The most fungible tokens of a category. Source: CHIP-2022-02-CashTokens."""

NULL_OUTPOINT = (bytes(32), 0xFFFF_FFFF)
"""What the input of a coinbase spends: the transaction's hash and the output's index."""

SEQUENCE_FINAL = 0xFFFF_FFFF
"""The sequence number of a final input: where all inputs have it, no locktime is in force."""
LOCKTIME_IN_FORCE = SEQUENCE_FINAL - 1
"""The sequence number that lets the locktime count and asks for no age of the coin."""
LOCKTIME_THRESHOLD = 500_000_000
"""Locktimes below are block heights, the others are seconds since 1970. Source: BIP65."""

NO_AGE = 1 << 31
"""The bit of a sequence number that asks for no age of the coin. Source: BIP68."""
AGE_IS_TIME = 1 << 22
"""The bit of a sequence number whose age is counted in units of time and not in blocks."""
AGE_MASK = 0xFFFF
"""The bits of a sequence number that count blocks or units of time."""
AGE_SECONDS = 512
"""The seconds of one unit of time of an age."""
