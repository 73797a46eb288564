"""What a refusal says besides its reason: how much there was, and how much may be."""

from __future__ import annotations

import re

import pytest

from bchcov import BCH_2023, BCH_2026, BCH_SPEC, Reason, RuleSet, run_script
from bchcov.assembly import assemble

# The rules, a script, the reason, and the numbers that are said besides.
DETAILS = [
    (BCH_2026, "OP_ADD", "INVALID_STACK_OPERATION", "2 .*0 "),
    (BCH_2026, "OP_1 OP_ADD", "INVALID_STACK_OPERATION", "2 .*1 "),
    (BCH_2026, "OP_1 OP_INVOKE OP_1", "INVOKED_UNDEFINED_FUNCTION", "0x01"),
    (BCH_2026, "OP_INVOKE", "INVALID_STACK_OPERATION", "1 .*0 "),
    (BCH_SPEC, "OP_EVAL", "INVALID_STACK_OPERATION", "1 .*0 "),
    (BCH_2026, "OP_1 OP_DEFINE", "INVALID_STACK_OPERATION", "2 .*1 "),
    (BCH_2026, "OP_0 OP_1 OP_2DUP OP_DEFINE OP_DEFINE", "FUNCTION_OVERWRITE_DISALLOWED", "0x01"),
    (BCH_2026, "OP_1 OP_1 OP_PICK", "INVALID_STACK_OPERATION", "1 .*1 "),
    (BCH_2026, "OP_1 OP_CHECKMULTISIG", "INVALID_STACK_OPERATION", "3 .*1 "),
    (BCH_2026, "<21> OP_CHECKMULTISIG", "PUBKEY_COUNT", "21 .*0 to 20"),
    (BCH_2026, "OP_2 OP_0 OP_1 OP_CHECKMULTISIG", "SIG_COUNT", "2 .*0 to 1"),
    (BCH_2026, "OP_0 OP_0 OP_1 OP_0 OP_1", None, ""),
    (BCH_2026, "OP_1 <79999> OP_LSHIFTNUM", "big", "10001 bytes.*10000"),
    (BCH_2026, "OP_1 <80000> OP_LSHIFTNUM", "big", "10001 bytes.*10000"),
    (BCH_2026, "OP_1 <80007> OP_LSHIFTNUM", "big", "10002 bytes.*10000"),
    (BCH_2026, "OP_1 <79998> OP_LSHIFTNUM", None, ""),
    (BCH_SPEC, "OP_2 <799998> OP_POW", None, ""),
    (BCH_SPEC, "OP_2 <799999> OP_POW", "big", "100001 bytes.*100000"),
    (BCH_SPEC, "OP_2 <800001> OP_POW", "big", "100001 bytes.*100000"),
    (BCH_SPEC, "OP_2 <800008> OP_POW", "big", "100002 bytes.*100000"),
    (BCH_SPEC, "OP_4 <800000> OP_POW", "big", "200001 bytes.*100000"),
    (BCH_2023, "OP_1 0x6161", None, ""),
]


@pytest.mark.parametrize(("rules", "script", "reason", "detail"), DETAILS)
def test_a_refusal_says_how_much_there_was_and_may_be(
    rules: RuleSet, script: str, reason: str | None, detail: str
) -> None:
    result = run_script(assemble(script), rules)
    if reason == "big":
        reason = Reason.INVALID_NUMBER_RANGE_BIG_INT
    assert result.reason == reason
    assert re.search(detail, result.detail), result.detail
