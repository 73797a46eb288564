"""What a template expects of its scripts: which compile, and which scenarios they pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from .model import TemplateScript
from .sources import ids_of_test

__all__ = ["Expectation", "TemplateCase", "collect_cases"]

Expectation = Literal["passes", "fails", "invalid", "compiles"]
"""In its scenario a script is accepted, is refused, cannot be compiled, or just is compiled."""


@dataclass(frozen=True, slots=True)
class TemplateCase:
    """A script in a scenario (None: the default one), and what is expected of it.

    `script` is compiled: an unlocking script, that of a test ("script.test.unlock"), or with
    "compiles" any other.
    """

    script: str
    scenario: str | None
    expected: Expectation

    def __str__(self) -> str:
        return self.script if self.scenario is None else f"{self.script} in {self.scenario}"


def collect_cases(scripts: Mapping[str, TemplateScript]) -> Iterator[TemplateCase]:
    """Yield the cases of a template in the order of its scripts.

    A test without scenarios passes in the default one; an unlocking script without scenarios,
    and every other script, is one that compiles.
    """
    for script_id, script in scripts.items():
        expected = list(script.expectations())
        if not expected and not script.tests:
            yield TemplateCase(script_id, None, "compiles")
        for expectation, scenario in expected:
            yield TemplateCase(script_id, scenario, cast("Expectation", expectation))
        for test_id, test in (script.tests or {}).items():
            unlocking = ids_of_test(script_id, test_id)[0]
            named = list(test.expectations())
            if not named:
                yield TemplateCase(unlocking, None, "passes")
            for expectation, scenario in named:
                yield TemplateCase(unlocking, scenario, cast("Expectation", expectation))
