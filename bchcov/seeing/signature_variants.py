"""Other transactions that a signature may have been made for, each with what differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..crypto.hashes import hash160
from ..script.patterns import p2pkh
from ..transaction.constants import LOCKTIME_IN_FORCE, SEQUENCE_FINAL
from ..transaction.context import TransactionContext
from ..transaction.model import Output, Transaction
from .spending import Spending

__all__ = ["Variant", "variants_of"]

# Of transactions with many outputs the neighbours are swapped, not each pair.
_MOST_TRIED = 40

Variant = tuple[str, TransactionContext, int, bytes]
"""What differs, the transaction that would be signed, the input, and the covered bytecode."""


def variants_of(
    spending: Spending, index: int, covered: bytes, *, public_key: bytes, code: bytes
) -> Iterator[Variant]:
    """Yield what one mistake makes of a transaction; the first one has none.

    `covered` is what the signature covers of the running script, `code`.
    """
    context = spending.context
    yield "", context, index, covered
    for text, transaction in _transactions(spending.transaction, index):
        yield text, TransactionContext(transaction, spending.source_outputs), index, covered
    for text, sources in _sources(spending.source_outputs, index):
        yield text, TransactionContext(spending.transaction, sources), index, covered
    for at in range(min(len(spending.transaction.inputs), _MOST_TRIED)):
        if at != index:
            theirs = spending.source_outputs[at].locking_bytecode
            yield f"it is made for input {at}, not {index}", context, at, covered
            yield f"it is made for input {at} and its script", context, at, theirs
    scripts = {
        "it covers the whole script, not what is behind OP_CODESEPARATOR": code,
        "it covers the locking bytecode, not the running script": spending.source_outputs[
            index
        ].locking_bytecode,
        "it covers the P2PKH script of its key, not the running script": p2pkh(hash160(public_key)),
        "it covers an empty script": b"",
    }
    for text, script in scripts.items():
        if script != covered:
            yield text, context, index, script


def _transactions(given: Transaction, index: int) -> Iterator[tuple[str, Transaction]]:
    outputs = given.outputs
    few = range(min(len(outputs), _MOST_TRIED))
    for at in few:
        rest = outputs[:at] + outputs[at + 1 :]
        yield f"it is made without output {at}", replace(given, outputs=rest)
        output = outputs[at]
        if output.token is not None:
            bare = _with(outputs, at, replace(output, token=None))
            yield f"it is made without the tokens of output {at}", replace(given, outputs=bare)
    for at in few[1:]:
        swapped = (*outputs[: at - 1], outputs[at], outputs[at - 1], *outputs[at + 1 :])
        yield f"it is made with outputs {at - 1} and {at} swapped", replace(given, outputs=swapped)
    for value in (0, 1_000, 546):
        for at in few[-2:]:
            changed = _with(outputs, at, replace(outputs[at], value=value))
            said = f"it is made with {value:,} satoshis in output {at}, not {outputs[at].value:,}"
            yield said, replace(given, outputs=changed)
    for version in (1, 2):
        if version != given.version:
            said = f"it is made for version {version}, not {given.version}"
            yield said, replace(given, version=version)
    if given.locktime:
        said = f"it is made for locktime 0, not {given.locktime}"
        yield said, replace(given, locktime=0)
    inputs = given.inputs
    for sequence in (SEQUENCE_FINAL, LOCKTIME_IN_FORCE, 0):
        said = f"it is made for the sequence number 0x{sequence:08x}"
        mine = replace(inputs[index], sequence=sequence)
        if mine != inputs[index]:
            own = (*inputs[:index], mine, *inputs[index + 1 :])
            yield f"{said} in its input", replace(given, inputs=own)
        every = tuple(replace(each, sequence=sequence) for each in inputs)
        if every != inputs and len(inputs) > 1:
            yield f"{said} in all inputs", replace(given, inputs=every)
    for at in range(min(len(inputs), _MOST_TRIED)):
        if at != index:
            shorter = replace(given, inputs=(*inputs[:at], *inputs[at + 1 :]))
            if at > index:
                yield f"it is made without input {at}", shorter


def _sources(given: tuple[Output, ...], index: int) -> Iterator[tuple[str, tuple[Output, ...]]]:
    own = given[index]
    if own.token is not None:
        yield (
            "it is made without the tokens of its coin",
            _with(given, index, replace(own, token=None)),
        )
    for at, other in enumerate(given[:_MOST_TRIED]):
        if other.value != own.value:
            said = f"it is made for a coin of {other.value:,} satoshis, not {own.value:,}"
            yield (
                f"{said}: the value of input {at}",
                _with(given, index, replace(own, value=other.value)),
            )
    yield "it is made for a coin of 0 satoshis", _with(given, index, replace(own, value=0))


def _with(outputs: tuple[Output, ...], at: int, output: Output) -> tuple[Output, ...]:
    return (*outputs[:at], output, *outputs[at + 1 :])
