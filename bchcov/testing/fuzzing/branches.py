"""Which way the scripts of a draft go."""

from __future__ import annotations

from ...transaction.context import TransactionContext
from .draft import Draft
from .scene import Scene

__all__ = ["Branches", "branches_of"]

Branches = tuple[tuple[int, bool], ...]
"""The branches that a script takes, in their order: where each is, and its outcome."""


def branches_of(draft: Draft, scene: Scene) -> tuple[Branches, ...]:
    """The branches that the script of each input takes."""
    context = TransactionContext(*draft.finish())
    return tuple(
        tuple(
            (position, outcome)
            for _, position, outcome in scene.judge.watch(context, index).branches
        )
        if place.raw is None
        else ()
        for index, place in enumerate(draft.inputs)
    )
