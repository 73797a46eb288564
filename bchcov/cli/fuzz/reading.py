"""What `bchcov fuzz` is given: transactions, parties, categories and properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, NamedTuple, NoReturn

import click

from ...encoding.addresses import decode_address
from ...encoding.hexadecimal import decode_displayed_hash, decode_hex
from ...encoding.printable import printable
from ...errors import AddressError, ContractError, DecodeError, FormatError, InvalidKey
from ...formats.verify_lines import LineOptions, read_line
from ...testing.coverage import Coverage
from ...testing.fuzzing.parties import Party
from ...testing.fuzzing.property_file import PropertyFile
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from ...vm.rules.ruleset import RuleSet
from ...wallet.keys import PrivateKey
from ..terminal.contracts import load_contracts
from ..terminal.gathering import Line
from ..terminal.lines import LINE_LIMIT, read_lines

__all__ = [
    "Honest",
    "read_category",
    "read_covered",
    "read_honest",
    "read_parties",
    "read_property",
    "refuse",
]

_HEX_KEY = re.compile("[0-9a-fA-F]{64}")


class Honest(NamedTuple):
    """An honest transaction, with the file and the line where it begins."""

    file: str
    line: int
    transaction: Transaction
    source_outputs: tuple[Output, ...]
    rules: RuleSet


class _BadInput(click.ClickException):
    """What a command was given cannot be used."""

    exit_code = 2


def refuse(message: str) -> NoReturn:
    """End the command for what it was given: status 2 and one sentence."""
    raise _BadInput(message)


def _open(name: str) -> IO[bytes]:
    try:
        return click.open_file(name, "rb")
    except OSError as error:
        refuse(f"cannot read {name}: {error.strerror}")


def read_honest(files: Iterable[str], rules: str) -> list[Honest]:
    """Read accepted transactions, of one rule set, from everything that `bchcov verify` reads."""
    found: list[Honest] = []
    options = LineOptions(rules)
    for name in files:
        with _open(name) as stream:
            for line in read_lines(stream):
                made = _read_one(name, line, options)
                if found and made.rules != found[0].rules:
                    refuse(
                        f"{name}, line {line.number}: the rules are {made.rules}, those of the"
                        f" first transaction {found[0].rules}"
                    )
                found.append(made)
    if not found:
        refuse("the files have no transaction: a campaign needs at least one honest transaction")
    return found


def _read_one(name: str, line: Line, options: LineOptions) -> Honest:
    place = f"{name}, line {line.number}"
    if not line.is_whole:
        refuse(f"{place}: longer than {LINE_LIMIT} bytes")
    try:
        made = Honest(name, line.number, *read_line(line.text, options))
    except FormatError as error:
        refuse(f"{place}: {error}")
    verdict = verify(made.transaction, made.source_outputs, made.rules)
    if not verdict.ok:
        refuse(f"{place}: an honest transaction must be accepted: {verdict.error}")
    return made


def _split(text: str, option: str, form: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name or not value:
        # What stands there may be a key, so it is not repeated.
        refuse(f"{option} needs the form {form}")
    return name, value


def _read_key(text: str, name: str, number: int) -> PrivateKey:
    """Read a key; its text is in no message."""
    try:
        if _HEX_KEY.fullmatch(text):
            return PrivateKey(decode_hex(text))
        return PrivateKey.from_wif(text, network=None)
    except InvalidKey:
        refuse(
            f"--party {name}: key {number} is no private key: expected WIF or 64 hexadecimal digits"
        )


def _key_texts(value: str, name: str) -> list[str]:
    """Split keys at commas, or read them from a file: what is typed stays in a shell's history."""
    if not value.startswith("@"):
        return value.split(",")
    try:
        return Path(value[1:]).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        refuse(f"--party {name}: the file of its keys cannot be read")


def _read_script(text: str, name: str) -> bytes:
    try:
        return decode_hex(text)
    except DecodeError:
        pass
    try:
        return decode_address(text).locking_bytecode
    except AddressError as error:
        # A key by mistake is in no message either.
        refuse(f"--party-script {name}: neither hexadecimal nor an address: {error}")


def read_parties(
    keys: Sequence[str], scripts: Sequence[str], open_names: Sequence[str]
) -> list[Party]:
    """Put parties together from NAME=KEY,... or NAME=@FILE, NAME=SCRIPT, and open roles."""
    held: dict[str, list[PrivateKey]] = {}
    locking: dict[str, set[bytes]] = {}
    for text in keys:
        name, value = _split(text, "--party", "NAME=KEY[,KEY...] or NAME=@FILE")
        own = held.setdefault(name, [])
        texts = _key_texts(value, name)
        own += [_read_key(each, name, number) for number, each in enumerate(texts, 1)]
    for text in scripts:
        name, value = _split(text, "--party-script", "NAME=HEX or NAME=ADDRESS")
        locking.setdefault(name, set()).add(_read_script(value, name))
    names = list(dict.fromkeys([*held, *locking]))
    for name in open_names:
        if name not in names:
            known = ", ".join(map(repr, names)) or "none"
            refuse(f"--open {name!r} is no party: expected one of {known}")
    return [
        Party(
            printable(name),
            tuple(held.get(name, ())),
            frozenset(locking.get(name, ())),
            is_open=name in open_names,
        )
        for name in names
    ]


def read_category(text: str) -> bytes:
    """Read a category as it is displayed, and return it in wire order."""
    try:
        return decode_displayed_hash(text)
    except DecodeError as error:
        refuse(f"--unique {printable(text)[:80]!r} is no category: {error.message}")


def read_property(text: str) -> PropertyFile:
    """Read FILE.py:FUNCTION, and load the function once to see that it is there."""
    path, separator, name = text.rpartition(":")
    if not separator or not path or not name:
        refuse(f"--property {printable(text)!r} needs the form FILE.py:FUNCTION")
    made = PropertyFile(Path(path), name)
    _ = made.function
    return made


def read_covered(
    file: Path | None,
    arguments: Sequence[str],
    locking: str,
    honest: Sequence[Honest],
    *,
    always: bool,
) -> Coverage | None:
    """Make what collects coverage of the contract in a file, or with `always` of what is spent.

    None if neither is asked for. Raises click.ClickException for what cannot be read.
    """
    if file is None and not always:
        if arguments:
            refuse("--argument is a constant of a contract: --contract FILE is missing")
        return None
    try:
        return Coverage(*load_contracts(file, arguments, locking, honest, honest[0].rules))
    except ContractError as error:
        refuse(str(error))
