"""Transactions full of arithmetic, of thirteen kinds, as a workload; heavy.jsonl.xz holds them.

Made at random for the purpose, with the verdicts, costs and instructions that libauth 3.1.0-next.8
reports: powers, inverses and polynomials modulo primes, points of secp256k1, roots, series, Merkle
paths, lists, bit generators; 44 accepted ones, and 18 refused. The licence is that of this project.
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import NamedTuple

__all__ = ["Heavy", "load_heavy"]

FILE = Path(__file__).parent / "heavy.jsonl.xz"


class Heavy(NamedTuple):
    """One transaction and what libauth says of it; no costs and instructions if it is refused.

    libauth does not charge OP_DEFINE for the bytes of the function's body; nodes do.
    """

    name: str
    transaction: bytes
    source_outputs: bytes
    standard: bool
    consensus: bool
    costs: list[int] | None
    instructions: list[int] | None

    @property
    def kind(self) -> str:
        """The workload that it belongs to."""
        return self.name.split("-")[0]


def load_heavy() -> list[Heavy]:
    """Read all of them."""
    with lzma.open(FILE, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        Heavy(
            row["id"],
            bytes.fromhex(row["tx"]),
            bytes.fromhex(row["source_outputs"]),
            row["standard"],
            row["consensus"],
            row["libauth_cost"],
            row["libauth_instructions"],
        )
        for row in rows
    ]
