"""Compile the engine's modules with mypyc; the sources stay as they are.

    compile_engine.py FOLDER      put the compiled modules into FOLDER, as they lie in the project

The wheel is built with it (build_hook.py), and so is the copy that tests run on (scripts/compiled).
Needs mypy, setuptools and a C compiler.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What runs inside: neither data, which is subclassed, pickled and copied in every way that Python
# has, nor the functions that look at what users give them before anything else does.
ENGINE = (
    "crypto/der.py",
    "crypto/hashes.py",
    "crypto/residue.py",
    "crypto/ripemd.py",
    "crypto/secp256k1.py",
    "encoding/compact_size.py",
    "script/number_values.py",
    "script/pushes.py",
    "transaction/decoding.py",
    "transaction/known.py",
    "transaction/parts.py",
    "transaction/covered.py",
    "validation/standardness.py",
    "validation/structure.py",
    "validation/tokens.py",
    "validation/verify.py",
    "vm/decode.py",
    "vm/machine.py",
    "vm/operations",
    "vm/program.py",
    "vm/signing",
    "vm/truth.py",
)
OPTIONS = (
    # Checked strictly elsewhere; here the libraries need not be installed.
    "--config-file=",
    "--no-site-packages",
    "--ignore-missing-imports",
    "--follow-imports=silent",
    f"--cache-dir={os.devnull}",
)


def has_compiler() -> bool:
    """Whether there seems to be a C compiler, and what it needs of Python: its header files."""
    if sys.implementation.name != "cpython":
        return False
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        return False
    command = os.environ.get("CC") or sysconfig.get_config_var("CC")
    # On Windows setuptools knows where to look.
    return sys.platform == "win32" or bool(command and shutil.which(command.split()[0]))


def engine_files() -> list[str]:
    """The modules that are compiled, as paths from the project's root."""
    found: list[Path] = []
    for part in ENGINE:
        path = ROOT / "bchcov" / part
        found += [path] if path.is_file() else path.rglob("*.py")
    return sorted(path.relative_to(ROOT).as_posix() for path in found if path.name != "__init__.py")


def compile_engine(folder: Path) -> None:
    """Compile the engine into `folder`; exits with another status than 0 if it cannot be."""
    # Before mypyc, which needs the distutils that Python has no longer and setuptools brings.
    from setuptools import Distribution  # isort: skip
    from mypyc.build import mypycify

    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        modules = mypycify(
            [*OPTIONS, *engine_files()],
            opt_level="2",
            debug_level="0",
            target_dir=scratch,
            group_name="bchcov",
        )
        command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
        command.build_temp, command.build_lib = scratch, str(folder)
        command.ensure_finalized()
        command.run()


if __name__ == "__main__":
    compile_engine(Path(sys.argv[1]).resolve())
