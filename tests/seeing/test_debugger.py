"""The debugger goes forwards and backwards, and stops where it is asked to."""

from __future__ import annotations

import pytest
from support.refusals import bare, vault

from bchcov.errors import CommandError
from bchcov.seeing.debug_commands import COMMANDS, run_command
from bchcov.seeing.debugger import Debugger
from bchcov.seeing.expressions import parse_expression

LOOP = "<0> OP_BEGIN OP_1ADD OP_DUP <6> OP_EQUAL OP_UNTIL OP_EQUAL"
CALLS = (
    "<OP_1ADD OP_NOP> <1> OP_DEFINE <<1> OP_INVOKE OP_NOP> <2> OP_DEFINE <2> OP_INVOKE <7> OP_EQUAL"
)


def at(debugger: Debugger) -> str:
    step = debugger.step
    return "end" if step is None else f"{step.number} {step.name}"


def loop() -> Debugger:
    return Debugger(bare(LOOP, "OP_6"), 0)


def calls() -> Debugger:
    return Debugger(bare(CALLS, "OP_6"), 0)


def find(debugger: Debugger, name: str, depth: int = 0) -> None:
    """Go to the first step of this name in so many functions."""
    number = next(
        each.number for each in debugger.trace if each.name == name and len(each.calls) == depth
    )
    debugger.go_to(number)


def test_it_steps_both_ways_and_no_further_than_the_ends() -> None:
    debugger = loop()
    assert not debugger.back()
    assert debugger.forward(3)
    assert at(debugger) == "3 OP_1ADD"
    assert debugger.back(2)
    assert at(debugger) == "1 OP_0"
    assert debugger.forward(999)
    assert at(debugger) == "end"
    assert debugger.stack == (b"\x01",)
    assert not debugger.forward()
    assert debugger.back()
    assert at(debugger).endswith("OP_EQUAL")


def test_it_goes_over_a_loop_and_back() -> None:
    debugger = loop()
    debugger.go_to(2)
    assert at(debugger) == "2 OP_BEGIN"
    assert debugger.over()
    assert at(debugger) == "33 OP_EQUAL"
    assert debugger.back_over()
    assert at(debugger) == "2 OP_BEGIN"
    assert debugger.back_over()
    assert at(debugger) == "1 OP_0"


def test_it_goes_out_of_a_loop() -> None:
    debugger = loop()
    debugger.go_to(9)
    assert debugger.out()
    assert at(debugger) == "33 OP_EQUAL"
    assert debugger.out()
    assert at(debugger) == "end"
    assert not debugger.out()


def test_it_goes_over_and_out_of_functions_and_back() -> None:
    debugger = calls()
    find(debugger, "OP_INVOKE")
    begun = debugger.number
    assert debugger.over()
    assert at(debugger) == f"{begun + 6} OP_7"
    assert debugger.back_over()
    assert debugger.number == begun
    find(debugger, "OP_1ADD", 2)
    inner = debugger.number
    assert debugger.out()
    assert at(debugger) == f"{inner + 2} OP_NOP"
    assert debugger.step is not None
    assert len(debugger.step.calls) == 1
    assert debugger.back_over()
    assert at(debugger) == f"{inner - 1} OP_INVOKE"
    assert debugger.out()
    assert at(debugger) == f"{begun + 6} OP_7"


def test_a_loop_within_a_function_is_left_before_the_function() -> None:
    source = (
        "<<0> OP_BEGIN OP_1ADD OP_DUP <3> OP_EQUAL OP_UNTIL OP_NIP> <1> OP_DEFINE <1> OP_INVOKE"
    )
    debugger = Debugger(bare(source, "OP_6"), 0)
    find(debugger, "OP_1ADD", 1)
    assert debugger.out()
    assert at(debugger).endswith("OP_NIP")
    assert debugger.out()
    assert at(debugger) == "end"


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("OP_UNTIL", [7, 12, 17, 22, 27, 32]),
        ("until", [7, 12, 17, 22, 27, 32]),
        ("byte 2", [3, 8, 13, 18, 23, 28]),
        ("locking:0", [1]),
        ("0", [0, 1]),
        ("if top == 4", [19, 20, 23]),
        ("if stack[1] == 0x05", [25, 26, 27]),
        ("if size > 3", [6, 11, 16, 21, 26, 31]),
    ],
)
def test_it_stops_at_breakpoints_both_ways(text: str, stops: list[int]) -> None:
    debugger = loop()
    debugger.add_breakpoint(text)
    found = [0] if debugger.stops_at(0) else []
    while debugger.to_breakpoint() and debugger.step is not None:
        found.append(debugger.number)
    assert found == stops
    back = []
    while debugger.back_to_breakpoint() and debugger.number:
        back.append(debugger.number)
    assert back == [each for each in reversed(found) if each]


def test_it_stops_at_lines_and_named_checks_of_the_source() -> None:
    for text, offsets in {
        "line 5": [36, 37, 38, 41, 42],
        "vault.cashasm:5": [36, 37, 38, 41, 42],
        "[limit]": [42],
        "check category": [35],
    }.items():
        debugger = Debugger(vault(value=9_000), 0)
        debugger.add_breakpoint(text)
        found = []
        while debugger.to_breakpoint():
            assert debugger.step is not None
            if debugger.stops_at(debugger.number):
                found.append(debugger.step.offset)
        assert found == offsets, text


def test_it_goes_to_what_fails_and_not_beyond() -> None:
    debugger = Debugger(vault(value=9_000), 0)
    assert debugger.to_failing()
    assert debugger.is_failing
    assert at(debugger) == "13 OP_VERIFY"
    assert not debugger.forward()
    accepted = loop()
    assert accepted.to_failing()
    assert accepted.step is None
    assert not accepted.is_failing


def test_it_goes_to_where_an_item_was_made() -> None:
    debugger = Debugger(vault(value=9_000), 0)
    debugger.to_failing()
    debugger.to_maker(0)
    assert at(debugger) == "12 OP_LESSTHANOREQUAL"
    debugger.to_maker(1)
    assert at(debugger) == "10 OP_OUTPUTVALUE"
    debugger.to_failing()
    debugger.to_maker(1)
    assert at(debugger) == "0 OP_0"
    with pytest.raises(CommandError, match="there is no item 0: the stack has 0"):
        debugger.to_maker(0)


MOVED = [
    ("<1> <2> <3> OP_ROT", [0, 2, 1]),
    ("<1> <2> <3> OP_2 OP_PICK", [0, 2, 1, 0]),
    ("<1> <2> <3> OP_2 OP_ROLL", [0, 2, 1]),
    ("<1> <2> OP_TOALTSTACK <3> OP_FROMALTSTACK", [1, 3, 0]),
    ("<1> OP_IFDUP <0> OP_IFDUP", [2, 0, 0]),
    ("<1> <2> OP_2DUP OP_TUCK OP_NIP", [1, 1, 1, 0]),
    ("<0x0102> OP_1 OP_SPLIT OP_SWAP", [2, 2]),
    ("<1> OP_IF <2> OP_ELSE <3> OP_ENDIF", [2]),
]


@pytest.mark.parametrize(("source", "makers"), MOVED, ids=[each[0] for each in MOVED])
def test_the_maker_of_an_item_is_followed_through_moves(source: str, makers: list[int]) -> None:
    clear = " OP_DEPTH OP_BEGIN OP_NIP OP_DEPTH <2> OP_LESSTHAN OP_UNTIL OP_DROP OP_1"
    debugger = Debugger(bare(f"OP_NOP {source} OP_NOP{clear}"), 0)
    nops = [each.number for each in debugger.trace if each.name == "OP_NOP"]
    debugger.go_to(nops[1])
    found = [debugger.maker(depth) for depth in range(len(debugger.stack))]
    # Steps are counted from the first instruction of the source.
    assert [each.number - 1 for each in found if each is not None] == makers


def test_commands_do_the_same_by_their_short_forms() -> None:
    debugger = loop()
    assert run_command(debugger, "").has_moved
    assert debugger.number == 1
    assert run_command(debugger, "s 2").has_moved
    assert debugger.number == 3
    assert run_command(debugger, "b").has_moved
    assert debugger.number == 2
    assert run_command(debugger, "n").has_moved
    assert debugger.number == 33
    assert run_command(debugger, "br OP_UNTIL").lines == ("breakpoint 1: OP_UNTIL",)
    assert run_command(debugger, "r").has_moved
    assert debugger.number == 32
    assert run_command(debugger, "w size").lines == ("watch 1  size = 3",)
    assert "watch 1  size = 2" in run_command(debugger, "g 34").lines
    assert run_command(debugger, "uw 1").lines == ("nothing is watched",)
    assert run_command(debugger, "d 1").lines == ("no breakpoints",)
    assert run_command(debugger, "q").is_end
    assert len({each.short for each in COMMANDS.values() if each.short}) == len(COMMANDS) - 1
    assert len(run_command(debugger, "help").lines) == len(COMMANDS)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nonsense", "there is no command 'nonsense': help lists them"),
        ("step x", "'x' is no number from 0"),
        ("goto 99", "there is no step 99: expected 1 to 34"),
        ("break nonsense", "'nonsense' is no breakpoint: expected a byte (42 or redeem:42)"),
        ("break line 5", "no contract is known, so there are no source lines"),
        ("break [owner]", "there is no check 'owner': expected one of none"),
        ("break if top ==", "is no expression"),
        ("watch top + 1", "'top + 1' is no expression: expected top, stack[N]"),
        ("delete 3", "there is no breakpoint 3: there are 0"),
        ("unwatch 3", "there is no watch 3: there are 0"),
        ("made 7", "there is no item 7: the stack has 0"),
        ("item 0", "there is no item 0"),
        ("source", "the source of this instruction is not known"),
        ("functions", "no functions are defined here"),
        ("why", "it is accepted"),
        ("back", "no further: step 1 of 34"),
        ("\x1b[31m", "there is no command"),
    ],
)
def test_what_a_command_cannot_do_is_its_answer(line: str, said: str) -> None:
    reply = run_command(loop(), line)
    assert said in reply.lines[0]
    assert all(each.isprintable() for each in reply.lines)


def test_expressions_compare_numbers_and_bytes() -> None:
    step = loop().trace.steps[6]
    values = {
        "top": b"\x06",
        "stack[2] ": b"\x01",
        "stack[9]": None,
        "alt[0]": None,
        "size": 4,
        "top == 6": True,
        "top == 0x06": True,
        "top == 0x0600": False,
        "stack[0] == stack[3]": True,
        "top > stack[1]": True,
        "top != 6": False,
        "depth >= 1": True,
        "stack[9] == 1": None,
        "top == 'x'": False,
        "calls < 1": True,
    }
    assert {text: parse_expression(text).value(step) for text in values} == values


def test_a_view_shows_functions_source_and_items() -> None:
    debugger = calls()
    find(debugger, "OP_1ADD", 2)
    assert run_command(debugger, "functions").lines[0] == "0x01  2 bytes: 0x8b61"
    assert ", in 2 functions" in run_command(debugger, "where").lines[0]
    seen = Debugger(vault(value=9_000), 0)
    seen.to_failing()
    assert "  >     5  OP_0 OP_OUTPUTVALUE" in "\n".join(run_command(seen, "source").lines)
    assert run_command(seen, "item 1").lines[-1] == (
        "made by OP_0, step 1, byte 0 of the unlocking bytecode"
    )
    assert any("[limit]" in line for line in run_command(seen, "where").lines)
    assert any("hint" in line for line in run_command(seen, "why").lines)
    assert "    0  0 (empty), made by OP_LESSTHANOREQUAL" in "\n".join(
        run_command(seen, "stack").lines
    )


def test_bytes_that_are_no_text_are_compared_as_they_are_or_refused_in_words() -> None:
    debugger = Debugger(bare("OP_1", "<0x41ff>"), 0)
    debugger.go_to(1)
    assert debugger.step is not None
    assert parse_expression("top == 'A\udcff'").holds(debugger.step)
    reply = run_command(debugger, "watch 'A\ud800'")
    assert reply.lines == ("\"'A\\ud800'\" has characters that are no text",)
