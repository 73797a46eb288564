"""Measure how fast transactions are verified, on one thread and without a signature cache."""

from __future__ import annotations

import gc
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import click
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
    encode_outputs,
    encode_transaction,
    run_script,
    signature_digest,
    verify,
)
from bchcov.assembly import assemble
from bchcov.crypto.hashes import hash160, sha256
from bchcov.crypto.secp256k1 import public_key_of, sign_ecdsa, sign_schnorr
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
from bchcov.vectors.suite import load_suite

ROOT = Path(__file__).parent.parent
SUITE = ROOT / "vectors" / "vmb.xz"
LIBAUTH = "@bitauth/libauth@3.1.0-next.8"
LIBAUTH_FOLDER = ROOT / ".venv" / "libauth-3.1.0-next.8"
SPENDS = 500
IMPORT = "from bchcov import verify"
Test = tuple[bytes, bytes]  # a transaction and the outputs it spends


def suite_sets(step: int) -> dict[str, list[Test]]:
    """The tests labelled 2026_standard, and two parts of them; every `step`-th of each."""
    cases = [case for case in load_suite(SUITE) if "2026_standard" in case.labels]
    small = [case for case in cases if len(case.transaction) < 1_000]
    core = [
        case
        for case in cases
        if case.group.startswith("core.")
        and "benchmarks" not in case.group
        and "bigint" not in case.group
    ]
    named = {"2026_standard, all": cases, "under 1,000 bytes": small, "core.*": core}
    return {
        name: [(case.transaction, case.source_outputs) for case in chosen[::step]]
        for name, chosen in named.items()
    }


def spend(number: int, sign: Callable[[bytes, bytes], bytes]) -> Test:
    """A transaction with one P2PKH input, signed by a key made from `number`."""
    key = sha256(number.to_bytes(4, "big"))
    public_key = public_key_of(key)
    locking = p2pkh(hash160(public_key))
    sources = (Output(10_000, locking),)
    outpoint = sha256(key)
    unsigned = Transaction((Input(outpoint, 0),), (Output(9_000, locking),))
    digest = signature_digest(TransactionContext(unsigned, sources), 0, locking)
    unlocking = encode_push(sign(key, digest) + b"\x61") + encode_push(public_key)
    signed = Transaction((Input(outpoint, 0, unlocking),), unsigned.outputs)
    return encode_transaction(signed), encode_outputs(sources)


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


def import_time() -> float:
    """Seconds that importing `verify` adds to starting Python: the median of seven."""

    def run(code: str) -> float:
        start = perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return perf_counter() - start

    run(IMPORT)
    return median(run(IMPORT) - run("pass") for _ in range(7))


def libauth_seconds(sets: dict[str, list[Test]]) -> dict[str, float]:
    """Seconds that libauth needs for each set; nothing where node or libauth is absent."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return {}
    LIBAUTH_FOLDER.mkdir(parents=True, exist_ok=True)
    install = [npm, "install", "--no-audit", "--no-fund", "--silent", LIBAUTH]
    if not (LIBAUTH_FOLDER / "node_modules" / "@bitauth").is_dir():
        (LIBAUTH_FOLDER / "package.json").write_text('{"private": true}', encoding="utf-8")
        if subprocess.run(install, cwd=LIBAUTH_FOLDER, check=False).returncode:
            return {}
    script = LIBAUTH_FOLDER / "bench.mjs"
    script.write_text(
        (ROOT / "scripts" / "bench.mjs").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for name, tests in sets.items():
            for transaction, sources in tests:
                line = {"set": name, "tx": transaction.hex(), "sourceOutputs": sources.hex()}
                file.write(json.dumps(line) + "\n")
        file.flush()
        command = ["node", str(script), file.name]
        answer = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    found = {}
    for text in answer.stdout.splitlines():
        line = json.loads(text)
        assert line["accepted"] == line["tests"], f"libauth refuses some of {line['set']}"
        found[line["set"]] = line["seconds"]
    return found


def measure(quick: bool, node: bool) -> list[dict[str, object]]:
    """Every figure, as a row: what, our value, its unit, libauth's value if there is one."""
    sets = suite_sets(10 if quick else 1)
    sets["P2PKH, Schnorr"] = [spend(number, sign_schnorr) for number in range(SPENDS)]
    sets["P2PKH, ECDSA"] = [spend(number, sign_ecdsa) for number in range(SPENDS)]
    other = libauth_seconds(sets) if node else {}
    rows: list[dict[str, object]] = []
    for name, tests in sets.items():
        seconds, theirs = time_tests(tests, 5 if len(tests) < 1000 else 2), other.get(name)
        per_test = name.startswith("P2PKH")
        rows.append(
            {
                "what": f"{name} ({len(tests):,} tests)" if not per_test else f"{name} spend",
                "value": 1e6 * seconds / len(tests) if per_test else len(tests) / seconds,
                "unit": "us" if per_test else "tests/s",
                "libauth": theirs
                and (1e6 * theirs / len(tests) if per_test else len(tests) / theirs),
                "ratio": theirs and theirs / seconds,
            }
        )
    decoding, digests = large_transaction()
    for what, value, unit in (
        ("instructions in a loop", loop_speed() / 1e6, "million/s"),
        ("decoding 1,000 inputs", 1e3 * decoding, "ms"),
        ("1,000 signature digests of that transaction", 1e3 * digests, "ms"),
        *(
            (f"slowest found, {rules}", worst_ratio(rules)[0], "times signatures of its bytes")
            for rules in MODES
            if rules.is_standard
        ),
        *mutants_per_second(),
        *refusal_rows(),
        *tracing_rows(),
        (IMPORT, 1e3 * import_time(), "ms"),
        ("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB"),
    ):
        rows.append({"what": what, "value": value, "unit": unit, "libauth": None, "ratio": None})
    return rows


def written(value: object) -> str:
    """Write a figure with three digits or more."""
    if not isinstance(value, float):
        return "-"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.2f}" if size < 10 else f"{value:.1f}"


@click.command()
@click.option("--quick", is_flag=True, help="Every tenth test only.")
@click.option("--node/--no-node", default=True, help="Measure libauth beside, if node is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print a table in Markdown.")
def main(quick: bool, node: bool, as_json: bool, markdown: bool) -> None:
    """Measure verification on one thread, whole transactions, no signature cache."""
    rows = measure(quick, node)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    header = ("", "bchcov", "libauth", "times as fast")
    body = [
        (
            str(row["what"]),
            f"{written(row['value'])} {row['unit']}",
            f"{written(row['libauth'])} {row['unit']}" if row["libauth"] else "-",
            written(row["ratio"]),
        )
        for row in rows
    ]
    if markdown:
        click.echo("\n".join(" | ".join(("", *line, "")).strip() for line in (header, *body)))
        return
    table = Table(*header, title=f"One thread, {BCH_2026}, Python {sys.version.split()[0]}")
    for line in body:
        table.add_row(*line)
    Console().print(table)


if __name__ == "__main__":
    main()
