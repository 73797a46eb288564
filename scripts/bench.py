"""Measure how fast transactions are verified, on one thread and without a signature cache."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import click
from bench_others import libauth_command, seconds_of
from bench_sets import Test, all_sets
from judge_bench import judge_rows
from memory_bench import import_row, memory_rows
from mutants_bench import mutants_per_second
from refusals_bench import refusal_rows
from rich.console import Console
from rich.table import Table
from seeing_bench import tracing_rows
from slowest import MODES, worst_ratio

from bchcov import (
    BCH_2026,
    BCH_SPEC,
    Input,
    Output,
    Transaction,
    TransactionContext,
    decode_transaction,
    encode_transaction,
    run_script,
    signature_digest,
    verify,
)
from bchcov.assembly import assemble
from bchcov.crypto.hashes import sha256
from bchcov.engine import engine_name
from bchcov.script.patterns import p2pkh

ROOT = Path(__file__).parent.parent


def time_tests(tests: Sequence[Test], rounds: int) -> float:
    """Seconds for verifying all of the tests once: the best of some rounds, after a warm-up."""
    for transaction, sources in tests[:200]:
        verify(transaction, sources)
    best = float("inf")
    for _ in range(rounds):
        gc.collect()
        start = perf_counter()
        accepted = sum(verify(transaction, sources).ok for transaction, sources in tests)
        best = min(best, perf_counter() - start)
        assert accepted == len(tests), f"{len(tests) - accepted} tests are refused"
    return best


def time_call(call: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of one call: the best of some."""
    best = float("inf")
    for _ in range(rounds):
        start = perf_counter()
        call()
        best = min(best, perf_counter() - start)
    return best


def loop_speed() -> float:
    """Machine instructions per second in a loop that counts."""
    code = assemble("OP_0 OP_BEGIN OP_1ADD OP_DUP <10_000> OP_NUMEQUAL OP_UNTIL")
    instructions = run_script(code, BCH_SPEC).metrics.instructions
    return instructions / time_call(lambda: run_script(code, BCH_SPEC))


def large_transaction() -> tuple[float, float]:
    """Seconds to decode a transaction of 1,000 inputs, and for its 1,000 signature digests."""
    locking = p2pkh(bytes(20))
    inputs = tuple(
        Input(sha256(bytes((at % 256, at // 256))), at, bytes(100)) for at in range(1000)
    )
    data = encode_transaction(Transaction(inputs, (Output(1, locking),)))
    transaction = decode_transaction(data)
    sources = [Output(1, locking)] * 1000

    def digests() -> None:
        context = TransactionContext(transaction, sources)
        for index in range(1000):
            signature_digest(context, index, locking)

    return time_call(lambda: decode_transaction(data)), time_call(digests)


def measure(sets: dict[str, list[Test]], quick: bool) -> dict[str, tuple[float, str]]:
    """Measure the engine that runs: figures and their units."""
    figures: dict[str, tuple[float, str]] = {}
    for name, tests in sets.items():
        seconds = time_tests(tests, 5 if len(tests) < 1000 else 2)
        figures[name] = in_unit(name, len(tests), seconds)
    decoding, digests = large_transaction()
    rows = (
        ("instructions in a loop", loop_speed() / 1e6, "million/s"),
        ("decoding 1,000 inputs", 1e3 * decoding, "ms"),
        ("1,000 signature digests of that transaction", 1e3 * digests, "ms"),
        *(
            (f"slowest found, {rules}", worst_ratio(rules)[0], "times signatures of its bytes")
            for rules in MODES
            if rules.is_standard
        ),
        *judge_rows(),
        *mutants_per_second(),
        *refusal_rows(),
        *tracing_rows(),
        import_row(),
        *memory_rows(10_000 if quick else 100_000),
    )
    return figures | {what: (value, unit) for what, value, unit in rows}


def in_unit(name: str, tests: int, seconds: float) -> tuple[float, str]:
    """Write what a set took as tests per second, or payments as their time."""
    if name.startswith("P2PKH"):
        return 1e6 * seconds / tests, "us"
    return tests / seconds, "tests/s"


def compiled_figures(quick: bool) -> dict[str, tuple[float, str]]:
    """Measure the compiled engine in another process; nothing where there is no C compiler."""
    command = [str(ROOT / "scripts" / "compiled"), "python", str(Path(__file__)), "--json"]
    options = ["--no-node", "--this-engine", *(["--quick"] if quick else [])]
    done = subprocess.run([*command, *options], check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {}
    return {row["what"]: (row["engine"], row["unit"]) for row in json.loads(done.stdout)}


Row = dict[str, object]


def rows_of(columns: dict[str, dict[str, tuple[float, str]]]) -> list[Row]:
    """Make a row of each figure: what, its unit, and a value for each engine that has one."""
    first = next(iter(columns.values()))
    return [
        {"what": what, "unit": unit}
        | {name: column[what][0] for name, column in columns.items() if what in column}
        for what, (_, unit) in first.items()
    ]


def written(value: object) -> str:
    """Write a figure with three digits or more."""
    if not isinstance(value, float):
        return "-"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.2f}" if size < 10 else f"{value:.1f}"


@click.command()
@click.option("--quick", is_flag=True, help="Every tenth test only.")
@click.option("--node/--no-node", default=True, help="Measure libauth beside, if node is there.")
@click.option("--other", metavar="COMMAND", help="Measure another engine beside (bench_others.py).")
@click.option("--this-engine", is_flag=True, help="Do not measure the compiled engine beside.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print a table in Markdown.")
def main(
    quick: bool, node: bool, other: str | None, this_engine: bool, as_json: bool, markdown: bool
) -> None:
    """Measure verification on one thread, whole transactions, no signature cache."""
    sets = all_sets(10 if quick else 1)
    columns = {"engine" if this_engine else engine_name(): measure(sets, quick)}
    if not this_engine and (compiled := compiled_figures(quick)):
        columns["compiled"] = compiled
    libauth = libauth_command() if node else None
    for name, command in (("libauth", libauth), ("other", other)):
        if command is not None:
            seconds = seconds_of(command, sets)
            columns[name] = {what: in_unit(what, len(sets[what]), seconds[what]) for what in sets}
    rows = rows_of(columns)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    header = ("", *columns, "unit")
    body = [
        (str(row["what"]), *(written(row.get(name)) for name in columns), str(row["unit"]))
        for row in rows
    ]
    if markdown:
        lines = (header, ("---",) * len(header), *body)
        click.echo("\n".join(" | ".join(("", *line, "")).strip() for line in lines))
        return
    table = Table(*header, title=f"One thread, {BCH_2026}, Python {sys.version.split()[0]}")
    for line in body:
        table.add_row(*line)
    Console().print(table)


if __name__ == "__main__":
    main()
