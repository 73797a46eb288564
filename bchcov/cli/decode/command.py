"""`bchcov decode`: show the parts of a transaction, given in any form."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import chain, repeat, takewhile
from typing import Any

import click

from ...crypto.hashes import hash256
from ...encoding.addresses import NETWORK_PREFIXES
from ...errors import DecodeError, FormatError
from ...formats.recognize import read_transaction
from ...transaction.codec import encode_transaction
from ...transaction.decoding import each_output, each_part
from ...transaction.model import Input, Output
from ..terminal.sources import decode_digits, read_digits
from .describe import describe_input, describe_output
from .json_pieces import Parts, write_json

__all__ = ["decode"]

_JSON = ("{", "[", '"')


def _each(data: bytes, *, as_outputs: bool, before_tokens: bool) -> Iterator[Input | Output]:
    read = each_output if as_outputs else each_part
    return read(data, before_tokens=before_tokens)


def _check(data: bytes, *, as_outputs: bool, before_tokens: bool) -> None:
    """Read all parts before printing any, so that nothing is printed of malformed data."""
    try:
        for _ in _each(data, as_outputs=as_outputs, before_tokens=before_tokens):
            pass
    except DecodeError as error:
        kind = "outputs" if as_outputs else "a transaction"
        hint = "" if before_tokens else _hint(data, as_outputs=as_outputs)
        raise click.ClickException(f"not {kind}: {error}{hint}") from None


def _hint(data: bytes, *, as_outputs: bool) -> str:
    try:
        for _ in _each(data, as_outputs=as_outputs, before_tokens=True):
            pass
    except DecodeError:
        return ""
    return "; it decodes by the rules before May 2023, without tokens: try --before-tokens"


def _describe(
    data: bytes,
    spent: Sequence[Output | None],
    *,
    as_outputs: bool,
    prefix: str,
    before_tokens: bool,
) -> dict[str, Any]:
    """Describe checked bytes; inputs, outputs and assembly are produced as they are written."""

    def read() -> Iterator[Input | Output]:
        return _each(data, as_outputs=as_outputs, before_tokens=before_tokens)

    # The inputs come first: what is behind them is not read for their sake. Of the spent
    # outputs there are as many as inputs, or, in hexadecimal, none.
    first = takewhile(lambda each: isinstance(each, Input), read())
    inputs = Parts(
        describe_input(each, output, prefix=prefix)
        for each, output in zip(first, chain(spent, repeat(None)), strict=False)
        if isinstance(each, Input)
    )
    outputs = Parts(
        describe_output(each, prefix=prefix) for each in read() if isinstance(each, Output)
    )
    if as_outputs:
        return {"outputs": outputs}
    # Decoding is exact, so the given bytes are the ones to hash.
    return {
        "txid": hash256(data)[::-1].hex(),
        "size": len(data),
        "version": int.from_bytes(data[:4], "little"),
        "locktime": int.from_bytes(data[-4:], "little"),
        "inputs": inputs,
        "outputs": outputs,
    }


def _read_json(text: str) -> tuple[bytes, Sequence[Output | None]]:
    try:
        found = read_transaction(text)
    except FormatError as error:
        raise click.ClickException(str(error)) from None
    for remark in found.remarks:
        click.echo(f"Note: {remark}", err=True)
    return encode_transaction(found.transaction), found.source_outputs


@click.command()
@click.argument("source", default="-", metavar="[HEX|FILE|-]")
@click.option("--outputs", is_flag=True, help="Decode outputs instead: a count, then the outputs.")
@click.option(
    "--network",
    "prefix",
    type=click.Choice(NETWORK_PREFIXES),
    default=NETWORK_PREFIXES[0],
    help="Show addresses with the prefix of this network.",
)
@click.option(
    "--before-tokens", is_flag=True, help="Decode by the rules before May 2023, without tokens."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def decode(source: str, outputs: bool, prefix: str, before_tokens: bool, as_json: bool) -> None:
    """Show a transaction: its id, inputs, outputs, addresses, tokens and scripts.

    It is hexadecimal, the JSON of a node or an Electrum server, a WalletConnect request or
    answer, or a line for `bchcov verify`: the argument itself, a file, or standard input ("-"
    or no argument). The outputs it spends are shown if they are given. The last push of an
    unlocking script is shown as a redeem script if it looks like a script.
    """
    text = read_digits(source)
    spent: Sequence[Output | None] = ()
    if text.lstrip()[:1] in _JSON and not outputs:
        data, spent = _read_json(text)
    else:
        data = decode_digits(text, source)
        _check(data, as_outputs=outputs, before_tokens=before_tokens)
    described = _describe(
        data, spent, as_outputs=outputs, prefix=prefix, before_tokens=before_tokens
    )
    if as_json:
        write_json(described, sys.stdout.write)
        sys.stdout.write("\n")
        return
    from .views import print_parts

    print_parts(described)
