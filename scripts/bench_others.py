"""Other engines on the sets of `scripts/bench`: libauth, or any that a command runs."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench_sets import Test

__all__ = ["libauth_command", "seconds_of"]

ROOT = Path(__file__).parent.parent
LIBAUTH = "@bitauth/libauth@3.1.0-next.8"
FOLDER = ROOT / ".venv" / "libauth-3.1.0-next.8"


def libauth_command() -> str | None:
    """The command that runs libauth; None where node or libauth is absent."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    install = [npm, "install", "--no-audit", "--no-fund", "--silent", LIBAUTH]
    if not (FOLDER / "node_modules" / "@bitauth").is_dir():
        (FOLDER / "package.json").write_text('{"private": true}', encoding="utf-8")
        if subprocess.run(install, cwd=FOLDER, check=False).returncode:
            return None
    script = FOLDER / "bench.mjs"
    source = (ROOT / "scripts" / "bench.mjs").read_text(encoding="utf-8")
    script.write_text(source, encoding="utf-8")
    return shlex.join(["node", str(script)])


def seconds_of(command: str, sets: dict[str, list[Test]]) -> dict[str, float]:
    """Seconds that a command needs for each set.

    It is given a file of lines {set, tx, sourceOutputs} (hexadecimal), and prints a line
    {set, tests, accepted, seconds} for each set: of which it must have accepted all tests.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for name, tests in sets.items():
            for transaction, sources in tests:
                line = {"set": name, "tx": transaction.hex(), "sourceOutputs": sources.hex()}
                file.write(json.dumps(line) + "\n")
        file.flush()
        answer = subprocess.run(
            [*shlex.split(command), file.name], check=True, capture_output=True, encoding="utf-8"
        )
    found = {}
    for text in answer.stdout.splitlines():
        line = json.loads(text)
        assert line["accepted"] == line["tests"], f"{command} refuses some of {line['set']}"
        found[line["set"]] = line["seconds"]
    return found
