"""Unlocking a contract's coins through one of its spend paths."""

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
from .found import Searchable
from .spend_paths import SpendPath

__all__ = ["ContractUnlocker", "Spendable", "Unlock", "Unlocks"]


class Spendable(Searchable, Protocol):
    """A contract that can lock coins, with its spend paths."""

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
    """Unlocks a contract's coin through one of its spend paths, with these arguments.

    `arguments` are pairs of a name and a value; signatures are made once the rest of the
    transaction is complete.
    """

    contract: Spendable
    path: SpendPath
    arguments: tuple[tuple[str, EncodedArgument], ...]

    @property
    def size(self) -> int:
        """The largest possible size of the unlocking bytecode, in bytes."""
        code = self.contract.code
        values = {
            name: value if isinstance(value, bytes) else bytes(value.largest_size(code))
            for name, value in self.arguments
        }
        if self.path.compiler is not None:
            return self.path.compiler.largest_size(values)
        return len(self._assemble(values))

    def unlock(self, context: TransactionContext, index: int) -> bytes:
        """Make the unlocking bytecode. Raises BuildError if the coin is not the contract's."""
        self._check_coin(context, index)
        code = self.contract.code
        values = {
            name: value if isinstance(value, bytes) else value.make(context, index, code)
            for name, value in self.arguments
        }
        if self.path.compiler is not None:
            return self.path.compiler.compile(values, context, index)
        return self._assemble(values)

    def parts(self, context: TransactionContext, index: int) -> tuple[Part, ...]:
        """Split the unlocking bytecode into constant bytes and signatures, for cosigners.

        Signatures by keys that are held here are already made. Raises BuildError as `unlock`
        does, for a path that does not push its signatures unchanged, and for an argument other
        than a signature that depends on the transaction.
        """
        self._check_coin(context, index)
        if self.path.compiler is not None:
            raise BuildError(
                f"{self.contract.name}: {self.path.name} cannot be cosigned: its unlocking script"
                " is compiled as a whole"
            )
        values, places = {}, {}
        for name, value in self.arguments:
            if isinstance(value, bytes):
                values[name] = value
            elif not isinstance(value, Signature):
                raise BuildError(
                    f"{self.contract.name}: a spend with argument {name!r} cannot be cosigned:"
                    " it depends on the whole transaction"
                )
            else:
                mark = values[name] = placeholder(f"{self.contract.name} {self.path.name} {name}")
                places[mark] = value.wanted(context, index, self.contract.code)
        return split_at(self._assemble(values), places)

    def without_private_keys(self) -> ContractUnlocker:
        """Return the same unlocker with public keys in place of the private ones."""
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
        """Explain which line and check of the contract refused the input."""
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
        """Make an unlocker for this path with these arguments.

        Raises ContractError for a missing, unknown or repeated argument, for too many arguments,
        and for a value of the wrong type.
        """
        what = f"{self.contract.name}: {self.path}"
        names = [each.name for each in self.path.arguments]
        if len(values) > len(names):
            raise ContractError(f"{what}: expected {len(names)} arguments, got {len(values)}")
        given = dict(zip(names, values, strict=False))
        for name, value in named.items():
            if name not in names:
                raise ContractError(f"{what}: unknown argument {name!r}")
            if name in given:
                raise ContractError(f"{what}: argument {name!r} is given twice")
            given[name] = value
        missing = [str(each) for each in self.path.arguments if each.name not in given]
        if missing:
            raise ContractError(f"{what}: missing arguments: {', '.join(missing)}")
        arguments = tuple(
            (each.name, encode_argument(given[each.name], each.type, f"{what}: {each.name}"))
            for each in self.path.arguments
        )
        made = ContractUnlocker(self.contract, self.path, arguments)
        try:
            _ = made.size
        except AssemblyError as error:
            raise ContractError(f"{what}: unlocking script: {error}") from None
        return made


@dataclass(frozen=True, slots=True)
class Unlocks:
    """The spend paths of a contract by name, as attributes and items.

    A path whose name is a Python keyword is available as an item, or as an attribute with a
    trailing underscore: `contract.unlock.pass_`.
    """

    contract: Spendable

    def __getitem__(self, name: str) -> Unlock:
        """Return a spend path by name. Raises ContractError if there is none of that name."""
        for path in self.contract.paths:
            if path.name == name:
                return Unlock(self.contract, path)
        names = ", ".join(path.name for path in self.contract.paths)
        expected = f"expected one of {names}" if names else "the contract declares none"
        raise ContractError(f"{self.contract.name}: unknown spend path {name!r}: {expected}")

    def __getattr__(self, name: str) -> Unlock:
        """Return a spend path by name. Raises ContractError if there is none of that name."""
        if name.startswith("__"):
            # Python itself, for example copy and pickle, looks up such names.
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
