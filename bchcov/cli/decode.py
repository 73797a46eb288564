"""`bchcov decode`: a transaction in hexadecimal in, its parts out."""

from __future__ import annotations

import json
from typing import Any

import click

from ..errors import DecodeError
from ..transaction.codec import decode_outputs, decode_transaction
from .describe import describe_output, describe_transaction
from .sources import read_bytecode

__all__ = ["decode"]


def _describe(data: bytes, *, as_outputs: bool) -> dict[str, Any]:
    try:
        if as_outputs:
            return {"outputs": [describe_output(output) for output in decode_outputs(data)]}
        return describe_transaction(decode_transaction(data))
    except DecodeError as error:
        kind = "outputs" if as_outputs else "a transaction"
        raise click.ClickException(f"not {kind}: {error}") from None


@click.command()
@click.argument("source", default="-", metavar="[HEX|FILE|-]")
@click.option("--outputs", is_flag=True, help="The bytes are a count and that many outputs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def decode(source: str, outputs: bool, as_json: bool) -> None:
    """Show a transaction: its id, inputs, outputs, tokens and scripts.

    The bytes are hexadecimal: given as such, in a file, or on standard input ("-", or
    nothing).
    """
    described = _describe(read_bytecode(source), as_outputs=outputs)
    if as_json:
        click.echo(json.dumps(described, indent=2))
        return
    from .views import print_parts

    print_parts(described)
