"""All scripts of a template as a compiler needs them: texts, variables, and what unlocks what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .model import Entity, LockingType, TemplateScript, TimeLockType, Variable

__all__ = ["Sources", "collect_sources", "ids_of_test"]


@dataclass(frozen=True, slots=True)
class Sources:
    """Each script's text, each variable with the entity that owns it, and scripts by purpose."""

    texts: Mapping[str, str]
    variables: Mapping[str, Variable]
    owners: Mapping[str, str]
    unlocks: Mapping[str, str]
    locking_types: Mapping[str, LockingType]
    time_lock_types: Mapping[str, TimeLockType]

    def with_texts(self, texts: Mapping[str, str]) -> Sources:
        """Add scripts."""
        return replace(self, texts={**self.texts, **texts})


def ids_of_test(script_id: str, test_id: str) -> tuple[str, str, str]:
    """Name the scripts that a test of a script is made of: unlocking, locking and check."""
    prefix = f"{script_id}.{test_id}"
    return f"{prefix}.unlock", f"{prefix}.lock", f"{prefix}.check"


def collect_sources(
    entities: Mapping[str, Entity], scripts: Mapping[str, TemplateScript]
) -> Sources:
    """Collect what the entities and scripts of a template say.

    A test becomes a P2SH20 contract: its setup unlocks, and the script with the check behind
    it locks. Source: libauth, walletTemplateToCompilerConfiguration.
    """
    every = dict(scripts)
    for script_id, script in scripts.items():
        for test_id, test in (script.tests or {}).items():
            unlocking, locking, check = ids_of_test(script_id, test_id)
            tested = f"<{script_id}>" if script.pushed else script_id
            every[check] = TemplateScript(test.check)
            every[locking] = TemplateScript(f"{tested} {check}", locking_type="p2sh20")
            every[unlocking] = TemplateScript(test.setup or "", unlocks=locking)
    variables: dict[str, Variable] = {}
    owners: dict[str, str] = {}
    for entity_id, entity in entities.items():
        variables |= entity.variables
        owners |= dict.fromkeys(entity.variables, entity_id)
    return Sources(
        {name: script.source for name, script in every.items()},
        variables,
        owners,
        {name: script.unlocks for name, script in every.items() if script.unlocks is not None},
        {name: script.locking_type for name, script in every.items() if script.locking_type},
        {name: script.time_lock_type for name, script in every.items() if script.time_lock_type},
    )
