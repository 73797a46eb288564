"""The scripts of one pool, made from its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...assembly.assembler import Binding
from ...contract import Contract, compile_contract, load_source
from ...script.patterns import p2sh32
from ...transaction.model import Output
from ..parameters import shared_constants
from .parameters import Parameters

__all__ = ["FOLDER", "NAMES", "Scripts"]

FOLDER = "sequenced_amm/direct"
NAMES = ("pool", "vault")


@dataclass(frozen=True)
class Scripts:
    """Both scripts of a pool; `sources` replaces sources of the folder, by name."""

    parameters: Parameters
    sources: Mapping[str, str] | None = None

    @cached_property
    def constants(self) -> Mapping[str, Binding]:
        """The values of the names in the sources, except the hash of the other script."""
        return {
            **shared_constants(self.parameters),
            "path_proof": load_source(f"{FOLDER}/path_proof"),
            "path_level": load_source(f"{FOLDER}/path_level"),
        }

    def _compile(self, name: str, **more: Binding) -> Contract:
        source = (self.sources or {}).get(name)
        return compile_contract(f"{FOLDER}/{name}", {**self.constants, **more}, source=source)

    @cached_property
    def pool(self) -> Contract:
        """The pool's redeem script."""
        return self._compile("pool", vault_bytecode=self.vault_bytecode)

    @cached_property
    def pool_bytecode(self) -> bytes:
        """The pool's locking bytecode."""
        return p2sh32(self.pool.code)

    @cached_property
    def vault(self) -> Contract:
        """The vault's redeem script."""
        return self._compile("vault")

    @cached_property
    def vault_bytecode(self) -> bytes:
        """The vault's locking bytecode."""
        return p2sh32(self.vault.code)

    def contracts_in(self, output: Output, unlocking_bytecode: bytes) -> Sequence[Contract]:  # noqa: ARG002
        """Return the contracts that may run when an output is spent; none if it is not ours."""
        locking = output.locking_bytecode
        if locking == self.pool_bytecode:
            return [self.pool]
        return [self.vault] if locking == self.vault_bytecode else []
