"""Text from outside, whatever it is, neither leaves the page's text nor reaches a terminal raw."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.hostile import NASTY, hostile
from support.refusals import bare
from support.terminals import Terminal

from bchcov import (
    Chain,
    Output,
    p2pkh,
    why,
)
from bchcov.seeing import chain_page, spending_page, spendings_page
from bchcov.seeing.debug_commands import COMMANDS, run_command
from bchcov.seeing.debug_view import state_lines
from bchcov.seeing.debugger import Debugger
from bchcov.seeing.screen.app import DebugScreen
from bchcov.seeing.screen.content import Pane
from bchcov.seeing.screen.lines import Lines
from bchcov.seeing.stepping_text import Wanted, trace_lines, trace_rows

TEXTS = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=8), max_size=4
).map("".join)


class Tags(HTMLParser):
    """Counts elements with the names of their attributes, and keeps the blocks of data."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()
        self.data = ""
        self._is_data = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag, *(name for name, _ in attrs)] += 1
        self._is_data = ("type", "application/json") in attrs

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._is_data = False
        self.found[f"/{tag}",] += 1

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")


def texts_in(value: Any) -> Iterator[str]:
    """Every text in the data of a page, which its script shows as it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def assert_plain(text: str) -> None:
    assert all(each == "\n" or each.isprintable() for each in text), ascii(text)


@given(TEXTS, st.binary(max_size=40))
@example("".join(NASTY), b"</script><b>")
@settings(max_examples=40, deadline=None)
def test_pages_have_the_same_elements_whatever_the_text(text: str, data: bytes) -> None:
    wild, plain = hostile(text, data), hostile("plain", data)
    for make in (spending_page, lambda each: spendings_page([each], title=each.title)):
        page, other = make(wild), make(plain)
        found, expected = Tags(page.html), Tags(other.html)
        assert found.found == expected.found
        assert_plain(page.html)
        page.html.encode()
        for each in texts_in(json.loads(found.data)):
            assert_plain(each)


@given(TEXTS, st.binary(max_size=40))
@example("".join(NASTY), b"\x1b[31m")
@settings(max_examples=20, deadline=None)
def test_no_line_for_a_terminal_has_a_character_that_controls_it(text: str, data: bytes) -> None:
    spending = hostile(text, data)
    debugger = Debugger(spending, 0)
    debugger.to_failing()
    lines = [
        *run_command(debugger, f"break if top == '{text}'").lines,
        str(why(spending)),
        *state_lines(debugger),
    ]
    for detail in (0, 3):
        lines += trace_lines(spending, debugger.trace, Wanted(detail=detail))
        lines += [cell for row in trace_rows(spending, debugger.trace, Wanted()) for cell in row]
    for name in COMMANDS:
        for argument in ("", "1", text):
            lines += run_command(debugger, f"{name} {argument}").lines
    lines += run_command(debugger, text).lines
    for line in lines:
        assert_plain(line)


def test_a_chain_of_hostile_names_is_one_page() -> None:
    chain = Chain()
    chain.fund(Output(1_000, p2pkh(bytes(20))))
    for text in NASTY:
        page = chain_page(chain, title=text, known={text: bytes(20)})
        assert Tags(page.html).found == Tags(chain_page(chain, title="x").html).found
        assert_plain(page.html)


def test_panes_of_the_full_screen_draw_only_what_is_printable() -> None:
    draw = random.Random(5)

    async def run() -> None:
        screen = DebugScreen(Debugger(bare("OP_1"), 0))
        async with screen.run_test(size=(60, 20)) as pilot:
            pane = screen.query_one("#script", Lines)
            for _ in range(40):
                lines = ["".join(draw.sample(NASTY, 3)) * draw.randrange(1, 4) for _ in range(3)]
                pane.show(Pane("Script", lines))
                await pilot.pause()
                for row in range(pane.size.height):
                    drawn = pane.render_line(row).text
                    assert_plain(drawn)
                    assert len(drawn) <= 60

    asyncio.run(run())


def test_a_hostile_spend_at_a_real_terminal_moves_and_names_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from support.hostile import NASTY, hostile\n"
        "def spend():\n    return hostile(''.join(NASTY), b'\\x1b]0;owned\\x07')\n",
        encoding="utf-8",
    )
    search = {"PYTHONPATH": str(Path(__file__).parent.parent)}
    terminal = Terminal(tmp_path, "debug", f"{path}:spend", environment=search)
    try:
        terminal.see("f8 step")
        terminal.write(b"fail\r")
        terminal.see("the end, after")
        terminal.write(b"why\r")
        terminal.see("refused  input 0")
        terminal.write(b"quit\r")
        assert terminal.wait() == 0
        sent = terminal.seen
    finally:
        terminal.close()
    assert b"owned\x07" not in sent
    assert b"]0;owned" not in re.sub(rb"\\x1b\]0;owned", b"", sent)
    for each in ("\u202e", "\u200b", "\x9b31m"):
        assert each.encode() not in sent
