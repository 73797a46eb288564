"""The scripts of one pool, made from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...assembly.assemble import Binding
from ...contract import Contract, compile_contract, load_source
from ...script.patterns import p2sh32
from ..formula import FEE_DENOMINATOR, FEE_KEPT
from .parameters import Parameters

__all__ = ["FOLDER", "NAMES", "Scripts"]

FOLDER = "sequenced_amm/direct"
NAMES = ("pool", "vault")


@dataclass(frozen=True)
class Scripts:
    """Both scripts of a pool; `sources` stands in for sources of the folder, by name."""

    parameters: Parameters
    sources: Mapping[str, str] | None = None

    @cached_property
    def constants(self) -> Mapping[str, Binding]:
        """What the names in the sources mean, but for the hash of the other script."""
        own = self.parameters
        return {
            "pool_nft": own.pool_nft,
            "token_category": own.token_category,
            "owner": own.owner,
            "bond": own.bond,
            "tip": own.tip,
            "bond_less_tip": own.bond - own.tip,
            "min_reserve": own.min_reserve,
            "wait_bound": own.max_wait + 1,
            "fee_kept": FEE_KEPT,
            "fee_denominator": FEE_DENOMINATOR,
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
