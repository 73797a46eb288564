"""The limits of a rule set on whole transactions, besides their scripts."""

from __future__ import annotations

from dataclasses import dataclass

from ...script.patterns import MAX_RELAYED_KEYS
from ...transaction.constants import MAX_MONEY

__all__ = ["Policy"]


@dataclass(frozen=True)
class Policy:
    """Limits on whole transactions; sizes in bytes, values in satoshis.

    The fields from `is_standard` on are relay rules and apply in standard mode only.
    Source: Bitcoin Cash Node 29, consensus.h and policy.h; CHIP-2022-02-CashTokens;
    CHIP-2025-05 P2S.
    """

    smallest_transaction: int = 65
    largest_transaction: int = 1_000_000
    versions: tuple[int, ...] = (1, 2)
    maximum_value: int = MAX_MONEY
    signature_checks: int = 3_000
    commitment_size: int = 40
    is_standard: bool = False
    standard_transaction: int = 100_000
    standard_unlocking: int = 1_650
    standard_locking: int | None = None  # any bytecode up to this length; None: only known patterns
    standard_multisig_keys: int = MAX_RELAYED_KEYS  # in a bare multisig output
    data_carrier: int = 223  # bytecodes of all data outputs together
    dust_relay_multiple: int = 3
    dust_input_size: int = 148
