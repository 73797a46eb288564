"""Showing transactions of the chain, and exporting them for other engines and on a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..chain import Chain, find_transaction
from ..errors import CommandError
from ..formats.verify_lines import verify_line
from ..formats.vmb import vmb_rows
from ..seeing import chain_page, see, why
from ..seeing.graph_page import Naming
from ..transaction.codec import transaction_hash
from .answer import Answer
from .parsing import plural, quoted, shown

__all__ = ["export", "graph", "show"]

_HEADINGS = (
    "input",
    "verdict",
    "operation cost",
    "of limit",
    "hash iterations",
    "signature checks",
)


def find_txid(chain: Chain, text: str) -> str:
    """Find the only txid on a chain that starts with these digits. Raises CommandError."""
    written = text.lower().removeprefix("0x")
    if not re.fullmatch("[0-9a-f]{4,64}", written):
        raise CommandError(
            f"{quoted(text)} is not a txid: expected its first 4 to 64 hexadecimal digits"
        )
    blocks = (each for block in chain.blocks for each in block.transactions)
    names = {*chain.mempool, *(transaction_hash(each)[::-1].hex() for each in blocks)}
    found = [each for each in names if each.startswith(written)]
    if len(found) > 1:
        raise CommandError(f"{len(found)} transactions have a txid that starts with {written}")
    if not found:
        raise CommandError(f"there is no transaction {written} on this chain")
    return found[0]


def show(chain: Chain, written: str) -> Answer:
    """Show a transaction with the verdict on each input and what it costs; why it is refused.

    `written` is the beginning of its txid. Raises CommandError, and ChainError for a
    transaction that spends no coins.
    """
    txid = find_txid(chain, written)
    transaction, sources, height = find_transaction(chain, txid)
    spending = see(transaction, sources, chain.rules)
    verdict, explained = spending.verdict, why(spending)
    where = "in the mempool" if height is None else f"in block {height}"
    rows: list[tuple[str, ...]] = [_HEADINGS]
    inputs = []
    for index, result in enumerate(verdict.inputs):
        metrics = result.metrics
        cost, limit = metrics.op_cost, metrics.op_cost_limit
        share = f"{100 * cost / limit:.1f} %" if limit else "-"
        word = "accepted" if result.ok else str(result)
        hashes, checks = metrics.hash_iterations, metrics.signature_checks
        rows.append((str(index), word, f"{cost:,}", share, f"{hashes:,}", str(checks)))
        inputs.append({"ok": result.ok, "op_cost": cost, "op_cost_limit": limit})
    line = verify_line(transaction, sources, chain.rules)
    size = len(line["tx"]) // 2
    lines: tuple[str, ...] = (
        f"{txid}, {plural(size, 'byte')}, {where}: {str(verdict).splitlines()[0]}",
    )
    if explained is not None:
        lines = (*lines, *str(explained).split("\n"))
    data = {"txid": txid, "bytes": size, "height": height, "inputs": inputs, "line": line}
    return Answer(verdict.ok, lines, data, tuple(rows))


def export(chain: Chain, written: str, path: str, *, keep: str) -> Answer:
    """Write a transaction as a VMB test file or, to a .jsonl, as a line for `bchcov verify`.

    `written` is the beginning of its txid. `keep` is the chain's own file, which is never
    overwritten. Raises ChainError, and CommandError if the file cannot be written.
    """
    txid = find_txid(chain, written)
    transaction, sources, _ = find_transaction(chain, txid)
    if path.endswith(".jsonl"):
        text = json.dumps(verify_line(transaction, sources, chain.rules)) + "\n"
    else:
        rows = vmb_rows(transaction, sources, f"transaction {txid}", rules=chain.rules)
        text = json.dumps(rows, indent=1) + "\n"
    return _write(path, text, keep)


def graph(chain: Chain, path: str, name_of: Naming, *, keep: str) -> Answer:
    """Write a page of all transactions of a chain as a graph.

    `keep` is as for `export`. Raises CommandError if the file cannot be written.
    """
    return _write(path, chain_page(chain, name_of=name_of).html, keep)


def _write(path: str, text: str, keep: str) -> Answer:
    try:
        own = [Path(keep + end) for end in ("", "-journal")]
        if any(each.exists() and Path(path).exists() and each.samefile(path) for each in own):
            raise CommandError(f"{shown(path)}: this is the file of the chain itself")
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{shown(path)}: {error.strerror}") from error
    except ValueError:
        raise CommandError(f"{quoted(path)} is not a file name") from None
    return Answer(True, (f"{shown(path)}: {plural(len(text), 'byte')}",), {"path": path})
