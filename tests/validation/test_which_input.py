"""Which problem of several is reported, and which inputs are judged."""

from __future__ import annotations

import pytest

from bchcov import BCH_2023, BCH_2026, Input, Output, Transaction, Verdict, verify
from bchcov.crypto.hashes import sha256
from bchcov.crypto.secp256k1 import sign_schnorr
from bchcov.script.patterns import data_output
from bchcov.script.pushes import encode_push

KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
SIGNATURE = sign_schnorr((1).to_bytes(32, "big"), sha256(b""))
CHECK = encode_push(SIGNATURE) + b"\x00" + encode_push(KEY) + b"\xbb"


def judge(*lockings: bytes, all_inputs: bool = False, scripts_only: bool = False) -> Verdict:
    inputs = tuple(Input(bytes(31) + b"\x01", index) for index in range(len(lockings)))
    transaction = Transaction(inputs, (Output(0, data_output(bytes(40))),))
    sources = [Output(1_000, locking) for locking in lockings]
    rules = BCH_2023.consensus
    return verify(transaction, sources, rules, all_inputs=all_inputs, scripts_only=scripts_only)


@pytest.mark.parametrize("scripts_only", [False, True])
def test_of_failing_inputs_the_first_is_reported(scripts_only: bool) -> None:
    lockings = (b"\x51", b"\x00\x69", b"\x51", b"\x75", b"\x51")
    first = judge(*lockings, scripts_only=scripts_only)
    assert first.error is not None
    assert (first.error.check, first.error.reason, first.error.input) == ("scripts", "VERIFY", 1)
    assert [each.ok for each in first.inputs] == [True, False]
    every = judge(*lockings, all_inputs=True, scripts_only=scripts_only)
    assert every.error == first.error
    assert [each.ok for each in every.inputs] == [True, False, True, False, True]
    assert [each.reason and each.reason.value for each in every.inputs][1::2] == [
        "VERIFY",
        "INVALID_STACK_OPERATION",
    ]


def test_too_many_checks_are_reported_at_the_input_that_has_the_first_too_many() -> None:
    full = CHECK * 90 + b"\x51"
    lockings = [full] * 33 + [CHECK * 30 + b"\x51"]
    assert judge(*lockings).ok  # 3,000
    beyond = [*lockings, CHECK + b"\x51", b"\x00\x69", full]
    verdict = judge(*beyond)
    assert verdict.error is not None
    problem = verdict.error
    assert (problem.check, problem.reason) == ("sigchecks", "SIGCHECKS_LIMIT_EXCEEDED")
    assert problem.input == 34
    assert len(verdict.inputs) == 35
    every = judge(*beyond, all_inputs=True)
    assert (every.error, len(every.inputs)) == (problem, 37)
    only = judge(*beyond, all_inputs=True, scripts_only=True)
    assert only.error is not None
    assert (only.error.check, only.error.input) == ("scripts", 35)
    failing_first = judge(b"\x00\x69", *beyond, all_inputs=True)
    assert failing_first.error is not None
    assert (failing_first.error.check, failing_first.error.input) == ("scripts", 0)


def test_a_verdict_in_words_names_the_input_the_check_and_the_reason() -> None:
    verdict = judge(b"\x51", b"\x00")
    assert str(verdict.error) == (
        "input 1, scripts: EVAL_FALSE: the top stack item is false: 0x, in the locking bytecode"
    )
    assert str(verdict).splitlines()[0] == f"refused: {verdict.error}"
    assert str(judge(b"\x51")).splitlines()[0] == "accepted"
    assert BCH_2026.policy.signature_checks == 3_000
