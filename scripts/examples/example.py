"""What an example is, and what its transactions are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bchcov import (
    BuiltTransaction,
    Capability,
    Chain,
    Coin,
    Contract,
    Nft,
    Output,
    PrivateKey,
    Token,
    Transaction,
    TransactionBuilder,
    Unlocker,
    compile_contract,
    p2pkh,
)
from bchcov.contract import ContractUnlocker, without_check
from bchcov.contract.argument_types import ArgumentValue

FOLDER = Path(__file__).parent.parent.parent / "contracts"
FEE = 1_000
VALUE = 100_000
CATEGORY = bytes(range(32))
SOME = Token(CATEGORY, 500, Nft(b"kept", Capability.MUTABLE))
"""Tokens that a coin holds beside its satoshis."""

Sources = Mapping[str, str]
"""The sources of an example's contracts by name, perhaps without a check."""
Contracts = Mapping[str, Contract]
"""The contracts of an example by name."""


@dataclass(frozen=True)
class Attack:
    """A transaction that one check refuses, and nothing else: `what` it does, in words."""

    file: str
    check: str
    what: str
    build: Callable[[Contracts], TransactionBuilder]


@dataclass(frozen=True)
class Example:
    """A contract, or several that belong together, with everything that is done to them.

    `make` compiles the sources, `honest` spends each path as it is meant. `invariants` are asked
    about accepted transactions and say what is wrong; anybody may play the `open_roles`.
    """

    name: str
    files: tuple[str, ...]
    parties: Mapping[str, PrivateKey]
    make: Callable[[Sources], Contracts]
    honest: Callable[[Contracts], Mapping[str, BuiltTransaction]]
    attacks: tuple[Attack, ...]
    open_roles: frozenset[str] = field(default=frozenset())
    invariants: tuple[Callable[[Transaction, Sequence[Output]], str | None], ...] = ()

    @property
    def sources(self) -> dict[str, str]:
        """The sources as they are."""
        return {
            file: (FOLDER / self.name / f"{file}.cashasm").read_text(encoding="utf-8")
            for file in self.files
        }

    @property
    def contracts(self) -> Contracts:
        """The contracts as they are."""
        return self.make(self.sources)

    def without(self, file: str, check: str) -> Contracts:
        """The contracts with one check taken out."""
        sources = self.sources
        return self.make({**sources, file: without_check(sources[file], check)})


def key(number: int) -> PrivateKey:
    """A private key for the examples."""
    return PrivateKey(bytes(31) + bytes((number,)))


ALICE, BOB, CAROL, THIEF = key(1), key(2), key(3), key(9)


def coins(*outputs: Output) -> list[Coin]:
    """The coins of one transaction, which are those that `Chain.fund` makes first on any chain."""
    return Chain().fund(*outputs)


def coin_of(contract: Contract, token: Token | None = None) -> Coin:
    """A coin of a contract that is spent alone."""
    return coins(contract.output(VALUE, token))[0]


def spending(
    *spends: tuple[Coin, Unlocker],
    pay: Sequence[Output],
    locktime: int = 0,
    sequence: int = 0xFFFFFFFE,
) -> TransactionBuilder:
    """A transaction that spends these coins to these outputs, whatever becomes of it."""
    builder = TransactionBuilder(locktime=locktime)
    for coin, unlocker in spends:
        builder = builder.spend(coin, unlocker, sequence=sequence)
    return builder.pay(*pay)


def built(builders: Mapping[str, TransactionBuilder]) -> dict[str, BuiltTransaction]:
    """Build exactly what is asked for."""
    return {name: builder.build_exactly() for name, builder in builders.items()}


def paid(to: PrivateKey, value: int = VALUE - FEE, token: Token | None = None) -> Output:
    """An output that pays a key."""
    return Output(value, p2pkh(to.public_key_hash), token)


def compiled(file: str, **bindings: ArgumentValue) -> Callable[[Sources], Contracts]:
    """What compiles an example of one file."""
    return lambda sources: {file: compile_contract(file, bindings, source=sources[file])}


def pushing(unlocker: ContractUnlocker, source: str) -> ContractUnlocker:
    """The same arguments, pushed in another way."""
    return replace(unlocker, path=replace(unlocker.path, unlocking=source))


# What a coin that has to go on with its tokens could leave behind, for checks of these names.
TOKEN_LOSSES: tuple[tuple[str, str, Token], ...] = (
    ("category", "makes the NFT immutable", Token(CATEGORY, 500, Nft(b"kept"))),
    ("tokens", "burns one of the tokens", replace(SOME, amount=499)),
    ("commitment", "changes the commitment", replace(SOME, nft=Nft(b"lost", Capability.MUTABLE))),
)
