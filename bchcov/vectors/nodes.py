"""The tests of Bitcoin Cash nodes: script_tests, tx_valid, tx_invalid and sighash.

Each case runs under the flags it names. Source: Bitcoin Cash Node, src/test.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..crypto.hashes import hash256
from ..errors import BchcovError, VectorError
from ..script.numbers import encode_number
from ..script.opcodes import OPCODES_BY_NAME
from ..script.pushes import encode_push_by_length
from ..transaction.codec import decode_transaction, transaction_hash
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
from .outcome import Outcome, Selection

__all__ = ["NodeTests", "assemble_node_script"]

# The names in the files, where they are not those of the failures.
_NAMES = {
    "NULLFAIL": {"SIG_NULLFAIL"},
    "NULLDUMMY": {"SIG_NULLDUMMY"},
    "BITFIELD_SIZE": {"INVALID_BITFIELD_SIZE"},
    "BIT_RANGE": {"INVALID_BIT_RANGE"},
    "OPERAND_SIZE": {"INVALID_OPERAND_SIZE"},
    "SPLIT_RANGE": {"INVALID_SPLIT_RANGE"},
    "MISSING_FORKID": {"MUST_USE_FORKID"},
    "NONCOMPRESSED_PUBKEY": {"PUBKEYTYPE"},
    # Nodes had no name for a number that does not decode until 2024.
    "UNKNOWN_ERROR": {"MINIMALNUM", "INVALID_NUMBER_RANGE", "INVALID_NUMBER_RANGE_64_BIT"},
}
_ACCEPTED = "OK"
_COIN = 100_000_000
_MOST_MONEY = 21_000_000 * _COIN
_NULL_HASH, _NULL_INDEX = bytes(32), 0xFFFF_FFFF
_NUMBER = re.compile(r"-?[0-9]+")


def _word(word: str) -> bytes:
    if _NUMBER.fullmatch(word):
        value = int(word)
        if value == -1 or 1 <= value <= 16:
            return bytes((0x50 + value,))
        return encode_push_by_length(encode_number(value))
    if word.startswith("0x"):
        return bytes.fromhex(word[2:])
    if len(word) >= 2 and word[0] == word[-1] == "'":
        return encode_push_by_length(word[1:-1].encode())
    name = word if word.startswith("OP_") else f"OP_{word}"
    if name not in OPCODES_BY_NAME:
        raise ValueError(f"no opcode is called {word}")
    return bytes((OPCODES_BY_NAME[name],))


def assemble_node_script(text: str) -> bytes:
    """Assemble the notation of the nodes' files: opcodes without OP_, 0x bytes, 'text', numbers.

    Raises ValueError.
    """
    return b"".join(map(_word, text.split()))


def _flags(text: str) -> RuleSet:
    return rules_from_flags(text.split(","))


class NodeTests:
    """The cases of one file, read when they are judged; one that cannot be read disagrees."""

    def __init__(self, path: Path, kind: str, data: Any) -> None:
        if not isinstance(data, list):
            raise VectorError(f"{path}: the tests of a node are an array")
        self.group = f"nodes.{kind}"
        self._judge = _JUDGES[kind]
        self._rows: list[tuple[int, Any, bool]] = []
        # In sighash.json a comment begins the digests with the fork id.
        with_fork_id = False
        for at, row in enumerate(data):
            if isinstance(row, list) and len(row) == 1 and isinstance(row[0], str):
                with_fork_id = with_fork_id or "SIGHASH_FORKID" in row[0]
            else:
                self._rows.append((at, row, with_fork_id))

    def __len__(self) -> int:
        """How many cases there are, comments not counted."""
        return len(self._rows)

    def judge(self, index: int, _selection: Selection) -> list[Outcome]:
        """Judge one case under its own flags, whatever is selected."""
        at, row, with_fork_id = self._rows[index]
        try:
            rules, expected, got, detail = self._judge(row, with_fork_id)
        except (ValueError, LookupError, TypeError, ArithmeticError, BchcovError) as error:
            detail = f"case {at} cannot be read: {error}"
            return [Outcome(str(at), self.group, "?", "flags", False, "?", "unreadable", detail)]
        agrees = got in _NAMES.get(expected, {expected})
        return [Outcome(str(at), self.group, rules, "flags", agrees, expected, got, detail)]


def _judge_script(row: Sequence[Any], _: bool) -> tuple[str, str, str, str]:
    """[[amount]?, unlocking, locking, flags, expected, comment...]: a coin, and its spend."""
    amount = 0
    if isinstance(row[0], list):
        amount = int(Decimal(str(row[0][0])) * _COIN)
        row = row[1:]
    unlocking, locking, flags, expected = row[:4]
    code = assemble_node_script(locking)
    credit = Transaction((Input(_NULL_HASH, _NULL_INDEX, b"\x00\x00"),), (Output(amount, code),), 1)
    spend = Transaction(
        (Input(transaction_hash(credit), 0, assemble_node_script(unlocking)),),
        (Output(amount, b""),),
        1,
    )
    rules = _flags(flags)
    result = evaluate_input(TransactionContext(spend, credit.outputs), 0, rules)
    got = result.reason.value if result.reason else _ACCEPTED
    return rules.name, expected, got, f"{row[-1]}; {result}"


def _structure(transaction: Transaction) -> str | None:
    """What is wrong with a transaction by itself, for any time since 2009."""
    inputs, outputs = transaction.inputs, transaction.outputs
    if not inputs or not outputs:
        return "no inputs or no outputs"
    values = [output.value for output in outputs]
    if max(values) > _MOST_MONEY or sum(values) > _MOST_MONEY:
        return "values beyond all coins"
    outpoints = [(item.outpoint_hash, item.outpoint_index) for item in inputs]
    if len(set(outpoints)) < len(outpoints):
        return "an outpoint is spent twice"
    null = (_NULL_HASH, _NULL_INDEX)
    if outpoints == [null]:
        size = len(inputs[0].unlocking_bytecode)
        return None if 2 <= size <= 100 else f"a coinbase script of {size} bytes"
    return "an input spends nothing" if null in outpoints else None


def _judge_transaction(row: Sequence[Any]) -> tuple[str, str, str]:
    """[[[txid, index, locking, amount?]...], transaction, flags]: the rules, what was got, why."""
    spent, data, flags = row[:3]
    coins = {}
    for txid, index, locking, *amount in spent:
        key = bytes.fromhex(txid)[::-1], index & 0xFFFF_FFFF
        coins[key] = Output(amount[0] if amount else 0, assemble_node_script(locking))
    rules = _flags(flags)
    transaction = decode_transaction(bytes.fromhex(data))
    problem = _structure(transaction)
    if problem:
        return rules.name, "refused", problem
    if transaction.inputs[0].outpoint_index == _NULL_INDEX and len(coins) == 0:
        return rules.name, _ACCEPTED, "a coinbase"
    sources = [coins[item.outpoint_hash, item.outpoint_index] for item in transaction.inputs]
    context = TransactionContext(transaction, sources)
    for index in range(len(sources)):
        result = evaluate_input(context, index, rules)
        if not result.ok:
            return rules.name, "refused", f"input {index}: {result}"
    return rules.name, _ACCEPTED, "every input is accepted"


def _judge_valid(row: Sequence[Any], _: bool) -> tuple[str, str, str, str]:
    rules, got, detail = _judge_transaction(row)
    return rules, _ACCEPTED, got, detail


def _judge_invalid(row: Sequence[Any], _: bool) -> tuple[str, str, str, str]:
    rules, got, detail = _judge_transaction(row)
    return rules, "refused", got, detail


def _judge_sighash(row: Sequence[Any], with_fork_id: bool) -> tuple[str, str, str, str]:
    """[transaction, script, input, hash type, digest with fork id or legacy, legacy?]."""
    data, code, index, hash_type, *digests = row
    transaction = decode_transaction(bytes.fromhex(data))
    nothing = [Output(0, b"")] * len(transaction.inputs)
    context = TransactionContext(transaction, nothing)
    covered = bytes.fromhex(code)
    legacy = legacy_digest(legacy_signing_serialization(context, index, covered, hash_type))
    forked = hash256(signing_serialization(context, index, covered, hash_type, tokens=False))
    # Newer files give both: as nodes compute it today, and without the fork id.
    two = len(digests) > 1
    today = forked if (with_fork_id or (two and hash_type & 0x40)) else legacy
    got = [today, legacy] if two else [today]
    shown = " ".join(digest[::-1].hex() for digest in got)
    return "digest", " ".join(digests[: len(got)]), shown, f"hash type {hash_type}"


_JUDGES = {
    "script_tests": _judge_script,
    "tx_valid": _judge_valid,
    "tx_invalid": _judge_invalid,
    "sighash": _judge_sighash,
}
