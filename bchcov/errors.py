"""Every error this library raises on purpose, and the names of script failures."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Any


class Reason(Enum):
    """Why a script failed, by the name that Bitcoin Cash nodes give the failure.

    SIG_NULLDUMMY is one of older nodes, for a rule that Schnorr multisigs ended in 2019.
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


class BchcovError(Exception):
    """Base class of the errors a caller may want to catch."""


class DecodeError(BchcovError):
    """Bytes that are not what they should be; `offset` is where, in bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message, offset)
        self.message = message
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} (at byte {self.offset})"


class EncodeError(BchcovError):
    """A value that has no encoding."""


class AddressError(BchcovError):
    """Text that is not an address, or an address that does not fit its use."""


class InvalidKey(BchcovError):
    """Bytes or text that are not a private or public key."""


class AssemblyError(BchcovError):
    """CashAssembly that cannot be assembled; `line` and `column` count from 1."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are made again by their arguments in order; two of these have names.
        make = partial(AssemblyError, line=self.line, column=self.column)
        return make, (self.message,), self.__dict__

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class BuildError(BchcovError):
    """A transaction that cannot be built as it was asked for; the message says why."""


class RulesError(BchcovError):
    """A name that is not that of a rule set."""


class VectorError(BchcovError):
    """A test file that cannot be read; the message names the file and the place."""


class StoreError(BchcovError):
    """A chain's file cannot be read or written, or another process has it."""


class ScriptError(BchcovError):
    """A script broke a rule; raised inside the VM, reported by `evaluate`.

    `code` and `position` say in which script and at which of its instructions;
    the machine fills them in for the innermost script that failed.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.code: bytes | None = None
        self.position = 0

    def __str__(self) -> str:
        return f"{self.reason.value}: {self.detail}" if self.detail else self.reason.value


class InvalidTransaction(BchcovError):
    """A transaction that was required to be valid and is not."""
