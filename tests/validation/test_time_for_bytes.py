"""Time of a verdict: bounded by the bytes that were given, as a multiple of signatures' time."""

from __future__ import annotations

import pytest
from slowest import MODES, worst_ratio

from bchcov import RuleSet


@pytest.mark.parametrize("rules", MODES, ids=str)
def test_no_transaction_takes_twenty_times_as_long_as_signatures_of_its_bytes(
    rules: RuleSet,
) -> None:
    ratio, name = worst_ratio(rules)
    assert ratio < 20, name
