"""Rebuild vectors/ from the npm packages that its SOURCE.md names; takes some minutes."""

from __future__ import annotations

import json
import lzma
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from bchcov.vectors.suite import Case, Costs, Judge, pack_suite

ROOT = Path(__file__).parent.parent
LIBAUTH = "@bitauth/libauth@3.1.0-next.8"
BITCORE = "bitcore-lib-cash@11.5.1"
NODE_FILES = (
    "bitcoind/script_tests.json",
    "bitcoind/tx_valid.json",
    "bitcoind/tx_invalid.json",
    "sighash.json",
)


def run(*command: str, folder: Path) -> None:
    """Run a command in a folder; end this program if it fails."""
    if subprocess.run(command, cwd=folder, check=False, stdout=sys.stderr).returncode:
        raise click.ClickException(f"{' '.join(command)} failed")


def export_suite(folder: Path) -> Iterator[Case]:
    """Install libauth in a folder and read the tests that it makes of its definitions."""
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    run("npm", "install", "--silent", LIBAUTH, folder=folder)
    script = folder / "export_vectors.mjs"
    shutil.copy(ROOT / "scripts" / script.name, script)
    command = ["node", script.name]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        for line in process.stdout:
            test = json.loads(line)
            yield Case(
                test["id"],
                test["group"],
                test["input"],
                tuple(test["labels"]),
                bytes.fromhex(test["tx"]),
                bytes.fromhex(test["sourceOutputs"]),
                {Judge(rules, mode): Costs(*counts) for rules, mode, *counts in test["costs"]},
            )
    if process.returncode:
        raise click.ClickException("node could not export the tests")


def copy_node_files(folder: Path, output: Path) -> None:
    """Fetch the nodes' test files that bitcore-lib-cash carries, and compress them."""
    run("npm", "pack", "--silent", BITCORE, folder=folder)
    archive = next(folder.glob("bitcore-lib-cash-*.tgz"))
    shutil.unpack_archive(archive, folder / "bitcore")
    output.mkdir(parents=True, exist_ok=True)
    for name in NODE_FILES:
        data = (folder / "bitcore" / "package" / "test" / "data" / name).read_bytes()
        compressed = lzma.compress(data, preset=9 | lzma.PRESET_EXTREME)
        (output / f"{Path(name).name}.xz").write_bytes(compressed)


@click.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ROOT / "vectors",
    help="The folder to write to, vectors/ without it.",
)
def main(output: Path) -> None:
    """Rebuild the packed suite and the nodes' files, from npm."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_node_files(folder, output / "nodes")
        cases = list(export_suite(folder))
    packed = pack_suite(cases)
    (output / "vmb.xz").write_bytes(packed)
    click.echo(f"{len(cases):,} tests, {len(packed):,} bytes")


if __name__ == "__main__":
    main()
