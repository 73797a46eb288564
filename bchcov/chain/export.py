"""Transactions of a chain for other engines: VMB tests, and lines of `bchcov verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..assembly.disassemble import disassemble
from ..errors import ChainError
from ..transaction.codec import encode_outputs, encode_transaction, transaction_id
from ..transaction.model import Output, Transaction
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from .chain import Chain

__all__ = ["VmbTest", "find_transaction", "verify_line", "vmb_tests"]

VmbTest = list[str | int | list[str]]
"""A row of a VMB test file."""


def find_transaction(chain: Chain, txid: str) -> tuple[Transaction, tuple[Output, ...], int | None]:
    """A transaction by its displayed txid, the outputs it spends, and its block's height.

    The height is None in the mempool. Raises ChainError where there is none, and for one
    that made its coins out of nothing.
    """
    found: tuple[Transaction, int | None] | None = None
    if txid in chain.mempool:
        found = chain.mempool[txid], None
    else:
        for block in reversed(chain.blocks):
            for transaction in block.transactions:
                if transaction_id(transaction) == txid:
                    found = transaction, block.height
    if found is None:
        raise ChainError(f"there is no transaction {txid} on this chain")
    sources = chain.source_outputs(found[0])
    if not sources:
        raise ChainError(f"the transaction {txid} spends nothing: it made its coins")
    return found[0], sources, found[1]


def _label(transaction: Transaction, source_outputs: Sequence[Output], rules: RuleSet) -> str:
    word = "invalid"
    if verify(transaction, source_outputs, rules.standard).ok:
        word = "standard"
    elif verify(transaction, source_outputs, rules.consensus).ok:
        word = "nonstandard"
    return f"{rules.name.removeprefix('BCH_').lower()}_{word}"


def vmb_tests(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    description: str,
    *,
    inputs: Iterable[int] | None = None,
    rules: RuleSet | None = None,
) -> list[VmbTest]:
    """A transaction as rows of a VMB test file, one for each input, or for those named.

    A row is [id, description, unlocking asm, locking asm, transaction, source outputs,
    input index], the index left out where it is 0. What its label is, the file's folder
    says (bch_2026_standard, bch_2026_invalid); with `rules` the row says it itself, by the
    verdict of their year, before the index. Source: libauth, "VMB tests".
    """
    labels = [] if rules is None else [[_label(transaction, source_outputs, rules)]]
    encoded = encode_transaction(transaction).hex()
    sources = encode_outputs(source_outputs).hex()
    txid = transaction_id(transaction)
    rows: list[VmbTest] = []
    for index in range(len(source_outputs)) if inputs is None else inputs:
        row: VmbTest = [
            f"{txid[:10]}.{index}",
            f"{description}, input {index}",
            disassemble(transaction.inputs[index].unlocking_bytecode),
            disassemble(source_outputs[index].locking_bytecode),
            encoded,
            sources,
        ]
        rows.append([*row, *labels, *([index] if index else [])])
    return rows


def verify_line(
    transaction: Transaction,
    source_outputs: Sequence[Output],
    rules: RuleSet,
    *,
    name: str | None = None,
) -> dict[str, str]:
    """A transaction as the object of one line for `bchcov verify`; its txid is its name."""
    return {
        "id": name or transaction_id(transaction),
        "tx": encode_transaction(transaction).hex(),
        "source_outputs": encode_outputs(source_outputs).hex(),
        "rules": rules.name,
        "mode": rules.mode,
    }
