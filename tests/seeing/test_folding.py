"""Loops, functions and branches that are not taken are folded; what fails stays to be seen."""

from __future__ import annotations

from bchcov import assemble
from bchcov.seeing.folding import Fold, folded
from bchcov.vm.trace import Trace, trace_script


def shown(trace: Trace, *, calls: bool = True, loops: bool = True, keep: int = -1) -> list[str]:
    made = folded(trace.steps, 0, len(trace), calls=calls, loops=loops, keep=keep)
    return [
        f"{each.text} {each.first}-{each.end}" if isinstance(each, Fold) else trace.steps[each].name
        for each in made
    ]


def of(source: str) -> Trace:
    return trace_script(assemble(source))


LOOP = "<5> OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL OP_1"


def test_the_first_and_the_last_round_of_a_loop_stay() -> None:
    assert shown(of(LOOP)) == [
        "OP_5",
        "OP_BEGIN",
        *("OP_1SUB", "OP_DUP", "OP_NOT", "OP_UNTIL"),
        "3 more rounds of the loop, 12 steps 6-18",
        *("OP_1SUB", "OP_DUP", "OP_NOT", "OP_UNTIL"),
        "OP_1",
    ]


def test_what_is_kept_is_not_folded() -> None:
    trace = of(LOOP)
    assert shown(trace, keep=9) == [step.name for step in trace]
    assert shown(trace, loops=False) == [step.name for step in trace]


def test_a_loop_of_three_rounds_is_whole_and_an_inner_one_is_folded() -> None:
    inner = "OP_3 OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL OP_DROP"
    trace = of(
        f"OP_2 OP_BEGIN <5> OP_BEGIN OP_1SUB OP_DUP OP_NOT OP_UNTIL OP_DROP OP_1SUB OP_DUP"
        f" OP_NOT OP_UNTIL {inner}"
    )
    assert [each for each in shown(trace) if "round" in each] == [
        "3 more rounds of the loop, 12 steps 8-20",
        "3 more rounds of the loop, 12 steps 35-47",
    ]
    assert shown(of(inner)) == [step.name for step in of(inner)]


def test_functions_are_folded_with_what_they_call() -> None:
    source = "<OP_1ADD> <1> OP_DEFINE <<1> OP_INVOKE OP_NOP> <2> OP_DEFINE <7> <2> OP_INVOKE OP_NOT"
    trace = of(source)
    assert shown(trace)[-3:] == ["OP_INVOKE", "a function of 4 steps 9-13", "OP_NOT"]
    assert shown(trace, calls=False) == [step.name for step in trace]
    failing = trace_script(assemble(source.replace("OP_NOP", "OP_RETURN")))
    assert failing.failing is not None
    assert shown(failing, keep=failing.failing.number)[-2:] == [
        "a function of 1 steps 11-12",
        "OP_RETURN",
    ]


def test_a_branch_that_is_not_taken_is_folded() -> None:
    trace = of("OP_0 OP_IF OP_1 OP_2 OP_3 OP_ELSE OP_4 OP_ENDIF")
    assert shown(trace) == [
        "OP_0",
        "OP_IF",
        "4 instructions of a branch that is not taken 2-6",
        "OP_4",
        "OP_ENDIF",
    ]
