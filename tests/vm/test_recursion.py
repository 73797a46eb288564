"""Python's recursion limit and the depth of the caller: no judgement depends on either."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.spends import make_context

from bchcov import (
    BCH_2026,
    BCH_SPEC,
    Input,
    Output,
    RuleSet,
    Transaction,
    encode_outputs,
    encode_transaction,
    evaluate_input,
)
from bchcov.assembly import assemble
from bchcov.formats.verify_lines import judge_line
from bchcov.script.pushes import encode_push

# As deep as the rules allow: a function that calls itself while a counter is above 0.
CALLS = (
    "<OP_DUP OP_IF OP_1SUB OP_0 OP_INVOKE OP_ENDIF> OP_0 OP_DEFINE"
    " <{calls}> OP_0 OP_INVOKE OP_NOT OP_NIP"
)
# What the deep ones cost is paid for by bytes of the input.
PAYING = encode_push(bytes(200))
# What is left of the stack where a judgement has to do.
FREE = 70


@contextmanager
def recursion_limit(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def depth_here() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def in_frames(call: Callable[[], str], frames: int) -> str:
    return call() if frames <= 0 else in_frames(call, frames - 1)


def in_thread(call: Callable[[], str], stack_bytes: int) -> str:
    answers: list[str] = []
    before = threading.stack_size(stack_bytes)
    try:
        thread = threading.Thread(target=lambda: answers.append(call()))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    return answers[0]


def in_every_corner(call: Callable[[], str]) -> set[str]:
    """What `call` answers here, near the end of the stack, and with little of one."""
    answers = {call()}
    free = sys.getrecursionlimit() - depth_here() - FREE
    answers.add(in_frames(call, free))
    answers.add(in_thread(call, 128 * 1024))
    with recursion_limit(depth_here() + FREE):
        answers.add(call())
    return answers


def nested_bodies(depth: int) -> bytes:
    body = assemble("OP_DROP OP_1")
    for _ in range(depth):
        body = assemble("<body> OP_EVAL", {"body": body})
    return body


CASES: dict[str, tuple[str | bytes, RuleSet]] = {
    "the deepest calls": (CALLS.format(calls=49), BCH_2026),
    "one call too deep": (CALLS.format(calls=50), BCH_2026),
    "scripts in scripts": (nested_bodies(100), BCH_SPEC),
    "one script too deep": (nested_bodies(101), BCH_SPEC),
    "the deepest branches": ("OP_1 OP_IF " * 100 + "OP_ENDIF " * 100 + "OP_1 OP_NIP", BCH_2026),
    "one branch too deep": ("OP_1 OP_IF " * 101, BCH_2026),
}


@pytest.mark.parametrize("name", CASES)
def test_no_judgement_on_a_script_depends_on_what_is_left_of_the_stack(name: str) -> None:
    source, rules = CASES[name]
    locking = assemble(source) if isinstance(source, str) else source
    context = make_context(locking, PAYING)
    answers = in_every_corner(lambda: str(evaluate_input(context, 0, rules.consensus)))
    assert len(answers) == 1
    wanted = "CONTROL_STACK_DEPTH" if "too deep" in name else "accepted"
    assert answers.pop().startswith(wanted)


def line_of(locking: bytes, **more: object) -> str:
    transaction = Transaction((Input(bytes(32), 0, PAYING),), (Output(1_000, bytes(35)),))
    return json.dumps(
        {
            "tx": encode_transaction(transaction).hex(),
            "source_outputs": encode_outputs((Output(1_000, locking),)).hex(),
            "mode": "consensus",
            **more,
        }
    )


def test_no_judgement_on_a_line_depends_on_what_is_left_of_the_stack() -> None:
    line = line_of(assemble(CALLS.format(calls=49)))
    answers = in_every_corner(lambda: str(judge_line(line, number=1)))
    assert len(answers) == 1
    assert "'ok': True" in answers.pop()


def test_a_line_may_nest_what_nobody_reads_up_to_a_limit_that_is_the_same_everywhere() -> None:
    for depth in (30, 31, 32, 33, 400, 100_000):
        nested = "[" * depth + "]" * depth
        line = line_of(b"\x51")[:-1] + ', "more": ' + nested + "}"
        answers = in_every_corner(lambda line=line: str(judge_line(line, number=7)))  # type: ignore[misc]
        assert len(answers) == 1
        assert ("nested too deeply" in answers.pop()) is (depth > 31)


def test_brackets_within_text_nest_nothing() -> None:
    for text in ("[" * 500, '\\"[' * 500, "\\" * 7 + "{" * 500, '"' * 9 + "[" * 100):
        answer = judge_line(line_of(b"\x51", id=text), number=1)
        assert answer["id"] == text
        assert answer["error"]["check"] != "line"


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":[', '["[",'])
def test_a_line_that_only_opens_gets_one_clear_answer(opening: str) -> None:
    for depth in (33, 1_000, 200_000):
        answer = judge_line(opening * depth, number=3)
        assert answer["error"]["reason"] == "BAD_LINE"
        assert "nested too deeply" in answer["error"]["detail"]
