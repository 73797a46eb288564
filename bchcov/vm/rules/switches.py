"""The rules that nodes switch on and off by script flags."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Switches"]


@dataclass(frozen=True)
class Switches:
    """Rules on encoding and success that upgrades have introduced one by one since 2012.

    In the rule sets since 2023 all are on except relay rules and rules that have ended.
    They are read when a script is decoded, a phase ends or a signature is checked,
    never in the machine's loop.
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
