"""VMB tests: one transaction, the outputs it spends and the input under test, as a row of JSON.

A row is [id, description, unlocking asm, locking asm, transaction, source outputs, labels?,
input index?]: both assemblies are for readers only, transaction and outputs are hexadecimal,
and the index is omitted if it is 0. Labels, such as 2026_standard, say which rules accept the
transaction; for a row without labels the names of its file and folders say it. The same tests
are also read from lines of JSON: objects with id, tx, sourceOutputs, labels, input and file.
Source: libauth, "VMB tests".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..assembly.disassemble import disassemble
from ..encoding.hexadecimal import decode_hex
from ..encoding.json_text import JSON
from ..encoding.nesting import MAX_NESTED, nests_too_deep
from ..errors import DecodeError, VectorError
from ..transaction.codec import encode_outputs, encode_transaction, transaction_id
from ..transaction.model import Output, Transaction
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet

__all__ = ["VmbRow", "VmbTest", "read_vmb", "read_vmb_lines", "vmb_rows"]

VmbRow = list[str | int | list[str]]
"""A row, as its JSON is read or written."""

_LEAST_FIELDS = 6


@dataclass(frozen=True, slots=True)
class VmbTest:
    """A row that was read: its transaction and source outputs encoded, and its input's index.

    `labels` is empty if the row has none; `group` is the file that a line of JSON names.
    """

    id: str
    transaction: bytes
    source_outputs: bytes
    labels: tuple[str, ...] = ()
    input: int = 0
    group: str = ""


def read_vmb(rows: object) -> Iterator[VmbTest]:
    """Yield the tests of a VMB file from its decoded JSON.

    Raises VectorError with the number of the test, counted from 0.
    """
    if not isinstance(rows, list):
        raise VectorError("not a VMB file: expected an array of tests")
    for at, row in enumerate(rows):
        try:
            yield _read_row(row)
        except ValueError as error:
            raise VectorError(f"test {at}: {error}") from error


def _read_row(row: Any) -> VmbTest:
    if not isinstance(row, list):
        raise ValueError("the row is not an array")
    if len(row) < _LEAST_FIELDS:
        raise ValueError(f"row of {len(row)} fields, expected at least {_LEAST_FIELDS}")
    name, _, _, _, transaction, sources, *rest = row
    given = rest.pop(0) if rest and isinstance(rest[0], list) else []
    return VmbTest(
        str(name),
        _hex(transaction, "the transaction"),
        _hex(sources, "the source outputs"),
        tuple(map(str, given)),
        _index(rest[0]) if rest else 0,
    )


def read_vmb_lines(text: str) -> Iterator[VmbTest]:
    """Yield the tests of lines of JSON. Raises VectorError with the number of the line, from 1."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            test = _read_object(line)
            yield VmbTest(
                str(test.get("id", number)),
                _hex(test.get("tx"), '"tx"'),
                _hex(test.get("sourceOutputs"), '"sourceOutputs"'),
                _read_labels(test),
                _index(test.get("input", 0)),
                str(test.get("file", "")),
            )
        except ValueError as error:
            raise VectorError(f"line {number}: {error}") from error


def _read_object(line: str) -> dict[str, Any]:
    if nests_too_deep(line):
        raise ValueError(f"nested too deeply: expected at most {MAX_NESTED} levels")
    test = JSON.decode(line.strip())
    if not isinstance(test, dict):
        raise ValueError("not a JSON object")
    return test


def _read_labels(test: dict[str, Any]) -> tuple[str, ...]:
    labels = test.get("labels")
    if not isinstance(labels, list) or not all(isinstance(each, str) for each in labels):
        raise ValueError(
            '"labels" is missing' if labels is None else '"labels" is not an array of strings'
        )
    return tuple(labels)


def _hex(value: object, what: str) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{what} is missing" if value is None else f"{what} is not a string")
    try:
        return decode_hex(value)
    except DecodeError as error:
        raise ValueError(f"{what}: {error}") from None


def _index(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"input index {value!r} is invalid: expected an integer from 0")
    return value


def vmb_rows(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    description: str,
    *,
    inputs: Iterable[int] | None = None,
    rules: RuleSet | None = None,
) -> list[VmbRow]:
    """Write a transaction as rows of a VMB file: one for each input, or each of `inputs`.

    With `rules` each row is labelled with their verdict; without, the name of the folder that
    the file is put into has to give it (bch_2026_standard, bch_2026_invalid).
    """
    labels = [] if rules is None else [[_label(transaction, source_outputs, rules)]]
    encoded = encode_transaction(transaction).hex()
    sources = encode_outputs(source_outputs).hex()
    txid = transaction_id(transaction)
    rows: list[VmbRow] = []
    for index in range(len(source_outputs)) if inputs is None else inputs:
        row: VmbRow = [
            f"{txid[:10]}.{index}",
            f"{description}, input {index}",
            disassemble(transaction.inputs[index].unlocking_bytecode, rules),
            disassemble(source_outputs[index].locking_bytecode, rules),
            encoded,
            sources,
        ]
        rows.append([*row, *labels, *([index] if index else [])])
    return rows


def _label(transaction: Transaction, source_outputs: Sequence[Output], rules: RuleSet) -> str:
    word = "invalid"
    if verify(transaction, source_outputs, rules.standard).ok:
        word = "standard"
    elif verify(transaction, source_outputs, rules.consensus).ok:
        word = "nonstandard"
    return f"{rules.name.removeprefix('BCH_').lower()}_{word}"
