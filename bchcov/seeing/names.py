"""Values that have a name: parameters, keys and their hashes, categories, fields of a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..crypto.hashes import hash160, hash256
from ..crypto.secp256k1 import is_public_key
from ..script.patterns import is_p2pkh, is_p2sh20, is_p2sh32
from ..transaction.model import Output
from .spending import Spending
from .states import state_of

__all__ = ["Names", "name_values"]

# Shorter values are too often the same by chance.
_SHORTEST = 4


@dataclass(slots=True)
class Names:
    """The names of values; the first name that a value is given stays its name."""

    by_value: dict[bytes, str] = field(default_factory=dict)

    def add(self, value: bytes, name: str, *, shortest: int = _SHORTEST) -> None:
        """Name a value, unless it has a name or is too short to be told by its bytes."""
        if len(value) >= shortest:
            self.by_value.setdefault(value, name)

    def of(self, value: bytes) -> str:
        """Return a value's name, "" if it has none."""
        return self.by_value.get(value, "")

    def displayed(self, value: bytes) -> str:
        """Return the name of what has these bytes in reverse, as it is displayed; "" if none."""
        return self.by_value.get(value[::-1], "") if len(value) == 32 else ""


def name_values(spending: Spending) -> Names:
    """Name what a transaction holds and what is known besides, the most telling names first."""
    names = Names()
    for name, value in spending.known.items():
        names.add(value, name, shortest=1)
        _add_hashes(names, value, name)
    for contract in spending.contracts:
        for parameter in contract.parameters:
            names.add(parameter.value, parameter.name)
            _add_hashes(names, parameter.value, parameter.name)
        names.add(contract.locking_bytecode, f"locking bytecode of {contract.name}")
        names.add(contract.code, f"script of {contract.name}")
    _name_tokens(names, spending)
    for index, item in enumerate(spending.transaction.inputs):
        names.add(item.outpoint_hash, f"txid that input {index} spends")
    for what, outputs in _outputs(spending):
        for index, output in enumerate(outputs):
            _name_output(names, output, f"{what} {index}")
            for field_name, value in state_of(output, spending):
                names.add(value, f"{field_name} of {what} {index}")
    return names


def _outputs(spending: Spending) -> Iterator[tuple[str, tuple[Output, ...]]]:
    yield "the coin of input", spending.source_outputs
    yield "output", spending.transaction.outputs


def _add_hashes(names: Names, value: bytes, name: str) -> None:
    if len(value) in (33, 65) and is_public_key(value):
        names.add(hash160(value), f"HASH160 of {name}")
        names.add(hash256(value), f"HASH256 of {name}")


def _name_tokens(names: Names, spending: Spending) -> None:
    categories: dict[bytes, str] = {}
    for _, outputs in _outputs(spending):
        for output in outputs:
            if output.token is not None:
                letter = f"category {output.token.category_id[:8]}..."
                categories.setdefault(output.token.category, letter)
    for category, name in categories.items():
        told = names.of(category) or name
        names.add(category, name)
        names.add(category + b"\x01", f"{told} with mutable NFT")
        names.add(category + b"\x02", f"{told} with minting NFT")


def _name_output(names: Names, output: Output, what: str) -> None:
    locking = output.locking_bytecode
    names.add(locking, f"locking bytecode of {what}")
    if is_p2pkh(locking):
        names.add(locking[3:23], f"key hash of {what}")
    elif is_p2sh20(locking) or is_p2sh32(locking):
        names.add(locking[2:-1], f"script hash of {what}")
    if output.token is not None and output.token.nft is not None:
        names.add(output.token.nft.commitment, f"commitment of {what}")
