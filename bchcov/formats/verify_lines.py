"""Transactions as lines of JSON and the verdicts on them: what `bchcov verify` reads and writes.

A line is an object with `tx` and `source_outputs` in hexadecimal and, optionally, `id`,
`rules` and `mode`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..encoding.hexadecimal import decode_hex
from ..errors import DecodeError, FormatError, RulesError
from ..script.opcodes import opcode_name
from ..transaction.codec import (
    decode_outputs,
    decode_transaction,
    encode_outputs,
    encode_transaction,
    transaction_id,
)
from ..transaction.model import Output, Transaction
from ..validation.verify import verify
from ..vm.result import InputResult
from ..vm.rules.loading import load_rules
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import find_rules
from ..vm.trace import trace_input
from .fields import read_json, read_text
from .recognize import find_transaction_in, read_transaction, split_hex

__all__ = ["LineOptions", "describe_input", "judge_line", "read_line", "refuse_line", "verify_line"]

_MODES = {"standard": True, "consensus": False}


@dataclass(frozen=True, slots=True)
class LineOptions:
    """How to verify lines that do not say it themselves; plain data, sent to other processes.

    `rules` is a rule set, or a name for `load_rules`: that of one, or FILE.py:NAME.
    """

    rules: str | RuleSet = "BCH_2026"
    standard: bool = True
    scripts_only: bool = False
    all_inputs: bool = False


def _text_field(line: dict[str, Any], name: str) -> str:
    value = line.get(name)
    if not isinstance(value, str):
        raise FormatError(f'"{name}" is missing' if value is None else f'"{name}" is not a string')
    return value


def _bytes_field(line: dict[str, Any], name: str) -> bytes:
    try:
        return decode_hex(_text_field(line, name))
    except DecodeError as error:
        raise FormatError(f'"{name}": {error.message} (at character {error.offset})') from None


def _rules_of(line: dict[str, Any], options: LineOptions) -> RuleSet:
    name = None if line.get("rules") is None else _text_field(line, "rules")
    standard = options.standard
    if line.get("mode") is not None:
        mode = _text_field(line, "mode")
        if mode not in _MODES:
            raise FormatError(
                f'"mode" {mode[:40]!a} is unknown: expected "standard" or "consensus"'
            )
        standard = _MODES[mode]
    try:
        given = _given_rules(options, standard)
        # A line's own name may be that of the user's own rules, but never of a file to be run.
        return given if name in (None, given.draft) else find_rules(str(name), standard=standard)
    except RulesError as error:
        raise FormatError(f'"rules": {str(error)[:200]}') from None


def _given_rules(options: LineOptions, standard: bool) -> RuleSet:
    if isinstance(options.rules, str):
        return load_rules(options.rules, standard=standard)
    return options.rules.standard if standard else options.rules.consensus


def describe_input(result: InputResult) -> dict[str, Any]:
    """Describe the result of one input as a JSON object; of a refused one also where it fails.

    The stacks are those before the instruction that failed, or at the end; their top is last.
    """
    metrics = result.metrics
    described = {
        "ok": result.ok,
        "reason": None if result.reason is None else result.reason.value,
        "op_cost": metrics.op_cost,
        "op_cost_limit": metrics.op_cost_limit,
        "hash_iterations": metrics.hash_iterations,
        "hash_iterations_limit": metrics.hash_iterations_limit,
        "sig_checks": metrics.signature_checks,
        "instructions": metrics.instructions,
    }
    return described if result.ok else {**described, **_place(result)}


def _place(result: InputResult) -> dict[str, Any]:
    run = result.run
    failing = None
    if run is not None and result.code is not None:
        failing = trace_input(run.context, run.index, run.rules).failing
    stack = result.stack if failing is None else failing.stack
    alt_stack = result.alt_stack if failing is None else failing.alt_stack
    opcode = result.opcode
    name = opcode_name if run is None else run.rules.name_opcode
    return {
        "phase": result.phase,
        "offset": result.offset,
        "opcode": opcode if opcode is None else name(opcode),
        "stack": [item.hex() for item in stack],
        "alt_stack": [item.hex() for item in alt_stack],
    }


@dataclass(frozen=True, slots=True)
class _Question:
    """A transaction with what it spends, decoded or not, and what is to be said of it."""

    transaction: Transaction | bytes
    source_outputs: Sequence[Output] | bytes
    identifier: str | int | float | None
    remarks: tuple[str, ...] = ()


def _find_question(line: object, identifier: str | int | float | None) -> _Question:
    """Take a transaction out of parsed JSON; of bytes that do not decode, the verdict says so."""
    if isinstance(line, dict) and ("tx" in line or "source_outputs" in line):
        transaction = _bytes_field(line, "tx")
        # Lines of VMB tests have them under another name.
        is_test = "source_outputs" not in line and "sourceOutputs" in line
        sources = _bytes_field(line, "sourceOutputs" if is_test else "source_outputs")
        return _Question(transaction, sources, identifier)
    if not isinstance(line, (dict, str)):
        raise FormatError("not a JSON object")
    found = find_transaction_in(line)
    txid = transaction_id(found.transaction)
    name = txid if identifier is None else identifier
    return _Question(found.transaction, found.require_sources(), name, found.remarks)


def _hex_question(text: str, transaction: str, outputs: str) -> _Question:
    if not outputs:
        read_transaction(text).require_sources()
    try:
        return _Question(decode_hex(transaction), decode_hex(outputs), None)
    except DecodeError as error:
        raise FormatError(f"not hexadecimal: {error.message}") from None


def _judge(question: _Question, rules: RuleSet, options: LineOptions) -> dict[str, Any]:
    verdict = verify(
        question.transaction,
        question.source_outputs,
        rules,
        scripts_only=options.scripts_only,
        all_inputs=options.all_inputs,
    )
    problem = verdict.error
    answer: dict[str, Any] = {
        "id": question.identifier,
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
    if verdict.draft:
        answer["draft"] = verdict.draft
    return {**answer, "remarks": list(question.remarks)} if question.remarks else answer


def _identifier(line: object) -> str | int | float | None:
    given = line.get("id") if isinstance(line, dict) else None
    if isinstance(given, dict | list | bool):
        raise FormatError('"id" is not a string or number')
    return float(given) if isinstance(given, Decimal) else given


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
        options, text = options or LineOptions(), read_text(text)
        if digits := split_hex(text):
            return _judge(_hex_question(text, *digits), _rules_of({}, options), options)
        line = read_json(text)
        identifier = _identifier(line)
        question = _find_question(line, identifier)
        rules = _rules_of(line if isinstance(line, dict) else {}, options)
        return _judge(question, rules, options)
    except FormatError as error:
        return refuse_line(str(error), number=number, identifier=identifier)


def read_line(
    text: bytes | str, options: LineOptions | None = None
) -> tuple[Transaction, tuple[Output, ...], RuleSet]:
    """Read what `judge_line` would verify: a transaction, the outputs it spends, and the rules.

    Raises FormatError for a line that is no valid request.
    """
    options, text = options or LineOptions(), read_text(text)
    if digits := split_hex(text):
        question, rules = _hex_question(text, *digits), _rules_of({}, options)
    else:
        line = read_json(text)
        question = _find_question(line, _identifier(line))
        rules = _rules_of(line if isinstance(line, dict) else {}, options)
    transaction, outputs = question.transaction, question.source_outputs
    try:
        if isinstance(transaction, bytes):
            transaction = decode_transaction(transaction)
    except DecodeError as error:
        raise FormatError(f"not a transaction: {error}", "tx") from None
    try:
        outputs = decode_outputs(outputs) if isinstance(outputs, bytes) else outputs
    except DecodeError as error:
        raise FormatError(f"not outputs: {error}", "source_outputs") from None
    return transaction, tuple(outputs), rules


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
