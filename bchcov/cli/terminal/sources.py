"""Reading a command's input: the argument itself, a file, or standard input."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from ...encoding.hexadecimal import decode_hex
from ...errors import DecodeError

__all__ = ["decode_digits", "read_bytecode", "read_digits", "read_text"]

_HEX_ARGUMENT = re.compile(r"\s*(0[xX])?[0-9a-fA-F\s]*")


def _read_bytes(path: Path | None) -> bytes:
    if path is None:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from None


def _read_file(path: Path | None) -> str:
    try:
        return _read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        name = path or "standard input"
        raise click.ClickException(f"{name} is not UTF-8 text at byte {error.start}") from None


def _is_file(name: str) -> bool:
    # The text may be too long for a file name, or contain a zero byte.
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False


def read_text(source: str) -> str:
    """Read text from standard input ("-"), or the file of this name, or take the text itself.

    Raises click.ClickException if a file cannot be read or is not UTF-8.
    """
    if source == "-":
        return _read_file(None)
    return _read_file(Path(source)) if _is_file(source) else source


def read_digits(source: str) -> str:
    """Read hexadecimal, not yet decoded, or other text: the argument itself, a file, or "-".

    An argument that reads as hexadecimal is never the name of a file. Raises
    click.ClickException as `read_text` does.
    """
    return source if _HEX_ARGUMENT.fullmatch(source) else read_text(source)


def decode_digits(text: str, source: str) -> bytes:
    """Decode the hexadecimal that `read_digits` read from `source`.

    White space and a leading 0x are ignored. Raises click.ClickException with one line for
    anything else.
    """
    digits = "".join(text.split())
    try:
        return decode_hex(digits[2:] if digits[:2] in ("0x", "0X") else digits)
    except DecodeError as error:
        is_hex = _HEX_ARGUMENT.fullmatch(source) is not None
        what = (
            "not hexadecimal"
            if is_hex or source == "-" or _is_file(source)
            else ("neither hexadecimal nor a file")
        )
        raise click.ClickException(f"{what}: {error.message}") from None


def read_bytecode(source: str) -> bytes:
    """Read bytes in hexadecimal, as `read_digits` and `decode_digits` do."""
    return decode_digits(read_digits(source), source)
