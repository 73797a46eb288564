"""Which tests a path holds: files are told apart by their names, folders are searched."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import VectorError
from .labels import labels_of_path
from .nodes import NodeTests
from .outcome import Tests
from .suite import MAGIC
from .transactions import read_lines, read_packed, read_vmb

__all__ = ["find_files", "open_tests"]

_NODE_KINDS = ("script_tests", "tx_valid", "tx_invalid", "sighash")
_SIDECARS = ("_results", "_limits", "_reasons")
_MOST_BYTES = 1 << 30
# Labels stand behind a transaction, which may have a million bytes in hexadecimal.
_BEGINNING = 1 << 22


def _kind(path: Path) -> str | None:
    """What a file is: a nodes' kind, "packed", "lines", "vmb", "sidecar", or nothing."""
    name = path.name.lower()
    stem = name.split(".")[0]
    if name.endswith((".json", ".json.xz")):
        if stem in _NODE_KINDS:
            return stem
        if any(part.endswith(_SIDECARS) for part in name.removesuffix(".xz").split(".")[:-1]):
            return "sidecar"
        return "vmb"
    if name.endswith((".jsonl", ".jsonl.xz")):
        return "lines"
    return "packed" if name.endswith(".xz") else None


def _is_test(path: Path) -> bool:
    """Whether a file found in a folder holds tests, by its name or else by how it begins."""
    kind = _kind(path)
    if kind == "vmb":
        return bool(labels_of_path(path)) or b"".join(_begin(path).split()).startswith(b"[[")
    if kind == "lines":
        return b'"labels"' in _begin(path)
    if kind == "packed":
        # Only a name of another kind, as a.tsv.xz, is passed over: a damaged suite is an error.
        return "." not in path.stem or _begin(path).startswith(MAGIC)
    return kind not in (None, "sidecar")


def _begin(path: Path) -> bytes:
    """The beginning of a file, decompressed."""
    try:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            return file.read(_BEGINNING)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise VectorError(f"{path}: {error}") from error


def find_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files with tests at `paths`: files as given, folders searched, in order.

    In folders, what holds no tests is passed over. Raises VectorError for a path that is
    not there, a file of no known kind, and a folder without tests.
    """
    for path in paths:
        if path.is_dir():
            found = [file for file in sorted(path.rglob("*")) if file.is_file() and _is_test(file)]
            if not found:
                raise VectorError(f"{path}: no test vectors in this folder")
            yield from found
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
                data = file.read(_MOST_BYTES)
        else:
            data = path.read_bytes()
        return data.decode()
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise VectorError(f"{path}: {error}") from error


def _parse(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise VectorError(f"{path}: not JSON: {error}") from error


@lru_cache(maxsize=8)
def open_tests(path: Path) -> Tests:
    """Read the tests of a file; they are kept for the next call. Raises VectorError."""
    kind = _kind(path)
    if kind == "packed":
        return read_packed(path)
    if kind == "lines":
        return read_lines(path, _read(path))
    if kind == "vmb":
        return read_vmb(path, _parse(path))
    if kind in _NODE_KINDS:
        return NodeTests(path, kind, _parse(path))
    raise VectorError(f"{path}: not a file of test vectors, by its name")
