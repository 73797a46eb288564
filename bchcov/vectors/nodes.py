"""The tests of Bitcoin Cash nodes: script_tests, tx_valid, tx_invalid and sighash.

Each case runs under the flags it names. Source: Bitcoin Cash Node, src/test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ..crypto.hashes import hash256
from ..errors import BchcovError, DecodeError, VectorError
from ..transaction.codec import decode_transaction, transaction_hash
from ..transaction.constants import MAX_MONEY, MAX_UINT32, NULL_OUTPOINT
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Transaction
from ..transaction.sighash import (
    legacy_digest,
    legacy_signing_serialization,
    signing_serialization,
)
from ..vm.evaluate import evaluate_input
from ..vm.rules.flags import rules_from_flags
from ..vm.rules.ruleset import RuleSet
from .node_fields import (
    assemble_node_script,
    read_amount,
    read_bytes,
    read_fields,
    read_integer,
    read_text,
)
from .node_names import ACCEPTED, is_name_of
from .outcome import Outcome, Selection

__all__ = ["NODE_KINDS", "NodeTests", "assemble_node_script"]


def _flags_of(row: Any) -> str:
    """Return the flags of a script or transaction test, or an empty string for other rows."""
    if not isinstance(row, list) or not row:
        return ""
    at = 3 if isinstance(row[0], list) and len(row) > 4 else 2
    return row[at] if len(row) > at and isinstance(row[at], str) else ""


@dataclass(frozen=True, slots=True)
class _File:
    """The properties of a file that decide how its rows are read.

    `flags` are all flags that occur in it: only these count as switched off in rows that do not
    name them. `with_fork_id`: the digests after this point use the fork id.
    """

    flags: frozenset[str]
    with_fork_id: bool = False

    def rules(self, flags: Any) -> RuleSet:
        """Return the rule set that a row's flags stand for."""
        text = read_text(flags, "the flags")
        return rules_from_flags(text.split(","), known=self.flags)


class NodeTests:
    """The tests of one file, read when they are judged; an unreadable test is a disagreement."""

    def __init__(self, path: Path, kind: str, data: Any) -> None:
        if not isinstance(data, list):
            raise VectorError(f"{path}: nodes' tests must be an array")
        self.group = f"nodes.{kind}"
        self._judge = _JUDGES[kind]
        named = frozenset(flag for row in data for flag in _flags_of(row).split(","))
        file = _File(frozenset() if kind == "sighash" else named)
        self._rows: list[tuple[int, Any, _File]] = []
        for at, row in enumerate(data):
            if isinstance(row, list) and len(row) == 1 and isinstance(row[0], str):
                # In sighash.json, the digests with the fork id follow a comment.
                if "SIGHASH_FORKID" in row[0]:
                    file = replace(file, with_fork_id=True)
            else:
                self._rows.append((at, row, file))

    def __len__(self) -> int:
        """The number of tests, without comments."""
        return len(self._rows)

    def judge(self, index: int, _selection: Selection) -> list[Outcome]:
        """Judge one test under its own flags, regardless of the selection."""
        at, row, file = self._rows[index]
        try:
            rules, expected, got, detail, agrees = self._judge(row, file)
        except (ValueError, BchcovError) as error:
            detail = f"test {at} cannot be read: {error}"
            return [Outcome(str(at), self.group, "?", "flags", False, "?", "unreadable", detail)]
        return [Outcome(str(at), self.group, rules, "flags", agrees, expected, got, detail)]


class _Judged(NamedTuple):
    """The judgement of a test: its rules, what was expected, and what resulted."""

    rules: str
    expected: str
    got: str
    detail: str
    agrees: bool


def _meanings(rules: RuleSet, file: _File) -> Iterator[RuleSet]:
    """Yield the rule sets that a row's flags may stand for.

    One node has no flag for P2SH32: its flag P2SH includes it since 2023. Its files, recognized
    by their spelling of another flag, do not tell whether they are older.
    """
    yield rules
    if "ALLOWSEGWITRECOVERY" in file.flags and rules.switches.pay_to_script_hash:
        yield rules.evolve(f"{rules.name} P2SH_32", switches={"pay_to_script_hash_32": True})


def _judge_script(row: Any, file: _File) -> _Judged:
    """Judge a row `[[amount]?, unlocking, locking, flags, expected, comment...]`."""
    amount = 0
    fields = read_fields(row, 4)
    if isinstance(fields[0], list):
        amount = read_amount(read_fields(fields[0], 1)[-1])
        fields = read_fields(fields[1:], 4)
    unlocking = assemble_node_script(read_text(fields[0], "the unlocking script"))
    code = assemble_node_script(read_text(fields[1], "the locking script"))
    expected = read_text(fields[3], "the expected result")
    credit = Transaction((Input(*NULL_OUTPOINT, b"\x00\x00"),), (Output(amount, code),), 1)
    spend = Transaction((Input(transaction_hash(credit), 0, unlocking),), (Output(amount, b""),), 1)
    context = TransactionContext(spend, credit.outputs)
    rules = file.rules(fields[2])
    result = evaluate_input(context, 0, rules)
    agrees = any(
        is_name_of(evaluate_input(context, 0, meant), expected) for meant in _meanings(rules, file)
    )
    got = result.reason.value if result.reason else ACCEPTED
    comment = f"{fields[4]}; " if len(fields) > 4 else ""
    return _Judged(rules.name, expected, got, f"{comment}{result}", agrees)


def _find_structural_problem(transaction: Transaction) -> str | None:
    """Return why a transaction is invalid by itself under any rules since 2009, or None."""
    inputs, outputs = transaction.inputs, transaction.outputs
    if not inputs or not outputs:
        return "no inputs or no outputs"
    values = [output.value for output in outputs]
    if max(values) > MAX_MONEY or sum(values) > MAX_MONEY:
        return f"output values exceed the limit of {MAX_MONEY} satoshis"
    outpoints = [(item.outpoint_hash, item.outpoint_index) for item in inputs]
    if len(set(outpoints)) < len(outpoints):
        return "an outpoint is spent twice"
    if outpoints == [NULL_OUTPOINT]:
        size = len(inputs[0].unlocking_bytecode)
        return None if 2 <= size <= 100 else f"coinbase script of {size} bytes, expected 2 to 100"
    return "an input has the null outpoint" if NULL_OUTPOINT in outpoints else None


def _read_coins(spent: Any) -> dict[tuple[bytes, int], Output]:
    """Read the coins of a transaction test, by outpoint."""
    coins = {}
    for coin in read_fields(spent, 0):
        txid, index, locking, *amount = read_fields(coin, 3)
        name = read_bytes(txid, "a coin's txid")[::-1]
        at = read_integer(index, "a coin's index", range(-1, 2**32)) & MAX_UINT32
        value = read_integer(amount[0], "a coin's amount", range(2**63)) if amount else 0
        code = assemble_node_script(read_text(locking, "a coin's script"))
        coins[name, at] = Output(value, code)
    return coins


def _refuse(
    transaction: Transaction, coins: dict[tuple[bytes, int], Output], rules: RuleSet
) -> str:
    """Return why the transaction is refused, or nothing if it is accepted."""
    problem = _find_structural_problem(transaction)
    if problem:
        return problem
    if transaction.inputs[0].outpoint_index == NULL_OUTPOINT[1] and not coins:
        return ""
    sources = []
    for at, item in enumerate(transaction.inputs):
        if (item.outpoint_hash, item.outpoint_index) not in coins:
            raise ValueError(f"the test has no coin for input {at}")
        sources.append(coins[item.outpoint_hash, item.outpoint_index])
    context = TransactionContext(transaction, sources)
    for index in range(len(sources)):
        result = evaluate_input(context, index, rules)
        if not result.ok:
            return f"input {index}: {result}"
    return ""


def _judge_transaction(row: Any, file: _File, *, expected: str) -> _Judged:
    """Judge a row `[[[txid, index, locking, amount?]...], transaction, flags]`."""
    spent, data, flags = read_fields(row, 3)[:3]
    coins = _read_coins(spent)
    encoded = read_bytes(data, "the transaction")
    rules = file.rules(flags)
    try:
        transaction = decode_transaction(encoded, before_tokens=not rules.switches.tokens)
    except DecodeError as error:
        problem = f"the transaction cannot be decoded: {error}"
    else:
        problem = _refuse(transaction, coins, rules)
    got = "refused" if problem else ACCEPTED
    return _Judged(rules.name, expected, got, problem or "accepted", got == expected)


def _judge_sighash(row: Any, file: _File) -> _Judged:
    """Judge a row `[transaction, script, input, hash type, digest, legacy digest?]`."""
    data, code, index, hash_type, *digests = read_fields(row, 5)
    transaction = decode_transaction(read_bytes(data, "the transaction"))
    at = read_integer(index, "the input's index", range(len(transaction.inputs)))
    kind = read_integer(hash_type, "the hash type", range(-(2**31), 2**32))
    wanted = [read_text(digest, "a digest") for digest in digests]
    covered = read_bytes(code, "the script")
    context = TransactionContext(transaction, [Output(0, b"")] * len(transaction.inputs))
    legacy = legacy_digest(legacy_signing_serialization(context, at, covered, kind))
    forked = hash256(signing_serialization(context, at, covered, kind, tokens=False))
    # Newer files have two digests: as nodes compute it today, and the legacy one.
    two = len(wanted) > 1
    today = forked if (file.with_fork_id or (two and kind & 0x40)) else legacy
    got = [digest[::-1].hex() for digest in ([today, legacy] if two else [today])]
    expected = wanted[: len(got)]
    shown = " ".join(got)
    return _Judged("digest", " ".join(expected), shown, f"hash type {kind}", got == expected)


_JUDGES: dict[str, Callable[[Any, _File], _Judged]] = {
    "script_tests": _judge_script,
    "tx_valid": partial(_judge_transaction, expected=ACCEPTED),
    "tx_invalid": partial(_judge_transaction, expected="refused"),
    "sighash": _judge_sighash,
}
NODE_KINDS = tuple(_JUDGES)
"""The kinds of nodes' test files, which are also their file names."""
