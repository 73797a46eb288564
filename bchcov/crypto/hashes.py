"""The hash functions that scripts and transactions use."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
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


def _find_ripemd160() -> Callable[[bytes], bytes]:
    try:
        empty = hashlib.new("ripemd160", usedforsecurity=False)
    except ValueError:
        # OpenSSL 3 keeps RIPEMD-160 in a module that many systems do not load.
        return ripemd.ripemd160

    def ripemd160(data: bytes) -> bytes:
        # Copying is twice as fast as looking the function up by its name.
        state = empty.copy()
        state.update(data)
        return state.digest()

    return ripemd160


ripemd160 = _find_ripemd160()
"""Hash bytes to 20 bytes with RIPEMD-160: OpenSSL's if the system has it, else ours."""


def hash160(data: bytes) -> bytes:
    """Hash `data` to 20 bytes: RIPEMD-160 of SHA-256."""
    return ripemd160(_sha256(data).digest())
