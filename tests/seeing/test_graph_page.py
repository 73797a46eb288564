"""The page of a graph: in a real browser, with thousands of transactions and hostile text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import Browser
from support.refusals import ALICE, BOB, CATEGORY, vault

from bchcov import BCH_2026, Chain, Input, Nft, Output, Token, Transaction
from bchcov.race.graph import race_page
from bchcov.race.run import Race
from bchcov.race.settings import Settings
from bchcov.script.pushes import encode_push
from bchcov.seeing import Drawn, Graph, Page, chain_page, graph_page, spendings_page

HOSTILE = (
    "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\x1b[31m\u202e"
)


def show(browser: Browser, page: Page, folder: Path, *, width: int = 1400) -> None:
    path = folder / "graph.html"
    page.write(path)
    browser.errors.clear()
    browser.asked.clear()
    browser.open(path, width=width)
    assert browser.run("document.documentElement.dataset.ready") == "yes"


def many(count: int) -> Graph:
    """As many transactions, each of which spends what the one before it and an older one made."""
    made: list[Drawn] = []
    before = [b"\x01" * 32] * 9
    for number in range(count):
        inputs = (Input(before[-1], 0, encode_push(bytes(64))), Input(before[-9], 1, b""))
        keys = (number.to_bytes(20, "big"), bytes(18) + number.to_bytes(2, "big"))
        outputs = tuple(
            Output(
                5_000 + number, b"\x76\xa9\x14" + each + b"\x88\xac", Token(CATEGORY, number + 1)
            )
            for each in keys
        )
        drawn = Drawn(Transaction(inputs, outputs), "block", 1_000 + number // 50, sources=outputs)
        made.append(drawn)
        before = [*before[1:], bytes.fromhex(drawn.txid)[::-1]]
    return Graph(tuple(made))


@pytest.fixture(scope="module")
def race() -> Page:
    made = Race(Settings(users=25, seed=1), "cpmm")
    made.run()
    assert made.world.refused
    return race_page(made)


def test_a_transaction_that_is_chosen_tells_what_it_spends_and_who_spends_it(
    browser: Browser, tmp_path: Path, race: Page
) -> None:
    show(browser, race, tmp_path)
    assert "25 users on the pool cpmm" in browser.text("h1")
    browser.click("#refused")
    assert "TX_CONFLICT" in browser.text("#told")
    assert "The same coin is spent by" in browser.text("#told")
    assert browser.run("document.querySelectorAll('.tx.chosen.bad').length") == 1
    # From there to the transaction that made the pool's coin, and on to the one that spent it.
    browser.click("#told .coin button")
    assert browser.run("document.querySelectorAll('.tx.chosen.bad').length") == 0
    assert "Makes" in browser.text("#told")
    assert "spent by" in browser.text("#told")
    assert not browser.errors
    assert {each.partition(":")[0] for each in browser.asked} == {"file"}


def test_keys_and_the_search_choose_transactions(
    browser: Browser, tmp_path: Path, race: Page
) -> None:
    show(browser, race, tmp_path)
    browser.run("document.getElementById('list').focus()")
    browser.press("ArrowDown")
    assert browser.run("document.querySelector('.tx.chosen').dataset.at") == "1"
    browser.run(
        "{ const s = document.getElementById('search'); s.value = 'user 5';"
        " s.dispatchEvent(new Event('input')) }"
    )
    browser.click("#found")
    assert "user 5" in browser.text("#told")
    assert " of " in browser.text("#count")
    browser.run(
        "{ const s = document.getElementById('search'); s.value = 'nobody';"
        " s.dispatchEvent(new Event('input')) }"
    )
    assert browser.text("#count") == "not found"


@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_is_cut_off_at_any_width(
    browser: Browser, tmp_path: Path, race: Page, width: int
) -> None:
    for page in (race, spendings_page([vault(value=9_000), vault()]), chain_page(Chain(BCH_2026))):
        show(browser, page, tmp_path, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width
        assert browser.run(
            "[...document.querySelectorAll('.tx .title')]"
            ".every(each => each.clientWidth > 60 || each.scrollWidth <= each.clientWidth)"
        )


def test_thousands_of_transactions_are_a_small_page_that_draws_what_is_seen(
    browser: Browser, tmp_path: Path
) -> None:
    page = graph_page(many(5_000))
    assert len(page.html.encode()) < 5_000_000
    show(browser, page, tmp_path)
    assert browser.run("document.getElementsByTagName('*').length") < 1_000
    browser.run("document.getElementById('list').scrollTop = 1e9")
    browser.run("document.getElementById('list').dispatchEvent(new Event('scroll'))")
    shown = browser.run(
        "[...document.querySelectorAll('.tx')].map(each => Number(each.dataset.at))"
    )
    assert max(shown) == 4_999
    assert browser.run("document.getElementsByTagName('*').length") < 1_000


def test_text_from_outside_stays_text(browser: Browser, tmp_path: Path) -> None:
    coin = Token(CATEGORY, 5, Nft(b"</script><b>"))
    spending = replace(vault(value=9_000), title=HOSTILE, known={HOSTILE: CATEGORY})
    contract = replace(spending.contracts[0], name=HOSTILE)
    sources = (replace(spending.source_outputs[0], token=coin),)
    spending = replace(spending, contracts=(contract,), source_outputs=sources)
    page = spendings_page([spending], title=HOSTILE)
    assert page.html.count("<script") == page.html.count("</script>") == 2
    assert "<img" not in page.html
    assert "\x1b" not in page.html
    assert "\u202e" not in page.html
    show(browser, page, tmp_path)
    assert browser.run("document.title") != "broken"
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert "\\x1b[31m\\u202e" in browser.text(".tx .title")
    assert not browser.errors


def test_coins_have_the_names_of_contracts_keys_and_what_is_told_besides() -> None:
    chain = Chain(BCH_2026)
    spending = vault()
    chain.fund(
        Output(1_000, ALICE.locking_bytecode),
        Output(1_000, BOB.locking_bytecode),
        spending.contracts[0].output(1_000, Token(CATEGORY, 5)),
    )
    graph = Graph((Drawn(chain.blocks[1].transactions[0], "made", 1, name="the beginning"),))
    page = graph_page(
        graph,
        contracts=spending.contracts,
        known={"Alice": ALICE.public_key_hash, "gold": CATEGORY},
        name_of=lambda output: "Bob" if output.locking_bytecode == BOB.locking_bytecode else "",
    )
    for text in ('"Alice"', '"Bob"', '"vault"', '"5 of gold"', '"the beginning"'):
        assert text in page.html


def test_a_page_asks_for_nothing_and_a_notebook_shows_it_in_a_frame(race: Page) -> None:
    assert "default-src 'none'" in race.html
    assert "https://" not in race.html
    assert race._repr_html_().startswith('<iframe sandbox="allow-scripts"')
