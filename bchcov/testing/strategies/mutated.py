"""A Hypothesis strategy for mutants of an honest transaction, and what leads hypothesis deeper."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import reject, target
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from ...validation.verdict import Verdict
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from ..fuzzing.campaign import Honest
from ..fuzzing.mutants import TransactionMutant, prepare_mutants
from ..fuzzing.parties import Party
from ..fuzzing.promises import Property
from ..fuzzing.scene import STRANGER

__all__ = ["aim_deep", "transaction_mutants"]

_INPUT = 100_000


def transaction_mutants(
    honest: Honest,
    parties: Iterable[Party] = (),
    *,
    attacker: str = STRANGER.name,
    rules: RuleSet = BCH_2026,
    unique: Iterable[bytes] = (),
    properties: Iterable[Property] = (),
    most_changes: int = 2,
    repairs: int = 2,
) -> SearchStrategy[TransactionMutant]:
    """Generate what an attacker, a stranger or a party, could propose instead of a transaction.

    The arguments are those of `fuzz`; a mutant has one to `most_changes` of its small changes, and
    what refuses it is put right up to `repairs` times, as by `fuzz`.
    `mutant.finding` says whether it is an attack. They shrink to one change, the most telling
    kind first. Raises ContractError for a transaction that is refused as it stands, and for an
    attacker who is no party with keys.
    """
    made = prepare_mutants(
        honest,
        parties,
        attacker=attacker,
        rules=rules,
        unique=unique,
        properties=properties,
    )
    number = st.integers(0, len(made) - 1)
    several = st.lists(number, min_size=1, max_size=most_changes, unique=True)

    @st.composite
    def draw_mutant(draw: DrawFn) -> TransactionMutant:
        mutant = made.make(draw(several), repairs=repairs)
        return reject() if mutant is None else mutant

    return draw_mutant()


def aim_deep(verdict: Verdict, *, label: str = "") -> None:
    """Tell hypothesis how far the scripts of a refused transaction came, so that it goes further.

    For use within a test of hypothesis, once for each `label`: see `hypothesis.target`.
    """
    if verdict.inputs:
        passed = sum(each.ok for each in verdict.inputs)
        depth = min(verdict.inputs[-1].metrics.instructions, _INPUT - 1)
        target(float(passed * _INPUT + depth), label=label or "instructions run")
