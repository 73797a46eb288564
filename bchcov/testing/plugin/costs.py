"""Costs held to a snapshot file beside the test: the fixture `costs`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ...contract.contract import Contract
from ...encoding.printable import printable
from ...errors import FormatError
from ..cost import CostReport, check_snapshot, measure_cost, update_snapshot
from ..cost.measuring import Spending

__all__ = ["make_costs"]


def make_costs(request: pytest.FixtureRequest) -> Callable[..., CostReport]:
    """Make what the fixture `costs` is."""
    update: bool = request.config.getoption("--bchcov-update-costs")
    percent: float = request.config.getoption("--bchcov-cost-tolerance")

    def check(
        contract: Contract, spends: Mapping[str, Spending], *, file: str | Path | None = None
    ) -> CostReport:
        report = measure_cost(contract, spends)
        path = request.path.with_name(f"{contract.name}.costs.json" if file is None else str(file))
        if update:
            update_snapshot(report, path)
            return report
        again = "pytest --bchcov-update-costs writes it"
        if not path.exists():
            pytest.fail(f"{path.name} is missing beside the test: {again}", pytrace=False)
        try:
            differences = check_snapshot(report, path, tolerance=percent / 100)
        except FormatError as error:
            pytest.fail(printable(str(error)), pytrace=False)
        if differences:
            lines = "\n".join(map(printable, differences))
            said = f"costs differ from {path.name}; if they should, {again}:\n{lines}"
            pytest.fail(said, pytrace=False)
        return report

    return check
