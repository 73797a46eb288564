"""The plain text that `bchcov decode` prints."""

from __future__ import annotations

import sys
from typing import Any

from .json_pieces import Parts

__all__ = ["print_parts"]

_HEADINGS = ("txid", "size", "version", "locktime")


# Not as click prints: a flush, and a look at what the terminal can, for each of millions of lines.
def _print_field(name: str, value: object) -> None:
    sys.stdout.write(f"    {name:<11} {value}\n")


def _print_heading(text: str) -> None:
    is_bold = sys.stdout.isatty()
    sys.stdout.write(f"\x1b[1m{text}\x1b[0m\n" if is_bold else f"{text}\n")


def _print_script(name: str, script: dict[str, Any]) -> None:
    _print_field(name, script["hex"] or "(empty)")
    _print_assembly("assembly", script)


def _print_assembly(name: str, script: dict[str, Any]) -> None:
    if script["hex"]:
        sys.stdout.write(f"    {name:<11} ")
        for piece in script["asm"]:
            sys.stdout.write(piece)
        sys.stdout.write("\n")


def _print_input(index: int, item: dict[str, Any]) -> None:
    _print_heading(f"input {index}")
    _print_field("spends", f"{item['txid']}:{item['index']}")
    _print_script("unlocking", item["unlocking"])
    if item["redeem"] is not None:
        _print_assembly("redeem", item["redeem"])
    _print_field("sequence", f"{item['sequence']} (0x{item['sequence']:08x})")
    if "spent" in item:
        spent = item["spent"]
        _print_field("of output", f"{spent['value']:,} satoshis, {spent['pattern']}")
        _print_contents(spent)


def _print_token(token: dict[str, Any]) -> None:
    _print_field("category", token["category"])
    if token["amount"] != "0":
        _print_field("amount", token["amount"])
    if token["nft"] is not None:
        _print_field("nft", token["nft"]["capability"])
        _print_field("commitment", token["nft"]["commitment"] or "(empty)")


def _print_output(index: int, output: dict[str, Any]) -> None:
    _print_heading(f"output {index}: {output['value']:,} satoshis, {output['pattern']}")
    _print_contents(output)


def _print_contents(output: dict[str, Any]) -> None:
    if output["address"] is not None:
        _print_field("address", output["address"])
    _print_script("locking", output["locking"])
    if output["token"] is not None:
        _print_token(output["token"])


def print_parts(described: dict[str, Any]) -> None:
    """Print a described transaction, or described outputs, one part after the other."""
    for name in _HEADINGS:
        if name in described:
            sys.stdout.write(f"{name:<15} {described[name]}\n")
    for index, item in enumerate(described.get("inputs", Parts(iter(()))).items):
        _print_input(index, item)
    for index, output in enumerate(described["outputs"].items):
        _print_output(index, output)
