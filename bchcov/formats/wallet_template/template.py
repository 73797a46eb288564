"""A wallet template: read, compiled, tried in its scenarios, and written.

Bitauth IDE and libauth open them. Source: libauth, "WalletTemplate" (version 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from ...assembly.source_map import Assembled
from ...encoding.expected import kind_of
from ...errors import FormatError, RulesError
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2023, BCH_SPEC, find_rules
from ..fields import Field, read_json
from .cases import TemplateCase, collect_cases
from .compiling import assemble_script, compile_script
from .data import CompilationData
from .generating import ScenarioSpend, data_of, extended_scenario, generate
from .model import Entity, TemplateScript
from .reading import (
    names_of,
    optional_number,
    optional_text,
    read_entities,
    read_scenarios,
    read_scripts,
)
from .scenario import Scenario
from .sources import Sources, collect_sources
from .uses import VariableUse, variables_of
from .writing import write_entities, write_scenarios, write_scripts

__all__ = ["WalletTemplate", "read_wallet_template"]

_SCHEMA = "https://libauth.org/schemas/wallet-template-v0.schema.json"
_VERSION = 0
# No year before the first rule set that is known changed what a script of a template can do.
_EARLIER = ("BCH_2020_05", "BCH_2021_05", "BCH_2022_05")
_NO_CHANGE = {"BCH_2024_05": "BCH_2023"}


@dataclass(frozen=True, slots=True)
class WalletTemplate:
    """Entities with their variables, scripts, and scenarios in which the scripts are tried.

    `supported` names the virtual machines that it is meant for, as "BCH_2026_05".
    """

    scripts: Mapping[str, TemplateScript]
    entities: Mapping[str, Entity] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    supported: tuple[str, ...] = ()
    name: str | None = None
    description: str | None = None
    schema: str | None = _SCHEMA
    version: int | None = _VERSION
    sources: Sources = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", collect_sources(self.entities, self.scripts))

    @property
    def rules(self) -> tuple[RuleSet, ...]:
        """The rule sets of what is supported, as nodes relay, oldest first.

        Years before 2023 are judged by the rules of 2023; other chains and years to come
        are passed over.
        """
        found = {}
        for name in self.supported:
            try:
                rules = BCH_2023 if name in _EARLIER else find_rules(_NO_CHANGE.get(name, name))
            except RulesError:
                continue
            found[rules.name] = rules
        return tuple(found[name] for name in sorted(found))

    @property
    def cases(self) -> tuple[TemplateCase, ...]:
        """What the template expects of its scripts, in their order."""
        return tuple(collect_cases(self.scripts))

    def compile(
        self,
        script_id: str,
        data: CompilationData | None = None,
        *,
        rules: RuleSet = BCH_SPEC,
    ) -> bytes:
        """Compile a script as it stands in a transaction.

        A locking script that is hashed becomes its P2SH20 or P2SH32 script, and what unlocks
        one ends with a push of it. Evaluations run under `rules`, libauth's for that unless
        others are given. Raises TemplateError with script, line and column.
        """
        return compile_script(script_id, self.sources, data or CompilationData(), rules)

    def assemble(
        self,
        script_id: str,
        data: CompilationData | None = None,
        *,
        rules: RuleSet = BCH_SPEC,
    ) -> Assembled:
        """Compile a script as it is written, with the script, line and column of its bytes.

        Of a script that is hashed this is the redeem script. Raises TemplateError as `compile`.
        """
        return assemble_script(script_id, self.sources, data or CompilationData(), rules)

    def scenario(
        self,
        scenario_id: str | None = None,
        unlocking: str | None = None,
        *,
        rules: RuleSet = BCH_SPEC,
    ) -> ScenarioSpend:
        """Generate the transaction of a scenario (None: the default one) and what it spends.

        `unlocking` is the script that is tried, with that which it unlocks; without one the
        slots stay empty. Raises TemplateError.
        """
        scenario = extended_scenario(scenario_id, self.scenarios, self.sources)
        return generate(scenario, unlocking, self.sources, rules)

    def scenario_data(
        self, scenario_id: str | None = None, *, rules: RuleSet = BCH_SPEC
    ) -> CompilationData:
        """Compile the data of a scenario (None: the default one). Raises TemplateError."""
        scenario = extended_scenario(scenario_id, self.scenarios, self.sources)
        return data_of(scenario.data, self.sources, rules)

    def unlocked_by(self, locking: str) -> tuple[str, ...]:
        """The scripts that unlock a script, in their order."""
        return tuple(name for name, script in self.scripts.items() if script.unlocks == locking)

    def variables_of(self, script_id: str) -> tuple[VariableUse, ...]:
        """The variables that a script and those in it need, with their entities.

        Raises TemplateError for a script that is not there, or cannot be parsed.
        """
        return variables_of(script_id, self.sources)

    def to_json(self) -> dict[str, Any]:
        """Make the object that the template's JSON holds, without the scenarios' private keys.

        A scenario without its keys runs with the numbered ones of the default scenario.
        """
        return self._to_json(private_keys=False)

    def to_json_with_private_keys(self) -> dict[str, Any]:
        """Make the object that the template's JSON holds, private keys of scenarios included."""
        return self._to_json(private_keys=True)

    def _to_json(self, *, private_keys: bool) -> dict[str, Any]:
        pairs = {
            "$schema": self.schema,
            "description": self.description,
            "entities": write_entities(self.entities),
            "name": self.name,
            "scenarios": write_scenarios(self.scenarios, private_keys=private_keys),
            "scripts": write_scripts(self.scripts),
            "supported": list(self.supported),
            "version": self.version,
        }
        return {name: value for name, value in pairs.items() if value is not None}


def read_wallet_template(source: str | Path) -> WalletTemplate:
    """Read a wallet template: JSON text, or the path of a file with it.

    Scripts are read, and not compiled yet. Raises FormatError that names the field.
    """
    return template_of(read_json(_text_of(source)))


def _text_of(source: str | Path) -> str | bytes:
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return source
    if not isinstance(source, str | PathLike):
        raise FormatError(f"expected JSON text or a path, not {kind_of(source)}")
    try:
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise FormatError(f"neither JSON nor a file: {str(source)[:80]!a}: {why}") from None


def template_of(data: object) -> WalletTemplate:
    """Read what a template's JSON holds. Raises FormatError that names the field."""
    template = Field(data)
    version = optional_number(template.get("version"))
    if version not in (None, _VERSION):
        template.get("version").refuse(f"is {version}: expected {_VERSION}")
    for name in ("entities", "scripts", "supported"):
        if not template.get(name).is_there:
            template.get(name).refuse("is missing")
    return WalletTemplate(
        read_scripts(template.get("scripts")),
        read_entities(template.get("entities")),
        read_scenarios(template.get("scenarios")),
        names_of(template.get("supported")) or (),
        optional_text(template.get("name")),
        optional_text(template.get("description")),
        optional_text(template.get("$schema")),
        version,
    )
