"""`bchcov decode`: a transaction in hexadecimal in, its parts out."""

from __future__ import annotations

import json
from typing import Any

import click

from ...errors import DecodeError
from ...script.addresses import NETWORK_PREFIXES
from ...transaction.codec import decode_outputs, decode_transaction
from ..terminal.sources import read_bytecode
from .describe import describe_output, describe_transaction

__all__ = ["decode"]


def _describe(data: bytes, *, as_outputs: bool, prefix: str, before_tokens: bool) -> dict[str, Any]:
    try:
        if as_outputs:
            outputs = decode_outputs(data, before_tokens=before_tokens)
            return {"outputs": [describe_output(output, prefix=prefix) for output in outputs]}
        transaction = decode_transaction(data, before_tokens=before_tokens)
        return describe_transaction(transaction, prefix=prefix, before_tokens=before_tokens)
    except DecodeError as error:
        kind = "outputs" if as_outputs else "a transaction"
        hint = "" if before_tokens else _hint(data, as_outputs=as_outputs)
        raise click.ClickException(f"not {kind}: {error}{hint}") from None


def _hint(data: bytes, *, as_outputs: bool) -> str:
    try:
        if as_outputs:
            decode_outputs(data, before_tokens=True)
        else:
            decode_transaction(data, before_tokens=True)
    except DecodeError:
        return ""
    return "; it is one of before May 2023, when 0xef had no meaning: --before-tokens shows it"


@click.command()
@click.argument("source", default="-", metavar="[HEX|FILE|-]")
@click.option("--outputs", is_flag=True, help="The bytes are a count and that many outputs.")
@click.option(
    "--network",
    "prefix",
    type=click.Choice(NETWORK_PREFIXES),
    default=NETWORK_PREFIXES[0],
    help="Show addresses with the prefix of this network.",
)
@click.option("--before-tokens", is_flag=True, help="Take 0xef for no token: until May 2023.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def decode(source: str, outputs: bool, prefix: str, before_tokens: bool, as_json: bool) -> None:
    """Show a transaction: its id, inputs, outputs, addresses, tokens and scripts.

    The bytes are hexadecimal: given as such, in a file, or on standard input ("-", or
    nothing). The last push of an unlocking script is shown as a redeem script where it
    reads as a script.
    """
    described = _describe(
        read_bytecode(source), as_outputs=outputs, prefix=prefix, before_tokens=before_tokens
    )
    if as_json:
        click.echo(json.dumps(described, indent=2))
        return
    from .views import print_parts

    print_parts(described)
