"""Update the outputs of the examples in README.md and docs/; review the changes before a commit."""

from __future__ import annotations

import contextlib
import io
import os
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner
from support.loopback import CERTIFICATE, serving
from support.offline import loopback_only

from bchcov import Chain, Output, PrivateKey
from bchcov.cli.main import main as bchcov

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
NOT_RUN = ("scripts/", "pip ", "git ")
"""What an example may start with that is not run: set-up, and long work of its own."""


class Runner:
    """Runs the blocks of one page in their order: one namespace, one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Code that defines classes looks its own module up.
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""
        self.status = 0
        for name in ("vectors", "contracts", "docs"):
            (folder / name).symlink_to(ROOT / name)

    def block(self, language: str, text: str, page: str) -> str:
        """Run a block and return it with what it prints now."""
        if language == "python":
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream), contextlib.chdir(self.folder):
                exec(compile(text, page, "exec"), self.names)
            self.printed += stream.getvalue()
        elif language == "text":
            text, self.printed = self.printed, ""
        elif language == "console":
            text = COMMAND.sub(lambda match: self.command(match[1], match[2]), text)
        elif language == "session":
            typed = "".join(f"{line}\n" for line in re.findall(r"^> (.*)$", text, re.MULTILINE))
            text = CliRunner().invoke(bchcov, ["amm", "--memory", "--seed", "1"], typed).stdout
        return text

    def command(self, command: str, shown: str) -> str:
        """Run a command in a shell; its output is shown where the page shows one."""
        line = f"$ {command}\n"
        if command.startswith(NOT_RUN):
            return line + shown
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.status}); {command}"],
            cwd=self.folder,
            env=os.environ | home | {"PATH": path, "COLUMNS": "100", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.status = done.returncode
        if not shown and self.status:
            raise SystemExit(f"{command}: exit status {self.status}\n{done.stdout}")
        return line + (done.stdout if shown else "")


@contextlib.contextmanager
def network_for(text: str) -> Iterator[None]:
    """Let a page that speaks to a network find one, on loopback only.

    It is a regtest chain, on which the first key in the page's text has a coin.
    """
    if "bchcov.network" not in text:
        yield
        return
    wif = re.search(r"from_wif\(\"(\w+)\"\)", text)
    assert wif is not None
    chain = Chain(network="regtest")
    chain.fund(Output(100_000, PrivateKey.from_wif(wif[1]).locking_bytecode))
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    with (
        loopback_only() as tried,
        serving(chain) as loopback,
        mock.patch.dict(os.environ, FULCRUM_API_REGTEST=loopback.electrum),
        mock.patch("bchcov.network.electrum.context", trusting),
    ):
        yield
    if tried:
        raise SystemExit(f"an example has tried to leave this machine: {tried}")


def render(page: Path) -> str:
    """The page with what its examples print now."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, network_for(text):
        runner = Runner(Path(folder))

        def run(match: re.Match[str]) -> str:
            return f"```{match[1]}\n{runner.block(match[1], match[2], page.name)}```"

        made = BLOCK.sub(run, text)
    if runner.printed:
        raise SystemExit(f"{page.name} does not show what its code prints: {runner.printed!r}")
    return made


def main() -> int:
    """Write every page that has changed."""
    for page in PAGES:
        made = render(page)
        if made != page.read_text(encoding="utf-8"):
            page.write_text(made, encoding="utf-8")
            print(f"{page.name}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
