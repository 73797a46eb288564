"""The depth of branches, loops and functions: what was closed leaves room for what follows."""

from __future__ import annotations

import pytest
from support.spends import make_context

from bchcov import BCH_2025, BCH_2026, BCH_SPEC, Reason, RuleSet, run_script, trace_input
from bchcov.assembly import assemble
from bchcov.script.pushes import encode_push

MOST = 100
# How each is opened and closed, with nothing in between; of 2026 what follows the branches.
OPENED = {
    "branch": ("OP_1 OP_IF", "OP_ENDIF"),
    "branch that is not taken": ("OP_0 OP_IF", "OP_ENDIF"),
    "other branch": ("OP_0 OP_IF OP_1 OP_ELSE", "OP_ENDIF"),
    "opposite branch": ("OP_0 OP_NOTIF", "OP_ENDIF"),
    "loop": ("OP_BEGIN", "OP_1 OP_UNTIL"),
}
CLOSED = {
    **{name: " ".join(both) for name, both in OPENED.items()},
    "loop of two": "OP_1 OP_0 OP_BEGIN OP_UNTIL",
    "function": "OP_0 OP_INVOKE",
    "functions in functions": "OP_1 OP_INVOKE",
}
DEFINED = "<0x61> OP_0 OP_DEFINE <0x008a008a> OP_1 OP_DEFINE "


def nested(rules: RuleSet, before: str, opened: str, closed: str, depth: int) -> Reason | None:
    defined = DEFINED if rules != BCH_2025 else ""
    code = f"{defined}{before} {' '.join([opened] * depth)} {' '.join([closed] * depth)}"
    return run_script(assemble(code), roomy(rules)).reason


def roomy(rules: RuleSet) -> RuleSet:
    """The rules with a budget that no script of these uses up."""
    return rules.evolve("ROOMY", limits={"density_base": 10_000})


@pytest.mark.parametrize("rules", [BCH_2025, BCH_2026, BCH_SPEC], ids=str)
@pytest.mark.parametrize("before", ["", *CLOSED])
@pytest.mark.parametrize("name", ["branch", "branch that is not taken", "loop"])
def test_a_hundred_levels_are_allowed_whatever_was_closed_before(
    rules: RuleSet, before: str, name: str
) -> None:
    if rules == BCH_2025 and not {before, name} <= {"", *list(OPENED)[:4]}:
        return
    opened, closed = OPENED[name]
    prelude = " ".join([CLOSED[before]] * 3) if before else ""
    full = {BCH_2025: Reason.CONDITIONAL_STACK_DEPTH}.get(rules, Reason.CONTROL_STACK_DEPTH)
    assert nested(rules, prelude, opened, closed, MOST) is None
    assert nested(rules, prelude, opened, closed, MOST + 1) is full


@pytest.mark.parametrize("inside", [0, 1, 50, 99])
def test_functions_count_with_the_branches_around_and_within_them(inside: int) -> None:
    body = assemble(" ".join(["OP_1 OP_IF"] * inside + ["OP_ENDIF"] * inside))
    define = assemble("OP_5 OP_DEFINE")
    for around, reason in ((MOST - 1 - inside, None), (MOST - inside, Reason.CONTROL_STACK_DEPTH)):
        code = encode_push(body) + define
        code += assemble(" ".join(["OP_1 OP_IF"] * around + ["OP_5 OP_INVOKE"] * 2))
        code += assemble(" ".join(["OP_ENDIF"] * around))
        assert run_script(code, roomy(BCH_2026)).reason is reason


def test_a_step_is_as_deep_as_what_is_open_there() -> None:
    code = assemble(
        "OP_1 OP_IF OP_BEGIN OP_1 OP_UNTIL OP_0 OP_IF OP_ELSE OP_ENDIF OP_ENDIF"
        " <0x5161> OP_0 OP_DEFINE OP_0 OP_INVOKE"
    )
    traced = trace_input(make_context(code), 0, BCH_2026)
    assert traced.result.ok
    depths = [step.depth for step in traced.steps]
    assert depths == [0, 0, 1, 2, 2, 1, 1, 2, 2, 1, 0, 0, 0, 0, 0, 1, 1]
