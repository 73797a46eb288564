"""A command in a terminal of its own, which a test types into and reads."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

__all__ = ["PATIENCE_SECONDS", "Terminal"]

PATIENCE_SECONDS = 120
_COLOURS = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]")
_OTHERS = ("COLUMNS", "LINES", "NO_COLOR")
# A terminal that is not the process's own sends it no signals.
_START = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " runpy.run_module('bchcov', run_name='__main__', alter_sys=True)"
)


class Terminal:
    """A command of bchcov in a terminal of its own, of so many columns and lines."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        columns: int = 80,
        lines: int = 24,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._follower = os.dup(follower)
        self._before = termios.tcgetattr(follower)
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        variables = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TERM": "xterm"}
        # The screen here reads UTF-8, whatever the tests themselves are run with.
        variables |= {"LC_ALL": "C.UTF-8"} | dict(environment or {})
        # Nobody answers where the cursor is.
        variables["PROMPT_TOOLKIT_NO_CPR"] = "1"
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            env={**{k: v for k, v in os.environ.items() if k not in _OTHERS}, **variables},
        )
        os.close(follower)
        self.seen = b""

    def read_until(self, expected: str) -> str:
        """Read until this was shown; what was shown before it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while (text := _COLOURS.sub(b"", self.seen)).find(expected.encode()) < 0:
            ready, _, _ = select.select([self._leader], [], [], until - time.monotonic())
            assert ready, f"no {expected!r} in {text!r}"
            try:
                data = os.read(self._leader, 65_536)
            except OSError:
                data = b""
            assert data, f"ended without {expected!r}: {text!r}"
            self.seen += data
        before, _, self.seen = text.partition(expected.encode())
        return before.decode(errors="replace")

    def see(self, expected: str | Callable[[str], bool]) -> str:
        """Read until this stands on the screen, or what it shows is so; what it shows."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            shown = "\n".join(line.rstrip() for line in self._screen.display)
            if expected in shown if isinstance(expected, str) else expected(shown):
                return shown
            ready, _, _ = select.select([self._leader], [], [], until - time.monotonic())
            assert ready, f"no {expected!r} on the screen:\n{shown}"
            data = os.read(self._leader, 65_536)
            self.seen += data
            # What it does not know it would show: keys that are told in full, titles.
            self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-z]", b"", data))

    @property
    def is_restored(self) -> bool:
        """Whether the terminal takes lines again as before, and shows its own screen."""
        is_alternate = self.seen.rfind(b"\x1b[?1049h") > self.seen.rfind(b"\x1b[?1049l")
        return termios.tcgetattr(self._follower) == self._before and not is_alternate

    def wait(self) -> int:
        """Read until the command has ended; its exit status."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < until, "it does not end"
            if select.select([self._leader], [], [], 0.05)[0]:
                self.seen += os.read(self._leader, 65_536)
        while select.select([self._leader], [], [], 0)[0]:
            self.seen += os.read(self._leader, 65_536)
        return self.process.returncode

    def write(self, keys: bytes) -> None:
        os.write(self._leader, keys)

    def end(self) -> int:
        """Leave with Ctrl-D; the exit status."""
        self.write(b"\x04")
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._follower)
        os.close(self._leader)
