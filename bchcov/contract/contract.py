"""Contracts: the script with its constants, how it locks coins, and its spend paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from ..encoding.addresses import check_network, encode_address
from ..encoding.expected import expect_bytes, kind_of
from ..encoding.hexadecimal import decode_displayed_hash
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import ContractError, EncodeError
from ..script.patterns import p2s, p2sh20, p2sh32
from ..transaction.model import Output, Token, Transaction
from ..wallet.coins import Coin
from .checks import Check
from .constants import Constant, find_constants
from .found import Found, NoOrigins, Origins
from .parameters import Parameter
from .removal import find_check
from .spend_paths import SpendPath
from .unlocking import Unlocks

__all__ = ["Contract", "Locking"]

Locking = Literal["p2sh32", "p2sh20", "p2s"]
"""The ways to lock coins: by the HASH256 or HASH160 of the script, or by the script itself."""

_LOCKING_BYTECODES = {"p2sh32": p2sh32, "p2sh20": p2sh20, "p2s": p2s}


@dataclass(frozen=True)
class Contract:
    """A contract with its constants filled in: `code` is the script that runs.

    `locking` is how it locks coins, `parameters` are the constants it was made with, `paths`
    the ways to spend it, and `origins` maps its bytes to the source. Raises ContractError for a
    script that cannot lock coins this way, an unknown locking, and two paths of one name.
    """

    name: str
    code: bytes
    locking: Locking = "p2sh32"
    parameters: tuple[Parameter, ...] = field(default=(), repr=False)
    paths: tuple[SpendPath, ...] = ()
    origins: Origins = field(default_factory=NoOrigins, repr=False)
    locking_bytecode: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        expect_bytes(self.code, "script of a contract")
        if self.locking not in get_args(Locking):
            named = repr(self.locking) if isinstance(self.locking, str) else kind_of(self.locking)
            raise ContractError(
                f"{self.name}: unknown locking {named}: expected one of"
                f" {', '.join(get_args(Locking))}"
            )
        names = [path.name for path in self.paths]
        for name in names:
            if names.count(name) > 1:
                raise ContractError(f"{self.name}: two spend paths are called {name!r}")
        try:
            locking_bytecode = _LOCKING_BYTECODES[self.locking](self.code)
        except EncodeError as error:
            raise ContractError(
                f"{self.name} cannot be locked as {self.locking}: {error}"
            ) from None
        object.__setattr__(self, "locking_bytecode", locking_bytecode)

    @property
    def unlock(self) -> Unlocks:
        """The spend paths: `contract.unlock.NAME(arguments...)` makes an unlocker."""
        return Unlocks(self)

    @property
    def redeem_script(self) -> bytes | None:
        """The script that a spend pushes last, or None for P2S, whose outputs hold the script."""
        return None if self.locking == "p2s" else self.code

    @property
    def size(self) -> int:
        """The script's length in bytes."""
        return len(self.code)

    @property
    def text(self) -> str | None:
        """The source text, or None if it is not known."""
        return self.origins.text

    @property
    def checks(self) -> Sequence[Check]:
        """All checks of the source, and of sources bound to its names, in order."""
        return self.origins.checks

    @property
    def constants(self) -> tuple[Constant, ...]:
        """The parameters and the data that the script pushes, each with its role."""
        return find_constants(self.code, self.parameters, self.origins)

    @property
    def scripts(self) -> Sequence[bytes]:
        """The contract's script and the bodies of its functions, as far as the source shows them.

        Empty if the source is not known.
        """
        return self.origins.scripts

    def address(self, network: str = "mainnet", *, token_aware: bool = False) -> str:
        """Return the contract's address on a network. Raises AddressError for P2S."""
        check_network(network)
        prefix = ADDRESS_PREFIXES[network]
        return encode_address(self.locking_bytecode, prefix=prefix, token_aware=token_aware)

    def output(self, value: int, token: Token | None = None) -> Output:
        """Make an output of `value` satoshis that is locked by the contract."""
        return Output(value, self.locking_bytecode, token)

    def coin(self, txid: str, index: int, value: int, token: Token | None = None) -> Coin:
        """Make a coin locked by the contract: output `index` of `txid` (as displayed, reversed).

        Raises DecodeError if `txid` is not 64 hexadecimal digits.
        """
        return Coin(decode_displayed_hash(txid), index, self.output(value, token))

    def coins_of(self, transaction: Transaction) -> tuple[Coin, ...]:
        """Return the outputs of a transaction that are locked by the contract, as coins."""
        return tuple(
            coin
            for coin in Coin.all_of(transaction)
            if coin.locking_bytecode == self.locking_bytecode
        )

    def place(self, offset: int) -> tuple[str, int, Check | None] | None:
        """Return the source name, line and check that a byte of the code comes from.

        The source is the contract's own, or one that is bound to a name. Returns None if the
        source is not known.
        """
        found = self.origins.at(offset)
        return None if found is None else (found.source, found.line, found.check)

    def check_at(self, offset: int) -> Check | None:
        """Return the check whose instruction contains this byte of the code, or None."""
        found = self.origins.at(offset)
        return None if found is None else found.check

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]:
        """Find the source places of the instruction at `offset` of the script `code`.

        The script is the contract's own or the body of one of its functions. The result has
        several places if the same body occurs more than once, and is empty if the script is
        not part of this contract. `at_end`: the instruction produced the script's final item.
        """
        return self.origins.find(code, offset, at_end=at_end)

    def without(self, name: str) -> Contract:
        """Return the contract without one check, to show which attack passes without it.

        Constants, spend paths and lines stay the same. Raises ContractError for an unknown or
        ambiguous name, and for a check that cannot be removed.
        """
        try:
            code, origins = self.origins.without(find_check(self.checks, name))
        except ContractError as error:
            raise ContractError(f"{self.name}: {error}") from None
        return replace(self, code=code, origins=origins)

    def __hash__(self) -> int:
        return hash((self.name, self.code, self.locking))
