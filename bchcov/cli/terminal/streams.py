"""Standard streams whose errors name them, even if they were closed at the start."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

from ...encoding.printable import printable

__all__ = ["FAILED", "describe_failure", "finish_streams", "prepare_streams"]

FAILED = 3
"""The exit status for a failure of the system, such as a full device or a closed stream."""

# Sizes outside this are ignored: narrower than any table, or wider than any screen.
_COLUMNS = range(20, 10_000)


class _Input(io.FileIO):
    def readinto(self, buffer: Any, /) -> int | None:
        try:
            return super().readinto(buffer)
        except OSError as error:
            error.filename = "standard input"
            raise

    def readall(self) -> bytes:
        try:
            return super().readall()
        except OSError as error:
            error.filename = "standard input"
            raise


class _Output(io.BufferedWriter):
    # Not the file below: if a signal were handled there, between writing and returning, the
    # buffer would not know what was written, and write it again at the end.
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            error.filename = "standard output"
            raise

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            error.filename = "standard output"
            raise


class _Errors(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            # There is nowhere left to report it; the exit status stays what it is.
            return memoryview(data).nbytes


def _open_closed() -> None:
    """Open something that only fails in place of each closed standard stream.

    Otherwise the next file opened would take its number, and output would go into that file.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and int(text) in _COLUMNS


def prepare_streams() -> io.TextIOWrapper:
    """Replace the standard streams by ones whose OSErrors name them, and return the output.

    The name is the error's `filename`. Characters that the encoding lacks are written escaped.
    Implausible screen sizes are removed from the environment.
    """
    _open_closed()
    encoding = sys.stdout.encoding if sys.stdout is not None else "utf-8"
    told = sys.stderr.encoding if sys.stderr is not None else encoding
    # The command decides about bytes that are not UTF-8, not the stream.
    sys.stdin = io.TextIOWrapper(
        io.BufferedReader(_Input(0, "r", closefd=False)), "utf-8", "surrogateescape"
    )
    output = _Output(io.FileIO(1, "w", closefd=False))
    sys.stdout = written = io.TextIOWrapper(
        output, encoding, "backslashreplace", line_buffering=output.isatty()
    )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Errors(2, "w", closefd=False)),
        told,
        "backslashreplace",
        line_buffering=True,
    )
    for name in ("COLUMNS", "LINES"):
        if not _is_size(os.environ.get(name, "")):
            os.environ.pop(name, None)
    return written


def describe_failure(error: OSError) -> str:
    """Describe in one sentence what failed."""
    what = error.strerror or str(error)
    return f"{printable(os.fsdecode(error.filename))}: {what}" if error.filename else what


def finish_streams(code: object, output: io.TextIOWrapper) -> int:
    """Flush the standard output, and return the exit status for `code`.

    If that fails the process ends here, since the interpreter would try again. `output` is
    what `prepare_streams` returned: click puts a stream in place of `sys.stdout` that does
    not say when nobody reads any more.
    """
    status = code if isinstance(code, int) else 0 if code is None else 1
    try:
        output.flush()
    except OSError as error:
        if error.errno != errno.EPIPE and status < 128 and status != FAILED:
            status = FAILED
            sys.stderr.write(f"Error: {describe_failure(error)}\n")
        sys.stderr.flush()
        os._exit(status or 1)
    sys.stderr.flush()
    return status
