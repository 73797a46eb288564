"""An emulated chain: coins, mempool and blocks, every transaction verified by the engine."""

from __future__ import annotations

from .block import Block
from .chain import Chain
from .submission import Submission, TransactionRefused

__all__ = ["Block", "Chain", "Submission", "TransactionRefused"]
