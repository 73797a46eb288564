"""Wallet templates as tests: each script is judged in the scenarios that it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import FormatError, TemplateError, VectorError
from ..formats.wallet_template.cases import TemplateCase
from ..formats.wallet_template.generating import ScenarioSpend
from ..formats.wallet_template.template import WalletTemplate, template_of
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from .outcome import Outcome, Selection

__all__ = ["TemplateTests", "is_template", "read_template_file"]

_EXPECTED = {
    "passes": "accepted",
    "fails": "refused",
    "invalid": "not compiled",
    "compiles": "compiled",
}


def is_template(data: Any) -> bool:
    """Whether a JSON value has the fields of a wallet template."""
    return isinstance(data, dict) and {"entities", "scripts"} <= data.keys()


def read_template_file(path: Path, data: Any) -> TemplateTests:
    """Read the tests of a wallet template from its JSON. Raises VectorError with the place."""
    try:
        return TemplateTests(template_of(data), path.stem)
    except FormatError as error:
        raise VectorError(f"{path}: not a wallet template: {error}") from error


class TemplateTests:
    """The tests of a template, judged under the rules that it supports.

    A scenario that must fail may still be valid in a block, so it is judged in standard mode
    only. A test without a transaction is judged once, in the mode "compile".
    """

    def __init__(self, template: WalletTemplate, name: str) -> None:
        self.template = template
        self.group = template.name or name
        self._cases = template.cases

    def __len__(self) -> int:
        """The number of tests."""
        return len(self._cases)

    def judge(self, index: int, selection: Selection) -> list[Outcome]:
        """Compile a test, and verify its transaction under each rule set that is selected."""
        case = self._cases[index]
        expected = _EXPECTED[case.expected]
        try:
            spend = _compile(self.template, case)
        except TemplateError as error:
            lacks = bool(error.missing) and case.scenario is None
            # Without a scenario there is no data: a script that lacks only data is fine.
            agrees = case.expected == "invalid" or lacks
            wanted = "compiled with more data" if lacks else expected
            return [self._outcome(case, agrees, wanted, "not compiled", str(error))]
        if case.expected in ("invalid", "compiles"):
            return [self._outcome(case, case.expected == "compiles", expected, "compiled")]
        assert spend is not None
        rule_sets = self.template.rules
        if not rule_sets:
            supported = ", ".join(self.template.supported) or "nothing"
            return [self._outcome(case, False, "known rules", supported, "not judged")]
        # A transaction that nodes do not relay may still be valid in a block.
        judges = [rules for rules in rule_sets if selection.includes(rules.name, "standard")]
        if case.expected == "passes":
            judges += [
                rules.consensus
                for rules in rule_sets
                if selection.includes(rules.name, "consensus")
            ]
        return [self._verify(case, spend, rules) for rules in judges]

    def _outcome(
        self, case: TemplateCase, agrees: bool, expected: str, got: str, detail: str = ""
    ) -> Outcome:
        return Outcome(str(case), self.group, "-", "compile", agrees, expected, got, detail)

    def _verify(self, case: TemplateCase, spend: ScenarioSpend, rules: RuleSet) -> Outcome:
        verdict = verify(spend.transaction, spend.source_outputs, rules)
        agrees = verdict.ok is (case.expected == "passes")
        got = "accepted" if verdict.ok else f"refused: {verdict.error.reason}"  # type: ignore[union-attr]
        detail = "" if agrees else str(verdict)
        return Outcome(
            str(case),
            self.group,
            rules.name,
            rules.mode,
            agrees,
            _EXPECTED[case.expected],
            got,
            detail,
        )


def _compile(template: WalletTemplate, case: TemplateCase) -> ScenarioSpend | None:
    """Generate the transaction of a test; a script that is no unlocking script is only compiled."""
    if case.expected == "compiles" and case.script not in template.sources.unlocks:
        template.compile(case.script, template.scenario_data(case.scenario))
        return None
    return template.scenario(case.scenario, case.script)
