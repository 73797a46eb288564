"""The makers of items, forwards, are those that are found backwards."""

from __future__ import annotations

import random

import pytest
from support.random_scripts import random_spend
from support.refusals import bare, vault

from bchcov import assemble, trace_script
from bchcov.script.opcodes import Op
from bchcov.seeing import Spending, see
from bchcov.seeing.made import came_from
from bchcov.seeing.makers import Makers, MakersOf
from bchcov.vm.trace import Trace

MOVING = (
    "OP_2DUP OP_TOALTSTACK OP_TUCK OP_3DUP OP_2SWAP OP_ROT OP_2OVER OP_2ROT <3> OP_PICK"
    " <2> OP_ROLL OP_FROMALTSTACK OP_IFDUP OP_NIP OP_OVER OP_SWAP OP_ADD OP_DEPTH OP_1SUB OP_PICK"
    " <0x0102> <1> OP_SPLIT OP_IF <7> OP_ELSE OP_DROP <8> OP_ENDIF"
    " <OP_1ADD OP_DUP> <1> OP_DEFINE <1> OP_INVOKE"
    " <0> OP_BEGIN OP_1ADD OP_DUP <3> OP_EQUAL OP_UNTIL OP_SIZE OP_TOALTSTACK"
)


def find_maker(trace: Trace, number: int, depth: int) -> int | None:
    """Find, going backwards, the step that made the item at `depth`, 0 for the top.

    It is the item before step `number`.

    The number after the last step stands for the end of the run. None for an item that was
    there before the first step, and where there is no such item.
    """
    steps = trace.steps
    size = len(trace.result.stack) if number == len(steps) else len(steps.stack(number))
    place = size - 1 - depth
    if place < 0:
        return None
    at, aside = number - 1, False
    while at >= 0:
        step = steps.flow(at)
        stack, opcode = steps.stack(at), steps.opcode(at)
        if at + 1 < len(steps) and steps.phase(at + 1) == "redeem" != steps.phase(at):
            # What was pushed runs again: the state after the unlocking bytecode.
            while at >= 0 and steps.phase(at) == "locking":
                at -= 1
            continue
        if not step.executing:
            at -= 1
            continue
        if aside:
            if opcode == Op.OP_TOALTSTACK and len(step.alt_stack) == place:
                place, aside = len(stack) - 1, False
        elif opcode == Op.OP_FROMALTSTACK and place == len(stack):
            place, aside = len(step.alt_stack) - 1, True
        else:
            came = came_from(opcode, stack, place, _size_after(trace, at))
            if came is None:
                return at
            place = came
        at -= 1
    return None


def _size_after(trace: Trace, at: int) -> int:
    steps = trace.steps
    return len(trace.result.stack) if at + 1 == len(steps) else len(steps.stack(at + 1))


def agree(spending: Spending) -> int:
    """Whether both ways find the same makers of all items; how many there are."""
    trace = spending.trace(0)
    steps, found = trace.steps, 0
    makers = MakersOf(trace)
    for number in range(len(steps) + 1):
        after = trace.result.stack if number == len(steps) else steps.stack(number)
        if number == len(steps) and trace.failing is not None:
            break
        expected = [find_maker(trace, number, depth) for depth in reversed(range(len(after)))]
        assert makers.before(number) == expected
        found += len(after)
    return found


def test_they_are_the_same_through_all_that_moves_items() -> None:
    assert agree(bare(MOVING, "<1> <2> <3> <4> <5> <6>")) > 300


def test_they_are_the_same_where_what_was_pushed_runs_again() -> None:
    assert agree(vault(value=9_000)) > 10
    assert agree(vault()) > 10


@pytest.mark.parametrize("seed", range(20))
def test_they_are_the_same_in_random_scripts(seed: int) -> None:
    context, _ = random_spend(random.Random(seed))
    agree(see(context.transaction, context.source_outputs))


def test_the_way_to_a_step_is_gone_once_and_from_near_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = "<7> <8> <2000> OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL OP_DROP OP_2DROP"
    trace = bare(source, f"<0x{bytes(400).hex()}>").trace(0)
    makers, gone = MakersOf(trace), []
    follow = Makers.follow

    def counted(self: Makers, number: int, after: int) -> None:
        gone.append(number)
        follow(self, number, after)

    monkeypatch.setattr(Makers, "follow", counted)
    last = len(trace) - 2
    assert makers.maker(last, len(trace.steps.stack(last)) - 2) == trace.steps[1]
    gone.clear()
    makers.maker(last - 300, 0)
    assert len(gone) <= 256


def test_what_a_run_begins_with_was_made_by_no_step() -> None:
    trace = trace_script(assemble("OP_SWAP OP_1ADD"), stack=(b"\x01", b"\x02"))
    makers = MakersOf(trace)
    assert makers.before(1) == [-1, -1]
    assert makers.before(2) == [-1, 1]
    assert makers.maker(2, 1) is None
    assert makers.maker(2, 9) is None
