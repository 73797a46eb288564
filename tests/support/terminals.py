"""A command in a terminal of its own, which a test types into and reads."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["PATIENCE_SECONDS", "Terminal"]

PATIENCE_SECONDS = 120
_COLOURS = re.compile(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]")
# A terminal that is not the process's own sends it no signals.
_START = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " runpy.run_module('bchcov', run_name='__main__', alter_sys=True)"
)


class Terminal:
    """A command of bchcov in a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._leader, follower = pty.openpty()
        variables = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "TERM": "xterm"}
        # Nobody answers where the cursor is.
        variables["PROMPT_TOOLKIT_NO_CPR"] = "1"
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, *arguments],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
            env={**os.environ, **variables},
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

    def write(self, keys: bytes) -> None:
        os.write(self._leader, keys)

    def end(self) -> int:
        """Leave with Ctrl-D; the exit status."""
        self.write(b"\x04")
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._leader)
