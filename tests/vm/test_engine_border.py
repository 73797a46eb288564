"""What is asked of the VM from outside: inputs that are there, bytes, and results as told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from support.opcode_examples import CONTEXT, KEY

from bchcov import (
    BCH_2026,
    EncodeError,
    Input,
    InputResult,
    Output,
    Reason,
    RulesError,
    Transaction,
    TransactionContext,
    evaluate_input,
    run_script,
    verify,
)
from bchcov.crypto.hashes import hash256
from bchcov.crypto.secp256k1 import sign_schnorr
from bchcov.reasons import Problem, TransactionCheck, TransactionReason
from bchcov.script.patterns import data_output
from bchcov.transaction.sighash import signing_serialization
from bchcov.vm.rules.flags import rules_from_flags
from bchcov.vm.rules.upgrades import RULE_SETS

SHORT = TransactionContext(CONTEXT.transaction, CONTEXT.source_outputs[:1])


@pytest.mark.parametrize(("context", "index"), [(CONTEXT, -1), (CONTEXT, 2), (SHORT, 1)])
def test_an_input_that_is_not_there_is_an_error(context: TransactionContext, index: int) -> None:
    runs: list[Callable[[], object]] = [
        lambda: evaluate_input(context, index),
        lambda: run_script(b"\x51", context=context, index=index),
    ]
    for run in runs:
        with pytest.raises(
            EncodeError, match=rf"input {index} cannot be run: the transaction has 2 inputs"
        ):
            run()
    assert evaluate_input(SHORT, 0).metrics.instructions
    assert run_script(b"\x51", context=CONTEXT, index=1).ok


@pytest.mark.parametrize("context", ["00", CONTEXT.transaction, 5])
def test_an_input_is_judged_in_a_context(context: Any) -> None:
    with pytest.raises(EncodeError, match="a TransactionContext, not a"):
        evaluate_input(context, 0)
    with pytest.raises(EncodeError, match="a TransactionContext, not a"):
        run_script(b"\x51", context=context)


@pytest.mark.parametrize("stack", [("51",), (b"\x01", 5), [None]])
def test_a_stack_holds_bytes_only(stack: object) -> None:
    with pytest.raises(EncodeError, match="stack item must be bytes, not"):
        run_script(b"\x51", stack=stack)  # type: ignore[arg-type]


def test_rules_are_a_rule_set_and_not_its_name() -> None:
    runs: list[Callable[[], object]] = [
        lambda: verify(CONTEXT.transaction, CONTEXT.source_outputs, "BCH_2026"),  # type: ignore[arg-type]
        lambda: evaluate_input(CONTEXT, 0, "BCH_2026"),  # type: ignore[arg-type]
        lambda: run_script(b"\x51", "BCH_2026"),  # type: ignore[arg-type]
    ]
    for run in runs:
        with pytest.raises(RulesError, match="see find_rules"):
            run()


def test_a_position_behind_the_last_instruction_is_the_end_of_the_script() -> None:
    result = run_script(b"\x51\x02\x07\x07\x6a", BCH_2026)
    assert (result.position, result.offset, result.opcode) == (2, 4, 0x6A)
    behind = replace(result, position=3)
    assert (behind.offset, behind.opcode) == (5, None)
    assert isinstance(behind, InputResult)
    assert behind.explanation == "in the script bytecode"


def test_rules_are_shown_as_they_are_written_in_python() -> None:
    for rules in RULE_SETS:
        assert repr(rules) == rules.name
        assert repr(rules.consensus) == f"{rules.name}.consensus"
        assert str(rules) == f"{rules.name} (standard)"
        assert str(rules.consensus) == f"{rules.name} (consensus)"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_input_needs_its_spent_output_and_no_more(count: int) -> None:
    inputs = (Input(b"\x01" * 32, 0), Input(b"\x01" * 32, 1))
    transaction = Transaction(inputs, (Output(0, data_output(bytes(40))),))
    for scripts_only in (False, True):
        verdict = verify(transaction, [Output(9, b"\x51")] * count, scripts_only=scripts_only)
        assert verdict.error is not None
        assert verdict.error.reason == "TX_SOURCE_OUTPUTS"


def test_a_coinbase_among_other_inputs_is_judged_as_a_null_outpoint() -> None:
    null = Input(bytes(32), 0xFFFF_FFFF)
    other = Input(b"\x01" * 32, 0)
    for inputs, at in (((null,), 0), ((null, other), 0), ((other, null), 1)):
        transaction = Transaction(inputs, (Output(0, data_output(bytes(40))),))
        sources = [Output(9, b"\x51")] * len(inputs)
        verdict = verify(transaction, sources, BCH_2026.consensus)
        assert verdict.error is not None
        assert (verdict.error.reason, verdict.error.input) == ("TX_NULL_OUTPOINT", at)
    # Nodes look at the outputs of a transaction before they look for null outpoints.
    nothing = verify(Transaction((null, other), ()), [Output(9, b"\x51")] * 2)
    assert nothing.error is not None
    assert nothing.error.reason == "TX_NO_OUTPUTS"


def test_a_problem_of_no_input_names_none() -> None:
    small = Problem.of(TransactionReason.TX_SIZE, "too small")
    assert str(small) == "structure: TX_SIZE: too small"
    failed = Problem(TransactionCheck.SCRIPTS, Reason.VERIFY, "", 0)
    assert str(failed) == "input 0, scripts: VERIFY"


@pytest.mark.parametrize("hash_type", [0x41, 0x42, 0x43, 0xC2])
def test_replay_protection_signs_another_fork_id(hash_type: int) -> None:
    rules = rules_from_flags(["SIGHASH_FORKID", "REPLAY_PROTECTION", "STRICTENC"])
    whole = signing_serialization(CONTEXT, 0, b"\xac", 0xFFDE_AD00 | hash_type, tokens=False)
    signature = sign_schnorr((1).to_bytes(32, "big"), hash256(whole)) + bytes((hash_type,))
    protected = run_script(b"\xac", rules, context=CONTEXT, stack=(signature, KEY))
    assert protected.stack == (b"\x01",), str(protected)
    plain = rules_from_flags(["SIGHASH_FORKID", "STRICTENC"])
    assert run_script(b"\xac", plain, context=CONTEXT, stack=(signature, KEY)).stack == (b"",)
    assert Reason.SIG_NULLFAIL.value == "SIG_NULLFAIL"
