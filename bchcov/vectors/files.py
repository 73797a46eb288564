"""Finding files of tests, and telling their formats apart by name and content."""

from __future__ import annotations

import lzma
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..encoding.json_text import JSON_WITH_LONG_NUMBERS
from ..errors import VectorError
from .labels import expectations, labels_of_path
from .nodes import NODE_KINDS, NodeTests
from .outcome import Tests
from .recognize import first_rows, kind_of_rows
from .suite import MAGIC, MAX_BYTES
from .templates import is_template, read_template_file
from .transactions import read_packed, read_vmb_file, read_vmb_line_file

__all__ = ["find_files", "open_tests"]

Skipped = Callable[[Path, str], None]
"""Called with a file or folder that is passed over, and why."""

_SIDECARS = ("_results", "_limits", "_reasons")
# Labels stand behind a transaction, which may have a million bytes in hexadecimal.
_BEGINNING = 1 << 22
_MAX_NAMES = 20
_VALIDITY = re.compile(r"(?<![a-z])(in)?valid(?![a-z])")


def _kind(path: Path) -> str | None:
    """What a file is by its name: a nodes' kind, "packed", "lines", "json", "sidecar", or none."""
    name = path.name.lower()
    stem = name.split(".")[0]
    if name.endswith((".json", ".json.xz")):
        if stem in NODE_KINDS:
            return stem
        if any(part.endswith(_SIDECARS) for part in name.removesuffix(".xz").split(".")[:-1]):
            return "sidecar"
        return "json"
    if name.endswith((".jsonl", ".jsonl.xz")):
        return "lines"
    return "packed" if name.endswith(".xz") else None


def _kind_of_content(path: Path, rows: list[Any]) -> str | None:
    """What the rows of a JSON file are tests of; whether transactions are valid its name says."""
    kind = kind_of_rows(rows)
    if kind != "tx":
        return kind
    for name in (path.name, path.parent.name):
        found = _VALIDITY.search(name.lower())
        if found:
            return "tx_invalid" if found[1] else "tx_valid"
    return None


def _why_not(path: Path) -> str | None:
    """Why a file found in a folder holds no tests that can be run; None where it does."""
    kind = _kind(path)
    if kind == "json":
        return _why_no_rows(path)
    if kind == "lines":
        return None if b'"labels"' in _begin(path) else "its lines have no labels: no tests"
    if kind == "packed":
        # Only a name of another kind, as a.tsv.xz, is passed over: a damaged suite is an error.
        is_suite = "." not in path.stem or _begin(path).startswith(MAGIC)
        return None if is_suite else "no suite of tests, by its name"
    if kind == "sidecar":
        return "results or limits of tests, and no tests"
    return "" if kind is None else None


def _why_no_rows(path: Path) -> str | None:
    text = _begin(path).decode("utf-8-sig", "ignore")
    rows = first_rows(text)
    kind = _kind_of_content(path, rows)
    if kind is not None:
        only_path = kind == "vmb" and not any(isinstance(each, list) for each in rows[0][6:7])
        labels = labels_of_path(path) if only_path else ()
        if labels and not list(expectations(labels)):
            return f"no rule set of {labels[0].rpartition('_')[0]}: the first is that of 2023"
        return None
    if is_template(_object_in(text)):
        return None
    if kind_of_rows(rows) == "tx":
        return "transactions; no name says whether they are valid, as tx_valid.json does"
    if rows or _is_whole(text):
        return "it holds no tests"
    # Cut off or damaged: passed over only where nothing says that it should hold tests.
    name = path.name.lower()
    expected = labels_of_path(path) or ".vmb_tests" in name or "wallet-template" in name
    return None if expected else "not JSON that can be read: no tests"


def _is_whole(text: str) -> bool:
    if len(text) >= _BEGINNING // 4:
        return text.lstrip()[:1] == "{"
    try:
        JSON_WITH_LONG_NUMBERS.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _object_in(text: str) -> Any:
    """The object that a text holds, None where it is cut off or something else."""
    if text.lstrip()[:1] != "{" or len(text) >= _BEGINNING // 4:
        return None
    try:
        return JSON_WITH_LONG_NUMBERS.decode(text)
    except (ValueError, RecursionError):
        return None


def _begin(path: Path) -> bytes:
    """The beginning of a file, decompressed."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            return file.read(_BEGINNING)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise VectorError(f"{path}: {error}") from error


def _search(folder: Path, skipped: Skipped) -> Iterator[Path]:
    others: list[str] = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        try:
            why = _why_not(file)
        except VectorError:
            # What cannot be read may hold tests: whoever opens it learns why it does not open.
            why = None
        if why is None:
            yield file
        elif why:
            skipped(file, why)
        else:
            others.append(file.name)
    if others:
        names = ", ".join(others[:_MAX_NAMES])
        more = f" and {len(others) - _MAX_NAMES} more" if len(others) > _MAX_NAMES else ""
        skipped(folder, f"no .json, .jsonl or .xz: {names}{more}")


def find_files(paths: Sequence[Path], *, skipped: Skipped | None = None) -> Iterator[Path]:
    """Yield the files with tests at `paths`: files as given, folders searched, in order.

    In folders, what holds no tests is passed over, and `skipped` told of it. Raises
    VectorError for a path that is not there, a file of no known kind, and a folder
    without tests.
    """
    for path in paths:
        if path.is_dir():
            found = False
            for file in _search(path, skipped or (lambda _path, _why: None)):
                found = True
                yield file
            if not found:
                raise VectorError(f"{path}: no test vectors in this folder")
        elif not path.exists():
            raise VectorError(f"{path}: no such file or folder")
        elif _kind(path) in (None, "sidecar"):
            raise VectorError(f"{path}: not a file of test vectors, by its name")
        else:
            yield path


def _read(path: Path) -> str:
    try:
        if path.suffix == ".xz":
            with lzma.open(path) as file:
                data = file.read(MAX_BYTES)
        else:
            data = path.read_bytes()
        return data.decode("utf-8-sig")
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise VectorError(f"{path}: {error}") from error


def _parse(path: Path) -> Any:
    try:
        return JSON_WITH_LONG_NUMBERS.decode(_read(path))
    except ValueError as error:
        raise VectorError(f"{path}: not JSON: {error}") from error
    except RecursionError as error:
        raise VectorError(f"{path}: not JSON that can be read: nested too deeply") from error


@lru_cache(maxsize=8)
def open_tests(path: Path) -> Tests:
    """Read the tests of a file; they are kept for the next call. Raises VectorError."""
    kind = _kind(path)
    if kind == "packed":
        return read_packed(path)
    if kind == "lines":
        return read_vmb_line_file(path, _read(path))
    if kind is None or kind == "sidecar":
        raise VectorError(f"{path}: not a file of test vectors, by its name")
    data = _parse(path)
    if kind == "json" and is_template(data):
        return read_template_file(path, data)
    if kind == "json":
        kind = _kind_of_content(path, data) if isinstance(data, list) else None
    return NodeTests(path, kind, data) if kind in NODE_KINDS else read_vmb_file(path, data)
