"""Every error that this library raises on purpose, in one tree.

    BchcovError
    ├── DecodeError             invalid bytes: .offset
    ├── FormatError             text of an interchange format that cannot be read: .field
    ├── EncodeError             a value that has no encoding
    ├── AddressError            an invalid address, or one that is unsuitable for its use
    ├── InvalidKey              an invalid private or public key
    ├── AssemblyError           CashAssembly that cannot be assembled: .line .column .binding
    ├── RulesError              an unknown rule set
    ├── ContractError           an unknown contract or check, or a wrong argument
    ├── TemplateError           a wallet template that cannot be compiled: .script .line .column
    ├── BuildError              a transaction that cannot be built
    │   └── BuildRefused *      built, but refused: .contract .path .line .check
    ├── InvalidTransaction      a transaction that is refused: .verdict
    │   └── BuildRefused *
    ├── InputFailed             an input that is refused: .result
    ├── ChainError              a chain cannot do what was asked
    │   ├── TransactionRefused  a chain refuses a transaction: .submission
    │   └── StoreError          a chain's file cannot be read or written
    │       └── DamagedStore    a chain's file is damaged
    ├── NetworkError            servers do not answer, or answer wrongly: .answers
    │   └── BroadcastRefused    a server refuses a transaction: .reason
    ├── SettingsError           settings of a race that are unknown or out of range
    ├── CommandError            a command that a session cannot carry out
    ├── VectorError             a file of test vectors that cannot be read
    ├── WorkerLost              a worker process ended before its work was done
    ├── MissingExtra            an optional dependency is not installed: .extra
    └── ScriptError             a script broke a rule (within the VM only): .reason

`BuildRefused` has two parents: it is a `BuildError` and an `InvalidTransaction`. All errors can
be copied and pickled with everything they carry.
"""

from __future__ import annotations

from .reasons import InputResultLike, Reason, SubmissionLike, VerdictLike

__all__ = [
    "AddressError",
    "AssemblyError",
    "BchcovError",
    "BroadcastRefused",
    "BuildError",
    "BuildRefused",
    "ChainError",
    "CommandError",
    "ContractError",
    "DamagedStore",
    "DecodeError",
    "EncodeError",
    "FormatError",
    "InputFailed",
    "InvalidKey",
    "InvalidTransaction",
    "MissingExtra",
    "NetworkError",
    "Reason",
    "RulesError",
    "ScriptError",
    "SettingsError",
    "StoreError",
    "TemplateError",
    "TransactionRefused",
    "VectorError",
    "WorkerLost",
]


def _recreate(kind: type[BchcovError], arguments: tuple[object, ...]) -> BchcovError:
    return kind.__new__(kind, *arguments)


class BchcovError(Exception):
    """The base class of all errors that this library raises on purpose."""

    def __reduce__(
        self,
    ) -> tuple[object, tuple[type[BchcovError], tuple[object, ...]], dict[str, object]]:
        # By default an exception is recreated by calling `__init__` with `args`, which does
        # not fit every `__init__` here. The attributes come from the dictionary instead.
        return _recreate, (type(self), self.args), self.__dict__


class DecodeError(BchcovError):
    """Invalid bytes; `offset` is the position of the problem in bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message, offset)
        self.message = message
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} (at byte {self.offset})"


class FormatError(BchcovError):
    """Text of an interchange format that cannot be read; the message names the field.

    `field` is its path if the format is a JSON object, for example "vin[0].value".
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class EncodeError(BchcovError):
    """A value that has no encoding."""


class AddressError(BchcovError):
    """An invalid address, or an address that is unsuitable for its use."""


class InvalidKey(BchcovError):
    """Bytes or text that are not a valid private or public key."""


class AssemblyError(BchcovError):
    """CashAssembly that cannot be assembled; `line` and `column` count from 1.

    `binding` is the name of the bound script that contains the error, None for the source itself.
    """

    def __init__(self, message: str, *, line: int, column: int, binding: str | None = None) -> None:
        if binding is not None:
            message = f"in {binding!r}: {message}"
        super().__init__(message, line, column)
        self.message = message
        self.line = line
        self.column = column
        self.binding = binding

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class RulesError(BchcovError):
    """An unknown name of a rule set, or another object in place of a rule set."""


class ContractError(BchcovError):
    """An unknown contract or check, a check that cannot be removed, or a wrong argument."""


class TemplateError(BchcovError):
    """A wallet template that cannot be compiled; `script`, `line` and `column` are the place.

    `missing` is the identifier for which a key, data or a transaction is missing. Attributes
    that do not apply are empty or 0.
    """

    def __init__(
        self, message: str, script: str = "", *, line: int = 0, column: int = 0, missing: str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.missing = message, missing
        self.script, self.line, self.column = script, line, column

    def __str__(self) -> str:
        place = f"script {self.script!r}: " if self.script else ""
        if self.line:
            place = f"{place[:-2]}, line {self.line}, column {self.column}: "
        return place + self.message


class BuildError(BchcovError):
    """A transaction that cannot be built as requested; the message says why."""


class InvalidTransaction(BchcovError):
    """A transaction that must be valid is refused; `verdict` says why."""

    def __init__(self, verdict: VerdictLike, message: str = "") -> None:
        super().__init__(message or str(verdict))
        self.verdict = verdict


class BuildRefused(BuildError, InvalidTransaction):
    """A transaction that was built is refused by verification.

    If the script that refuses it belongs to a contract with known source, `contract` is the
    source's name ("sequenced_amm/direct/pool"), `path` the spend path, `line` the line and
    `check` the name of the check ("queue-before"). Each is None if it is unknown or ambiguous.
    """

    def __init__(
        self,
        verdict: VerdictLike,
        why: str,
        *,
        contract: str | None = None,
        path: str | None = None,
        line: int | None = None,
        check: str | None = None,
    ) -> None:
        super().__init__(verdict, f"the transaction is refused: {why}")
        self.contract = contract
        self.path = path
        self.line = line
        self.check = check


class InputFailed(BchcovError):
    """An input that must be valid is refused; `result` says why."""

    def __init__(self, result: InputResultLike) -> None:
        super().__init__(str(result))
        self.result = result


class ChainError(BchcovError):
    """A chain cannot do what was asked; the message says why."""


class TransactionRefused(ChainError):
    """A transaction that a chain must accept is refused; `submission` says why."""

    def __init__(self, submission: SubmissionLike) -> None:
        super().__init__(str(submission))
        self.submission = submission


class StoreError(ChainError):
    """A chain's file cannot be read or written, or is in use by another process."""


class DamagedStore(StoreError):
    """A chain's file is damaged; the message names the place."""


class NetworkError(BchcovError):
    """No server of a network did what was asked.

    `answers` are pairs of a server and its answer, unchanged. If a broadcast raises this error,
    the transaction may have reached the network nevertheless.
    """

    def __init__(self, message: str, answers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.answers = answers


class BroadcastRefused(NetworkError):
    """A transaction was refused by servers and accepted by none; `reason` is the first answer."""

    def __init__(
        self, message: str, answers: tuple[tuple[str, str], ...] = (), *, reason: str = ""
    ) -> None:
        super().__init__(message, answers)
        self.reason = reason


class SettingsError(BchcovError):
    """Settings of a race that are out of range, or an unknown setting."""


class CommandError(BchcovError):
    """A command that the simulator or the debugger cannot carry out; the user sees the message."""


class VectorError(BchcovError):
    """A file of test vectors that cannot be read; the message names the file and the place."""


class WorkerLost(BchcovError):
    """A worker process ended before its work was done."""


class MissingExtra(BchcovError):
    """A feature needs a library that is installed with `extra`, an extra of this package."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what}: pip install 'bchcov[{extra}]'")
        self.extra = extra


class ScriptError(BchcovError):
    """A script broke a rule; raised inside the VM, reported by `evaluate`.

    `code` and `position` are the script and the number of the instruction that failed; the
    machine sets them for the innermost script.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.code: bytes | None = None
        self.position = 0

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason.value
