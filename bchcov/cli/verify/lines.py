"""Answering lines in order, in this process or in several.

A JSON object that spans many lines counts as one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import chain
from typing import IO, Any, NamedTuple

from ...formats.verify_lines import LineOptions, judge_line, refuse_line
from ...processes.pool import in_order
from ..terminal.gathering import Line
from ..terminal.lines import LINE_LIMIT, read_lines

__all__ = ["LINE_LIMIT", "Answer", "judge_lines", "read_lines"]

_BATCH_LINES, _BATCH_SIZE = 64, 1024 * 1024


class Answer(NamedTuple):
    """The answer to one line: whether its transaction is valid, and the JSON that says so."""

    ok: bool
    text: str


def _answer(line: Line, options: LineOptions) -> Answer:
    answer: dict[str, Any]
    if line.is_whole:
        answer = judge_line(line.text, number=line.number, options=options)
    else:
        answer = refuse_line(f"longer than {LINE_LIMIT} bytes", number=line.number)
    return Answer(answer["ok"], json.dumps(answer, separators=(",", ":")))


def _answer_batch(options: LineOptions, batch: list[Line]) -> list[Answer]:
    return [_answer(line, options) for line in batch]


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line.text)
        if len(batch) == _BATCH_LINES or size >= _BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def judge_lines(stream: IO[bytes], options: LineOptions, *, jobs: int) -> Iterator[Answer]:
    """Yield the answers to the lines of `stream` in order, skipping blank lines.

    With one job an answer comes as soon as its line has been read; with more, answers come in
    batches. A line of more than 64 MiB is refused without being read. Raises WorkerLost.
    """
    lines = read_lines(stream)
    if jobs == 1:
        yield from (_answer(line, options) for line in lines)
        return
    with closing(in_order(partial(_answer_batch, options), _batches(lines), jobs=jobs)) as batches:
        yield from chain.from_iterable(batches)
