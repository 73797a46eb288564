"""The house rules that a machine can check: layers, borders, sizes, names."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "bchcov"
FILES = sorted(PACKAGE.rglob("*.py"))

# A module imports from its own part or from one on a lower floor.
FLOORS = {
    "reasons": 0,
    "engine": 0,
    "errors": 1,
    "processes": 2,
    "encoding": 2,
    "crypto": 2,
    "script": 3,
    "transaction": 4,
    "vm": 5,
    "validation": 6,
    "assembly": 6,
    "wallet": 7,
    "contract": 9,
    "formats": 8,
    "network": 8,
    "amm": 10,
    "chain": 11,
    "vectors": 11,
    "seeing": 12,
    "race": 13,
    "testing": 13,
    "simulator": 14,
    "cli": 15,
    "__init__": 16,
    "__main__": 16,
}
# Each library from outside is behind one part, or one module where it is a C library.
BORDERS = {
    "coincurve": ("crypto/secp256k1.py",),
    "gmpy2": ("crypto/residue.py",),
    "ecdsa": ("crypto/nonce.py",),
    "bitcash": ("network/",),
    "cashaddress": ("encoding/",),
    "click": ("cli/",),
    "prompt_toolkit": ("cli/",),
    "matplotlib": ("race/report.py",),
    "distributed": ("race/sweep.py", "testing/fuzzing/on_cluster.py"),
    # What is drawn by textual is made of the pieces of rich.
    "rich": ("cli/", "seeing/screen/"),
    "textual": ("seeing/screen/",),
    "numpy": ("race/", "testing/"),
    "hypothesis": ("testing/",),
    "coverage": ("testing/coverage/", "cli/cover.py"),
    "pytest": ("testing/plugin/",),
    "_pytest": ("testing/plugin/mutation.py",),
}
MAX_LINES = 300
TOP_LEVEL = {
    "bchcov",
    "scripts",
    "vectors",
    "tests",
    "contracts",
    "docs",
    "pyproject.toml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "SECURITY.md",
    "LICENSE",
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, in full."""
    package = ("bchcov", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            yield module
            if node.module is None or module == "bchcov":
                yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_down_only(path: Path) -> None:
    here = FLOORS[part_of(path)]
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "bchcov" and len(parts) > 1 and parts[1] != part_of(path):
            there = FLOORS.get(parts[1])
            assert there is not None, f"{module} has no floor"
            assert there < here, f"{name_of(path)} imports {module}, not from below"


def test_the_page_shows_each_part_on_its_floor() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \| ", page, re.MULTILINE)
    shown = [(name, int(floor)) for floor, cell in rows for name in re.findall(r"`(\w+)`", cell)]
    # Running the package as a program is not a part that anybody looks for.
    assert sorted(shown) == sorted(
        (name, floor) for name, floor in FLOORS.items() if name != "__main__"
    )
    assert [int(floor) for floor, _ in rows] == sorted({*FLOORS.values()}, reverse=True)


def test_each_part_of_the_package_has_a_floor() -> None:
    assert {part_of(path) for path in FILES} == FLOORS.keys()


def module_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, known: set[str]) -> set[str]:
    """The modules of this package that a file imports, type-only and late imports included."""
    package = ("bchcov", *path.relative_to(PACKAGE).parent.parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found |= {inner} if inner in known else {module} & known
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = {module_of(path) for path in FILES}
    # The front door loads what it names when it is asked for: nothing within asks it.
    graph = {module_of(path): imported_modules(path, known) for path in FILES}
    graph.pop("bchcov")
    order = TopologicalSorter(graph)
    try:
        order.prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_library_from_outside_is_known_behind_its_border_only(path: Path) -> None:
    for module in imports(path):
        library = module.split(".")[0]
        assert library in sys.stdlib_module_names or library == "bchcov" or library in BORDERS
        allowed = BORDERS.get(library)
        assert allowed is None or name_of(path).startswith(allowed), f"{module} outside {allowed}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, "no docstring"
    assert docstring.split("\n\n")[0].endswith("."), "the docstring does not begin with a sentence"
    assert path.stem not in ("utils", "helpers", "common")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout, so nothing tells which files belong to it")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_the_top_level_is_fixed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} == TOP_LEVEL


def test_no_file_knows_a_path_of_somebodys_machine() -> None:
    here = Path(__file__)
    for path in tracked():
        if path == here or path.suffix in (".xz", ".json", ".sqlite"):
            continue
        text = path.read_text(encoding="utf-8")
        for marker in ("/work/", "/home/", "/root/", "/Users/"):
            assert marker not in text, f"{path} names {marker}"


def test_importing_the_package_loads_few_modules() -> None:
    # How long that takes is measured by scripts/bench; each module is a part of it.
    code = "import sys; before = {*sys.modules}; import bchcov; print(*{*sys.modules} - before)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert sum(name.startswith("bchcov") for name in loaded) <= 75
    assert len(loaded) <= 225


def test_importing_the_package_loads_no_library_that_only_tools_need() -> None:
    late = (
        "click",
        "rich",
        "numpy",
        "matplotlib",
        "prompt_toolkit",
        "hypothesis",
        "bitcash",
        "cashaddress",
        "ecdsa",
        "requests",
        "textual",
    )
    code = f"import bchcov, sys; print([name for name in {late} if name in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"


def in_the_encoding_of_a_locale(node: ast.expr) -> bool:
    """Whether this reads or writes the text of a file in the encoding of the user's locale."""
    if not isinstance(node, ast.Call) or any(item.arg == "encoding" for item in node.keywords):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    if name in ("read_text", "write_text"):
        return isinstance(node.func, ast.Attribute) and len(node.args) == (name == "write_text")
    values = [*node.args, *(item.value for item in node.keywords if item.arg == "mode")]
    texts = [str(value.value) for value in values if isinstance(value, ast.Constant)]
    modes = [text for text in texts if re.fullmatch("[rwaxbt+]+", text)]
    return name in ("open", "fdopen", "NamedTemporaryFile") and modes != [] and "b" not in modes[0]


@pytest.mark.parametrize(
    ("code", "is_so"),
    [
        ("path.read_text()", True),
        ("path.write_text(text)", True),
        ("open(path, 'w')", True),
        ("path.open(mode='a')", True),
        ("NamedTemporaryFile('w+', suffix='.json')", True),
        ("path.read_text(encoding='utf-8')", False),
        ("path.open('rb')", False),
        ("read_text(source)", False),
        ("os.open(path, os.O_WRONLY)", False),
    ],
)
def test_a_file_of_text_without_an_encoding_is_seen(code: str, is_so: bool) -> None:
    assert in_the_encoding_of_a_locale(ast.parse(code, mode="eval").body) is is_so


def test_no_file_of_text_depends_on_the_locale() -> None:
    for path in tracked():
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.expr) and in_the_encoding_of_a_locale(node):
                    pytest.fail(f"{path.relative_to(ROOT)}:{node.lineno} names no encoding")
