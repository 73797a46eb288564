"""A contract: its script with the constants filled in, how it locks coins, and its spend paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from ..encoding.expected import expect_bytes, kind_of
from ..encoding.hexadecimal import decode_displayed_hash
from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import ContractError, EncodeError
from ..script.addresses import check_network, encode_address
from ..script.patterns import p2s, p2sh20, p2sh32
from ..transaction.model import Output, Token, Transaction
from ..wallet.coins import Coin
from .checks import Check
from .found import Found, Origins, Unknown
from .spend_paths import SpendPath
from .taking_out import find_check
from .unlocking import Unlocks

__all__ = ["Contract", "Locking", "Parameter"]

Locking = Literal["p2sh32", "p2sh20", "p2s"]
"""How a contract locks coins: by the HASH256 or HASH160 of its script, or by the script itself."""

_LOCKING_BYTECODES = {"p2sh32": p2sh32, "p2sh20": p2sh20, "p2s": p2s}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a contract and the bytes that it has in this one.

    `type` is one of the types of arguments, None where none is declared.
    """

    name: str
    type: str | None
    value: bytes = field(repr=False)


@dataclass(frozen=True)
class Contract:
    """A contract with its constants filled in: `code` is the script that runs.

    `locking` says how coins are locked with it, `parameters` what it was made with, `paths`
    how it is spent, and `origins` where its bytes come from. Raises ContractError for a script
    that cannot lock coins that way.
    """

    name: str
    code: bytes
    locking: Locking = "p2sh32"
    parameters: tuple[Parameter, ...] = field(default=(), repr=False)
    paths: tuple[SpendPath, ...] = ()
    origins: Origins = field(default_factory=Unknown, repr=False)
    locking_bytecode: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        expect_bytes(self.code, "script of a contract")
        if self.locking not in get_args(Locking):
            named = repr(self.locking) if isinstance(self.locking, str) else kind_of(self.locking)
            raise ContractError(
                f"{self.name}: no locking is called {named}: {', '.join(get_args(Locking))}"
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
        """The spend paths: `contract.unlock.NAME(arguments...)` is an unlocker for the builder."""
        return Unlocks(self)

    @property
    def redeem_script(self) -> bytes | None:
        """What a spend pushes last: the script, or None where the output holds it itself."""
        return None if self.locking == "p2s" else self.code

    @property
    def size(self) -> int:
        """The bytes of the script."""
        return len(self.code)

    @property
    def text(self) -> str | None:
        """The source, None where it is not known."""
        return self.origins.text

    @property
    def checks(self) -> Sequence[Check]:
        """Every check of the source and of those it takes in, in their order."""
        return self.origins.checks

    def address(self, network: str = "mainnet", *, token_aware: bool = False) -> str:
        """Write the address of the contract on a network. Raises AddressError for a P2S."""
        check_network(network)
        prefix = ADDRESS_PREFIXES[network]
        return encode_address(self.locking_bytecode, prefix=prefix, token_aware=token_aware)

    def output(self, value: int, token: Token | None = None) -> Output:
        """Make an output of `value` satoshis that the contract locks."""
        return Output(value, self.locking_bytecode, token)

    def coin(self, txid: str, index: int, value: int, token: Token | None = None) -> Coin:
        """Make the coin of the contract at an output: `txid` as it is displayed.

        Raises DecodeError for what is no txid.
        """
        return Coin(decode_displayed_hash(txid), index, self.output(value, token))

    def coins_of(self, transaction: Transaction) -> tuple[Coin, ...]:
        """Return the outputs of a transaction that the contract locks, as coins."""
        return tuple(
            coin
            for coin in Coin.all_of(transaction)
            if coin.locking_bytecode == self.locking_bytecode
        )

    def place(self, offset: int) -> tuple[str, int, Check | None] | None:
        """The source, the line and the check that this byte of the code comes from.

        The source is this contract's, or one that it takes in by name.
        """
        found = self.origins.at(offset)
        return None if found is None else (found.source, found.line, found.check)

    def check_at(self, offset: int) -> Check | None:
        """Return the check whose instruction is at this byte of the code."""
        found = self.origins.at(offset)
        return None if found is None else found.check

    def find(self, code: bytes, offset: int, *, at_end: bool = False) -> Sequence[Found]:
        """Where the instruction at a byte of a script stands that ran as part of this contract.

        The script is the contract's own, or that of a function. There are several places
        where the same function is written more than once, and none where it is not this
        contract's. `at_end` says that the instruction made the item that the script ended with.
        """
        return self.origins.find(code, offset, at_end=at_end)

    def without(self, name: str) -> Contract:
        """Return the contract without one check, to show which attack passes then.

        Constants, spend paths and lines stay as they are. Raises ContractError for a name that
        no check has or that several have, and for a check that cannot be taken out.
        """
        try:
            code, origins = self.origins.without(find_check(self.checks, name))
        except ContractError as error:
            raise ContractError(f"{self.name}: {error}") from None
        return replace(self, code=code, origins=origins)

    def __hash__(self) -> int:
        return hash((self.name, self.code, self.locking))
