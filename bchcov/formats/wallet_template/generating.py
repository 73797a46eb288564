"""A scenario to the transaction in which a script is tried, with the outputs that it spends.

Source: libauth, generateScenarioBch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...errors import EncodeError, TemplateError
from ...transaction.context import TransactionContext
from ...transaction.model import Input, Output, Transaction
from ...vm.rules.ruleset import RuleSet
from .compiling import assemble_script, compile_script
from .data import CompilationData
from .defaults import default_scenario
from .scenario import (
    Bytecode,
    Filling,
    Scenario,
    ScenarioData,
    ScenarioInput,
    ScenarioOutput,
    Slot,
    extend_data,
    extend_scenario,
)
from .sources import Sources

__all__ = ["ScenarioSpend", "data_of", "extended_scenario", "generate"]

# Names a scenario's own scripts, which may be called as variables are.
_PREFIX = "_scenario."
_FIRST_TXID = f"{1:064x}"


@dataclass(frozen=True, slots=True)
class ScenarioSpend:
    """The transaction of a scenario, the outputs it spends, and the index of the input tried.

    `data` is what the scenario's scripts were compiled with, without overrides.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    input: int
    data: CompilationData


def extended_scenario(
    scenario_id: str | None, scenarios: Mapping[str, Scenario], sources: Sources
) -> Scenario:
    """Find a scenario with all that it extends; None is the default one. Raises TemplateError."""
    chain: list[Scenario] = []
    names: list[str] = []
    while scenario_id is not None:
        if scenario_id in names:
            circle = " -> ".join([*names[names.index(scenario_id) :], scenario_id])
            raise TemplateError(f"the scenario {scenario_id!r} extends itself: {circle}")
        if scenario_id not in scenarios:
            extends = f", which {names[-1]!r} extends" if names else ""
            raise TemplateError(f"no scenario is called {scenario_id[:80]!r}{extends}")
        names.append(scenario_id)
        chain.append(scenarios[scenario_id])
        scenario_id = chain[-1].extends
    made = default_scenario(sources)
    for scenario in reversed(chain):
        made = extend_scenario(made, scenario)
    return made


def data_of(scenario: ScenarioData, sources: Sources, rules: RuleSet) -> CompilationData:
    """Compile the data of a scenario: its scripts may use each other, but no transaction.

    Raises TemplateError.
    """
    data = CompilationData(
        private_keys=scenario.private_keys,
        hd_private_keys=scenario.hd_private_keys,
        hd_public_keys=scenario.hd_public_keys,
        address_index=scenario.address_index,
        block_height=scenario.block_height,
        block_time=scenario.block_time,
    )
    own = sources.with_texts({_PREFIX + name: text for name, text in scenario.bytecode.items()})
    made = {
        name: assemble_script(_PREFIX + name, own, data, rules).code for name in scenario.bytecode
    }
    return replace(data, bytecode=made)


class _Generator:
    """Compiles what stands in the inputs and outputs of one scenario."""

    def __init__(self, scenario: Scenario, sources: Sources, rules: RuleSet) -> None:
        self._scenario = scenario
        self._sources = sources
        self._rules = rules
        self.data = data_of(scenario.data, sources, rules)

    def fill(
        self,
        filling: Filling,
        tested: str | None,
        *,
        otherwise: ScenarioData | None = None,
        context: TransactionContext | None = None,
        index: int = 0,
    ) -> bytes:
        """Return the bytes of a filling; `tested` is the script under test, None for no bytes.

        Where the filling overrides no data, `otherwise` does.
        """
        if isinstance(filling, bytes):
            return filling
        script, overrides = tested, otherwise
        if isinstance(filling, Bytecode):
            script = tested if filling.script is None else filling.script
            overrides = otherwise if filling.overrides is None else filling.overrides
        if script is None:
            return b""
        data = self.data
        if overrides is not None:
            data = data_of(extend_data(self._scenario.data, overrides), self._sources, self._rules)
        data = replace(data, context=context, input=index)
        return compile_script(script, self._sources, data, self._rules)


def _slot(fillings: list[Filling], what: str) -> int:
    slots = [at for at, filling in enumerate(fillings) if filling is Slot.SLOT]
    if len(slots) != 1:
        raise TemplateError(f"{len(slots)} {what} have the slot for the script under test, not one")
    return slots[0]


def _checked_slot(inputs: tuple[ScenarioInput, ...], sources: tuple[ScenarioOutput, ...]) -> int:
    if len(inputs) != len(sources):
        raise TemplateError(f"{len(inputs)} inputs, and {len(sources)} outputs for them to spend")
    at = _slot([item.unlocking for item in inputs], "inputs")
    if _slot([output.locking for output in sources], "spent outputs") != at:
        raise TemplateError(f"input {at} has the slot, and spends an output that has it not")
    return at


def _output(output: ScenarioOutput, code: bytes) -> Output:
    token = output.token
    if token is not None and token.nft is None and not token.amount:
        token = None
    return Output(output.value or 0, code, token)


def generate(
    scenario: Scenario, unlocking: str | None, sources: Sources, rules: RuleSet
) -> ScenarioSpend:
    """Generate the transaction of a scenario in which an unlocking script is tried.

    Without one the slots stay empty. Raises TemplateError, with script, line and column where
    a script cannot be compiled.
    """
    inputs, spent = scenario.inputs or (), scenario.source_outputs or ()
    tested = _checked_slot(inputs, spent)
    locking = None
    if unlocking is not None:
        locking = sources.unlocks.get(unlocking)
        if locking is None:
            raise TemplateError(f"the script {unlocking[:80]!r} unlocks none")
    generator = _Generator(scenario, sources, rules)
    change = ScenarioData(address_index=1)
    try:
        source_outputs = tuple(
            _output(output, generator.fill(output.locking, locking)) for output in spent
        )
        outputs = tuple(
            _output(output, generator.fill(output.locking, locking, otherwise=change))
            for output in scenario.outputs or ()
        )
        unsigned = Transaction(
            tuple(_input(item, at) for at, item in enumerate(inputs)),
            outputs,
            scenario.version or 0,
            scenario.locktime or 0,
        )
        context = TransactionContext(unsigned, source_outputs)
        signed = tuple(
            replace(
                unsigned.inputs[at],
                unlocking_bytecode=generator.fill(
                    item.unlocking, unlocking, context=context, index=at
                ),
            )
            for at, item in enumerate(inputs)
        )
    except EncodeError as error:
        raise TemplateError(f"no such transaction can be encoded: {error}") from None
    return ScenarioSpend(replace(unsigned, inputs=signed), source_outputs, tested, generator.data)


def _input(item: ScenarioInput, at: int) -> Input:
    txid = _FIRST_TXID if item.outpoint_txid is None else item.outpoint_txid
    return Input(
        bytes.fromhex(txid)[::-1],
        at if item.outpoint_index is None else item.outpoint_index,
        b"",
        item.sequence or 0,
    )
