"""Contracts from wallet templates: a locking script, and the scripts that unlock it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..errors import AssemblyError, ContractError
from ..formats.wallet_template import CompilationData, VariableUse, WalletTemplate
from ..transaction.context import TransactionContext
from ..wallet.keys import PrivateKey
from .argument_types import ArgumentValue
from .cashassembly import compile_contract
from .contract import Contract, Locking
from .found import NoOrigins
from .spend_paths import Argument, SpendPath

__all__ = ["template_contract"]

_LOCKINGS: Mapping[str | None, Locking] = {
    "p2sh20": "p2sh20",
    "p2sh32": "p2sh32",
    "p2s": "p2s",
    "standard": "p2s",
}
# Stands for any key where only sizes matter.
_ANY_KEY = bytes(31) + b"\x01"
_LARGEST_SIGNATURE = {"schnorr_signature": 65, "ecdsa_signature": 72}
_LARGEST_DATA_SIGNATURE = {"schnorr_data_signature": 64, "ecdsa_data_signature": 71}


@dataclass(frozen=True, slots=True)
class _TemplatePath:
    """Compiles an unlocking script of a template, with the keys and data of its variables."""

    template: WalletTemplate = field(repr=False)
    script: str
    variables: tuple[VariableUse, ...]
    constants: CompilationData = field(repr=False)

    def largest_size(self, values: Mapping[str, bytes]) -> int:
        """Return the most bytes of the unlocking bytecode, with signatures of the largest size."""
        keys = {use.name for use in self.variables if use.variable.type == "Key"}
        data = self._data(
            {name: _ANY_KEY if name in keys else each for name, each in values.items()}
        )
        bytecode = dict(data.bytecode)
        for use in self.variables:
            for identifier in use.identifiers:
                operation = identifier.split(".")[1:2]
                sizes = _LARGEST_SIGNATURE | _LARGEST_DATA_SIGNATURE
                if operation and operation[0] in sizes:
                    bytecode[identifier] = bytes(sizes[operation[0]])
        return len(self.template.compile(self.script, replace(data, bytecode=bytecode)))

    def compile(
        self, values: Mapping[str, bytes], context: TransactionContext, index: int
    ) -> bytes:
        """Compile the script, signed for the input."""
        data = replace(self._data(values), context=context, input=index)
        return self.template.compile(self.script, data)

    def _data(self, values: Mapping[str, bytes]) -> CompilationData:
        keys = {use.name for use in self.variables if use.variable.type == "Key"}
        private = {name: value for name, value in values.items() if name in keys}
        others = {name: value for name, value in values.items() if name not in keys}
        return replace(
            self.constants,
            private_keys={**self.constants.private_keys, **private},
            bytecode={**self.constants.bytecode, **others},
        )


def template_contract(
    template: WalletTemplate,
    script: str,
    values: Mapping[str, ArgumentValue] | None = None,
) -> Contract:
    """Make a contract of a locking script of a wallet template and the values of its variables.

    `values` holds, by the name of each variable in the locking script, bytes for data and for a
    public key, or a PrivateKey, of which the public key is used. Each script that unlocks it is
    a spend path: its arguments are its variables, a PrivateKey for a Key and bytes for data.
    Variables that have a value already are no arguments.

    Raises ContractError for what is no locking script, a missing value, and an HdKey: derive
    its key with HdPrivateKey first and declare a Key. Raises TemplateError for a script that
    cannot be compiled.
    """
    found = template.scripts.get(script)
    if found is None or not template.unlocked_by(script):
        locks = [name for name in template.scripts if template.unlocked_by(name)]
        raise ContractError(
            f"unknown locking script {script[:64]!r}: expected one of {', '.join(locks) or 'none'}"
        )
    given = dict(values or {})
    uses = template.variables_of(script)
    data = _constants(script, uses, given)
    assembled = template.assemble(script, data)
    locking = _LOCKINGS.get(found.locking_type, "p2sh32")
    paths = tuple(_paths(template, script, data, given))
    contract = Contract(script, assembled.code, locking, paths=paths, origins=NoOrigins())
    bindings: dict[str, ArgumentValue] = {
        name: other.source for name, other in template.scripts.items() if name != script
    }
    for use in uses:
        for identifier in use.identifiers:
            bindings[identifier] = _value_of(identifier, data)
    try:
        placed = compile_contract(script, bindings, source=found.source, locking=locking)
    except (AssemblyError, ContractError):
        return contract
    # Where both read the source alike, its lines and checks are known.
    return replace(placed, paths=paths) if placed.code == contract.code else contract


def _constants(
    script: str, uses: tuple[VariableUse, ...], given: Mapping[str, ArgumentValue]
) -> CompilationData:
    bytecode: dict[str, bytes] = {}
    private_keys: dict[str, bytes] = {}
    for use in uses:
        value = given.get(use.name)
        if use.variable.type == "HdKey":
            raise ContractError(f"{script}: {use.name} is an HdKey: derive its key first")
        if isinstance(value, PrivateKey) and use.variable.type == "Key":
            private_keys[use.name] = value.secret
        elif isinstance(value, bytes):
            is_key = use.variable.type == "Key"
            bytecode[f"{use.name}.public_key" if is_key else use.name] = value
        else:
            kind = "a PrivateKey or bytes" if use.variable.type == "Key" else "bytes"
            got = "nothing" if value is None else f"a {type(value).__name__}"
            raise ContractError(f"{script}: {use.name}: expected {kind}, got {got}")
    return CompilationData(bytecode=bytecode, private_keys=private_keys)


def _value_of(identifier: str, data: CompilationData) -> bytes:
    name, _, operation = identifier.partition(".")
    if operation == "public_key" and name in data.private_keys:
        return PrivateKey(data.private_keys[name]).public_key
    return data.bytecode.get(identifier, b"")


def _paths(
    template: WalletTemplate,
    script: str,
    data: CompilationData,
    given: Mapping[str, ArgumentValue],
) -> Iterator[SpendPath]:
    for name in template.unlocked_by(script):
        uses = template.variables_of(name)
        arguments = []
        for use in uses:
            if use.variable.type == "HdKey":
                raise ContractError(f"{name}: {use.name} is an HdKey: derive its key first")
            is_key = use.variable.type == "Key"
            if use.name in data.private_keys or (not is_key and use.name in given):
                continue
            is_public = all(each.endswith(".public_key") for each in use.identifiers)
            if is_key and is_public and use.name in given:
                continue
            arguments.append(Argument(use.name, "key" if is_key else "bytes"))
        yield SpendPath(name, tuple(arguments), compiler=_TemplatePath(template, name, uses, data))
