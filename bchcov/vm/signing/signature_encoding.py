"""Checks of the encoding of signatures and public keys, under the switches of a rule set."""

from __future__ import annotations

from collections.abc import Callable

from ...crypto.der import is_strict_der, parse_lax_der
from ...crypto.secp256k1 import GROUP_ORDER
from ...errors import Reason, ScriptError
from ..machine import Machine

__all__ = [
    "check_any_form",
    "check_ecdsa_form",
    "check_hash_type",
    "check_public_key",
    "check_schnorr_form",
    "check_transaction_signature",
    "is_announced_length",
]

_SCHNORR_SIZE = 64
_HALF_ORDER = GROUP_ORDER // 2
_UTXOS, _FORKID, _ANYONECANPAY = 0x20, 0x40, 0x80
_ANNOUNCED = {0x02: 33, 0x03: 33, 0x04: 65, 0x06: 65, 0x07: 65}


def is_announced_length(public_key: bytes) -> bool:
    """Whether a key has the length that its first byte announces, hybrid keys included."""
    return bool(public_key) and _ANNOUNCED.get(public_key[0]) == len(public_key)


def check_public_key(vm: Machine, public_key: bytes) -> None:
    """Fail unless a key is encoded as the rules require: compressed, or uncompressed."""
    size = len(public_key)
    if vm.switches.strict_encoding and not (
        (size == 33 and public_key[0] in (0x02, 0x03)) or (size == 65 and public_key[0] == 0x04)
    ):
        raise ScriptError(
            Reason.PUBKEYTYPE, f"0x{public_key[:65].hex()} is not a valid public key encoding"
        )
    if vm.switches.compressed_keys and not (size == 33 and public_key[0] in (0x02, 0x03)):
        raise ScriptError(
            Reason.PUBKEYTYPE, f"0x{public_key[:65].hex()} is not a compressed public key"
        )


def _has_high_s(signature: bytes) -> bool:
    numbers = parse_lax_der(signature)
    if numbers is None:
        return True
    # Numbers out of range are not a signature, so their s is neither high nor low.
    return 0 <= numbers[0] < GROUP_ORDER and _HALF_ORDER < numbers[1] < GROUP_ORDER


def check_ecdsa_form(vm: Machine, signature: bytes) -> None:
    """Fail unless `signature`, without hash type, is a well-formed ECDSA signature."""
    switches = vm.switches
    if len(signature) == _SCHNORR_SIZE and switches.schnorr:
        raise ScriptError(
            Reason.SIG_BADLENGTH, "64 bytes, which is the length of a Schnorr signature"
        )
    if (switches.strict_der or switches.low_s or switches.strict_encoding) and not is_strict_der(
        signature
    ):
        raise ScriptError(Reason.SIG_DER, f"0x{signature[:80].hex()} is not strict DER")
    if switches.low_s and _has_high_s(signature):
        raise ScriptError(Reason.SIG_HIGH_S, "s is above half the group order")


def check_schnorr_form(vm: Machine, signature: bytes) -> None:
    """Fail unless `signature`, without hash type, has the length of a Schnorr signature."""
    if len(signature) != _SCHNORR_SIZE:
        raise ScriptError(
            Reason.SIG_NONSCHNORR, f"{len(signature)} bytes, but a Schnorr signature has 64"
        )


def check_any_form(vm: Machine, signature: bytes) -> None:
    """Fail unless `signature`, without hash type, is Schnorr or well-formed ECDSA."""
    if len(signature) != _SCHNORR_SIZE or not vm.switches.schnorr:
        check_ecdsa_form(vm, signature)


def check_hash_type(vm: Machine, hash_type: int) -> None:
    """Fail unless a hash type is one that signatures may have."""
    switches = vm.switches
    if not switches.strict_encoding:
        return
    if hash_type & 0x1F not in (1, 2, 3):
        raise ScriptError(Reason.SIG_HASHTYPE, f"unknown hash type {hash_type:#04x}")
    has_fork_id = bool(hash_type & _FORKID)
    if has_fork_id and not switches.fork_id:
        raise ScriptError(
            Reason.ILLEGAL_FORKID, f"hash type {hash_type:#04x} sets the fork id flag"
        )
    if switches.fork_id and not has_fork_id:
        raise ScriptError(
            Reason.MUST_USE_FORKID, f"hash type {hash_type:#04x} lacks the fork id flag"
        )
    if hash_type & _UTXOS and (not switches.tokens or not has_fork_id or hash_type & _ANYONECANPAY):
        raise ScriptError(
            Reason.SIG_HASHTYPE, f"hash type {hash_type:#04x} must not set SIGHASH_UTXOS (0x20)"
        )


def check_transaction_signature(
    vm: Machine, signature: bytes, check_form: Callable[[Machine, bytes], None]
) -> None:
    """Fail unless a signature with its hash type is well encoded; an empty one always is."""
    if signature:
        check_form(vm, signature[:-1])
        check_hash_type(vm, signature[-1])
