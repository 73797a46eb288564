"""Time of a verdict: bounded by the bytes that were given, as a multiple of signatures' time."""

from __future__ import annotations

import pytest
from slowest import MODES, worst_ratio

from bchcov import RuleSet

# Whatever runs under the rules of 2025 runs under those of 2026, at the same budget.
YEARS = [
    pytest.param(rules, marks=pytest.mark.long if rules.name == "BCH_2025" else ())
    for rules in MODES
]


@pytest.mark.parametrize("rules", YEARS, ids=str)
def test_no_transaction_takes_twenty_times_as_long_as_signatures_of_its_bytes(
    rules: RuleSet,
) -> None:
    ratio, name = worst_ratio(rules)
    assert ratio < 20, name
