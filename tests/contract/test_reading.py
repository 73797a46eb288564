"""Reading a contract for its checks and places takes work in proportion to its length."""

from __future__ import annotations

import copy
import pickle
import sys
from types import FrameType

import pytest

from bchcov.assembly import assembler
from bchcov.contract import compile_contract
from bchcov.transaction.context import TransactionContext
from bchcov.vm.evaluate import run_script
from bchcov.vm.result import InputResult
from bchcov.vm.rules.ruleset import RuleSet

WIDE = [
    ("OP_0 ", "OP_IF ", "OP_VERIFY ", "OP_ENDIF "),
    ("", "OP_ENDIF ", "", ""),
    ("", "OP_BEGIN ", "", "OP_1SUB OP_UNTIL "),
    ("OP_BEGIN " * 50, "OP_UNTIL ", "", ""),
    ("", "OP_2DUP OP_DEFINE ", "", ""),
    ("", "OP_ENDIF OP_DEFINE ", "", ""),
    ("", "<OP_VERIFY> OP_0 OP_DEFINE ", "", ""),
    ("", "OP_VERIFY /*[a]*/ ", "", ""),
    ("", "OP_VERIFY // [a]\n", "", ""),
    ("<" * 90, "OP_VERIFY ", "> OP_0 OP_DEFINE" * 90, ""),
]


def count_calls(source: str) -> int:
    """How many functions are called to list the checks, and to find the place of each byte."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    made = compile_contract("it", {}, source=source)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        assert len(made.checks) < len(source)
        for offset in range(len(made.code)):
            made.place(offset)
            made.find(made.code, offset)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("parts", WIDE, ids=lambda parts: parts[1].strip())
def test_a_source_of_four_times_the_length_takes_about_four_times_the_work(
    parts: tuple[str, str, str, str],
) -> None:
    first, opening, middle, closing = parts
    short, long = (
        count_calls(first + opening * count + middle + closing * count) for count in (150, 600)
    )
    assert long <= 5 * short + 1_000


def test_a_script_is_read_once_however_many_of_its_bytes_are_asked_for() -> None:
    made = compile_contract("it", {}, source="OP_VERIFY " * 300)
    for same in (made, copy.copy(made), pickle.loads(pickle.dumps(made))):
        assert same == made
        count = 0

        def traced(frame: FrameType, event: str, _: object) -> None:
            nonlocal count
            count += event == "call" and frame.f_code.co_name in ("__hash__", "__eq__")

        assert same.checks
        before = sys.getprofile()
        sys.setprofile(traced)
        try:
            assert all(same.place(offset) for offset in range(300))
        finally:
            sys.setprofile(before)
        assert count == 0


def test_the_checks_of_every_function_are_listed_whatever_it_is_called() -> None:
    same = "OP_IF <OP_VERIFY> OP_0 OP_DEFINE OP_ELSE\n<OP_RETURN> OP_0 OP_DEFINE OP_ENDIF"
    assert [check.opcode for check in compile_contract("it", {}, source=same).checks] == [
        "OP_VERIFY",
        "OP_RETURN",
    ]
    made = "<OP_VERIFY> OP_1 OP_1ADD OP_DEFINE\n<OP_RETURN> OP_2 OP_1ADD OP_DEFINE"
    assert [check.opcode for check in compile_contract("it", {}, source=made).checks] == [
        "OP_VERIFY",
        "OP_RETURN",
    ]


def test_a_script_that_is_taken_in_often_is_placed_once() -> None:
    bindings: dict[str, bytes | int | str] = {"a0": "<OP_VERIFY> OP_DROP"}
    bindings |= {f"a{at}": f"a{at - 1} a{at - 1}" for at in range(1, 11)}
    made = compile_contract("it", bindings, source="a10")
    assert len(made.find(b"\x69", 0)) == 1


def test_an_evaluation_inside_brackets_runs_once_however_deep_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[bytes] = []

    def counted(code: bytes, rules: RuleSet, *, context: TransactionContext) -> InputResult:
        runs.append(code)
        return run_script(code, rules, context=context)

    monkeypatch.setattr(assembler, "run_script", counted)
    made = compile_contract(
        "it", {}, source="<" * 40 + "$(<1> <2> OP_ADD) OP_VERIFY" + "> OP_0 OP_DEFINE" * 40
    )
    once = len(runs)
    assert made.checks or made.place(0)
    assert len(runs) == 2 * once
