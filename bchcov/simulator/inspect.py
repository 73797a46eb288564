"""Looking at a transaction of the chain, and taking it out for other engines."""

from __future__ import annotations

import json
from pathlib import Path

from ..chain import Chain
from ..chain.export import find_transaction, verify_line, vmb_tests
from ..validation.verify import verify
from .answer import Answer
from .parsing import CommandError

__all__ = ["export", "show"]

_HEADINGS = ("input", "verdict", "op cost", "of its budget", "hash iterations", "sigchecks")


def show(chain: Chain, txid: str) -> Answer:
    """A transaction with the verdict on each input, and what it costs. Raises BuildError."""
    transaction, sources, height = find_transaction(chain, txid)
    verdict = verify(transaction, sources, chain.rules)
    where = "in the mempool" if height is None else f"in block {height}"
    rows: list[tuple[str, ...]] = [_HEADINGS]
    inputs = []
    for index, result in enumerate(verdict.inputs):
        metrics = result.metrics
        cost, limit = metrics.op_cost, metrics.op_cost_limit
        share = f"{100 * cost / limit:.1f} %" if limit else "-"
        word = "accepted" if result.ok else str(result)
        hashes, checks = metrics.hash_iterations, metrics.sig_checks
        rows.append((str(index), word, f"{cost:,}", share, f"{hashes:,}", str(checks)))
        inputs.append({"ok": result.ok, "op_cost": cost, "op_cost_limit": limit})
    line = verify_line(transaction, sources, chain.rules)
    size = len(line["tx"]) // 2
    lines = (f"{txid}, {size:,} bytes, {where}: {str(verdict).splitlines()[0]}",)
    data = {"txid": txid, "bytes": size, "height": height, "inputs": inputs, "line": line}
    return Answer(verdict.ok, lines, data, tuple(rows))


def export(chain: Chain, txid: str, path: str) -> Answer:
    """Write a transaction as a VMB test file, or, to a .jsonl, as a line of `bchcov verify`.

    Raises BuildError, and CommandError where the file cannot be written.
    """
    transaction, sources, _ = find_transaction(chain, txid)
    if path.endswith(".jsonl"):
        text = json.dumps(verify_line(transaction, sources, chain.rules)) + "\n"
    else:
        text = json.dumps(vmb_tests(transaction, sources, f"transaction {txid}"), indent=1) + "\n"
    try:
        Path(path).write_text(text)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
    return Answer(True, (f"{path}: {len(text):,} bytes",), {"path": path})
