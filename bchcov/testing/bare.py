"""Contracts known only by the transactions that spend them: their disassembly is the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..assembly.disassemble import disassemble_lines
from ..contract.cashassembly import compile_contract
from ..contract.contract import Contract, Locking
from ..crypto.hashes import sha256
from ..errors import AssemblyError, ContractError
from ..script.patterns import is_p2sh20, is_p2sh32, pattern_name
from ..script.pushes import instructions
from ..transaction.model import Output, Transaction

__all__ = ["contracts_of_spends"]

_BARE = ("P2S", "nonstandard")


def contracts_of_spends(
    spends: Iterable[tuple[Transaction, Sequence[Output]]],
) -> tuple[Contract, ...]:
    """Make a contract of each script that transactions run, but for those of wallets.

    Its source is the disassembly, one instruction in each line, and its name begins with
    `script-`. A script that has no disassembly that is the same is left out.
    """
    found: dict[bytes, Contract] = {}
    for transaction, outputs in spends:
        for item, output in zip(transaction.inputs, outputs, strict=True):
            for code, locking in _running(item.unlocking_bytecode, output.locking_bytecode):
                made = None if code in found else _contract(code, locking)
                if made is not None:
                    found[code] = made
    return tuple(found.values())


def _running(unlocking: bytes, locking: bytes) -> Iterator[tuple[bytes, Locking]]:
    if is_p2sh32(locking) or is_p2sh20(locking):
        steps = list(instructions(unlocking))
        if steps and steps[-1].data:
            yield steps[-1].data, "p2sh32" if is_p2sh32(locking) else "p2sh20"
    elif pattern_name(locking) in _BARE:
        yield locking, "p2s"


def _contract(code: bytes, locking: Locking) -> Contract | None:
    source = "\n".join(text for _, text in disassemble_lines(code))
    try:
        made = compile_contract(f"script-{sha256(code)[:4].hex()}", source=source, locking=locking)
    except (AssemblyError, ContractError):
        return None
    return made if made.code == code and made.scripts else None
