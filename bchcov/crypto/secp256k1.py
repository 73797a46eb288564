"""Signatures on secp256k1; the only module that uses the C library.

libsecp256k1 has no Bitcoin Cash Schnorr, but its recovery of a public key from an
ECDSA signature (r', s') of a digest z computes r'^-1 (s'R' - zG). With R' = P, the
public key, and s' = -e r', z = -s r' that is sG - eP, the point a Schnorr check needs.
"""

from __future__ import annotations

from hashlib import sha256

import coincurve
from coincurve._libsecp256k1 import ffi, lib
from coincurve.context import GLOBAL_CONTEXT

from ..errors import InvalidKey
from .nonce import schnorr_nonce
from .residue import FIELD_PRIME, is_quadratic_residue

__all__ = [
    "GROUP_ORDER",
    "add_points",
    "add_to_private_key",
    "add_to_public_key",
    "is_point",
    "multiply_point",
    "public_key_of",
    "recover_public_key",
    "sign_ecdsa",
    "sign_recoverable",
    "sign_schnorr",
    "verify_ecdsa",
    "verify_schnorr",
]

GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

_CONTEXT = GLOBAL_CONTEXT.ctx
_COMPRESSED, _UNCOMPRESSED = lib.SECP256K1_EC_COMPRESSED, lib.SECP256K1_EC_UNCOMPRESSED
_POINT_SIZE = 65

_new, _buffer = ffi.new, ffi.buffer
_PUBLIC_KEY = ffi.typeof("secp256k1_pubkey *")
_SIGNATURE = ffi.typeof("secp256k1_ecdsa_signature *")
_RECOVERABLE = ffi.typeof("secp256k1_ecdsa_recoverable_signature *")
_BYTES = ffi.typeof("unsigned char[]")
_SIZE = ffi.typeof("size_t *")


def _parse_public_key(public_key: bytes) -> ffi.CData | None:
    point = _new(_PUBLIC_KEY)
    if not lib.secp256k1_ec_pubkey_parse(_CONTEXT, point, public_key, len(public_key)):
        return None
    return point


def _serialize(point: ffi.CData, form: int, size: int) -> bytes:
    output, length = _new(_BYTES, size), _new(_SIZE, size)
    lib.secp256k1_ec_pubkey_serialize(_CONTEXT, output, length, point, form)
    serialized: bytes = _buffer(output, size)[:]
    return serialized


def _compress(public_key: bytes) -> bytes | None:
    """Write a public key in 33 bytes, or None if its encoding names no point."""
    point = _parse_public_key(public_key)
    return None if point is None else _serialize(point, _COMPRESSED, 33)


def verify_ecdsa(r: int, s: int, digest: bytes, public_key: bytes) -> bool:
    """Check an ECDSA signature of a 32-byte digest; both low and high s are accepted.

    `public_key` may have any encoding that libsecp256k1 reads, hybrid ones included;
    signatures and keys out of range give False and raise nothing.
    """
    if not (0 < r < GROUP_ORDER and 0 < s < GROUP_ORDER):
        return False
    point = _parse_public_key(public_key)
    if point is None:
        return False
    if s > GROUP_ORDER >> 1:
        s = GROUP_ORDER - s
    signature = _new(_SIGNATURE)
    compact = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    lib.secp256k1_ecdsa_signature_parse_compact(_CONTEXT, signature, compact)
    return bool(lib.secp256k1_ecdsa_verify(_CONTEXT, signature, digest, point))


def _challenge(r: bytes, compressed: bytes, digest: bytes) -> int:
    return int.from_bytes(sha256(r + compressed + digest).digest(), "big") % GROUP_ORDER


def _difference(s: int, e: int, compressed: bytes) -> bytes | None:
    """Compute sG - eP as 04 x y; None for the point at infinity or if there is no P."""
    x = int.from_bytes(compressed[1:], "big")
    scale = x % GROUP_ORDER
    if not e or not scale:
        return _difference_by_parts(s, e, compressed)
    recovery_id = compressed[0] - 2 + (2 if x >= GROUP_ORDER else 0)
    compact = scale.to_bytes(32, "big") + (-e * scale % GROUP_ORDER).to_bytes(32, "big")
    signature, point = _new(_RECOVERABLE), _new(_PUBLIC_KEY)
    lib.secp256k1_ecdsa_recoverable_signature_parse_compact(
        _CONTEXT, signature, compact, recovery_id
    )
    message = (-s * scale % GROUP_ORDER).to_bytes(32, "big")
    if not lib.secp256k1_ecdsa_recover(_CONTEXT, point, signature, message):
        return None
    return _serialize(point, _UNCOMPRESSED, _POINT_SIZE)


def _difference_by_parts(s: int, e: int, compressed: bytes) -> bytes | None:
    """Compute sG - eP where recovery fails: a challenge or an x that is 0 modulo the order."""
    minus_e_p = _parse_public_key(compressed)
    if minus_e_p is None:
        return None
    parts = []
    if s:
        generated = _new(_PUBLIC_KEY)
        lib.secp256k1_ec_pubkey_create(_CONTEXT, generated, s.to_bytes(32, "big"))
        parts.append(generated)
    if e:
        scalar = (GROUP_ORDER - e).to_bytes(32, "big")
        lib.secp256k1_ec_pubkey_tweak_mul(_CONTEXT, minus_e_p, scalar)
        parts.append(minus_e_p)
    total = _new(_PUBLIC_KEY)
    if not parts or not lib.secp256k1_ec_pubkey_combine(_CONTEXT, total, parts, len(parts)):
        return None
    return _serialize(total, _UNCOMPRESSED, _POINT_SIZE)


def verify_schnorr(signature: bytes, digest: bytes, public_key: bytes) -> bool:
    """Check a 64-byte Bitcoin Cash Schnorr signature of a 32-byte digest.

    `public_key` may have any encoding that libsecp256k1 reads. Signatures and keys out
    of range give False and raise nothing.
    Source: 2019-05-15 Schnorr specification, "Signature verification algorithm".
    """
    r = signature[:32]
    s = int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or s >= GROUP_ORDER or int.from_bytes(r, "big") >= FIELD_PRIME:
        return False
    if len(public_key) == 33 and public_key[0] in (2, 3):
        compressed: bytes | None = public_key
    else:
        compressed = _compress(public_key)
    if compressed is None:
        return False
    point = _difference(s, _challenge(r, compressed, digest), compressed)
    return (
        point is not None
        and point[1:33] == r
        and is_quadratic_residue(int.from_bytes(point[33:], "big"))
    )


def _check_private_key(private_key: bytes) -> int:
    secret = int.from_bytes(private_key, "big")
    if len(private_key) != 32 or not 0 < secret < GROUP_ORDER:
        raise InvalidKey("private key must be 32 bytes, from 1 to the group order - 1")
    return secret


def _check_digest(digest: bytes) -> None:
    if len(digest) != 32:
        raise InvalidKey(f"digest must be 32 bytes, not {len(digest)}")


def public_key_of(private_key: bytes, *, compressed: bool = True) -> bytes:
    """Compute the public key, 33 bytes or 65, of a 32-byte private key. Raises InvalidKey."""
    _check_private_key(private_key)
    point = _new(_PUBLIC_KEY)
    lib.secp256k1_ec_pubkey_create(_CONTEXT, point, private_key)
    if compressed:
        return _serialize(point, _COMPRESSED, 33)
    return _serialize(point, _UNCOMPRESSED, _POINT_SIZE)


def is_public_key(public_key: bytes) -> bool:
    """Whether the bytes encode a point of the curve, in 33 bytes or 65."""
    return _parse_public_key(public_key) is not None


def sign_schnorr(private_key: bytes, digest: bytes) -> bytes:
    """Sign a 32-byte digest; the 64 bytes are deterministic. Raises InvalidKey.

    Source: 2019-05-15 Schnorr specification, "Signing algorithm".
    """
    secret = _check_private_key(private_key)
    _check_digest(digest)
    nonce = schnorr_nonce(private_key, digest, GROUP_ORDER)
    point = public_key_of(nonce.to_bytes(32, "big"), compressed=False)
    if not is_quadratic_residue(int.from_bytes(point[33:], "big")):
        nonce = GROUP_ORDER - nonce
    r = point[1:33]
    s = (nonce + _challenge(r, public_key_of(private_key), digest) * secret) % GROUP_ORDER
    return r + s.to_bytes(32, "big")


def sign_ecdsa(private_key: bytes, digest: bytes) -> bytes:
    """Sign a 32-byte digest; return strict DER with a low s. Raises InvalidKey."""
    _check_private_key(private_key)
    _check_digest(digest)
    signature: bytes = coincurve.PrivateKey(private_key).sign(digest, hasher=None)
    return signature


def sign_recoverable(private_key: bytes, digest: bytes) -> tuple[bytes, int]:
    """Sign a 32-byte digest with ECDSA, so that the public key can be found from the signature.

    Returns r and s in 64 bytes, s low, the nonce as RFC 6979 says, and a recovery id of 0 to
    3. Raises InvalidKey.
    """
    _check_private_key(private_key)
    _check_digest(digest)
    signed: bytes = coincurve.PrivateKey(private_key).sign_recoverable(digest, hasher=None)
    return signed[:64], signed[64]


def recover_public_key(
    signature: bytes, recovery_id: int, digest: bytes, *, compressed: bool = True
) -> bytes | None:
    """Find the public key, 33 bytes or 65, whose ECDSA signature of a digest this is.

    `signature` is r and s in 64 bytes, `recovery_id` 0 to 3. None where no key fits.
    """
    recoverable, point = _new(_RECOVERABLE), _new(_PUBLIC_KEY)
    if not lib.secp256k1_ecdsa_recoverable_signature_parse_compact(
        _CONTEXT, recoverable, signature, recovery_id
    ) or not lib.secp256k1_ecdsa_recover(_CONTEXT, point, recoverable, digest):
        return None
    if compressed:
        return _serialize(point, _COMPRESSED, 33)
    return _serialize(point, _UNCOMPRESSED, _POINT_SIZE)


def add_to_private_key(private_key: bytes, addend: bytes) -> bytes | None:
    """Add 32 bytes to a private key, modulo the group order; None where that gives no key.

    Source: BIP32, "Child key derivation (CKD) functions". Raises InvalidKey.
    """
    secret, added = _check_private_key(private_key), int.from_bytes(addend, "big")
    total = (secret + added) % GROUP_ORDER
    return total.to_bytes(32, "big") if total and added < GROUP_ORDER else None


def add_to_public_key(public_key: bytes, addend: bytes) -> bytes | None:
    """Add the point of 32 bytes to a public key, in 33 bytes; None where that gives no key.

    Source: BIP32, "Child key derivation (CKD) functions". Raises InvalidKey.
    """
    point = _parse_public_key(public_key)
    if point is None:
        raise InvalidKey(f"these {len(public_key)} bytes are no public key")
    if not lib.secp256k1_ec_pubkey_tweak_add(_CONTEXT, point, addend):
        return None
    return _serialize(point, _COMPRESSED, 33)


def is_point(point: bytes) -> bool:
    """Whether 64 bytes, x and then y, big-endian and below the prime, are a point of the curve."""
    return len(point) == 64 and _parse_public_key(b"\x04" + point) is not None


def add_points(a: bytes, b: bytes) -> bytes | None:
    """Add two points of 64 bytes; None for what is no point and for the point at infinity."""
    first, second = _parse_public_key(b"\x04" + a), _parse_public_key(b"\x04" + b)
    if first is None or second is None:
        return None
    total = _new(_PUBLIC_KEY)
    if not lib.secp256k1_ec_pubkey_combine(_CONTEXT, total, (first, second), 2):
        return None
    return _serialize(total, _UNCOMPRESSED, _POINT_SIZE)[1:]


def multiply_point(point: bytes, scalar: bytes) -> bytes | None:
    """Multiply a point of 64 bytes; None for no point, and a scalar not from 1 to the order - 1."""
    product = _parse_public_key(b"\x04" + point)
    if (
        product is None
        or len(scalar) != 32
        or not lib.secp256k1_ec_pubkey_tweak_mul(_CONTEXT, product, scalar)
    ):
        return None
    return _serialize(product, _UNCOMPRESSED, _POINT_SIZE)[1:]
