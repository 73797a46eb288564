"""The shape of the project: layers, who may use which library, sizes, names, import time."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bchcov"

LAYERS = {
    "errors": 0,
    "encoding": 1,
    "crypto": 1,
    "script": 2,
    "transaction": 3,
    "vm": 4,
    "validation": 5,
    "assembly": 5,
    "wallet": 5,
    "covenant": 6,
    "vectors": 7,
    "chain": 7,
    "testing": 8,
    "cli": 9,
    "__init__": 10,
    "__main__": 10,
}

# A library, and the files or folders that may know it. What is not named here is the standard library.
LIBRARIES = {
    "click": ("cli",),
    "rich": ("cli",),
    "coincurve": ("crypto/secp256k1.py",),
    "gmpy2": ("crypto/residue.py",),
    "bitcash": ("wallet",),
    "cashaddress": ("wallet", "encoding"),
    "ecdsa": ("crypto",),
    "numpy": ("vectors", "testing"),
    "hypothesis": ("testing",),
}

LINES = 300
# A file may be longer for a reason that stands here.
LONGER: dict[str, str] = {}

FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    """Name the layer a file belongs to: its folder, or its own name at the top."""
    return relative(path).split("/")[0].removesuffix(".py")


def imported_modules(path: Path) -> set[str]:
    """Name every module that a file imports anywhere in it, absolutely: `bchcov.vm.machine`."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            base = [part for part in base if part]
            names.update(".".join((*base, alias.name)) for alias in node.names)
    return names


def own_parts(path: Path) -> set[str]:
    """Name the layers whose modules a file imports."""
    parts = {name.split(".")[1] for name in imported_modules(path) if name.startswith("bchcov.")}
    return {part if part in LAYERS else "__init__" for part in parts}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_imports_go_down_only(path: Path) -> None:
    part = part_of(path)
    assert part in LAYERS, f"{relative(path)} is in no layer"
    upward = {other for other in own_parts(path) - {part} if LAYERS[other] >= LAYERS[part]}
    assert not upward, f"{relative(path)} imports from {', '.join(sorted(upward))}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_modules_of_the_package_import_each_other_relatively(path: Path) -> None:
    absolute = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and any(a.name.startswith("bchcov") for a in node.names))
        or (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and (node.module or "").startswith("bchcov")
        )
    ]
    assert not absolute, f"absolute imports at lines {absolute}"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_other_libraries_are_known_only_where_they_are_listed(path: Path) -> None:
    for module in imported_modules(path):
        library = module.split(".")[0]
        if library == "bchcov" or library in sys.stdlib_module_names:
            continue
        allowed = LIBRARIES.get(library, ())
        assert relative(path) in allowed or part_of(path) in allowed, (
            f"{relative(path)} imports {library}"
        )


@pytest.mark.parametrize("path", [*FILES, *TESTS, *SCRIPTS], ids=name_of)
def test_files_are_short_and_named_for_a_purpose(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}
    lines = path.read_text().count("\n")
    assert lines <= LINES or name_of(path) in LONGER, f"{lines} lines, limit {LINES}"


@pytest.mark.parametrize("path", [*FILES, *TESTS, *SCRIPTS], ids=name_of)
def test_every_module_says_what_it_holds(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, "no docstring"
    assert docstring.split("\n")[0].endswith((".", ":")), "the first line is not a sentence"


def test_the_exceptions_to_the_length_of_files_are_still_needed() -> None:
    for name in LONGER:
        assert (ROOT / name).read_text().count("\n") > LINES


def run_python(code: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return ran.stdout


def test_importing_the_package_loads_no_library_of_the_tools() -> None:
    loaded = set(run_python("import sys, bchcov; print(*sys.modules)").split())
    tools = {"click", "rich", "numpy", "hypothesis", "bitcash", "ecdsa", "requests"}
    assert "bchcov.vm.evaluate" in loaded
    assert not tools & loaded


def test_showing_the_help_loads_no_script_engine() -> None:
    code = (
        "import sys\n"
        "from bchcov.cli.main import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print(*(name for name in sys.modules if name.startswith('bchcov.cli')))\n"
    )
    assert set(run_python(code).splitlines()[-1].split()) == {"bchcov.cli", "bchcov.cli.main"}


def seconds_of(code: str) -> float:
    started = time.perf_counter()
    run_python(code)
    return time.perf_counter() - started


def test_importing_the_package_takes_less_than_150_milliseconds() -> None:
    medians = []
    # Other work on the machine only ever makes it slower: the best of a few rounds counts.
    for _ in range(5):
        loaded = statistics.median(seconds_of("import bchcov") for _ in range(3))
        bare = statistics.median(seconds_of("pass") for _ in range(3))
        medians.append(loaded - bare)
        if medians[-1] < 0.150:
            break
    assert min(medians) < 0.150


def test_the_top_folder_holds_what_belongs_there_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed.stdout.splitlines()}
    folders = {"bchcov", "scripts", "vectors", "tests", "contracts"}
    files = {"pyproject.toml", "README.md", "LICENSE"}
    assert {name for name in top if not name.startswith(".")} == folders | files
