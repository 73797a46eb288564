"""Reasons and checks of refusals, and the protocols of results that errors carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

__all__ = [
    "InputResultLike",
    "MetricsLike",
    "Problem",
    "Reason",
    "SubmissionLike",
    "TransactionCheck",
    "TransactionReason",
    "VerdictLike",
]


class Reason(StrEnum):
    """The reason for a script's failure, named as Bitcoin Cash nodes name it.

    SIG_NULLDUMMY is from older nodes, for a rule lifted in 2019; PROPOSAL is that of drafts only.
    Source: Bitcoin Cash Node, script_error.h.
    """

    EVAL_FALSE = "EVAL_FALSE"
    OP_RETURN = "OP_RETURN"
    SCRIPT_SIZE = "SCRIPT_SIZE"
    PUSH_SIZE = "PUSH_SIZE"
    OP_COUNT = "OP_COUNT"
    STACK_SIZE = "STACK_SIZE"
    SIG_COUNT = "SIG_COUNT"
    PUBKEY_COUNT = "PUBKEY_COUNT"
    INPUT_SIGCHECKS = "INPUT_SIGCHECKS"
    INVALID_OPERAND_SIZE = "INVALID_OPERAND_SIZE"
    INVALID_NUMBER_RANGE = "INVALID_NUMBER_RANGE"
    IMPOSSIBLE_ENCODING = "IMPOSSIBLE_ENCODING"
    INVALID_SPLIT_RANGE = "INVALID_SPLIT_RANGE"
    INVALID_BIT_COUNT = "INVALID_BIT_COUNT"
    VERIFY = "VERIFY"
    EQUALVERIFY = "EQUALVERIFY"
    CHECKMULTISIGVERIFY = "CHECKMULTISIGVERIFY"
    CHECKSIGVERIFY = "CHECKSIGVERIFY"
    CHECKDATASIGVERIFY = "CHECKDATASIGVERIFY"
    NUMEQUALVERIFY = "NUMEQUALVERIFY"
    BAD_OPCODE = "BAD_OPCODE"
    DISABLED_OPCODE = "DISABLED_OPCODE"
    INVALID_STACK_OPERATION = "INVALID_STACK_OPERATION"
    INVALID_ALTSTACK_OPERATION = "INVALID_ALTSTACK_OPERATION"
    UNBALANCED_CONDITIONAL = "UNBALANCED_CONDITIONAL"
    UNBALANCED_CONTROL_FLOW = "UNBALANCED_CONTROL_FLOW"
    DIV_BY_ZERO = "DIV_BY_ZERO"
    MOD_BY_ZERO = "MOD_BY_ZERO"
    INVALID_BITFIELD_SIZE = "INVALID_BITFIELD_SIZE"
    INVALID_BIT_RANGE = "INVALID_BIT_RANGE"
    NEGATIVE_LOCKTIME = "NEGATIVE_LOCKTIME"
    UNSATISFIED_LOCKTIME = "UNSATISFIED_LOCKTIME"
    SIG_HASHTYPE = "SIG_HASHTYPE"
    SIG_DER = "SIG_DER"
    MINIMALDATA = "MINIMALDATA"
    SIG_PUSHONLY = "SIG_PUSHONLY"
    SIG_HIGH_S = "SIG_HIGH_S"
    PUBKEYTYPE = "PUBKEYTYPE"
    CLEANSTACK = "CLEANSTACK"
    MINIMALIF = "MINIMALIF"
    SIG_NULLFAIL = "SIG_NULLFAIL"
    MINIMALNUM = "MINIMALNUM"
    SIG_BADLENGTH = "SIG_BADLENGTH"
    SIG_NONSCHNORR = "SIG_NONSCHNORR"
    DISCOURAGE_UPGRADABLE_NOPS = "DISCOURAGE_UPGRADABLE_NOPS"
    ILLEGAL_FORKID = "ILLEGAL_FORKID"
    MUST_USE_FORKID = "MUST_USE_FORKID"
    SIGCHECKS_LIMIT_EXCEEDED = "SIGCHECKS_LIMIT_EXCEEDED"
    INVALID_NUMBER_RANGE_64_BIT = "INVALID_NUMBER_RANGE_64_BIT"
    CONTEXT_NOT_PRESENT = "CONTEXT_NOT_PRESENT"
    LIMITED_CONTEXT_NO_SIBLING_INFO = "LIMITED_CONTEXT_NO_SIBLING_INFO"
    INVALID_TX_INPUT_INDEX = "INVALID_TX_INPUT_INDEX"
    INVALID_TX_OUTPUT_INDEX = "INVALID_TX_OUTPUT_INDEX"
    OP_COST = "OP_COST"
    TOO_MANY_HASH_ITERS = "TOO_MANY_HASH_ITERS"
    CONDITIONAL_STACK_DEPTH = "CONDITIONAL_STACK_DEPTH"
    INVALID_NUMBER_RANGE_BIG_INT = "INVALID_NUMBER_RANGE_BIG_INT"
    CONTROL_STACK_DEPTH = "CONTROL_STACK_DEPTH"
    INVALID_FUNCTION_IDENTIFIER = "INVALID_FUNCTION_IDENTIFIER"
    FUNCTION_OVERWRITE_DISALLOWED = "FUNCTION_OVERWRITE_DISALLOWED"
    INVOKED_UNDEFINED_FUNCTION = "INVOKED_UNDEFINED_FUNCTION"
    INVALID_BIT_SHIFT = "INVALID_BIT_SHIFT"
    SIG_NULLDUMMY = "SIG_NULLDUMMY"
    PROPOSAL = "PROPOSAL"


class TransactionCheck(StrEnum):
    """The check that refused a transaction; the last four need a chain, which `verify` has not."""

    DECODE = "decode"
    STRUCTURE = "structure"
    VALUES = "values"
    STANDARDNESS = "standardness"
    TOKENS = "tokens"
    SCRIPTS = "scripts"
    SIGNATURE_CHECKS = "sigchecks"
    PROPOSAL = "proposal"
    COINS = "coins"
    FINALITY = "finality"
    FEE = "fee"
    KNOWN = "known"


class TransactionReason(StrEnum):
    """The reason for refusing a transaction other than a script's failure.

    The names are this library's. `check` is the check that gives this reason.
    """

    check: TransactionCheck

    def __new__(cls, name: str, check: TransactionCheck) -> TransactionReason:
        made = str.__new__(cls, name)
        made._value_ = name
        made.check = check
        return made

    TX_DECODE = "TX_DECODE", TransactionCheck.DECODE
    TX_SOURCE_OUTPUTS_DECODE = "TX_SOURCE_OUTPUTS_DECODE", TransactionCheck.DECODE
    TX_NO_INPUTS = "TX_NO_INPUTS", TransactionCheck.STRUCTURE
    TX_NO_OUTPUTS = "TX_NO_OUTPUTS", TransactionCheck.STRUCTURE
    TX_SOURCE_OUTPUTS = "TX_SOURCE_OUTPUTS", TransactionCheck.STRUCTURE
    TX_SIZE = "TX_SIZE", TransactionCheck.STRUCTURE
    TX_VERSION = "TX_VERSION", TransactionCheck.STRUCTURE
    TX_NULL_OUTPOINT = "TX_NULL_OUTPOINT", TransactionCheck.STRUCTURE
    TX_DUPLICATE_INPUT = "TX_DUPLICATE_INPUT", TransactionCheck.STRUCTURE
    TX_VALUE_RANGE = "TX_VALUE_RANGE", TransactionCheck.VALUES
    TX_UNSPENDABLE_SOURCE_OUTPUT = "TX_UNSPENDABLE_SOURCE_OUTPUT", TransactionCheck.VALUES
    TX_OUTPUTS_EXCEED_INPUTS = "TX_OUTPUTS_EXCEED_INPUTS", TransactionCheck.VALUES
    TX_STANDARD_SIZE = "TX_STANDARD_SIZE", TransactionCheck.STANDARDNESS
    TX_NONSTANDARD_SOURCE_OUTPUT = "TX_NONSTANDARD_SOURCE_OUTPUT", TransactionCheck.STANDARDNESS
    TX_NONSTANDARD_OUTPUT = "TX_NONSTANDARD_OUTPUT", TransactionCheck.STANDARDNESS
    TX_DUST = "TX_DUST", TransactionCheck.STANDARDNESS
    TX_DATA_CARRIER = "TX_DATA_CARRIER", TransactionCheck.STANDARDNESS
    TX_UNLOCKING_SIZE = "TX_UNLOCKING_SIZE", TransactionCheck.STANDARDNESS
    TOKEN_COMMITMENT_SIZE = "TOKEN_COMMITMENT_SIZE", TransactionCheck.TOKENS
    TOKEN_AMOUNT_RANGE = "TOKEN_AMOUNT_RANGE", TransactionCheck.TOKENS
    TOKEN_GENESIS_SPENT = "TOKEN_GENESIS_SPENT", TransactionCheck.TOKENS
    TOKEN_OUTPUTS_EXCEED_INPUTS = "TOKEN_OUTPUTS_EXCEED_INPUTS", TransactionCheck.TOKENS
    TOKEN_MINTING = "TOKEN_MINTING", TransactionCheck.TOKENS
    TOKEN_MUTABLE = "TOKEN_MUTABLE", TransactionCheck.TOKENS
    TOKEN_IMMUTABLE = "TOKEN_IMMUTABLE", TransactionCheck.TOKENS
    TX_PROPOSAL = "TX_PROPOSAL", TransactionCheck.PROPOSAL
    TX_MISSING_COIN = "TX_MISSING_COIN", TransactionCheck.COINS
    TX_CONFLICT = "TX_CONFLICT", TransactionCheck.COINS
    TX_PREMATURE_COINBASE = "TX_PREMATURE_COINBASE", TransactionCheck.COINS
    TX_NOT_FINAL = "TX_NOT_FINAL", TransactionCheck.FINALITY
    TX_SEQUENCE_NOT_FINAL = "TX_SEQUENCE_NOT_FINAL", TransactionCheck.FINALITY
    TX_FEE = "TX_FEE", TransactionCheck.FEE
    TX_KNOWN = "TX_KNOWN", TransactionCheck.KNOWN


@dataclass(frozen=True, init=False)
class Problem:
    """The reason for refusing a transaction, with the check that found it and the details.

    `reason` is a `Reason` if a script failed, otherwise a `TransactionReason`. `input` is the
    index of the refused input, or None if the problem is not that of one input.
    """

    # No field: what makes the detail when somebody asks. Most refusals are never read.
    __slots__ = ("_explain", "check", "detail", "input", "reason")
    check: TransactionCheck
    reason: Reason | TransactionReason
    detail: str
    input: int | None

    def __init__(
        self,
        check: TransactionCheck,
        reason: Reason | TransactionReason,
        detail: str,
        input: int | None = None,  # noqa: A002
    ) -> None:
        put = object.__setattr__
        put(self, "check", check)
        put(self, "reason", reason)
        put(self, "detail", detail)
        put(self, "input", input)

    @classmethod
    def of_script(cls, reason: Reason, explain: Callable[[], str], index: int) -> Problem:
        """Make the problem of a script; `explain` returns the detail when it is first asked for."""
        made, put = cls.__new__(cls), object.__setattr__
        put(made, "check", TransactionCheck.SCRIPTS)
        put(made, "reason", reason)
        put(made, "input", index)
        put(made, "_explain", explain)
        return made

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> str:  # which type checkers would take for any
            """Make the detail: Python asks for what is not there, and it is not until then."""
            if name != "detail":
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            detail = self._explain()
            object.__setattr__(self, "detail", detail)
            return detail

    def __reduce__(self) -> tuple[type[Problem], tuple[object, ...]]:
        """Copy and pickle the detail itself, not what makes it."""
        return Problem, (self.check, self.reason, self.detail, self.input)

    @classmethod
    def of(cls, reason: TransactionReason, detail: str, input_index: int | None = None) -> Problem:
        """Make a problem other than a script's failure; the check follows from the reason."""
        return cls(reason.check, reason, detail, input_index)

    def __str__(self) -> str:
        where = "" if self.input is None else f"input {self.input}, "
        return f"{where}{self.check}: {self.reason}: {self.detail}".rstrip(": ")


# Errors are on a lower floor than the results that they carry: these are the types of results.


class MetricsLike(Protocol):
    """The cost of evaluating one input, as `bchcov.Metrics`; a limit of None means no limit."""

    @property
    def op_cost(self) -> int: ...
    @property
    def op_cost_limit(self) -> int | None: ...
    @property
    def hash_iterations(self) -> int: ...
    @property
    def hash_iterations_limit(self) -> int | None: ...
    @property
    def signature_checks(self) -> int: ...
    @property
    def signature_checks_limit(self) -> int | None: ...
    @property
    def instructions(self) -> int: ...


class InputResultLike(Protocol):
    """The result of evaluating one input, as `bchcov.InputResult`."""

    @property
    def ok(self) -> bool: ...
    @property
    def reason(self) -> Reason | None: ...
    @property
    def detail(self) -> str: ...
    @property
    def phase(self) -> str | None: ...
    @property
    def code(self) -> bytes | None: ...
    @property
    def position(self) -> int | None: ...
    @property
    def offset(self) -> int | None: ...
    @property
    def opcode(self) -> int | None: ...
    @property
    def explanation(self) -> str: ...
    @property
    def stack(self) -> tuple[bytes, ...]: ...
    @property
    def alt_stack(self) -> tuple[bytes, ...]: ...
    @property
    def metrics(self) -> MetricsLike: ...
    @property
    def run(self) -> object | None: ...


class VerdictLike(Protocol):
    """The result of verifying a transaction, as `bchcov.Verdict`."""

    @property
    def ok(self) -> bool: ...
    @property
    def error(self) -> Problem | None: ...
    @property
    def inputs(self) -> Sequence[InputResultLike]: ...


class SubmissionLike(Protocol):
    """The result of submitting a transaction to a chain, as `bchcov.Submission`."""

    @property
    def txid(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def error(self) -> Problem | None: ...
    @property
    def verdict(self) -> VerdictLike | None: ...
    @property
    def conflict(self) -> str | None: ...
