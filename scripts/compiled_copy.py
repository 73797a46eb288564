"""Make .venv/compiled: a copy of the package with the engine compiled; the checkout stays plain.

What is compiled is compiled again when its sources have changed, all else is copied each time.
Exits with status 3 where there is no C compiler, and 1 where it fails.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from compile_engine import ROOT, engine_files, has_compiler

FOLDER = ROOT / ".venv" / "compiled"


def fingerprint() -> str:
    """What the compiled modules depend on: their sources, how they are compiled, and for what."""
    state = hashlib.sha256(sys.version.encode())
    for name in (*engine_files(), "scripts/compile_engine.py"):
        state.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return state.hexdigest()


def compile_modules(into: Path) -> None:
    """Compile the engine, unless it is there already."""
    stamp, wanted = into / "fingerprint", fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(into, ignore_errors=True)
    sys.stderr.write("compiling the engine (again when its sources change)\n")
    command = [sys.executable, str(ROOT / "scripts" / "compile_engine.py"), str(into)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit("the engine could not be compiled")
    stamp.write_text(wanted, encoding="utf-8")


def main() -> None:
    """Make the copy."""
    if not has_compiler():
        sys.stderr.write("no C compiler is found: there is no compiled engine\n")
        sys.exit(3)
    modules = FOLDER.with_name("compiled-modules")
    compile_modules(modules)
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(ROOT / "bchcov", FOLDER / "bchcov", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("contracts", "vectors", "scripts", "docs", "pyproject.toml"):
        (FOLDER / name).symlink_to(ROOT / name)
    shutil.copytree(modules, FOLDER, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
