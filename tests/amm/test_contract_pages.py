"""The pages of the contracts say what is measured."""

from __future__ import annotations

import re

import measure
import pytest


@pytest.mark.parametrize("folder", measure.PAGES)
def test_a_page_holds_the_figures_and_checks_of_its_contracts(folder: str) -> None:
    page = (measure.CONTRACTS / folder / "README.md").read_text(encoding="utf-8")
    assert page == measure.page_with_figures(folder), "run scripts/measure"


def test_the_page_of_the_pool_says_the_same_figures() -> None:
    ticketed = (measure.CONTRACTS / "sequenced_amm" / "ticketed" / "README.md").read_text(
        encoding="utf-8"
    )
    direct = (measure.CONTRACTS / "sequenced_amm" / "direct" / "README.md").read_text(
        encoding="utf-8"
    )
    page = (measure.CONTRACTS.parent / "docs" / "sequenced-amm.md").read_text(encoding="utf-8")
    (life,) = re.findall(r"^\| 16 \| [\d,]+ \| [\d,]+ \| (\d+) \|$", ticketed, re.MULTILINE)
    figures = dict(re.findall(r"^\| (commit|reveal, a \w+) \| ([\d,]+) ", direct, re.MULTILINE))
    low, high = figures["reveal, a sale"], figures["reveal, a buy"]
    assert re.search(rf"whole order\D* {life} bytes", page)
    assert re.search(rf"commit\D* {figures['commit']}\D* reveal\D* {low}\D* {high}\b", page)


def test_the_page_of_the_pool_compares_the_lives_of_two_profiles() -> None:
    page = (measure.CONTRACTS.parent / "docs" / "sequenced-amm.md").read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = {}
    for profile in ("ticketed", "epochs"):
        folder = measure.CONTRACTS / "sequenced_amm" / profile
        text = (folder / "README.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (1|16) \| (.*) \|$", text, re.MULTILINE)
        # Of a page with more tables, the first one.
        found[profile] = {count: cells.split(" | ") for count, cells in reversed(rows)}
    queue, epochs = found["ticketed"], found["epochs"]
    sixteen = f"| bytes of an order's life, 16 at a time | {queue['16'][2]} | {epochs['16'][2]} |"
    alone = f"| the same of an order alone in an idle pool | {queue['1'][2]} | {epochs['1'][3]} |"
    assert sixteen in page
    assert alone in page


def test_an_order_s_whole_life_is_short_and_large_batches_are_standard() -> None:
    pool = measure.new_pool(depth=10).pool
    assert measure.run_batch(pool, 16).life <= 874
    alone = measure.run_batch(measure.new_pool().pool, 1)
    assert alone.price <= 2_500
    hundred = measure.run_batch(pool, 100)
    assert hundred.sequence.built.verdict is not None
    assert hundred.execute.built.verdict is not None
    assert hundred.sequence.built.verdict.ok
    assert hundred.execute.built.verdict.ok
