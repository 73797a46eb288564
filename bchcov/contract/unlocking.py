"""Unlocking a contract by one of its spend paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import Protocol

from ..assembly.assemble import assemble
from ..errors import AssemblyError, BuildError, ContractError
from ..reasons import InputResultLike
from ..script.pushes import encode_push
from ..transaction.context import TransactionContext
from ..wallet.script_unlocker import DataSignature, Signature
from ..wallet.unlockers import ExplainedRefusal
from ..wallet.wanted import Part, placeholder, split_at
from .argument_types import ArgumentValue, EncodedArgument, encode_argument
from .explaining import find_refusal
from .found import Known
from .spend_paths import SpendPath

__all__ = ["ContractUnlocker", "Spendable", "Unlock", "Unlocks"]


class Spendable(Known, Protocol):
    """A contract that coins can be locked with."""

    @property
    def code(self) -> bytes: ...
    @property
    def locking_bytecode(self) -> bytes: ...
    @property
    def redeem_script(self) -> bytes | None: ...
    @property
    def paths(self) -> tuple[SpendPath, ...]: ...


@dataclass(frozen=True, slots=True)
class ContractUnlocker:
    """Unlocks a contract by one of its spend paths, with these arguments.

    `arguments` holds what each name stands for; signatures are made when the rest of the
    transaction is complete.
    """

    contract: Spendable
    path: SpendPath
    arguments: tuple[tuple[str, EncodedArgument], ...]

    @property
    def size(self) -> int:
        """The most bytes of the unlocking bytecode."""
        code = self.contract.code
        values = {
            name: value if isinstance(value, bytes) else bytes(value.largest_size(code))
            for name, value in self.arguments
        }
        return len(self._assemble(values))

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Sign and push. Raises BuildError for a coin that the contract does not lock."""
        self._check_coin(context, index)
        code = self.contract.code
        return self._assemble(
            {
                name: value if isinstance(value, bytes) else value.make(context, index, code)
                for name, value in self.arguments
            }
        )

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """The pushes, and the places of signatures, signed where the private key is here.

        Raises BuildError as `unlock` does, and where the path does not push a signature as it is.
        """
        self._check_coin(context, index)
        values, places = {}, {}
        for name, value in self.arguments:
            if isinstance(value, bytes):
                values[name] = value
            elif not isinstance(value, Signature):
                raise BuildError(
                    f"{self.contract.name}: {name} covers the whole transaction: it cannot be"
                    " cosigned"
                )
            else:
                mark = values[name] = placeholder(f"{self.contract.name} {self.path.name} {name}")
                places[mark] = value.wanted(context, index, self.contract.code)
        return split_at(self._assemble(values), places)

    def without_private_keys(self) -> ContractUnlocker:
        """The same spend path with public keys in place of the private ones."""
        arguments = tuple(
            (
                name,
                value.without_private_key()
                if isinstance(value, (Signature, DataSignature))
                else value,
            )
            for name, value in self.arguments
        )
        return replace(self, arguments=arguments)

    def _check_coin(self, context: TransactionContext, index: int) -> None:
        if context.source_outputs[index].locking_bytecode != self.contract.locking_bytecode:
            name = self.contract.name
            raise BuildError(f"input {index} does not spend a coin of the contract {name}")

    def explain_refusal(self, result: InputResultLike) -> ExplainedRefusal:
        """Say which line and check of the contract refused the input."""
        refusal = find_refusal(result, self.contract)
        place = refusal.place
        check = None if place is None or place.check is None else place.check.name
        return ExplainedRefusal(
            f"{self.path.name} of {self.contract.name}: {refusal.sentence}",
            contract=self.contract.name,
            path=self.path.name,
            line=None if place is None else place.line,
            check=check,
        )

    def _assemble(self, values: Mapping[str, bytes]) -> bytes:
        pushes = assemble(self.path.source, values)
        redeem_script = self.contract.redeem_script
        return pushes if redeem_script is None else pushes + encode_push(redeem_script)


@dataclass(frozen=True, slots=True)
class Unlock:
    """One spend path of a contract: call it with the path's arguments, in order or by name."""

    contract: Spendable
    path: SpendPath

    def __call__(self, *values: ArgumentValue, **named: ArgumentValue) -> ContractUnlocker:
        """Return what unlocks the contract with these arguments.

        Raises ContractError for a missing argument, one too many, one that there is not, and
        a value that its type does not take.
        """
        what = f"{self.contract.name}: {self.path}"
        names = [each.name for each in self.path.arguments]
        if len(values) > len(names):
            raise ContractError(f"{what}: takes {len(names)} arguments, got {len(values)}")
        given = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in names:
                raise ContractError(f"{what}: no argument is called {name!r}")
            if name in given:
                raise ContractError(f"{what}: the argument {name} is given twice")
            given[name] = value
        missing = [str(each) for each in self.path.arguments if each.name not in given]
        if missing:
            raise ContractError(f"{what}: missing {', '.join(missing)}")
        arguments = tuple(
            (each.name, encode_argument(given[each.name], each.type, f"{what}: {each.name}"))
            for each in self.path.arguments
        )
        made = ContractUnlocker(self.contract, self.path, arguments)
        try:
            _ = made.size
        except AssemblyError as error:
            raise ContractError(f"{what}: its unlocking script: {error}") from None
        return made


@dataclass(frozen=True, slots=True)
class Unlocks:
    """The spend paths of a contract by name, as attributes and items.

    A path that is called like a keyword of Python is an item, or an attribute with an
    underscore behind it: `contract.unlock.pass_`.
    """

    contract: Spendable

    def __getitem__(self, name: str) -> Unlock:
        """Return a spend path. Raises ContractError for one that there is not."""
        for path in self.contract.paths:
            if path.name == name:
                return Unlock(self.contract, path)
        names = ", ".join(path.name for path in self.contract.paths) or "none is declared"
        raise ContractError(f"{self.contract.name} has no spend path called {name!r}: {names}")

    def __getattr__(self, name: str) -> Unlock:
        """Return a spend path. Raises ContractError for one that there is not."""
        if name.startswith("__"):
            # What Python itself looks for, as copy and pickle do, is not a path.
            raise AttributeError(name)
        word = name.removesuffix("_")
        return self[word if iskeyword(word) and name != word else name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the paths."""
        return (path.name for path in self.contract.paths)

    def __len__(self) -> int:
        """Count the paths."""
        return len(self.contract.paths)

    def __dir__(self) -> list[str]:
        return [f"{name}_" if iskeyword(name) else name for name in self]
