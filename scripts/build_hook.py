"""The build hook of the wheel: compile the engine where that can be done, and build it pure if not.

BCHCOV_PURE=1 builds the pure wheel; BCHCOV_PURE=0 refuses to, as for wheels that are given away.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from compile_engine import has_compiler

COMPILER = ("mypy[mypyc]>=2.4", "setuptools>=65.5")


def wanted() -> bool | None:
    """Whether to compile; None to try it."""
    choice = os.environ.get("BCHCOV_PURE", "")
    return None if not choice else choice == "0"


class EngineHook(BuildHookInterface[Any]):
    """Adds the compiled modules to the wheel."""

    def dependencies(self) -> list[str]:
        """Ask for what compiles, if it is going to be used."""
        compiles = has_compiler() if wanted() is None else wanted()
        return list(COMPILER) if self.target_name == "wheel" and compiles else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the engine for a wheel; an editable installation stays as the sources are."""
        if self.target_name != "wheel" or version == "editable" or wanted() is False:
            return
        if wanted() is None and not has_compiler():
            self.app.display_warning("no C compiler is found: the engine is not compiled")
            return
        self._folder = tempfile.mkdtemp()
        script = Path(self.root) / "scripts" / "compile_engine.py"
        # In a process of its own: whatever stops a compiler does not stop the installation.
        done = subprocess.run([sys.executable, str(script), self._folder], check=False)
        if done.returncode:
            if wanted():
                raise RuntimeError(
                    "the engine could not be compiled, and BCHCOV_PURE=0 asks for it"
                )
            self.app.display_warning("the engine could not be compiled: it runs as pure Python")
            return
        made = [path for path in Path(self._folder).rglob("*") if path.is_file()]
        build_data["force_include"].update(
            {str(path): path.relative_to(self._folder).as_posix() for path in made}
        )
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, *_: object) -> None:
        """Remove what was compiled: it is in the wheel now."""
        if folder := getattr(self, "_folder", None):
            shutil.rmtree(folder, ignore_errors=True)
