"""What the library holds in memory: idle, verifying a large transaction, with a long chain."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bchcov import (
    Chain,
    Input,
    Output,
    Transaction,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.script.patterns import p2sh32
from bchcov.script.pushes import encode_push
from bchcov.transaction.codec import transaction_hash

__all__ = ["import_row", "memory_rows"]

IMPORT = "from bchcov import verify"
CHAIN = 100_000


def memory_rows(transactions: int = CHAIN) -> Iterator[tuple[str, float, str]]:
    """Yield rows, each measured in a process of its own: the most memory that it ever had.

    Linux counts it; there are no rows elsewhere.
    """
    if not Path("/proc/self/status").exists():
        return
    yield "memory of the library, idle", _peak("idle") - _peak("nothing"), "MiB"
    yield "memory of the largest standard transaction", _peak("largest") - _peak("idle"), "MiB"
    what = f"memory of a chain of {transactions:,} transactions"
    yield what, _peak("chain", transactions) - _peak("idle"), "MiB"


def import_row() -> tuple[str, float, str]:
    """Return the processor time that importing `verify` adds to Python's start, in ms."""
    return IMPORT, 1e3 * (_seconds(IMPORT) - _seconds("pass")), "ms"


def _seconds(code: str) -> float:
    # Without it Python compiles the sources each time, and that is measured.
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }

    def run() -> float:
        start = _spent_by_children()
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        return _spent_by_children() - start

    run()
    return min(run() for _ in range(9))


def _spent_by_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _peak(what: str, *arguments: object) -> float:
    code = f"import {Path(__file__).stem} as m; m.{what}({', '.join(map(str, arguments))})"
    if what == "nothing":
        code = "pass"
    elif what == "idle":
        code = IMPORT
    # Not ru_maxrss: a new process begins with that of the one that started it.
    code += "; print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
    )
    return int(done.stdout) / 1024


def largest() -> None:
    """Verify a transaction of almost 100,000 bytes, whose inputs push 7,200 items in all."""
    redeem = b"\x75" * 800 + b"\x51"
    unlocking = encode_push(bytes(10)) * 800 + encode_push(redeem)
    coin = Output(100_000, p2sh32(redeem))
    inputs = tuple(Input(bytes(31) + b"\x01", at, unlocking) for at in range(10))
    transaction = Transaction(inputs, (Output(800_000, coin.locking_bytecode),))
    raw = encode_transaction(transaction)
    assert 90_000 < len(raw) <= 100_000
    verify(raw, encode_outputs([coin] * len(inputs))).require()


def chain(transactions: int) -> None:
    """Make a chain of transactions, each of which spends the one before; all are confirmed."""
    emulated = Chain()
    redeem = b"\x75\x51"
    locking, unlocking = p2sh32(redeem), encode_push(bytes(20)) + encode_push(redeem)
    value = 2_000 * transactions
    (coin,) = emulated.fund(Output(value, locking))
    outpoint = coin.outpoint_hash, coin.outpoint_index
    for _ in range(transactions):
        value -= 1_000
        spend = Transaction((Input(*outpoint, unlocking),), (Output(value, locking),))
        emulated.submit(spend).require()
        outpoint = transaction_hash(spend), 0
    emulated.mine()


if __name__ == "__main__":
    sys.stdout.write("\n".join(map(str, [*memory_rows(), import_row()])) + "\n")
