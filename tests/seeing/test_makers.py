"""The makers of items, forwards, are those that are found backwards."""

from __future__ import annotations

import random

import pytest
from support.random_scripts import random_spend
from support.refusals import bare, vault

from bchcov.seeing import Spending, see
from bchcov.seeing.made import find_maker
from bchcov.seeing.makers import Makers

MOVING = (
    "OP_2DUP OP_TOALTSTACK OP_TUCK OP_3DUP OP_2SWAP OP_ROT OP_2OVER OP_2ROT <3> OP_PICK"
    " <2> OP_ROLL OP_FROMALTSTACK OP_IFDUP OP_NIP OP_OVER OP_SWAP OP_ADD OP_DEPTH OP_1SUB OP_PICK"
    " <0x0102> <1> OP_SPLIT OP_IF <7> OP_ELSE OP_DROP <8> OP_ENDIF"
    " <OP_1ADD OP_DUP> <1> OP_DEFINE <1> OP_INVOKE"
    " <0> OP_BEGIN OP_1ADD OP_DUP <3> OP_EQUAL OP_UNTIL OP_SIZE OP_TOALTSTACK"
)


def agree(spending: Spending) -> int:
    """Whether both ways find the same makers of all items; how many there are."""
    trace = spending.trace(0)
    steps, found = trace.steps, 0
    makers = Makers(steps)
    for number in range(1, len(steps) + 1):
        after = trace.result.stack if number == len(steps) else steps.stack(number)
        if number == len(steps) and trace.failing is not None:
            break
        makers.follow(number - 1, after, 0)
        expected = [find_maker(trace, number, depth) for depth in reversed(range(len(after)))]
        assert makers.items == [each.step.number for each in expected if each is not None]
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
