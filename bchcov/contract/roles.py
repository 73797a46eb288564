"""The roles that an item can have in a contract: a public key, a hash, a category, ..."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Role"]


class Role(StrEnum):
    """What an item is for. The order is that of precedence, for an item with several roles."""

    PUBLIC_KEY = "public key"
    PUBLIC_KEY_HASH = "hash of a public key"
    SCRIPT_HASH = "hash of a script"
    HASH = "hash"
    LOCKING_BYTECODE = "locking bytecode"
    LOCKING_BYTECODE_PART = "part of a locking bytecode"
    CATEGORY = "category"
    CAPABILITY = "capability"
    COMMITMENT = "commitment"
    TXID = "txid"
    LOCKTIME = "locktime"
    AGE = "age"
    NUMBER = "number"
    TRUTH = "truth value"
    TEXT = "text"
    CODE = "code"
    UNKNOWN = "unknown"
