"""Make .venv/compiled: a copy of the package with the engine compiled; the checkout stays plain.

What is compiled is compiled again when its sources have changed.
Exits with status 3 where there is no C compiler, and 1 where it fails.
"""

from __future__ import annotations

import hashlib
import importlib.machinery
import shutil
import subprocess
import sys
from pathlib import Path

from compile_engine import ROOT, engine_files, has_compiler

FOLDER = ROOT / ".venv" / "compiled"
LIBRARY = importlib.machinery.EXTENSION_SUFFIXES[-1]


def fingerprint() -> str:
    """What the compiled modules depend on: their sources, how they are compiled, and for what."""
    state = hashlib.sha256(sys.version.encode())
    for name in (*engine_files(), "scripts/compile_engine.py"):
        state.update(name.encode() + b"\0" + (ROOT / name).read_bytes())
    return state.hexdigest()


def compile_modules(into: Path) -> bool:
    """Compile the engine, unless it is there already; return whether it was not."""
    stamp, wanted = into / "fingerprint", fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return not FOLDER.is_dir()
    shutil.rmtree(into, ignore_errors=True)
    sys.stderr.write("compiling the engine (again when its sources change)\n")
    command = [sys.executable, str(ROOT / "scripts" / "compile_engine.py"), str(into)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit("the engine could not be compiled")
    stamp.write_text(wanted, encoding="utf-8")
    return True


def synchronise(source: Path, target: Path) -> None:
    """Make `target` a copy of a folder, and leave what is the same: it may be in use."""
    wanted = {
        path.relative_to(source)
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    present = {
        path.relative_to(target)
        for path in target.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != LIBRARY
    }
    for name in present - wanted:
        (target / name).unlink()
    for name in wanted:
        data = (source / name).read_bytes()
        if name not in present or (target / name).read_bytes() != data:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)


def main() -> None:
    """Make the copy."""
    if not has_compiler():
        sys.stderr.write("no C compiler is found: there is no compiled engine\n")
        sys.exit(3)
    modules = FOLDER.with_name("compiled-modules")
    if compile_modules(modules):
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(modules, FOLDER)
        (FOLDER / "contracts").symlink_to(ROOT / "contracts")
    synchronise(ROOT / "bchcov", FOLDER / "bchcov")


if __name__ == "__main__":
    main()
