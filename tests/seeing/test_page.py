"""The page of a transaction: in a real browser, with what hostile text can do."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import Browser
from support.refusals import ALICE, CATEGORY, bare, signed, vault

from bchcov import BCH_2026, Input, Nft, Output, PrivateKey, Token, Transaction, assemble, p2pkh
from bchcov.script.pushes import encode_push
from bchcov.seeing import Spending, see, spending_page

HOSTILE = (
    "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>\x1b[31m\u202e"
)
LOOP = "<0> OP_BEGIN OP_1ADD OP_DUP <6> OP_EQUAL OP_UNTIL OP_EQUAL"


def opened(browser: Browser, spending: Spending, folder: Path, *, width: int = 1400) -> None:
    path = folder / "page.html"
    spending_page(spending).write(path)
    browser.errors.clear()
    browser.asked.clear()
    browser.open(path, width=width)
    assert browser.run("document.documentElement.dataset.ready") == "yes"


def large() -> Spending:
    """100 inputs with 50,000 steps, of which many leave items that no other does."""
    source = "<62> OP_BEGIN OP_1SUB OP_DUP OP_INPUTINDEX OP_2 OP_PICK OP_CAT OP_HASH160 OP_DROP"
    code = assemble(f"OP_DROP {source} OP_IFDUP OP_NOT OP_UNTIL OP_1")
    inputs = tuple(Input(b"\x01" * 32, at, encode_push(bytes(400))) for at in range(100))
    transaction = Transaction(inputs, (Output(1_000, p2pkh(bytes(20))),))
    return see(transaction, [Output(2_000, code)] * 100, BCH_2026.consensus)


def test_the_page_begins_at_what_fails_and_steps_both_ways(
    browser: Browser, tmp_path: Path
) -> None:
    opened(browser, vault(value=9_000), tmp_path)
    assert "Step 14 of 14, redeem bytecode, byte 42" in browser.text("#state")
    assert "check [limit]. This fails: VERIFY" in browser.text("#state")
    assert browser.text("#script .failed").split() == ["42", "OP_VERIFY"]
    assert browser.text("#source .failed").split()[0] == "5"
    assert browser.text("#bytes mark") == "69"
    browser.click("#back")
    assert "Step 13 of 14" in browser.text("#state")
    assert "5,000" in browser.text("#stack")
    assert "9,000" in browser.text("#stack")
    browser.press("ArrowLeft")
    assert "Step 12 of 14" in browser.text("#state")
    browser.click("#first")
    assert "Step 1 of 14, unlocking bytecode, byte 0" in browser.text("#state")
    assert browser.text("#stack") == "empty"
    browser.click("#fail")
    assert "Step 14 of 14" in browser.text("#state")
    assert not browser.errors
    assert {each.partition(":")[0] for each in browser.asked} == {"file"}


def test_the_slider_shows_the_stack_of_each_step(browser: Browser, tmp_path: Path) -> None:
    spending = bare(LOOP, "OP_6")
    opened(browser, spending, tmp_path)
    steps = spending.trace(0).steps
    for number in (0, 5, 17, 33):
        browser.run(
            "{ const s = document.getElementById('slider');"
            f" s.value = {number}; s.dispatchEvent(new Event('input')) }}"
        )
        shown = browser.run(
            "[...document.querySelectorAll('#stack li code')].map(each => each.textContent)"
        )
        expected = [
            f"0x{item.hex()}" if item else "empty" for item in reversed(steps[number].stack)
        ]
        assert shown == expected
    browser.click("#end")
    assert "The end, after 34 steps: accepted" in browser.text("#state")


@pytest.mark.parametrize("width", [1400, 400])
def test_nothing_is_cut_off_at_any_width(browser: Browser, tmp_path: Path, width: int) -> None:
    for spending in (vault(value=9_000), signed(made=0x41)):
        opened(browser, spending, tmp_path, width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width
        picture = tmp_path / "page.png"
        browser.picture(picture)
        assert picture.stat().st_size > 20_000


def test_a_large_page_opens_at_once_and_is_small(browser: Browser, tmp_path: Path) -> None:
    spending = large()
    assert sum(len(spending.trace(at)) for at in range(100)) >= 50_000
    page = spending_page(spending).html
    assert len(page.encode()) < 5_000_000
    opened(browser, spending, tmp_path)
    # How long it takes to open depends on the machine: what it makes does not.
    assert browser.run("document.getElementsByTagName('*').length") < 6_000
    browser.run(
        "{ const s = document.getElementById('input'); s.value = 99;"
        " s.dispatchEvent(new Event('change')) }"
    )
    assert "The end, after 687 steps" in browser.text("#state")


def test_text_from_outside_stays_text(browser: Browser, tmp_path: Path) -> None:
    spending = vault(value=9_000)
    contract = replace(spending.contracts[0], name=HOSTILE)
    known = {HOSTILE: CATEGORY}
    opened(browser, replace(spending, title=HOSTILE, known=known, contracts=(contract,)), tmp_path)
    assert browser.run("document.title") != "broken"
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.run("document.querySelectorAll('script').length") == 2
    assert not browser.errors


def test_hostile_text_is_escaped_wherever_it_stands() -> None:
    token = Token(CATEGORY, 5, Nft(b"</script>"))
    spending = bare("OP_DROP OP_0", f"<0x{b'</script><b>'.hex()}>", token=token)
    page = spending_page(replace(spending, title=HOSTILE, known={HOSTILE: CATEGORY})).html
    assert page.count("<script") == page.count("</script>") == 2
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_a_page_holds_no_private_key_and_asks_for_nothing() -> None:
    page = spending_page(signed(made=0x41)).html
    assert isinstance(ALICE, PrivateKey)
    assert ALICE.secret.hex() not in page
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)\s*=", page)
    assert "http://" not in page
    assert "https://" not in page


def test_a_page_shows_addresses_tokens_and_the_fields_of_a_state() -> None:
    token = Token(CATEGORY, 7, Nft(bytes.fromhex("e803" + "aa" * 20)))
    spending = vault()
    coin = replace(spending.source_outputs[0], token=token)
    fields = {"vault": (("reserve", 2), ("root", 20))}
    page = spending_page(replace(spending, source_outputs=(coin,), fields=fields)).html
    assert spending.contracts[0].address(token_aware=True) in page
    assert '<dt>reserve</dt><dd><span class="mono">1,000</span></dd>' in page
    assert f'<dt>root</dt><dd><span class="mono">0x{"aa" * 20}</span></dd>' in page
    assert "<dt>tokens</dt><dd>7</dd>" in page


def test_a_notebook_shows_the_page_in_a_frame() -> None:
    page = spending_page(bare(LOOP, "OP_5"))
    framed = page._repr_html_()
    assert framed.startswith('<iframe sandbox="allow-scripts"')
    inner = re.search(r'srcdoc="([^"]*)"', framed)
    assert inner is not None
    assert html.unescape(inner[1]) == page.html


def test_the_data_of_a_page_give_every_stack_again() -> None:
    spending = vault(value=9_000)
    found = re.search(r'id="data">(.*?)</script>', spending_page(spending).html)
    assert found is not None
    told = json.loads(found[1])
    (run,) = told["runs"]
    stack: list[str] = []
    for step, takes, leaves in zip(spending.trace(0), run["takes"], run["leaves"], strict=True):
        stack = [*stack[: len(stack) - takes], *(told["items"][each][0] for each in leaves)]
        assert stack == [item.hex() for item in step.stack]


def test_an_item_leads_to_the_step_that_made_it_and_back(browser: Browser, tmp_path: Path) -> None:
    opened(browser, vault(value=9_000), tmp_path)
    browser.click("#back")
    assert "Step 13 of 14" in browser.text("#state")
    # The value of the output lies below the limit.
    assert "9,000" in browser.text("#stack li:nth-child(2)")
    browser.click("#stack li:nth-child(2) .maker")
    assert "Step 11 of 14" in browser.text("#state")
    assert browser.text("#script .here").split() == ["37", "OP_OUTPUTVALUE"]
    assert browser.text("#return") == "return to step 13"
    browser.click("#return")
    assert "Step 13 of 14" in browser.text("#state")
    assert browser.run("document.getElementById('return').hidden")


def test_a_page_of_what_fails_behind_its_last_step_begins_at_the_end(
    browser: Browser, tmp_path: Path
) -> None:
    opened(browser, bare("OP_VERIFY OP_1 OP_2", "OP_1"), tmp_path)
    assert browser.text("#state").startswith("The end, after 4 steps: CLEANSTACK")
