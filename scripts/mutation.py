"""Change the library at random, one change at a time, and show the changes that no test notices.

Everything happens in memory. A first run of the tests notes which statements each test
reaches and how long it takes; it is kept until a source or a test changes. Then each change
gets a forked process of its own, which runs the tests that reach it, quickest first, until
one fails. Changes inside of functions are made in a process that has collected the tests
already; what has run by then (tables, decorators) is imported anew with the change.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import mutation_run
from mutants import Mutant, make_mutants

ROOT = Path(__file__).parent.parent
EQUIVALENT = ROOT / "scripts" / "mutation_equivalent.txt"
DEFAULT_PACKAGES = ("vm", "validation", "wallet", "chain")


def find_files(packages: Sequence[str]) -> list[Path]:
    """The files of parts of the library; one that is a single file is named like a folder."""
    found = []
    for package in packages:
        folder = ROOT / "bchcov" / package
        found += sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    return found


def find_mutants(files: Sequence[Path]) -> list[Mutant]:
    """Every change of the files, but for those known to change nothing."""
    known = {
        tuple(part.strip() for part in line.split(" | ")[:3])
        for line in EQUIVALENT.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    found = []
    for path in files:
        source, name = path.read_bytes(), path.relative_to(ROOT).as_posix()
        found += [
            mutant
            for mutant in make_mutants(path, source)
            if (name, *mutant.change(source)) not in known
        ]
    return found


def show(mutant: Mutant, fate: str) -> None:
    """Print a change as a difference of lines."""
    before, after = mutant.change(mutant.path.read_bytes())
    place = f"{mutant.path.relative_to(ROOT)}:{mutant.line}"
    click.echo(f"{place}  {mutant.kind}, {fate}\n  - {before}\n  + {after}")


@click.command(help=__doc__)
@click.option(
    "--packages", default=",".join(DEFAULT_PACKAGES), show_default=True, help="Of bchcov, by comma."
)
@click.option("--count", default=100, show_default=True, help="Changes to draw; 0: all there are.")
@click.option("--seed", default=0, show_default=True, help="Draws the changes.")
@click.option("--jobs", default=1, show_default=True, help="Processes at a time.")
@click.option("--tests", default="tests", show_default=True, help="Folders of tests, by comma.")
@click.option(
    "--longest", default=30.0, show_default=True, help="Seconds of the slowest test to run."
)
@click.option("--only", default="", help="Only changes whose file:line contains this.")
def main(
    packages: str, count: int, seed: int, jobs: int, tests: str, longest: float, only: str
) -> None:
    """Draw, run and report; the exit status is 1 if a change went unnoticed."""
    files = find_files(packages.split(","))
    mutants = find_mutants(files)
    if only:
        mutants = [
            each
            for each in mutants
            if only in f"{each.path.relative_to(ROOT).as_posix()}:{each.line}:"
        ]
    if count and count < len(mutants):
        mutants = random.Random(seed).sample(mutants, count)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = scratch
        bench = mutation_run.Bench(
            ROOT,
            Path(scratch),
            frozenset(files),
            tests.split(","),
            longest,
            kept=ROOT / ".venv" / "mutation-baseline.pickle",
        )
        fates: Counter[str] = Counter()
        for mutant, fate in bench.run(mutants, jobs):
            fates[fate] += 1
            if fate not in ("killed", "timed out"):
                show(mutant, fate)
            if sys.stderr.isatty():
                click.echo(f"\r{fates.total()} of {len(mutants)} ", nl=False, err=True)
    told = ", ".join(f"{fates[fate]} {fate}" for fate in sorted(fates))
    click.echo(f"{fates.total()} changes, seed {seed}: {told}")
    sys.exit(fates.total() > fates["killed"] + fates["timed out"])


if __name__ == "__main__":
    main()
