"""`bchcov salvage`: read everything undamaged out of a damaged chain file."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ..chain import Rebuilt, Salvage, rebuild
from ..encoding.printable import printable
from ..errors import StoreError
from ..simulator import SalvagedWallet, Wallet
from ..transaction.codec import encode_transaction, transaction_id
from .decode.describe import describe_token
from .decode.json_pieces import Parts, write_json

__all__ = ["salvage"]

_SYSTEM_FAILURES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _told(error: StoreError) -> Exception:
    """Return the error to end with: an OSError if the operating system caused the failure."""
    if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in _SYSTEM_FAILURES:
        return OSError(printable(str(error)))
    return click.ClickException(str(error))


def _describe_value(value: object) -> object:
    # Rows of the first format have no checksums: any value can be anywhere in them.
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, int) else str(value)


def _describe_wallet(wallet: SalvagedWallet) -> dict[str, Any]:
    names = ("action_hash", "pool", "key", "number", "direction", "amount_in", "min_out")
    return {
        "keys": {name: key.to_wif() for name, key in wallet.keys.items()},
        "commitments": Parts(
            dict(zip(names, map(_describe_value, row), strict=False)) for row in wallet.commitments
        ),
    }


def _describe(found: Salvage, wallet: SalvagedWallet, rebuilt: Rebuilt | None) -> dict[str, Any]:
    blocks = (
        {
            "height": _describe_value(height),
            "time": _describe_value(time),
            "funding": funding,
        }
        for height, time, funding in found.blocks
    )
    transactions = (
        {
            "txid": transaction_id(each),
            "height": _describe_value(height),
            "hex": encode_transaction(each).hex(),
        }
        for each, height in found.transactions
    )
    coins = (
        {
            "txid": coin.txid,
            "index": coin.outpoint_index,
            "value": coin.value,
            "locking": coin.output.locking_bytecode.hex(),
            "token": describe_token(coin.token),
        }
        for coin in found.coins()
    )
    return {
        "problems": Parts(iter(wallet.problems)),
        "facts": {str(name): str(value) for name, value in found.facts.items()},
        "blocks": Parts(blocks),
        "transactions": Parts(transactions),
        "coins": Parts(coins),
        "wallet": _describe_wallet(wallet),
        "new_file": rebuilt
        and {
            "blocks": rebuilt.blocks,
            "unconfirmed": rebuilt.unconfirmed,
            "left_out": Parts(iter(rebuilt.left_out)),
        },
    }


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _lines(found: Salvage, wallet: SalvagedWallet, rebuilt: Rebuilt | None) -> Iterator[str]:
    heights = f", heights {found.blocks[0][0]} to {found.blocks[-1][0]}" if found.blocks else ""
    waiting = sum(height is None for _, height in found.transactions)
    coins = found.coins()
    yield f"rules         {found.facts.get('rules', 'unknown')}"
    yield f"blocks        {len(found.blocks):,}{heights}"
    yield f"transactions  {len(found.transactions):,}, {waiting:,} of them unconfirmed"
    yield f"coins         {len(coins):,}, {_count(sum(each.value for each in coins), 'satoshi')}"
    yield f"keys          {', '.join(wallet.keys) or 'none'}"
    yield f"commitments   {len(wallet.commitments):,}"
    for problem in wallet.problems:
        yield f"damaged       {problem}"
    if rebuilt is not None:
        unconfirmed = _count(rebuilt.unconfirmed, "unconfirmed transaction")
        yield f"new file      {_count(rebuilt.blocks, 'block')}, {unconfirmed}"
        for each in rebuilt.left_out:
            yield f"left out      {each}"


@click.command()
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--out",
    metavar="NEWFILE",
    type=click.Path(path_type=Path),
    help="Write what is undamaged into this new chain file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the wallet's private keys.")
@click.pass_context
def salvage(ctx: click.Context, path: Path, out: Path | None, as_json: bool) -> None:
    """Read everything undamaged out of a damaged chain file, such as that of `bchcov amm`.

    FILE is not changed. Blocks, transactions and keys are counted, or printed in full with
    --json, and each damage is named. NEWFILE gets the blocks up to the first damaged one, and
    later transactions as unconfirmed if they are still valid. The exit code is 0 if nothing
    is damaged.
    """
    try:
        wallet = Wallet.salvage(path)
        found = wallet.file
        if not (found.facts or found.blocks or found.transactions or wallet.keys):
            why = found.problems[0] if found.problems else "it has no tables"
            raise click.ClickException(f"{path}: nothing of a chain can be read in it: {why}")
        rebuilt = None
        if out is not None:
            rebuilt = rebuild(found, out, add=lambda file: Wallet(file).restore(wallet))
    except StoreError as error:
        raise _told(error) from None
    if as_json:
        write_json(_describe(found, wallet, rebuilt), sys.stdout.write)
        sys.stdout.write("\n")
    else:
        for line in _lines(found, wallet, rebuilt):
            sys.stdout.write(f"{printable(line)}\n")
    ctx.exit(1 if wallet.problems or (rebuilt and rebuilt.left_out) else 0)
