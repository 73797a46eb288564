"""Finding files of test vectors, and recognizing their formats by name and content."""

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
"""Called with each file or folder that is skipped, and the reason."""

_SIDECARS = ("_results", "_limits", "_reasons")
# Labels follow a transaction, which may be a million bytes in hexadecimal.
_PREFIX_BYTES = 1 << 22
_MAX_NAMES = 20
_EXPECTED_NAMES = ".json, .jsonl or .xz, and not results or limits of tests"
_VALIDITY = re.compile(r"(?<![a-z])(in)?valid(?![a-z])")


def _kind(path: Path) -> str | None:
    """Return a file's kind by its name; None if it cannot contain tests.

    The kinds are those of nodes' files, "packed", "lines", "json", and "sidecar" for results or
    limits that belong to a file of tests.
    """
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
    """Return a JSON file's kind by its rows, and by its name whether transactions are valid."""
    kind = kind_of_rows(rows)
    if kind != "tx":
        return kind
    for name in (path.name, path.parent.name):
        found = _VALIDITY.search(name.lower())
        if found:
            return "tx_invalid" if found[1] else "tx_valid"
    return None


def _reason_to_skip(path: Path) -> str | None:
    """Return why a file in a folder is skipped; None if it contains tests that can be run.

    The reason is empty for a file with an unrelated name.
    """
    kind = _kind(path)
    if kind == "json":
        return _reason_to_skip_json(path)
    if kind == "lines":
        return None if b'"labels"' in _read_prefix(path) else "no tests: no line has labels"
    if kind == "packed":
        # Only names of another kind, as a.tsv.xz, are skipped: a damaged suite is an error.
        is_suite = "." not in path.stem or _read_prefix(path).startswith(MAGIC)
        return None if is_suite else "no packed suite, by its name"
    if kind == "sidecar":
        return "results or limits of tests, but no tests"
    return "" if kind is None else None


def _reason_to_skip_json(path: Path) -> str | None:
    text = _read_prefix(path).decode("utf-8-sig", "ignore")
    rows = first_rows(text)
    kind = _kind_of_content(path, rows)
    if kind is not None:
        only_path = kind == "vmb" and not any(isinstance(each, list) for each in rows[0][6:7])
        labels = labels_of_path(path) if only_path else ()
        if labels and not list(expectations(labels)):
            return f"no rule set for {labels[0].rpartition('_')[0]}: the oldest is BCH_2023"
        return None
    if is_template(_object_in(text)):
        return None
    if kind_of_rows(rows) == "tx":
        return (
            "transactions, but neither the file nor its folder is named valid or invalid,"
            " as tx_valid.json is"
        )
    if rows or _is_whole(text):
        return "it contains no tests"
    # A truncated or damaged file is skipped only if its name does not promise tests.
    name = path.name.lower()
    expected = labels_of_path(path) or ".vmb_tests" in name or "wallet-template" in name
    return None if expected else "no tests: invalid JSON"


def _is_whole(text: str) -> bool:
    """Whether the beginning of a file is a whole JSON value; a long object counts as one."""
    if len(text) >= _PREFIX_BYTES // 4:
        return text.lstrip()[:1] == "{"
    try:
        JSON_WITH_LONG_NUMBERS.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _object_in(text: str) -> Any:
    """Return the JSON object that a text contains, None if it is truncated or another value."""
    if text.lstrip()[:1] != "{" or len(text) >= _PREFIX_BYTES // 4:
        return None
    try:
        return JSON_WITH_LONG_NUMBERS.decode(text)
    except (ValueError, RecursionError):
        return None


def _read_prefix(path: Path) -> bytes:
    """Read the beginning of a file, decompressed."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            return file.read(_PREFIX_BYTES)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise VectorError(f"{path}: {error}") from error


def _search(folder: Path, skipped: Skipped) -> Iterator[Path]:
    """Yield a folder's files with tests in order, and call `skipped` for the others."""
    others: list[str] = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        try:
            why = _reason_to_skip(file)
        except VectorError:
            # A file that cannot be read may contain tests: opening it will raise the error.
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
        skipped(folder, f"neither .json, .jsonl nor .xz: {names}{more}")


def find_files(paths: Sequence[Path], *, skipped: Skipped | None = None) -> Iterator[Path]:
    """Yield the files with tests at `paths`, in order; folders are searched.

    In folders, files without tests are skipped, and `skipped` is called with each and the
    reason. Raises VectorError for a path that does not exist, a file of an unknown kind, and a
    folder without tests.
    """
    for path in paths:
        if path.is_dir():
            found = False
            for file in _search(path, skipped or (lambda _path, _why: None)):
                found = True
                yield file
            if not found:
                raise VectorError(f"{path}: the folder contains no test vectors")
        elif not path.exists():
            raise VectorError(f"{path}: no such file or folder")
        elif _kind(path) in (None, "sidecar"):
            raise VectorError(f"{path}: unknown kind of file: expected {_EXPECTED_NAMES}")
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
        raise VectorError(f"{path}: invalid JSON: {error}") from error
    except RecursionError as error:
        raise VectorError(f"{path}: invalid JSON: nested too deeply") from error


@lru_cache(maxsize=8)
def open_tests(path: Path) -> Tests:
    """Read the tests of a file; the last files read are cached. Raises VectorError."""
    kind = _kind(path)
    if kind == "packed":
        return read_packed(path)
    if kind == "lines":
        return read_vmb_line_file(path, _read(path))
    if kind is None or kind == "sidecar":
        raise VectorError(f"{path}: unknown kind of file: expected {_EXPECTED_NAMES}")
    data = _parse(path)
    if kind == "json" and is_template(data):
        return read_template_file(path, data)
    if kind == "json":
        kind = _kind_of_content(path, data) if isinstance(data, list) else None
    return NodeTests(path, kind, data) if kind in NODE_KINDS else read_vmb_file(path, data)
