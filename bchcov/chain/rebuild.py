"""A new chain file with everything that is undamaged in another one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import RulesError, StoreError
from ..transaction.codec import transaction_hash, transaction_id
from ..transaction.constants import NULL_OUTPOINT
from ..transaction.model import Output, Transaction
from ..vm.rules.upgrades import find_rules
from .blocks import Block, make_coinbase, median_time
from .chain_file import ChainFile
from .ledger import Ledger, Outpoint
from .salvage import Salvage
from .store import Change

__all__ = ["Rebuilt", "rebuild"]

# The file itself, and SQLite's own beside it.
_FILES = ("", "-journal")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a new chain file has: its number of blocks, and of unconfirmed transactions.

    `left_out` says which undamaged rows of the old file are not in it, and why.
    """

    blocks: int
    unconfirmed: int
    left_out: tuple[str, ...]


def rebuild(
    found: Salvage, path: str | Path, *, add: Callable[[ChainFile], Iterable[str]] | None = None
) -> Rebuilt:
    """Write a new chain file from the undamaged rows of another.

    It has the blocks up to the first one that is damaged or has lost a transaction. The
    transactions of later blocks, except their coinbases, return to the mempool with those
    that were there, if they are still valid. `add` adds to the new file what a layer above
    keeps there, and returns what it leaves out. Raises StoreError if there is a file at
    `path`, if the facts about the chain are damaged, or if the file cannot be written, in
    which case none is left.
    """
    if os.path.lexists(path):
        raise StoreError(f"{path}: this file exists already")
    try:
        rules = find_rules(found.facts["rules"])
        height, time, rate = (int(found.facts[each]) for each in ("height", "time", "fee_rate"))
        left_out: list[str] = []
        blocks = tuple(_intact_blocks(found, Block(height, time, bytes(32), ()), left_out))
    except (RulesError, LookupError, ValueError, TypeError, OverflowError) as error:
        raise StoreError(f"{path}: no new chain can be written: {error!r}") from error
    try:
        with ChainFile(path, rules=rules, height=height, time=time, fee_rate=rate) as file:
            file.write(Change(1, connected=blocks))
        with ChainFile(path) as file:
            with file.chain.together() as chain:
                for transaction in _unconfirmed(found, blocks[-1].height if blocks else height):
                    submission = chain.submit(transaction)
                    if not submission.ok:
                        left_out.append(f"the transaction {submission}")
            left_out += () if add is None else add(file)
            return Rebuilt(len(blocks), len(file.chain.mempool), tuple(left_out))
    except BaseException:
        for side in _FILES:
            with suppress(OSError):
                os.unlink(f"{path}{side}")
        raise


def _intact_blocks(found: Salvage, last: Block, left_out: list[str]) -> Iterator[Block]:
    """Yield the blocks up to the first that does not follow from those before it."""
    by_height: dict[int | None, list[Transaction]] = {}
    for transaction, height in found.transactions:
        by_height.setdefault(height, []).append(transaction)
    ledger, blocks = Ledger(), [last]
    for height, time, is_funding in found.blocks:
        last = blocks[-1]
        block = Block(height, time, last.hash, tuple(by_height.pop(height, ())), is_funding)
        if height != last.height + 1 or time <= last.time:
            why = f"block {height} does not follow block {last.height}"
        else:
            why = _loss(block, ledger)
        if why:
            left_out.append(f"the blocks from {last.height + 1} on: {why}")
            return
        ledger.connect(block, median_time(blocks))
        blocks.append(block)
        yield block
    by_height.pop(None, None)
    if by_height:
        left_out.append(f"the blocks from {blocks[-1].height + 1} on: their times are lost")


def _loss(block: Block, ledger: Ledger) -> str:
    """Say what a block has evidently lost, "" if nothing."""
    if not block.transactions:
        return f"block {block.height} has lost its first transaction"
    first, *others = block.transactions
    if [(each.outpoint_hash, each.outpoint_index) for each in first.inputs] != [NULL_OUTPOINT]:
        return f"block {block.height} has lost its first transaction"
    made: dict[Outpoint, Output] = {}
    fees = 0
    for transaction in others:
        for item in transaction.inputs:
            outpoint = item.outpoint_hash, item.outpoint_index
            record = ledger.coins.get(outpoint)
            output = made.pop(outpoint, None) if record is None else record.output
            if output is None:
                txid = transaction_id(transaction)
                return f"in block {block.height} the transaction {txid} spends a coin that is lost"
            fees += output.value
        name = transaction_hash(transaction)
        made |= {(name, index): each for index, each in enumerate(transaction.outputs)}
        fees -= sum(each.value for each in transaction.outputs)
    # What a coinbase pays tells whether all the fees are there, and so the transactions.
    reward_to = first.outputs[0].locking_bytecode if first.outputs else b""
    if not block.is_funding and first != make_coinbase(block.height, fees, reward_to):
        return f"block {block.height} has lost a transaction: its coinbase pays other fees"
    return ""


def _unconfirmed(found: Salvage, height: int) -> Iterator[Transaction]:
    """Yield what no block up to `height` confirms, except coinbases: blocks first, then mempool."""
    later = [each for each in found.transactions if each[1] is None or each[1] > height]
    # The rows of blocks lie in the order of their heights already.
    later.sort(key=lambda each: each[1] is None)
    for transaction, _ in later:
        if (transaction.inputs[0].outpoint_hash, transaction.inputs[0].outpoint_index) != (
            NULL_OUTPOINT
        ):
            yield transaction
