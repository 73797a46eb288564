"""An emulated chain: coins, mempool and blocks, every transaction verified by the script engine."""

from __future__ import annotations

from ..errors import TransactionRefused
from .blocks import Block
from .chain import Chain
from .chain_file import ChainFile
from .lookup import find_transaction
from .pace import Pace
from .rebuild import Rebuilt, rebuild
from .salvage import Salvage
from .submission import Submission
from .tables import Table

__all__ = [
    "Block",
    "Chain",
    "ChainFile",
    "Pace",
    "Rebuilt",
    "Salvage",
    "Submission",
    "Table",
    "TransactionRefused",
    "find_transaction",
    "rebuild",
]
