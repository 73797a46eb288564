"""What edits are made of: values, scripts and categories that honest transactions show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...transaction.model import Token
from .draft import Draft
from .scene import Scene

__all__ = ["Edit", "Material", "gather"]


class Edit(NamedTuple):
    """A change in words, and as a function of a draft. It may not fit every draft."""

    says: str
    apply: Callable[[Draft], Draft]

    def on(self, draft: Draft) -> Draft | None:
        """Apply the edit and note it; None if the draft has no such place."""
        try:
            return self.apply(draft).after(self.says)
        except (AssertionError, AttributeError, IndexError, TypeError):
            # The place is not there, or is of another kind, once other edits have been made.
            return None


@dataclass(frozen=True, slots=True)
class Material:
    """The values that are pushed, the scripts that lock, the categories, and what is spent of them.

    `mine` is the attacker's script, `held` the honest drafts as the attacker can sign them.
    """

    mine: bytes
    held: tuple[Draft, ...]
    values: tuple[bytes, ...]
    scripts: tuple[bytes, ...]
    categories: tuple[bytes, ...]
    tokens: tuple[Token, ...]


def gather(scene: Scene, held: Sequence[Draft]) -> Material:
    """Gather the material of a scene for its attacker."""
    values: dict[bytes, None] = dict.fromkeys(
        each for key in scene.attacker.keys for each in (key.public_key, key.public_key_hash)
    )
    scripts: dict[bytes, None] = {scene.script: None}
    categories: dict[bytes, None] = {}
    tokens: dict[Token, None] = {}
    for draft in scene.honest:
        for place in draft.inputs:
            values.update((item, None) for item in place.items if isinstance(item, bytes))
        tokens.update((each.coin.token, None) for each in draft.inputs if each.coin.token)
        for output in (*(place.coin for place in draft.inputs), *draft.outputs):
            scripts[output.locking_bytecode] = None
            token = output.token
            if token is not None:
                categories[token.category] = None
                if token.nft is not None:
                    values[token.nft.commitment] = None
    return Material(
        scene.script,
        tuple(held),
        tuple(values),
        tuple(scripts),
        tuple(categories),
        tuple(tokens),
    )
