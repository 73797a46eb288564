"""What a pair is: a contract that is right, the same with one check missing, and its use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from bchcov import (
    BuiltTransaction,
    Capability,
    Coin,
    Contract,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    Unlocker,
    compile_contract,
)
from bchcov.contract.argument_types import ArgumentValue
from bchcov.testing import Party
from bchcov.testing.fuzzing import Property

ANN, BOB, CAT, DAN, ORACLE = (PrivateKey(bytes(31) + bytes((number,))) for number in range(1, 6))
CATEGORY, OTHER_CATEGORY = bytes(range(32)), bytes(range(1, 33))
MUTABLE, MINTING = Capability.MUTABLE, Capability.MINTING

Make = Callable[[str], tuple[Contract, ...]]
Honest = Callable[..., list[BuiltTransaction]]


@dataclass(frozen=True)
class Pair:
    """A contract, what is wrong in its twin, and what a campaign is told about both.

    `wrong` is a part of the source, and what stands in its place.
    """

    name: str
    error: str
    source: str
    wrong: tuple[str, str]
    make: Make
    honest: Honest
    parties: tuple[Party, ...]
    unique: tuple[bytes, ...] = ()
    properties: tuple[Property, ...] = ()

    @property
    def broken(self) -> str:
        """The source with its error."""
        assert self.source.count(self.wrong[0]) == 1, self.name
        return self.source.replace(*self.wrong)

    def spends(self, source: str) -> list[BuiltTransaction]:
        """The honest transactions of one of the two."""
        return self.honest(*self.make(source))


def compiled(name: str, **bindings: ArgumentValue) -> Make:
    """What compiles the contract of a pair that has one."""
    return lambda source: (compile_contract(name, bindings, source=source),)


def state(
    commitment: bytes,
    capability: Capability = MUTABLE,
    amount: int = 0,
    category: bytes = CATEGORY,
) -> Token:
    """An NFT that holds a state, and perhaps tokens beside it."""
    return Token(category, amount, Nft(commitment, capability))


def number(value: int, size: int = 4) -> bytes:
    """A number as states and messages hold it."""
    return value.to_bytes(size, "little")


def coin(contract: Contract, value: int, token: Token | None = None, at: int = 0) -> Coin:
    """A coin of a contract; those of different `at` are spent side by side."""
    return contract.coin(sha256(bytes((at,))).hexdigest(), at, value, token)


def purse(key: PrivateKey, value: int, token: Token | None = None) -> tuple[Coin, Unlocker]:
    """A coin of somebody's own, and how it is unlocked."""
    held = Coin(sha256(key.public_key).digest(), 9, Output(value, key.locking_bytecode, token))
    return held, P2pkhUnlocker(key)


def paid(key: PrivateKey, value: int, token: Token | None = None) -> Output:
    """An output that pays somebody."""
    return Output(value, key.locking_bytecode, token)


def spending(
    *spends: tuple[Coin, Unlocker],
    pay: Sequence[Output],
    locktime: int = 0,
    sequence: int = 0xFFFFFFFE,
) -> BuiltTransaction:
    """An honest transaction."""
    builder = TransactionBuilder(locktime=locktime)
    for each, unlocker in spends:
        builder = builder.spend(each, unlocker, sequence=sequence)
    return builder.pay(*pay).build_exactly()
