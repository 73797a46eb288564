"""Transactions as lines of JSON and the verdicts on them: what `bchcov verify` reads and writes.

A line is an object with `tx` and `source_outputs` in hexadecimal and, optionally, `id`,
`rules` and `mode`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..encoding.hexadecimal import decode_hex
from ..encoding.json_text import JSON
from ..encoding.nesting import MAX_NESTED, nests_too_deep
from ..errors import BchcovError, DecodeError, RulesError
from ..transaction.codec import encode_outputs, encode_transaction, transaction_id
from ..transaction.model import Output, Transaction
from ..validation.verify import verify
from ..vm.result import InputResult
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import find_rules

__all__ = ["LineOptions", "describe_input", "judge_line", "refuse_line", "verify_line"]

_MODES = {"standard": True, "consensus": False}


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How to verify lines that do not say it themselves; plain data, sent to other processes."""

    rules: str = "BCH_2026"
    standard: bool = True
    scripts_only: bool = False
    all_inputs: bool = False


class _BadLine(BchcovError):
    """A line that is not a valid request; the message says why."""


def _parse(text: bytes | str) -> dict[str, Any]:
    try:
        if isinstance(text, bytes):
            text = text.decode()
        # A byte order mark, which some editors put in front of the first line.
        text = text.removeprefix("\ufeff")
        if nests_too_deep(text):
            raise _BadLine(f"nested too deeply: expected at most {MAX_NESTED} levels")
        line = JSON.decode(text)
    except json.JSONDecodeError as error:
        raise _BadLine(f"not JSON: {error.msg} at character {error.pos}") from None
    except UnicodeDecodeError as error:
        raise _BadLine(f"not UTF-8 at byte {error.start}") from None
    except ValueError as error:
        raise _BadLine(f"not JSON: {error}") from None
    if not isinstance(line, dict):
        raise _BadLine("not a JSON object")
    return line


def _text_field(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    if not isinstance(value, str):
        raise _BadLine(f'"{name}" is missing' if value is None else f'"{name}" is not a string')
    return value


def _bytes_field(line: dict[str, Any], name: str) -> bytes:
    try:
        return decode_hex(_text_field(line, name))
    except DecodeError as error:
        raise _BadLine(f'"{name}": {error.message} (at character {error.offset})') from None


def _rules_of(line: dict[str, Any], options: LineOptions) -> RuleSet:
    name = options.rules if line.get("rules") is None else _text_field(line, "rules")
    standard = options.standard
    if line.get("mode") is not None:
        mode = _text_field(line, "mode")
        if mode not in _MODES:
            raise _BadLine(f'"mode" {mode[:40]!a} is unknown: expected "standard" or "consensus"')
        standard = _MODES[mode]
    try:
        return find_rules(name, standard=standard)
    except RulesError as error:
        raise _BadLine(f'"rules": {str(error)[:200]}') from None


def describe_input(result: InputResult) -> dict[str, Any]:
    """Describe the result of one input as a JSON object."""
    metrics = result.metrics
    return {
        "ok": result.ok,
        "reason": None if result.reason is None else result.reason.value,
        "op_cost": metrics.op_cost,
        "op_cost_limit": metrics.op_cost_limit,
        "hash_iterations": metrics.hash_iterations,
        "hash_iterations_limit": metrics.hash_iterations_limit,
        "sig_checks": metrics.signature_checks,
        "instructions": metrics.instructions,
    }


def _judge(line: dict[str, Any], options: LineOptions) -> dict[str, Any]:
    verdict = verify(
        _bytes_field(line, "tx"),
        _bytes_field(line, "source_outputs"),
        _rules_of(line, options),
        scripts_only=options.scripts_only,
        all_inputs=options.all_inputs,
    )
    problem = verdict.error
    return {
        "id": line.get("id"),
        "ok": verdict.ok,
        "error": problem
        and {
            "check": problem.check,
            "reason": problem.reason,
            "detail": problem.detail,
            "input": problem.input,
        },
        "inputs": [describe_input(result) for result in verdict.inputs],
    }


def refuse_line(detail: str, *, number: int, identifier: object = None) -> dict[str, Any]:
    """Make the answer to line `number`, which is not a valid request; `detail` says why."""
    return {
        "id": identifier,
        "ok": False,
        "error": {
            "check": "line",
            "reason": "BAD_LINE",
            "detail": detail,
            "input": None,
            "line": number,
        },
        "inputs": [],
    }


def judge_line(
    text: bytes | str, *, number: int, options: LineOptions | None = None
) -> dict[str, Any]:
    """Verify the transaction on one line and return the answer, ready to be written as JSON.

    `text` is a JSON object with `tx` and `source_outputs` in hexadecimal and, optionally,
    `id` (a string or number, repeated in the answer), `rules` and `mode`; other keys are
    ignored. `number` counts lines from 1. Nothing is raised: the answer to any other text
    says what is wrong, with the check "line" and the line's number.
    """
    identifier: str | int | float | None = None
    try:
        line = _parse(text)
        given = line.get("id")
        if isinstance(given, dict | list):
            raise _BadLine('"id" is not a string or number')
        identifier = given
        return _judge(line, options or LineOptions())
    except _BadLine as error:
        return refuse_line(str(error), number=number, identifier=identifier)


def verify_line(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    rules: RuleSet,
    *,
    name: str | None = None,
) -> dict[str, str]:
    """Write a transaction as the object of one line; its id is `name`, by default its txid."""
    return {
        "id": name or transaction_id(transaction),
        "tx": encode_transaction(transaction).hex(),
        "source_outputs": encode_outputs(source_outputs).hex(),
        "rules": rules.name,
        "mode": rules.mode,
    }
