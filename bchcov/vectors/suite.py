"""The packed suite: whole-transaction tests with their labels and costs, in columns.

An xz stream of: the line "bchcov suite 1"; a table in JSON (groups, label_sets, judges); then
ten columns. The table and each column are preceded by their length. Columns: ids, 6 bytes each;
group and label set, indices into the table, 1 and 2 bytes; input index, transaction length,
length of the spent outputs; the judges with costs, 1 byte with a bit for each; the costs in the
order of tests and judges, four counts each; all transactions; all spent outputs. Lengths and
counts are compact sizes, two-byte numbers little-endian.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..encoding.compact_size import encode_compact_size, encode_var_bytes, read_compact_size
from ..encoding.json_text import JSON
from ..errors import DecodeError, VectorError

__all__ = ["MAGIC", "MAX_BYTES", "Case", "Costs", "Judge", "load_suite", "pack_suite"]

MAGIC = b"bchcov suite 1\n"
_ID_SIZE = 6
# More than the whole suite; keeps a damaged or hostile file from filling the memory.
MAX_BYTES = 1 << 30
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 27}]


class Judge(NamedTuple):
    """A rule set's name and "standard" or "consensus"."""

    rules: str
    mode: str


class Costs(NamedTuple):
    """The costs of the tested input of an accepted transaction."""

    op_cost: int
    hash_iterations: int
    signature_checks: int
    instructions: int


@dataclass(frozen=True, slots=True)
class Case:
    """A whole-transaction test of the input with index `input`.

    `labels` give the rules and modes that accept the transaction, `costs` the costs of the
    tested input under some of these.
    """

    id: str
    group: str
    input: int
    labels: tuple[str, ...]
    transaction: bytes
    source_outputs: bytes
    costs: Mapping[Judge, Costs] = field(default_factory=dict)


def pack_suite(cases: Sequence[Case]) -> bytes:
    """Pack tests, with ids of 6 characters, into one compressed file."""
    groups = sorted({case.group for case in cases})
    label_sets = sorted({case.labels for case in cases})
    judges = sorted({judge for case in cases for judge in case.costs})
    group_index = {group: at for at, group in enumerate(groups)}
    label_index = {labels: at for at, labels in enumerate(label_sets)}
    table = json.dumps({"groups": groups, "label_sets": label_sets, "judges": judges})
    columns: list[Iterable[bytes]] = [
        [case.id.encode().ljust(_ID_SIZE)[:_ID_SIZE] for case in cases],
        [bytes((group_index[case.group],)) for case in cases],
        [label_index[case.labels].to_bytes(2, "little") for case in cases],
        [encode_compact_size(case.input) for case in cases],
        [encode_compact_size(len(case.transaction)) for case in cases],
        [encode_compact_size(len(case.source_outputs)) for case in cases],
        [
            bytes((sum(1 << at for at, judge in enumerate(judges) if judge in case.costs),))
            for case in cases
        ],
        [
            encode_compact_size(count)
            for case in cases
            for judge in judges
            for count in case.costs.get(judge, ())
        ],
        [case.transaction for case in cases],
        [case.source_outputs for case in cases],
    ]
    packed = MAGIC + encode_var_bytes(table.encode())
    packed += b"".join(encode_var_bytes(b"".join(column)) for column in columns)
    return lzma.compress(packed, format=lzma.FORMAT_XZ, filters=_FILTERS)


def _decompress(path: Path) -> bytes:
    try:
        decompressor = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
        data = decompressor.decompress(path.read_bytes(), MAX_BYTES)
    except (OSError, lzma.LZMAError) as error:
        raise VectorError(f"{path}: {error}") from error
    if not decompressor.eof:
        raise VectorError(f"{path}: truncated, or more than {MAX_BYTES} bytes")
    if decompressor.unused_data:
        raise VectorError(f"{path}: {len(decompressor.unused_data)} unexpected bytes at the end")
    return data


def _counts(column: bytes) -> Iterator[int]:
    at = 0
    while at < len(column):
        value, at = read_compact_size(column, at)
        yield value


def _pieces(data: bytes, sizes: Iterable[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    if at != len(data):
        raise ValueError(f"column of {len(data)} bytes, but its parts have {at}")


def _parse(data: bytes) -> list[Case]:
    if not data.startswith(MAGIC):
        raise ValueError(f"it must begin with {MAGIC!r}")
    at = len(MAGIC)
    columns = []
    while at < len(data):
        size, at = read_compact_size(data, at)
        columns.append(data[at : at + size])
        at += size
    text, ids, groups, labels, inputs, sizes, source_sizes, masks, costs, txs, sources = columns
    table = JSON.decode(text.decode())
    group_names = [str(group) for group in table["groups"]]
    label_sets = [tuple(map(str, labels)) for labels in table["label_sets"]]
    judges = [Judge(*judge) for judge in table["judges"]]
    cost_values = _counts(costs)

    def read_costs(mask: int) -> dict[Judge, Costs]:
        if mask >> len(judges):
            judge_number = mask.bit_length() - 1
            raise ValueError(
                f"judge {judge_number} is out of range: the table has {len(judges)} judges"
            )
        return {
            judge: Costs(*(next(cost_values) for _ in range(4)))
            for at, judge in enumerate(judges)
            if mask >> at & 1
        }

    cases = [
        Case(
            name.decode().rstrip(),
            group_names[group],
            index,
            label_sets[int.from_bytes(label, "little")],
            transaction,
            source,
            read_costs(mask) if mask else {},
        )
        for name, group, label, index, transaction, source, mask in zip(
            _pieces(ids, [_ID_SIZE] * len(groups)),
            groups,
            _pieces(labels, [2] * len(groups)),
            _counts(inputs),
            _pieces(txs, _counts(sizes)),
            _pieces(sources, _counts(source_sizes)),
            masks,
            strict=True,
        )
    ]
    if next(cost_values, None) is not None:
        raise ValueError("more costs than the tests declare")
    return cases


def load_suite(path: Path) -> list[Case]:
    """Read a packed suite. Raises VectorError for a file that is damaged or no suite."""
    try:
        return _parse(_decompress(path))
    except (DecodeError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise VectorError(f"{path}: not a packed suite, or damaged: {error}") from error
