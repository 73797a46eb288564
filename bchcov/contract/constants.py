"""The constants of a contract and the role that each has: keys, hashes, categories, contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..crypto.secp256k1 import is_public_key
from ..encoding.addresses import check_network, encode_address
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import AddressError, ScriptError
from ..script.numbers import decode_number, describe_number
from ..script.patterns import is_p2pk, is_p2pkh, is_p2sh20, is_p2sh32, pattern_name
from .found import Origins
from .items import Pushed
from .parameters import Parameter
from .roles import Role
from .uses import find_pushes

__all__ = ["Constant", "find_constants"]

_DECLARED = {
    "pubkey": Role.PUBLIC_KEY,
    "int": Role.NUMBER,
    "bool": Role.TRUTH,
    "string": Role.TEXT,
}
_NUMBERS = (Role.NUMBER, Role.LOCKTIME, Role.AGE)


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of a contract: its bytes, what it is for, and where it is pushed.

    `name` is that of the parameter it is the value of, None for one that is written in the
    source. `offsets` are bytes of the contract's code, for `Contract.place`; a constant of a
    function is where the function is pushed. They are empty for a parameter that is not pushed
    as it is.
    """

    value: bytes
    role: Role
    name: str | None = None
    offsets: tuple[int, ...] = ()

    @property
    def pattern(self) -> str | None:
        """What a locking bytecode pays to, as "P2PKH" or "P2SH32"; None for another role."""
        return pattern_name(self.value) if self.role is Role.LOCKING_BYTECODE else None

    def address(self, network: str = "mainnet", *, token_aware: bool = False) -> str | None:
        """Write the address of a locking bytecode; None where it has none."""
        check_network(network)
        if self.role is not Role.LOCKING_BYTECODE:
            return None
        prefix = ADDRESS_PREFIXES[network]
        try:
            return encode_address(self.value, prefix=prefix, token_aware=token_aware)
        except AddressError:
            return None

    @property
    def number(self) -> int | None:
        """The number that a constant is; None for another role, and for what is no number."""
        if self.role not in _NUMBERS:
            return None
        try:
            return decode_number(self.value)
        except ScriptError:
            return None

    def __str__(self) -> str:
        shown = "" if self.pattern is None else f" of {self.pattern}"
        shown = shown if self.number is None else f" {describe_number(self.number)}"
        return f"{self.name or '0x' + self.value.hex()}: {self.role}{shown}"


def find_constants(
    code: bytes, parameters: Sequence[Parameter], origins: Origins
) -> tuple[Constant, ...]:
    """List the parameters and the data that a contract pushes, each with its role.

    The role is read from the script: from the instructions that take the constant, and from what
    it is compared with in any branch. Where nothing tells, the declared type does, or the form of
    the bytes: a point of the curve, a standard locking bytecode. Numbers from -1 to 16 are
    listed only if they are parameters, and code that is pushed is not.
    """
    names: dict[bytes, dict[int, str]] = {}
    types = {each.name: each.type for each in parameters}
    found: dict[tuple[str | None, bytes], list[Pushed]] = {
        (each.name, each.value): [] for each in parameters
    }
    for each in find_pushes(code):
        if each.code not in names:
            names[each.code] = dict(origins.parameters_in(each.code))
        name = names[each.code].get(each.offset)
        key = (name if (name, each.value) in found else None), each.value
        if key[0] is not None or each.is_data:
            found.setdefault(key, []).append(each)
    return tuple(_constants(found, types))


def _constants(
    found: dict[tuple[str | None, bytes], list[Pushed]], types: dict[str, str | None]
) -> Iterator[Constant]:
    for (name, value), pushes in found.items():
        roles = {role for each in pushes for role in each.roles()}
        if name is None and roles == {Role.CODE}:
            continue
        declared = _DECLARED.get(types.get(name or "") or "")
        role = next((each for each in Role if each in roles), None)
        if not pushes and types.get(name or "") is None:
            # A name that is bound for several contracts, and not used in this one.
            continue
        offsets = tuple(dict.fromkeys(each.outer for each in pushes))
        yield Constant(value, role or declared or _role_by_form(value), name, offsets)


def _role_by_form(value: bytes) -> Role:
    if any(matches(value) for matches in (is_p2pkh, is_p2sh20, is_p2sh32, is_p2pk)):
        return Role.LOCKING_BYTECODE
    if len(value) in (33, 65) and is_public_key(value):
        return Role.PUBLIC_KEY
    return Role.UNKNOWN
