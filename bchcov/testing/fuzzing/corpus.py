"""A corpus: accepted transactions that reached something new, kept from run to run.

They are kept as transactions, not as drafts: no key is in a file. A contract that was changed
has other scripts: these are put in the place of those that the honest transaction spent then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...encoding.hexadecimal import decode_hex
from ...encoding.json_text import JSON
from ...errors import BchcovError, FormatError
from ...transaction.codec import (
    decode_outputs,
    decode_transaction,
    encode_outputs,
    encode_transaction,
)
from ...transaction.model import Output, Transaction
from .differences import differences
from .draft import Draft, draft_of
from .findings import Finding
from .parties import hold, with_signatures
from .scene import Scene
from .search import Search
from .seeds import Seed

__all__ = ["Learned", "learn", "learned_of", "news", "read_corpus", "write_corpus"]

_VERSION = 1
_FILE = "corpus.jsonl"


@dataclass(frozen=True)
class Learned:
    """An accepted transaction of an attacker's, and the coins of the honest one it comes from."""

    attacker: str
    honest: int
    transaction: Transaction
    source_outputs: tuple[Output, ...]
    spent: tuple[Output, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the line of a corpus file."""
        return {
            "version": _VERSION,
            "attacker": self.attacker,
            "honest": self.honest,
            "tx": encode_transaction(self.transaction).hex(),
            "source_outputs": encode_outputs(self.source_outputs).hex(),
            "honest_source_outputs": encode_outputs(self.spent).hex(),
        }


def read_corpus(folder: Path) -> list[Learned]:
    """Read the corpus of a folder, empty if there is none.

    Raises FormatError that names the line, OSError for a file that cannot be read.
    """
    path = folder / _FILE
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            found.append(_read(JSON.decode(line)))
        except (BchcovError, KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{path}, line {number}: not of a corpus: {error!r:.200}") from error
    return found


def _read(line: Any) -> Learned:
    if line["version"] != _VERSION:
        raise FormatError(f"version {line['version']!r:.20}, expected {_VERSION}")
    attacker, honest = line["attacker"], line["honest"]
    if not isinstance(attacker, str) or not isinstance(honest, int) or honest < 0:
        raise FormatError("attacker must be a string, honest a number from 0")
    return Learned(
        attacker,
        honest,
        decode_transaction(decode_hex(line["tx"])),
        decode_outputs(decode_hex(line["source_outputs"])),
        decode_outputs(decode_hex(line["honest_source_outputs"])),
    )


def write_corpus(folder: Path, learned: Iterable[Learned]) -> None:
    """Add to the corpus of a folder. Raises OSError."""
    lines = [json.dumps(each.as_json()) + "\n" for each in learned]
    if lines:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _FILE).open("a", encoding="utf-8") as file:
            file.writelines(lines)


def learn(search: Search, corpus: Iterable[Learned]) -> None:
    """Let a search begin with what its attacker has learned; what no longer fits is left out."""
    known = set()
    for each in corpus:
        if each.attacker == search.scene.attacker.name:
            seed = _seed(each, search.scene)
            if seed is not None and seed.draft.key not in known:
                known.add(seed.draft.key)
                search.learned.append(seed)


def _seed(learned: Learned, scene: Scene) -> Seed | None:
    if learned.honest >= len(scene.honest) or len(learned.source_outputs) != len(
        learned.transaction.inputs
    ):
        return None
    now = scene.honest[learned.honest].inputs
    if len(now) != len(learned.spent):
        return None
    original = draft_of(learned.transaction, learned.source_outputs)
    signed = with_signatures(original, (*scene.parties, scene.attacker), scene.rules)
    draft = hold(signed, original, scene.attacker.keys)
    scripts = {
        before.locking_bytecode: place for before, place in zip(learned.spent, now, strict=True)
    }

    def moved(output: Output) -> Output:
        place = scripts.get(output.locking_bytecode)
        if place is None:
            return output
        return Output(output.value, place.coin.locking_bytecode, output.token)

    inputs = []
    for place in draft.inputs:
        other = scripts.get(place.coin.locking_bytecode)
        script = place.script if other is None or place.script is None else other.script
        inputs.append(place._replace(coin=moved(place.coin), script=script))
    changed = Draft(tuple(inputs), tuple(map(moved, draft.outputs)), draft.version, draft.locktime)
    return Seed(changed.after("a transaction of the corpus"), learned.honest)


def news(search: Search, seen: set[object]) -> Iterator[Learned]:
    """Yield what is accepted and harmless and differs in a place, or takes a path, not seen yet."""
    scene = search.scene
    for draft, reference, instructions in search.harmless:
        # The others are compared with what only one attacker sees as honest.
        if reference >= len(scene.honest):
            continue
        honest = search.held[reference]
        features: set[object] = {*enumerate(instructions)}
        features |= {each.place for each in differences(draft, honest, scene)}
        if features <= seen:
            continue
        seen |= features
        yield _learned(scene, reference, *draft.finish())


def learned_of(finding: Finding, scene: Scene) -> Learned:
    """Return what a finding teaches: its transaction."""
    return _learned(scene, finding.honest, finding.transaction, finding.source_outputs)


def _learned(
    scene: Scene, honest: int, transaction: Transaction, coins: tuple[Output, ...]
) -> Learned:
    spent = tuple(place.coin for place in scene.honest[honest].inputs)
    return Learned(scene.attacker.name, honest, transaction, coins, spent)
