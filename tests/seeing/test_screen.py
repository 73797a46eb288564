"""The debugger on a full screen: what its panes show, and what its keys do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.refusals import bare, vault
from textual.widgets import Input

from bchcov.seeing import Spending
from bchcov.seeing.debugger import Debugger
from bchcov.seeing.screen.app import DebugScreen
from bchcov.seeing.screen.lines import Lines

LOOP = "<0> OP_BEGIN OP_1ADD OP_DUP <6> OP_EQUAL OP_UNTIL OP_EQUAL"


def drive(
    spending: Spending, *keys: str | Sequence[str], size: tuple[int, int] = (80, 24)
) -> dict[str, str]:
    """Press keys, and Enter behind a line of text; what each pane then shows."""

    async def run() -> dict[str, str]:
        screen = DebugScreen(Debugger(spending, 0))
        async with screen.run_test(size=size) as pilot:
            for each in keys:
                if isinstance(each, str):
                    screen.query_one(Input).value = each
                await pilot.press(*(["enter"] if isinstance(each, str) else each))
            await pilot.pause()
            return {str(pane.id): pane.text if pane.display else "" for pane in screen.query(Lines)}

    return asyncio.run(run())


def test_typed_commands_are_those_of_plain_lines() -> None:
    panes = drive(vault(value=9_000), "fail", "back", "watch top", "break [limit]")
    assert panes["where"].startswith("step 13 of 14, redeem bytecode, byte 41")
    assert panes["watches"] == "watch 1  top = 5,000 (0x8813)\nbreak 1  [limit]"
    assert panes["reply"] == "breakpoint 1: [limit]"
    assert ">    41  OP_LESSTHANOREQUAL" in panes["script"]
    assert " *   42  OP_VERIFY" in panes["script"]
    assert panes["stack"].startswith("    0  5,000 (0x8813)")


@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ([["f8"]], 2),
        ([["f8", "f8", "f7"]], 2),
        ([["f8", "f8", "f9"]], 34),
        ([["f8", "f8", "f8", "f10"]], 34),
        (["break OP_UNTIL", ["f5", "f5", "f6"]], 8),
        (["", ""], 3),
        (["goto 9", ["up", "enter"], ["f7", "up", "enter"]], 9),
    ],
)
def test_keys_move(keys: list[str | list[str]], step: int) -> None:
    panes = drive(bare(LOOP, "OP_6"), *keys)
    assert panes["where"].startswith(f"step {step} of 34")


def test_a_key_goes_to_what_fails() -> None:
    panes = drive(vault(value=9_000), ["f4"])
    assert "FAILS: VERIFY" in panes["where"]
    assert "!    42  OP_VERIFY" in panes["script"]


def test_at_the_end_the_script_that_ran_last_is_shown() -> None:
    panes = drive(bare(LOOP, "OP_5"), ["f4"])
    assert panes["where"].startswith("the end, after 34 steps: EVAL_FALSE")
    assert panes["script"].splitlines()[-1].split() == ["7", "OP_EQUAL"]
    assert panes["stack"] == "    0  0 (empty), made by OP_EQUAL, step 34"


def test_enter_on_an_item_goes_to_where_it_was_made() -> None:
    panes = drive(vault(value=9_000), "fail", ["tab", "tab", "tab", "enter"])
    assert panes["where"].startswith("step 13 of 14, redeem bytecode, byte 41, OP_LESSTHANOREQUAL")
    assert panes["reply"] == "item 0 is made here; goto 14 goes back"


def test_enter_on_an_instruction_sets_a_breakpoint_and_takes_it_away() -> None:
    keys = ["fail", ["tab", "tab", "up", "up", "enter"]]
    panes = drive(vault(value=9_000), *keys)
    assert panes["watches"] == "break 1  redeem:38"
    assert " *   38  <0x8813>" in panes["script"]
    panes = drive(vault(value=9_000), *keys, ["up", "up", "enter"])
    assert panes["watches"] == ""
    assert "*" not in panes["script"]


def test_what_is_typed_in_a_pane_goes_into_the_line_of_commands() -> None:
    panes = drive(vault(value=9_000), ["tab", "tab", *"fail", "enter"])
    assert panes["where"].startswith("step 14 of 14")


def test_a_wrong_command_is_answered_and_escape_puts_the_answer_away() -> None:
    panes = drive(vault(value=9_000), "nonsense")
    assert panes["reply"] == "there is no command 'nonsense': help lists them"
    assert drive(vault(value=9_000), "nonsense", ["escape"])["reply"] == ""


def test_the_source_and_the_alternate_stack_are_shown_where_there_are_any() -> None:
    panes = drive(bare("OP_TOALTSTACK OP_1 OP_FROMALTSTACK OP_EQUAL", "OP_1"), ["f8", "f8"])
    assert panes["alt"] == "    0  1 (0x01)"
    assert panes["source"] == ""
    panes = drive(vault(value=9_000), "fail")
    assert "!    5  OP_0 OP_OUTPUTVALUE <limit>" in panes["source"]
    assert panes["alt"] == ""


@pytest.mark.parametrize("size", [(40, 14), (80, 24), (200, 60)])
def test_each_size_has_room_for_the_script_the_stack_and_the_line_of_commands(
    size: tuple[int, int],
) -> None:
    async def run() -> None:
        screen = DebugScreen(Debugger(vault(value=9_000), 0))
        async with screen.run_test(size=size) as pilot:
            await pilot.press("f4")
            await pilot.pause()
            for name in ("#script", "#stack", "#command", "Footer"):
                region = screen.query_one(name).region
                assert region.height > 0, name
                assert region.width > 0, name
                assert region.bottom <= size[1], name

    asyncio.run(run())


def test_text_from_outside_stays_text_on_the_screen() -> None:
    hostile = "[red]\x1b[31m\x1b]0;title\x07\u202e[/red][@click=app.bell]x[/]"
    spending = vault(value=9_000)
    contract = replace(spending.contracts[0], name=hostile)
    known = {hostile: spending.contracts[0].parameters[0].value}
    panes = drive(replace(spending, known=known, contracts=(contract,), title=hostile), "fail")
    shown = "".join(panes.values())
    assert "[red]\\x1b[31m\\x1b]0;title\\x07\\u202e[/red][@click=app.bell]x[/]" in shown
    assert all(each == "\n" or each.isprintable() for each in shown)
