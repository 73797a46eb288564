"""What an example written in CashScript is, and what its transactions are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bchcov import BuiltTransaction, Output, TransactionBuilder, Unlocker
from bchcov.formats.artifact import Artifact, read_artifact

from .example import FOLDER, Attack, Contracts, coins, spending

Artifacts = Mapping[str, Artifact]
"""The artifacts of an example's contracts by name, perhaps without a requirement."""


@dataclass(frozen=True)
class ArtifactExample:
    """Contracts of CashScript that belong together; the check of an attack is a message."""

    name: str
    files: tuple[str, ...]
    make: Callable[[Artifacts], Contracts]
    honest: Callable[[Contracts], Mapping[str, BuiltTransaction]]
    attacks: tuple[Attack, ...]

    @property
    def folder(self) -> Path:
        """Where the sources and artifacts lie."""
        return FOLDER / "cashscript" / self.name

    @property
    def artifacts(self) -> dict[str, Artifact]:
        """The artifacts as they are."""
        return {
            file: read_artifact((self.folder / f"{file}.json").read_text(encoding="utf-8"))
            for file in self.files
        }

    @property
    def contracts(self) -> Contracts:
        """The contracts as they are."""
        return self.make(self.artifacts)


@dataclass
class Draft:
    """A transaction that an attack changes before it is built."""

    inputs: list[tuple[Output, Unlocker]]
    outputs: list[Output]
    locktime: int = 0
    sequence: int = field(default=0xFFFFFFFE)

    def builder(self) -> TransactionBuilder:
        """The transaction, its inputs the coins of one funding transaction."""
        spent = coins(*(output for output, _ in self.inputs))
        unlockers = [unlocker for _, unlocker in self.inputs]
        return spending(
            *zip(spent, unlockers, strict=True),
            pay=self.outputs,
            locktime=self.locktime,
            sequence=self.sequence,
        )
