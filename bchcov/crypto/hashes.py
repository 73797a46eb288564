"""The hash functions that scripts and transactions use."""

from __future__ import annotations

import hashlib
from hashlib import sha1 as _sha1
from hashlib import sha256 as _sha256

from . import ripemd

__all__ = ["hash160", "hash256", "ripemd160", "sha1", "sha256"]


def sha256(data: bytes) -> bytes:
    """Hash `data` to 32 bytes with SHA-256."""
    return _sha256(data).digest()


def hash256(data: bytes) -> bytes:
    """Hash `data` to 32 bytes with SHA-256, twice."""
    return _sha256(_sha256(data).digest()).digest()


def sha1(data: bytes) -> bytes:
    """Hash `data` to 20 bytes with SHA-1."""
    return _sha1(data, usedforsecurity=False).digest()


def _system_ripemd160(data: bytes) -> bytes:
    return hashlib.new("ripemd160", data, usedforsecurity=False).digest()


def _has_ripemd160() -> bool:
    # OpenSSL 3 keeps RIPEMD-160 in a module that many systems do not load.
    try:
        return len(_system_ripemd160(b"")) == 20
    except ValueError:
        return False


ripemd160 = _system_ripemd160 if _has_ripemd160() else ripemd.ripemd160
"""Hash bytes to 20 bytes with RIPEMD-160: OpenSSL's where the system has it, else ours."""


def hash160(data: bytes) -> bytes:
    """Hash `data` to 20 bytes: RIPEMD-160 of SHA-256."""
    return ripemd160(_sha256(data).digest())
