"""Exchanged instructions run only where and while they are exchanged."""

from __future__ import annotations

import contextlib

import pytest

from bchcov import BCH_2023, BCH_2026, Reason, RuleSet, assemble, run_script
from bchcov.errors import EncodeError
from bchcov.script.pushes import instructions
from bchcov.vm.decode import decode, decode_kept
from bchcov.vm.patching import patched

SCRIPT = assemble("<7> OP_1ADD OP_8 OP_NUMEQUAL")
OTHER = assemble("<7> OP_1ADD OP_8 OP_NUMEQUALVERIFY OP_1")


def left(code: bytes, rules: RuleSet = BCH_2026) -> tuple[bytes, ...]:
    return run_script(code, rules).require().stack


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026, BCH_2026.consensus], ids=repr)
@pytest.mark.parametrize(
    ("position", "replacement", "result"),
    [
        (0, "<9>", b""),
        (0, "<9> OP_2 OP_SUB", b"\x01"),
        (1, "", b""),
        (1, "OP_1SUB", b""),
        (1, "OP_1SUB OP_1ADD OP_1ADD", b"\x01"),
        (3, "OP_2DROP <0x1234>", b"\x12\x34"),
    ],
)
def test_a_replacement_does_what_its_instructions_do(
    position: int, replacement: str, result: bytes, rules: RuleSet
) -> None:
    before, other = run_script(SCRIPT, rules), run_script(OTHER, rules)
    with patched(SCRIPT, position, assemble(replacement)):
        assert left(SCRIPT, rules)[-1] == result
        assert run_script(OTHER, rules) == other
    assert run_script(SCRIPT, rules) == before


def test_nothing_in_place_of_an_instruction_needs_no_item() -> None:
    code = assemble("OP_7 OP_8")
    for position, result in ((0, b"\x08"), (1, b"\x07")):
        with patched(code, position, b""):
            assert left(code) == (result,)


def test_one_instruction_costs_what_it_costs_itself_and_several_what_each_costs() -> None:
    with patched(SCRIPT, 1, assemble("OP_1SUB OP_1ADD OP_1ADD")):
        several = run_script(SCRIPT)
    written = run_script(assemble("<7> OP_1SUB OP_1ADD OP_1ADD OP_8 OP_NUMEQUAL"))
    assert several.metrics.op_cost == written.metrics.op_cost
    with patched(SCRIPT, 1, assemble("OP_1ADD")):
        assert run_script(SCRIPT) == run_script(assemble("<7> OP_1ADD OP_8 OP_NUMEQUAL"))


@pytest.mark.parametrize(
    "replacement", ["<1>", "<1> <2>", "<0x1234> <5>", "OP_DUP <5>", "OP_DEPTH OP_DEPTH"]
)
def test_a_replacement_has_the_limit_of_the_stack_that_its_instructions_have(
    replacement: str,
) -> None:
    added = assemble(replacement)
    more = len(list(instructions(added)))
    for depth in (1_000 - more, 1_001 - more):
        items = (b"\x01",) * depth
        with patched(b"\x61", 0, added):
            result = run_script(b"\x61", BCH_2026, stack=items)
        written = run_script(added, BCH_2026, stack=items)
        assert (result.reason, result.stack) == (written.reason, written.stack)
        assert (result.reason is Reason.STACK_SIZE) is (depth + more > 1_000)


@pytest.mark.parametrize(("condition", "result"), [("OP_0", b"\x03"), ("OP_1", b"\x02")])
def test_a_branch_can_be_forced(condition: str, result: bytes) -> None:
    code = assemble(f"{condition} OP_IF OP_2 OP_ELSE OP_3 OP_ENDIF")
    assert left(code) == (result,)
    for forced, taken in (("OP_DROP OP_1 OP_IF", b"\x02"), ("OP_DROP OP_0 OP_IF", b"\x03")):
        with patched(code, 1, assemble(forced)):
            assert left(code) == (taken,)


def test_what_is_exchanged_in_a_branch_that_is_not_taken_does_not_run() -> None:
    code = assemble("OP_0 OP_IF OP_0 OP_IF OP_ENDIF OP_ENDIF OP_5")
    with patched(code, 3, assemble("OP_RETURN OP_IF")), patched(code, 2, assemble("OP_RETURN")):
        assert left(code) == (b"\x05",)


def test_a_failure_is_where_the_exchanged_instruction_is() -> None:
    with patched(SCRIPT, 2, assemble("OP_1 OP_RETURN")):
        result = run_script(SCRIPT)
    assert (result.reason, result.code, result.position) == ("OP_RETURN", SCRIPT, 2)


def test_blocks_may_be_nested_and_end_one_by_one() -> None:
    with patched(SCRIPT, 0, assemble("<1>")):
        assert left(SCRIPT) == (b"",)
        with patched(SCRIPT, 2, assemble("<2>")):
            assert left(SCRIPT) == (b"\x01",)
        assert left(SCRIPT) == (b"",)
        with patched(SCRIPT, 0, assemble("<7>")):
            assert left(SCRIPT) == (b"\x01",)
    assert left(SCRIPT) == (b"\x01",)


def test_a_block_that_fails_ends_too_and_leaves_nothing_in_the_cache() -> None:
    kept = decode_kept(SCRIPT, BCH_2026)
    with contextlib.suppress(KeyError), patched(SCRIPT, 0, b""):
        assert decode_kept(SCRIPT, BCH_2026) != kept
        raise KeyError
    assert decode_kept(SCRIPT, BCH_2026) == kept == decode(SCRIPT, BCH_2026)


def test_the_body_of_a_function_can_be_exchanged() -> None:
    body = assemble("OP_1ADD")
    code = assemble("<OP_1ADD> OP_0 OP_DEFINE OP_5 OP_0 OP_INVOKE")
    with patched(body, 0, assemble("OP_1SUB")):
        assert left(code) == (b"\x04",)
    assert left(code) == (b"\x06",)


@pytest.mark.parametrize("position", [-1, 4])
def test_a_position_beyond_the_script_is_refused(position: int) -> None:
    with (
        pytest.raises(EncodeError, match=f"position {position} is out of range"),
        patched(SCRIPT, position, b""),
    ):
        pass


def test_a_replacement_that_steers_before_its_end_is_refused() -> None:
    for source, at in (("OP_IF OP_1 OP_ENDIF", 0), ("OP_1 OP_IF OP_1 OP_ENDIF", 1)):
        with (
            pytest.raises(EncodeError, match=f"OP_IF at byte {at}"),
            patched(SCRIPT, 0, assemble(source)),
        ):
            pass
