"""What tracing costs compared with running alone, and how fast and large pages are."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parent.parent
# The browser is driven as the tests of the pages do.
sys.path[:0] = [str(ROOT / "tests")]

from support.browser import Browser, find_browser  # noqa: E402

from bchcov import (  # noqa: E402
    BCH_2026,
    Input,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    assemble,
    evaluate_input,
    p2pkh,
    trace_input,
)
from bchcov.formats.verify_lines import LineOptions, read_line  # noqa: E402
from bchcov.script.pushes import encode_push  # noqa: E402
from bchcov.seeing import Drawn, Graph, Page, graph_page, see, spending_page  # noqa: E402

__all__ = ["seconds", "tracing_rows"]

LIVES = ROOT / "vectors" / "sequenced_amm"
INPUTS, STEPS, TRANSACTIONS = 100, 50_000, 5_000
LOOP = "OP_DROP <60> OP_BEGIN OP_1SUB OP_DUP OP_INPUTINDEX OP_ADD OP_HASH160 OP_DROP OP_DUP OP_NOT"
Run = tuple[TransactionContext, int, RuleSet]


def large() -> tuple[Transaction, list[Output]]:
    """A transaction of 100 inputs that run more than 50,000 instructions."""
    code = assemble(f"{LOOP} OP_UNTIL")
    inputs = tuple(Input(b"\x01" * 32, at, encode_push(bytes(400))) for at in range(INPUTS))
    outputs = (Output(1_000, p2pkh(bytes(20))),)
    return Transaction(inputs, outputs), [Output(2_000, code)] * INPUTS


def lives() -> Iterator[Run]:
    """All inputs of the pools' lives."""
    for path in sorted(LIVES.glob("*.life.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            transaction, sources, rules = read_line(line, LineOptions())
            context = TransactionContext(transaction, sources)
            yield from ((context, index, rules) for index in range(len(sources)))


def seconds(call: Callable[[], object], rounds: int = 7) -> float:
    """Seconds of the processor for one call: the best of some."""
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = process_time()
        call()
        best = min(best, process_time() - start)
    return best


def tracing_rows() -> Iterator[tuple[str, float, str]]:
    """Yield rows: what recording the steps costs, and reading each of them besides."""
    transaction, sources = large()
    context = TransactionContext(transaction, sources)
    runs = [(context, index, BCH_2026.consensus) for index in range(INPUTS)]
    for what, each in (("loops", runs), ("the pools' lives", list(lives()))):
        untraced, traced, read = _seconds(each)
        yield f"tracing {what}", traced / untraced, "times a run"
        yield f"tracing {what} and reading each step", read / untraced, "times a run"


def _seconds(runs: Sequence[Run]) -> tuple[float, float, float]:
    def read() -> None:
        for run in runs:
            for _ in trace_input(*run).steps:
                pass

    untraced = seconds(lambda: [evaluate_input(*run) for run in runs])
    traced = seconds(lambda: [trace_input(*run).result for run in runs])
    return untraced, traced, seconds(read, 3)


def drawn(count: int) -> Graph:
    """A chain of transactions, each of which spends an output of the one before."""
    made: list[Drawn] = []
    before = b"\x01" * 32
    for number in range(count):
        outputs = tuple(Output(5_000, p2pkh(bytes(16) + number.to_bytes(4, "big"))) for _ in "ab")
        each = Drawn(Transaction((Input(before, 0, b""),), outputs), "block", number // 50)
        made.append(each)
        before = bytes.fromhex(each.txid)[::-1]
    return Graph(tuple(made))


def page_rows(browser: Browser, folder: Path) -> Iterator[tuple[str, float, str]]:
    """Yield rows: how long a browser takes to open large pages, and what they weigh."""
    transaction, sources = large()
    spending = see(transaction, sources, BCH_2026.consensus)
    steps = sum(len(spending.trace(index)) for index in range(INPUTS))
    assert steps >= STEPS
    pages: list[tuple[str, Page]] = [
        (f"a page of {INPUTS} inputs and {steps:,} steps", spending_page(spending)),
        (f"a graph of {TRANSACTIONS:,} transactions", graph_page(drawn(TRANSACTIONS))),
    ]
    for what, page in pages:
        path = folder / "page.html"
        page.write(path)
        browser.open(path)
        opened = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        yield f"opening {what}", float(browser.run(opened)) / 1_000, "s"
        yield what, len(page.html.encode()) / 1e6, "MB"


def main() -> int:
    """Print the rows."""
    rows = list(tracing_rows())
    program = find_browser()
    if program is None:
        print("no browser is installed, so no page is opened")
    else:
        with tempfile.TemporaryDirectory() as folder:
            browser = Browser(program, Path(folder))
            try:
                rows += page_rows(browser, Path(folder))
            finally:
                browser.close()
    for what, value, unit in rows:
        print(f"{what}: {value:.2f} {unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
