"""Asserts that a transaction is refused by one named check of a contract, for its reason."""

from __future__ import annotations

from collections.abc import Sequence

from bchcov import Output, Reason, Transaction, verify
from bchcov.contract import Contract

__all__ = ["assert_refused_by"]

REASONS = {
    "OP_VERIFY": Reason.VERIFY,
    "OP_EQUALVERIFY": Reason.EQUALVERIFY,
    "OP_NUMEQUALVERIFY": Reason.NUMEQUALVERIFY,
    "OP_CHECKSIGVERIFY": Reason.SIG_NULLFAIL,
    "OP_CHECKLOCKTIMEVERIFY": Reason.UNSATISFIED_LOCKTIME,
    "OP_CHECKSEQUENCEVERIFY": Reason.UNSATISFIED_LOCKTIME,
}


def assert_refused_by(
    check: str,
    contract: Contract,
    transaction: Transaction,
    source_outputs: Sequence[Output],
    *,
    phase: str,
) -> None:
    """Assert that the check refuses it: its reason, in this phase, at its place in the source."""
    verdict = verify(transaction, source_outputs, scripts_only=True)
    assert verdict.error is not None
    result = verdict.inputs[-1]
    expected = next(each for each in contract.checks if each.name == check)
    assert result.reason is (Reason.EVAL_FALSE if expected.is_final else REASONS[expected.opcode])
    assert result.phase == phase
    if result.code is None:  # a final boolean: the script ran to its end
        assert expected.is_final
        return
    assert len(result.code) == len(contract.code)
    assert result.offset is not None
    found = contract.check_at(result.offset)
    assert found is not None, str(verdict)
    assert (found.name, found.line) == (check, expected.line)
