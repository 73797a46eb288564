"""Every error that this library raises on purpose, in one tree.

    BchcovError
    ├── DecodeError             bytes that are not what they should be: .offset
    ├── FormatError             text of an interchange format that cannot be read: .field
    ├── EncodeError             a value that has no encoding
    ├── AddressError            no address, or one that does not fit its use
    ├── InvalidKey              no private or public key
    ├── AssemblyError           CashAssembly that cannot be assembled: .line .column .binding
    ├── RulesError              no rule set
    ├── ContractError           no such contract, or no such check in it
    ├── TemplateError           a wallet template that cannot be compiled: .script .line .column
    ├── BuildError              a transaction that cannot be built
    │   └── BuildRefused *      it was built, and is refused: .contract .path .line .check
    ├── InvalidTransaction      a transaction that is refused: .verdict
    │   └── BuildRefused *
    ├── InputFailed             an input that is refused: .result
    ├── ChainError              a chain cannot do what it was asked for
    │   ├── TransactionRefused  a chain refuses a transaction: .submission
    │   └── StoreError          a chain's file cannot be read or written
    │       └── DamagedStore    it is not as it was written
    ├── NetworkError            servers do not answer, or not as they should: .answers
    │   └── BroadcastRefused    a server refuses a transaction: .reason
    ├── SettingsError           settings of a race that are out of their range
    ├── CommandError            a line that the simulator cannot carry out
    ├── VectorError             a file of test vectors that cannot be read
    ├── WorkerLost              a worker process ended before its work was done
    ├── MissingExtra            an optional dependency is not installed: .extra
    └── ScriptError             a script broke a rule (within the VM only): .reason

`BuildRefused` stands in two places: it is a `BuildError` and an `InvalidTransaction`.
All of them can be copied and pickled with everything they carry.
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


def _made_again(kind: type[BchcovError], arguments: tuple[object, ...]) -> BchcovError:
    return kind.__new__(kind, *arguments)


class BchcovError(Exception):
    """Base class of the errors a caller may want to catch."""

    def __reduce__(
        self,
    ) -> tuple[object, tuple[type[BchcovError], tuple[object, ...]], dict[str, object]]:
        # By itself an exception is made again with its arguments in order, which is not
        # what every `__init__` takes; what it has set is in the dictionary.
        return _made_again, (type(self), self.args), self.__dict__


class DecodeError(BchcovError):
    """Bytes that are not what they should be; `offset` is where, in bytes."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message, offset)
        self.message = message
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} (at byte {self.offset})"


class FormatError(BchcovError):
    """Text of an interchange format that cannot be read; the message names the field.

    `field` is its path where the format is an object of JSON, as "vin[0].value".
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class EncodeError(BchcovError):
    """A value that has no encoding."""


class AddressError(BchcovError):
    """Text that is not an address, or an address that does not fit its use."""


class InvalidKey(BchcovError):
    """Bytes or text that are not a private or public key."""


class AssemblyError(BchcovError):
    """CashAssembly that cannot be assembled; `line` and `column` count from 1.

    `binding` names the bound script whose text they are of; None is the source itself.
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
    """A name that is not that of a rule set, or something else in place of one."""


class ContractError(BchcovError):
    """A contract that is not there, or a check that it does not have or cannot be without."""


class TemplateError(BchcovError):
    """A wallet template that cannot be compiled: `script`, `line` and `column` say where.

    `missing` is the identifier that needs a key, data or a transaction that was not given.
    Each is empty or 0 where there is none.
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
    """A transaction that cannot be built as it was asked for; the message says why."""


class InvalidTransaction(BchcovError):
    """A transaction was required to be accepted and is refused; `verdict` says why."""

    def __init__(self, verdict: VerdictLike, message: str = "") -> None:
        super().__init__(message or str(verdict))
        self.verdict = verdict


class BuildRefused(BuildError, InvalidTransaction):
    """A transaction was built, and is refused when it is verified.

    Where the refusing script is one of a contract whose source is known, `contract` is that
    source's name ("sequenced_amm/direct/pool"), `path` the spend path, `line` the line and
    `check` the named check ("queue-before"); each is None where it is not known, or several
    places can be meant.
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
    """An input was required to be accepted and is refused; `result` says why."""

    def __init__(self, result: InputResultLike) -> None:
        super().__init__(str(result))
        self.result = result


class ChainError(BchcovError):
    """A chain cannot do what it was asked for; the message says why."""


class TransactionRefused(ChainError):
    """A transaction was required to be accepted by a chain and is not; `submission` says why."""

    def __init__(self, submission: SubmissionLike) -> None:
        super().__init__(str(submission))
        self.submission = submission


class StoreError(ChainError):
    """A chain's file cannot be read or written, or another process has it."""


class DamagedStore(StoreError):
    """A chain's file is not as it was written; the message names the place."""


class NetworkError(BchcovError):
    """No server of a network did what it was asked for; `answers` are pairs of a server and what
    it said, in its own words.

    A transaction whose broadcast ended in this may have reached the network all the same.
    """

    def __init__(self, message: str, answers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.answers = answers


class BroadcastRefused(NetworkError):
    """A server refuses a transaction, and none has taken it; `reason` is what the first said."""

    def __init__(
        self, message: str, answers: tuple[tuple[str, str], ...] = (), *, reason: str = ""
    ) -> None:
        super().__init__(message, answers)
        self.reason = reason


class SettingsError(BchcovError):
    """Settings of a race that are out of their range, or a name that is not one of a setting."""


class CommandError(BchcovError):
    """A line that the simulator cannot carry out; the message is the answer."""


class VectorError(BchcovError):
    """A test file that cannot be read; the message names the file and the place."""


class WorkerLost(BchcovError):
    """A worker process ended before its work was done."""


class MissingExtra(BchcovError):
    """Something needs a library that is installed with an extra of this package: `extra`."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what}: pip install 'bchcov[{extra}]'")
        self.extra = extra


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
        return f"{self.reason}: {self.detail}" if self.detail else self.reason.value
