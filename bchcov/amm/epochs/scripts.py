"""The scripts of one pool, made from its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...assembly.assembler import Binding
from ...contract import Contract, compile_contract, load_source
from ...crypto.hashes import sha256
from ...script.patterns import p2sh32
from ...transaction.model import Capability, Output
from ..action import Action
from ..formula import FEE_DENOMINATOR, FEE_KEPT
from ..parameters import pool_nft
from .parameters import Parameters

__all__ = [
    "FOLDER",
    "LEAF_SIZE",
    "NAMES",
    "PADDING",
    "TERMS_SIZE",
    "Scripts",
    "encode_terms",
    "leaf_of",
]

FOLDER = "sequenced_amm/epochs"
NAMES = ("pool", "append", "vault", "settle", "turn", "owner", "ticket", "slot", "order")
LEAF_SIZE, TERMS_SIZE = 32, 44
_NUMBERS = (
    "bond",
    "tip",
    "miss",
    "min_reserve",
    "min_trade",
    "window",
    "abandon",
    "refund_delay",
    "order_delay",
    "most",
)
_TICKET_BETWEEN = 6
_OWNER_SIZE = 20

# The budget of a script grows with the bytes of its input, so a large epoch has to be padded:
# from which input on, and by how many zeros per input. Measured, and checked by a test.
PADDING = (22, 48)


def encode_terms(action: Action) -> bytes:
    """Encode the terms of an order, what its script pushes: minimum(8) owner(20) salt(16)."""
    return action.min_out.to_bytes(8, "little") + action.owner + action.salt


def leaf_of(output: Output, terms: bytes) -> bytes:
    """Compute what an order hashes to: its tokens, their amount, its satoshis, and its terms."""
    token = output.token
    category, amount = (b"", 0) if token is None else (token.category, token.amount)
    if token is not None and token.nft is not None and token.nft.capability is not Capability.NONE:
        category += bytes((token.nft.capability.value,))
    held = amount.to_bytes(8, "little") + output.value.to_bytes(8, "little")
    return sha256(category + held + terms)


@dataclass(frozen=True)
class Scripts:
    """Every script of a pool; `sources` replaces sources of the folder, by name."""

    parameters: Parameters
    sources: Mapping[str, str] | None = None

    def _compile(self, name: str, **more: Binding) -> Contract:
        source = (self.sources or {}).get(name)
        return compile_contract(f"{FOLDER}/{name}", {**self.constants, **more}, source=source)

    @cached_property
    def constants(self) -> Mapping[str, Binding]:
        """The values of the names in the sources, except the hashes of other scripts."""
        own = self.parameters
        return {
            **{name: getattr(own, name) for name in _NUMBERS},
            "pool_nft": pool_nft(own),
            "token_category": own.token_category,
            "owner": own.owner,
            "bond_less_tip": own.bond - own.tip,
            "fee_kept": FEE_KEPT,
            "fee_kept_twice": 2 * FEE_KEPT,
            "fee_denominator": FEE_DENOMINATOR,
            "padding_from": PADDING[0],
            "padding_each": PADDING[1],
            "promote": load_source(f"{FOLDER}/promote"),
        }

    def padding(self, end: int) -> bytes:
        """Return the zeros that pad the settlement of the places up to input `end` - 1."""
        return bytes(max(0, end - PADDING[0]) * PADDING[1])

    @cached_property
    def pool(self) -> Contract:
        """The pool's redeem script."""
        return self._compile(
            "pool",
            append_code_hash=sha256(self.append.code),
            vault_bytecode=self.vault_bytecode,
        )

    @cached_property
    def pool_bytecode(self) -> bytes:
        """The pool's locking bytecode."""
        return p2sh32(self.pool.code)

    @cached_property
    def append(self) -> Contract:
        """The code that makes tickets into slots."""
        ticket, slot = self.ticket(bytes(20), b"\x01" * LEAF_SIZE), self.slot(bytes(LEAF_SIZE))
        rest = ticket[1 + LEAF_SIZE :]
        between, behind = rest[:_TICKET_BETWEEN], rest[_TICKET_BETWEEN + _OWNER_SIZE :]
        return self._compile(
            "append",
            ticket_code_hash=sha256(between + behind + ticket[:1]),
            slot_code_hash=sha256(slot[1 + LEAF_SIZE :]),
        )

    @cached_property
    def vault(self) -> Contract:
        """The vault's redeem script."""
        return self._compile(
            "vault",
            settle_code_hash=sha256(self.settle.code),
            turn_code_hash=sha256(self.turn.code),
            owner_code_hash=sha256(self.owner.code),
        )

    @cached_property
    def vault_bytecode(self) -> bytes:
        """The vault's locking bytecode."""
        return p2sh32(self.vault.code)

    @cached_property
    def settle(self) -> Contract:
        """The code that settles an epoch."""
        slot = self.slot(bytes(LEAF_SIZE))
        return self._compile(
            "settle",
            slot_code_hash=sha256(slot[1 + LEAF_SIZE :]),
            order_code_hash=self._order_code_hash,
        )

    @cached_property
    def turn(self) -> Contract:
        """The code that makes the next epoch the current one without settling any."""
        return self._compile("turn")

    @cached_property
    def owner(self) -> Contract:
        """The code that close, liquidity and exit run."""
        return self._compile("owner")

    @cached_property
    def _order_code_hash(self) -> bytes:
        order = self.order(b"\x01" * TERMS_SIZE)
        return sha256(order[1 + TERMS_SIZE :] + order[:1])

    def ticket_contract(self, owner: bytes, leaf: bytes) -> Contract:
        """Compile a ticket: 20 bytes of owner, 32 of leaf."""
        return self._compile("ticket", trader=owner, leaf=leaf)

    def slot_contract(self, leaf: bytes) -> Contract:
        """Compile a slot: 32 bytes of leaf."""
        return self._compile("slot", leaf=leaf, order_code_hash=self._order_code_hash)

    def order_contract(self, terms: bytes) -> Contract:
        """Compile an order: 44 bytes of terms."""
        return self._compile("order", min_out_owner_salt=terms)

    def ticket(self, owner: bytes, leaf: bytes) -> bytes:
        """Return the locking bytecode of a ticket: 20 bytes of owner, 32 of leaf."""
        code, at = self._ticket_template, 1 + LEAF_SIZE
        between, behind = (
            code[at : at + _TICKET_BETWEEN],
            code[at + _TICKET_BETWEEN + _OWNER_SIZE :],
        )
        return code[:1] + leaf + between + owner + behind

    @cached_property
    def _ticket_template(self) -> bytes:
        return self.ticket_contract(bytes(_OWNER_SIZE), b"\x01" * LEAF_SIZE).code

    @cached_property
    def _slot_template(self) -> bytes:
        return self.slot_contract(b"\x01" * LEAF_SIZE).code

    @cached_property
    def _order_template(self) -> bytes:
        return self.order_contract(b"\x01" * TERMS_SIZE).code

    def slot(self, leaf: bytes) -> bytes:
        """Return the locking bytecode of a slot: 32 bytes of leaf."""
        return self._slot_template[:1] + leaf + self._slot_template[1 + LEAF_SIZE :]

    def order(self, terms: bytes) -> bytes:
        """Return the locking bytecode of an order: 44 bytes of terms."""
        return self._order_template[:1] + terms + self._order_template[1 + TERMS_SIZE :]

    def read_ticket(self, bytecode: bytes) -> tuple[bytes, bytes] | None:
        """Read the owner and the leaf of a ticket of this pool; None for any other script."""
        at = 1 + LEAF_SIZE + _TICKET_BETWEEN
        owner, leaf = bytecode[at : at + _OWNER_SIZE], bytecode[1 : 1 + LEAF_SIZE]
        return (owner, leaf) if self.ticket(owner, leaf) == bytecode else None

    def read_slot(self, bytecode: bytes) -> bytes | None:
        """Read the leaf of a slot of this pool; None for any other script."""
        leaf = bytecode[1 : 1 + LEAF_SIZE]
        return leaf if self.slot(leaf) == bytecode else None

    def read_order(self, bytecode: bytes) -> bytes | None:
        """Read the terms of an order of this pool; None for any other script."""
        terms = bytecode[1 : 1 + TERMS_SIZE]
        return terms if self.order(terms) == bytecode else None

    def contracts_in(self, output: Output, unlocking_bytecode: bytes) -> Sequence[Contract]:
        """Return the contracts that may run when an output is spent, the last to run first.

        There are none if the output is not this pool's.
        """
        locking = output.locking_bytecode
        if locking == self.pool_bytecode:
            appends = self.append.code in unlocking_bytecode
            return [self.append, self.pool] if appends else [self.pool]
        if locking == self.vault_bytecode:
            codes = [self.settle, self.turn, self.owner]
            return [*(each for each in codes if each.code in unlocking_bytecode), self.vault]
        ticket = self.read_ticket(locking)
        if ticket is not None:
            return [self.ticket_contract(*ticket)]
        slot, order = self.read_slot(locking), self.read_order(locking)
        if slot is not None:
            return [self.slot_contract(slot)]
        return [] if order is None else [self.order_contract(order)]
