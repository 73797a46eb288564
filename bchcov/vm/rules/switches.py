"""The rules that nodes switch on and off by flags, in one place."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Switches"]


@dataclass(frozen=True)
class Switches:
    """Rules of encoding and of success that have been introduced one by one since 2012.

    The rule sets of 2023 and later have all on but what is a relay rule or has ended.
    They are read when a script is decoded, a phase ends or a signature is checked,
    never in the loop.
    """

    pay_to_script_hash: bool = True
    pay_to_script_hash_32: bool = True
    push_only_unlocking: bool = True
    minimal_data: bool = True
    clean_stack: bool = True
    segwit_recovery: bool = True
    strict_encoding: bool = True
    strict_der: bool = True
    low_s: bool = True
    null_fail: bool = True
    fork_id: bool = True
    tokens: bool = True
    schnorr_multisig: bool = True
    null_dummy: bool = False
    signature_check_density: bool = False
    schnorr: bool = True
    compressed_keys: bool = False
    replay_protection: bool = False
