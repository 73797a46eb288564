"""Which engine runs, and that the sources can be chosen where a compiled one lies beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import bchcov

PACKAGE = Path(bchcov.__file__).parent


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent), **environment},
    )
    return done.stdout.strip()


NAME = "from bchcov.engine import engine_name; print(engine_name())"
KIND = (
    "from bchcov.vm.machine import Machine; import bchcov.vm.machine as module;"
    "print(module.__file__.endswith('.py'))"
)


def test_the_name_is_that_of_what_is_loaded() -> None:
    assert (run(NAME) == "pure Python") is (run(KIND) == "True")


def test_the_sources_can_be_chosen() -> None:
    assert run(NAME, BCHCOV_PURE="1") == "pure Python"
    assert run(KIND, BCHCOV_PURE="1") == "True"


def test_every_module_is_found_among_the_sources() -> None:
    code = (
        "import sys; from bchcov import Chain, verify; from bchcov.vm import trace;"
        "files = [str(m.__file__) for n, m in sys.modules.items() if n.startswith('bchcov')];"
        "print(len(files) > 50, all(file.endswith('.py') for file in files))"
    )
    assert run(code, BCHCOV_PURE="1") == "True True"


@pytest.mark.parametrize("value", ["", "0"])
def test_any_engine_runs_where_the_sources_are_not_asked_for(value: str) -> None:
    assert run(NAME, BCHCOV_PURE=value) == run(NAME, BCHCOV_PURE="")


def test_the_version_says_which_engine_runs() -> None:
    done = run("from bchcov.cli.main import main; main(['--version'])", BCHCOV_PURE="1")
    assert done.endswith("(pure Python engine)")
