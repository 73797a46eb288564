"""The pages of the contracts say what is measured."""

from __future__ import annotations

import measure
import pytest


@pytest.mark.parametrize("folder", measure.PAGES)
def test_a_page_holds_the_figures_and_checks_of_its_contracts(folder: str) -> None:
    page = (measure.CONTRACTS / folder / "README.md").read_text()
    assert page == measure.page_with_figures(folder), "run scripts/measure"


def test_an_order_s_whole_life_is_short_and_large_batches_are_standard() -> None:
    pool = measure.new_pool().pool
    assert measure.run_batch(pool, 16).life <= 880
    hundred = measure.run_batch(pool, 100)
    assert hundred.sequence.built.verdict is not None
    assert hundred.execute.built.verdict is not None
    assert hundred.sequence.built.verdict.ok
    assert hundred.execute.built.verdict.ok
