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
    """The flags of a row of scripts or of transactions; nothing of any other row."""
    if not isinstance(row, list) or not row:
        return ""
    at = 3 if isinstance(row[0], list) and len(row) > 4 else 2
    return row[at] if len(row) > at and isinstance(row[at], str) else ""


@dataclass(frozen=True, slots=True)
class _File:
    """What a whole file says of its rows.

    `flags` are all that it names: what is off in a row is only what the file could have
    named. `with_fork_id`: of its digests, before the row is told.
    """

    flags: frozenset[str]
    with_fork_id: bool = False

    def rules(self, flags: Any) -> RuleSet:
        text = read_text(flags, "the field of the flags")
        return rules_from_flags(text.split(","), known=self.flags)


class NodeTests:
    """The cases of one file, read when they are judged; one that cannot be read disagrees."""

    def __init__(self, path: Path, kind: str, data: Any) -> None:
        if not isinstance(data, list):
            raise VectorError(f"{path}: the tests of a node are an array")
        self.group = f"nodes.{kind}"
        self._judge = _JUDGES[kind]
        named = frozenset(flag for row in data for flag in _flags_of(row).split(","))
        file = _File(frozenset() if kind == "sighash" else named)
        self._rows: list[tuple[int, Any, _File]] = []
        for at, row in enumerate(data):
            if isinstance(row, list) and len(row) == 1 and isinstance(row[0], str):
                # In sighash.json a comment begins the digests with the fork id.
                if "SIGHASH_FORKID" in row[0]:
                    file = replace(file, with_fork_id=True)
            else:
                self._rows.append((at, row, file))

    def __len__(self) -> int:
        """How many cases there are, comments not counted."""
        return len(self._rows)

    def judge(self, index: int, _selection: Selection) -> list[Outcome]:
        """Judge one case under its own flags, whatever is selected."""
        at, row, file = self._rows[index]
        try:
            rules, expected, got, detail, agrees = self._judge(row, file)
        except (ValueError, BchcovError) as error:
            detail = f"case {at} cannot be read: {error}"
            return [Outcome(str(at), self.group, "?", "flags", False, "?", "unreadable", detail)]
        return [Outcome(str(at), self.group, rules, "flags", agrees, expected, got, detail)]


class _Judged(NamedTuple):
    """A case under its rules: what the file expects, what was got, and whether they agree."""

    rules: str
    expected: str
    got: str
    detail: str
    agrees: bool


def _meanings(rules: RuleSet, file: _File) -> Iterator[RuleSet]:
    """The rules that flags may stand for: one node's P2SH has covered P2SH32 since 2023.

    It has no flag for that, and its file, known by its spelling of another flag, does not
    say of which time it is.
    """
    yield rules
    if "ALLOWSEGWITRECOVERY" in file.flags and rules.switches.pay_to_script_hash:
        yield rules.evolve(f"{rules.name} P2SH_32", switches={"pay_to_script_hash_32": True})


def _judge_script(row: Any, file: _File) -> _Judged:
    """[[amount]?, unlocking, locking, flags, expected, comment...]: a coin, and its spend."""
    amount = 0
    fields = read_fields(row, 4)
    if isinstance(fields[0], list):
        amount = read_amount(read_fields(fields[0], 1)[-1])
        fields = read_fields(fields[1:], 4)
    unlocking = assemble_node_script(read_text(fields[0], "the unlocking script"))
    code = assemble_node_script(read_text(fields[1], "the locking script"))
    expected = read_text(fields[3], "what is expected")
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


def _structure(transaction: Transaction) -> str | None:
    """What is wrong with a transaction by itself, for any time since 2009."""
    inputs, outputs = transaction.inputs, transaction.outputs
    if not inputs or not outputs:
        return "no inputs or no outputs"
    values = [output.value for output in outputs]
    if max(values) > MAX_MONEY or sum(values) > MAX_MONEY:
        return "values beyond all coins"
    outpoints = [(item.outpoint_hash, item.outpoint_index) for item in inputs]
    if len(set(outpoints)) < len(outpoints):
        return "an outpoint is spent twice"
    if outpoints == [NULL_OUTPOINT]:
        size = len(inputs[0].unlocking_bytecode)
        return None if 2 <= size <= 100 else f"a coinbase script of {size} bytes"
    return "an input spends nothing" if NULL_OUTPOINT in outpoints else None


def _read_coins(spent: Any) -> dict[tuple[bytes, int], Output]:
    coins = {}
    for coin in read_fields(spent, 0):
        txid, index, locking, *amount = read_fields(coin, 3)
        name = read_bytes(txid, "a coin's transaction id")[::-1]
        at = read_integer(index, "a coin's index", range(-1, 2**32)) & MAX_UINT32
        value = read_integer(amount[0], "a coin's amount", range(2**63)) if amount else 0
        code = assemble_node_script(read_text(locking, "a coin's script"))
        coins[name, at] = Output(value, code)
    return coins


def _refuse(
    transaction: Transaction, coins: dict[tuple[bytes, int], Output], rules: RuleSet
) -> str:
    """Return why the transaction is refused, or nothing if it is accepted."""
    problem = _structure(transaction)
    if problem:
        return problem
    if transaction.inputs[0].outpoint_index == NULL_OUTPOINT[1] and not coins:
        return ""
    sources = []
    for at, item in enumerate(transaction.inputs):
        if (item.outpoint_hash, item.outpoint_index) not in coins:
            raise ValueError(f"the coin that input {at} spends is missing")
        sources.append(coins[item.outpoint_hash, item.outpoint_index])
    context = TransactionContext(transaction, sources)
    for index in range(len(sources)):
        result = evaluate_input(context, index, rules)
        if not result.ok:
            return f"input {index}: {result}"
    return ""


def _judge_transaction(row: Any, file: _File, *, expected: str) -> _Judged:
    """[[[txid, index, locking, amount?]...], transaction, flags]."""
    spent, data, flags = read_fields(row, 3)[:3]
    coins = _read_coins(spent)
    encoded = read_bytes(data, "the transaction")
    rules = file.rules(flags)
    try:
        transaction = decode_transaction(encoded, before_tokens=not rules.switches.tokens)
    except DecodeError as error:
        problem = f"it does not decode: {error}"
    else:
        problem = _refuse(transaction, coins, rules)
    got = "refused" if problem else ACCEPTED
    return _Judged(rules.name, expected, got, problem or "accepted", got == expected)


def _judge_sighash(row: Any, file: _File) -> _Judged:
    """[transaction, script, input, hash type, digest with fork id or legacy, legacy?]."""
    data, code, index, hash_type, *digests = read_fields(row, 5)
    transaction = decode_transaction(read_bytes(data, "the transaction"))
    at = read_integer(index, "the input", range(len(transaction.inputs)))
    kind = read_integer(hash_type, "the hash type", range(-(2**31), 2**32))
    wanted = [read_text(digest, "a digest") for digest in digests]
    covered = read_bytes(code, "the script")
    context = TransactionContext(transaction, [Output(0, b"")] * len(transaction.inputs))
    legacy = legacy_digest(legacy_signing_serialization(context, at, covered, kind))
    forked = hash256(signing_serialization(context, at, covered, kind, tokens=False))
    # Newer files give both: as nodes compute it today, and without the fork id.
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
"""The known test files of nodes, by their file names."""
