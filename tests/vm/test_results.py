"""Results: every value of the record, for each way in which an input or a script can end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest
from support.spends import make_context

from bchcov import BCH_2026, InputResult, Reason, evaluate_input, run_script
from bchcov.assembly import assemble
from bchcov.script.opcodes import Op
from bchcov.script.patterns import p2sh20
from bchcov.vm.metrics import Metrics


@dataclass(frozen=True)
class Failure:
    """What is told of a failure: why, in which phase, and where in which script."""

    reason: Reason
    phase: str
    code: str | None = None
    position: int | None = None
    offset: int | None = None
    opcode: int | None = None
    stack: tuple[str, ...] = ()
    alt_stack: tuple[str, ...] = ()
    is_run_kept: bool = True


REDEEM = assemble("OP_2 OP_TOALTSTACK OP_3 <0x0102> OP_DROP OP_VERIFY OP_0")
OPEN = assemble("OP_1 OP_IF")
FAILS = assemble("OP_5 OP_VERIFY OP_RETURN")
# An unlocking bytecode, a locking one, and how they fail.
FAILURES = [
    (
        assemble("OP_1 OP_DUP"),
        assemble("OP_1"),
        Failure(Reason.SIG_PUSHONLY, "unlocking"),
    ),
    (
        assemble("<0x0102> OP_3 OP_RESERVED"),
        assemble("OP_1"),
        Failure(Reason.BAD_OPCODE, "unlocking", "0201025350", 2, 4, Op.OP_RESERVED, ("0102", "03")),
    ),
    (
        b"\x51\x4c",
        assemble("OP_1"),
        Failure(Reason.SIG_PUSHONLY, "unlocking"),
    ),
    (
        assemble("OP_4"),
        assemble("OP_2 OP_TOALTSTACK <0x0102> OP_RETURN OP_1"),
        Failure(
            Reason.OP_RETURN,
            "locking",
            "526b0201026a51",
            3,
            5,
            Op.OP_RETURN,
            ("04", "0102"),
            ("02",),
        ),
    ),
    (
        assemble("OP_4"),
        assemble("OP_2 OP_TOALTSTACK <0x0102>") + b"\x02\x01",
        Failure(
            Reason.BAD_OPCODE,
            "locking",
            "526b0201020201",
            3,
            5,
            2,
            ("04", "0102"),
            ("02",),
        ),
    ),
    (
        b"",
        OPEN,
        Failure(Reason.UNBALANCED_CONDITIONAL, "locking"),
    ),
    (
        b"",
        assemble("OP_BEGIN OP_2"),
        Failure(Reason.UNBALANCED_CONTROL_FLOW, "locking", stack=("02",)),
    ),
    (
        b"",
        assemble(f"OP_9 <0x{FAILS.hex()}> OP_0 OP_DEFINE OP_0 OP_INVOKE"),
        Failure(Reason.OP_RETURN, "locking", FAILS.hex(), 2, 2, Op.OP_RETURN, ("09",)),
    ),
    (
        b"",
        assemble(f"OP_9 <0x{OPEN.hex()}> OP_0 OP_DEFINE OP_0 OP_INVOKE"),
        Failure(
            Reason.UNBALANCED_CONDITIONAL,
            "locking",
            "590251630089008a",
            5,
            7,
            Op.OP_INVOKE,
            ("09",),
        ),
    ),
    (
        b"",
        assemble("OP_2 OP_TOALTSTACK OP_5 OP_0"),
        Failure(Reason.EVAL_FALSE, "locking", stack=("05", ""), alt_stack=("02",)),
    ),
    (
        assemble("OP_4"),
        assemble("OP_2 OP_TOALTSTACK OP_5"),
        Failure(Reason.CLEANSTACK, "locking", stack=("04", "05"), alt_stack=("02",)),
    ),
    (
        assemble("OP_4") + bytes((len(FAILS),)) + FAILS,
        p2sh20(FAILS),
        Failure(Reason.OP_RETURN, "redeem", FAILS.hex(), 2, 2, Op.OP_RETURN, ("04",)),
    ),
    (
        bytes((len(REDEEM),)) + REDEEM,
        p2sh20(REDEEM),
        Failure(Reason.EVAL_FALSE, "redeem", stack=("",), alt_stack=("02",)),
    ),
    (
        assemble("OP_4"),
        p2sh20(FAILS),
        Failure(Reason.EVAL_FALSE, "locking", stack=("",)),
    ),
]


@pytest.mark.parametrize(("unlocking", "locking", "failure"), FAILURES)
def test_a_failure_is_told_with_every_value(
    unlocking: bytes, locking: bytes, failure: Failure
) -> None:
    context = make_context(locking, unlocking)
    result = evaluate_input(context, 0, BCH_2026)
    assert told(result) == failure
    assert (result.ok, result.omitted) == (False, False)
    if result.run is not None:
        assert (result.run.context, result.run.index, result.run.rules) == (context, 0, BCH_2026)


def told(result: InputResult) -> Failure:
    assert result.reason is not None
    assert result.phase is not None
    return Failure(
        result.reason,
        result.phase,
        None if result.code is None else result.code.hex(),
        result.position,
        result.offset,
        result.opcode,
        tuple(item.hex() for item in result.stack),
        tuple(item.hex() for item in result.alt_stack),
        result.run is not None,
    )


def test_what_is_accepted_tells_its_stacks_and_nothing_of_a_failure() -> None:
    result = evaluate_input(make_context(assemble("OP_2 OP_TOALTSTACK OP_5")), 0, BCH_2026)
    assert result.ok
    assert (result.stack, result.alt_stack) == ((b"\x05",), (b"\x02",))
    nothing = result.reason, result.phase, result.code, result.position, result.offset
    assert nothing == (None,) * 5
    assert (result.detail, result.explanation) == ("", "")
    assert (result.opcode, result.run, result.omitted) == (None, None, False)
    assert str(result) == f"accepted, operation cost {result.metrics.op_cost}"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "accepted, operation cost 1,234"),
        ({"reason": Reason.VERIFY}, "VERIFY"),
        ({"reason": Reason.VERIFY, "detail": "why"}, "VERIFY: why"),
        ({"reason": Reason.VERIFY, "phase": "redeem"}, "VERIFY: in the redeem bytecode"),
        (
            {"reason": Reason.VERIFY, "phase": "redeem", "code": b"\x01\x05\x69", "position": 1},
            "VERIFY: in the redeem bytecode at byte 2, OP_VERIFY",
        ),
        (
            {"reason": Reason.VERIFY, "detail": "why", "phase": "script", "code": b"\x69"},
            "VERIFY: why, in the script bytecode at byte 0, OP_VERIFY",
        ),
        (
            {"reason": Reason.VERIFY, "phase": "script", "code": b"\x69", "position": 1},
            "VERIFY: in the script bytecode",
        ),
    ],
)
def test_a_result_is_written_with_what_is_known(fields: dict[str, Any], text: str) -> None:
    metrics = Metrics(1_234, None, 0, None, 0, None, 0)
    result = InputResult(metrics, (), **{"position": 0, **fields})
    assert str(result) == text


def test_a_script_alone_is_told_as_one() -> None:
    result = run_script(assemble("OP_2 OP_TOALTSTACK OP_5 OP_RETURN"), stack=(b"\x07",))
    assert told(result) == Failure(
        Reason.OP_RETURN, "script", "526b556a", 3, 3, Op.OP_RETURN, ("07", "05"), ("02",), False
    )
    ended = run_script(assemble("OP_2 OP_TOALTSTACK OP_0"), stack=(b"\x07",))
    assert (ended.ok, ended.stack, ended.alt_stack) == (True, (b"\x07", b""), (b"\x02",))
    assert (ended.phase, ended.run) == (None, None)


def test_where_a_script_that_was_cut_off_fails_is_its_end() -> None:
    result = InputResult(Metrics(0, None, 0, None, 0, None, 0), (), code=b"\x51\x52", position=2)
    assert result.offset == 2
    assert result.opcode is None
    assert replace(result, position=1).opcode == Op.OP_2


def test_a_result_without_its_stacks_keeps_all_the_rest() -> None:
    for unlocking, locking, failure in FAILURES:
        result = evaluate_input(make_context(locking, unlocking), 0, BCH_2026)
        short = result.without_stacks()
        gone = {"stack": (), "alt_stack": (), "code": None, "position": None, "omitted": True}
        assert {**_values(result), **gone} == _values(short)
        assert short.reason is failure.reason


def _values(result: InputResult) -> dict[str, object]:
    return {**asdict(replace(result, run=None)), "run": result.run}


@pytest.mark.parametrize(
    ("stack", "alt_stack", "code", "held"),
    [
        ((), (), None, 0),
        ((), (), b"", 0),
        ((), (), b"abc", 3),
        ((b"",), (), None, 48),
        ((b"ab", b"c"), (), None, 99),
        ((), (b"ab",), None, 50),
        ((b"ab", b"c"), (b"abcd", b""), b"abc", 3 + 4 * 48 + 7),
    ],
)
def test_a_result_counts_the_bytes_that_it_holds(
    stack: tuple[bytes, ...], alt_stack: tuple[bytes, ...], code: bytes | None, held: int
) -> None:
    metrics = Metrics(0, None, 0, None, 0, None, 0)
    assert InputResult(metrics, stack, alt_stack, code=code).held_bytes == held
