"""The scripts of one pool, made from its parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...assembly.assembler import Binding
from ...contract import Contract, compile_contract, load_source
from ...crypto.hashes import sha256
from ...script.patterns import p2sh32
from ...transaction.model import Output
from ..action import Action
from ..parameters import shared_constants
from .parameters import Parameters

__all__ = [
    "FOLDER",
    "NAMES",
    "Scripts",
    "order_data",
    "order_fields",
    "ticket_data",
    "ticket_fields",
]

FOLDER = "sequenced_amm/ticketed"
NAMES = ("pool", "queue", "vault", "owner", "ticket", "order")
TICKET_DATA, ORDER_DATA = 36, 28

# The budget of a script grows with the bytes of its input, so a large batch has to be padded: by
# how many zeros for each input, less how many, and how many fewer less for each level of the
# queue. Enough for the costliest orders with the shortest proof at the worst place, which a test
# tries for every size at every depth.
SEQUENCE_PADDING = (21, 690, 26)
EXECUTE_PADDING = (41, 868, 22)


def ticket_data(deadline: int, action_hash: bytes) -> bytes:
    """Encode the data of a ticket: the deadline in 4 bytes and the hash of the action."""
    return deadline.to_bytes(4, "little") + action_hash


def order_data(deadline: int, action: Action) -> bytes:
    """Encode the data of an order: deadline, minimum and salt."""
    return deadline.to_bytes(4, "little") + action.min_out.to_bytes(8, "little") + action.salt


def ticket_fields(bytecode: bytes) -> tuple[bytes, bytes]:
    """Read owner and data where the queue's script looks for them, in a ticket or any other."""
    return _fields(bytecode, TICKET_DATA)


def order_fields(bytecode: bytes) -> tuple[bytes, bytes]:
    """Read owner and data where the vault's script looks for them, in an order or any other."""
    return _fields(bytecode, ORDER_DATA)


def _fields(bytecode: bytes, size: int) -> tuple[bytes, bytes]:
    return bytecode[7 + size : 27 + size], bytecode[1 : 1 + size]


def _code(script: bytes, data: int) -> tuple[bytes, bytes, bytes]:
    """Cut data and owner out of a ticket or order; return the code before, between and after."""
    return script[:1], script[1 + data : 7 + data], script[27 + data :]


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
            **shared_constants(own),
            "min_trade": own.min_trade,
            "bond_less_fee": own.bond - own.expiry_tip,
            "grace": own.grace,
            "refund_delay": own.refund_delay,
            "order_refund_delay": own.order_refund_delay,
            "notice": own.notice,
            "slots": 1 << own.depth,
            "range_proof": load_source(f"{FOLDER}/range_proof"),
        }

    def padding_constants(self, table: tuple[int, int, int]) -> dict[str, int]:
        """Return the zeros for each input of a padded batch, and how many are left out."""
        each, free, level = table
        return {"padding_each": each, "padding_free": free - level * self.parameters.depth}

    def padding(self, table: tuple[int, int, int], end: int) -> bytes:
        """Return the zeros that pad a batch up to input `end` - 1."""
        each, free = self.padding_constants(table).values()
        return bytes(max(0, end * each - free))

    @cached_property
    def pool(self) -> Contract:
        """The pool's redeem script."""
        return self._compile(
            "pool",
            queue_code_hash=sha256(self.queue.code),
            vault_bytecode=self.vault_bytecode,
        )

    @cached_property
    def pool_bytecode(self) -> bytes:
        """The pool's locking bytecode."""
        return p2sh32(self.pool.code)

    @cached_property
    def queue(self) -> Contract:
        """The code that sequence and expire run."""
        return self._compile("queue", **self.padding_constants(SEQUENCE_PADDING))

    @cached_property
    def vault(self) -> Contract:
        """The vault's redeem script."""
        return self._compile(
            "vault",
            owner_code_hash=sha256(self.owner.code),
            **self.padding_constants(EXECUTE_PADDING),
        )

    @cached_property
    def vault_bytecode(self) -> bytes:
        """The vault's locking bytecode."""
        return p2sh32(self.vault.code)

    @cached_property
    def owner(self) -> Contract:
        """The code that close, liquidity and exit run."""
        return self._compile("owner")

    def ticket_contract(self, owner: bytes, data: bytes) -> Contract:
        """Compile a ticket: 20 bytes of owner, 36 of data."""
        return self._compile("ticket", trader=owner, deadline_and_action_hash=data)

    def order_contract(self, owner: bytes, data: bytes) -> Contract:
        """Compile an order: 20 bytes of owner, 28 of data."""
        return self._compile("order", trader=owner, deadline_min_out_salt=data)

    @cached_property
    def _ticket_code(self) -> tuple[bytes, bytes, bytes]:
        data = b"\x01" * TICKET_DATA
        return _code(self.ticket_contract(bytes(20), data).code, TICKET_DATA)

    @cached_property
    def _order_code(self) -> tuple[bytes, bytes, bytes]:
        data = b"\x01" * ORDER_DATA
        return _code(self.order_contract(bytes(20), data).code, ORDER_DATA)

    def ticket(self, owner: bytes, data: bytes) -> bytes:
        """Return the locking bytecode of a ticket: 20 bytes of owner, 36 of data."""
        before, between, behind = self._ticket_code
        return before + data + between + owner + behind

    def order(self, owner: bytes, data: bytes) -> bytes:
        """Return the locking bytecode of an order: 20 bytes of owner, 28 of data."""
        before, between, behind = self._order_code
        return before + data + between + owner + behind

    def read_ticket(self, bytecode: bytes) -> tuple[bytes, bytes] | None:
        """Read the owner and the data of a ticket of this pool; None for any other script."""
        return _read(bytecode, TICKET_DATA, self.ticket)

    def read_order(self, bytecode: bytes) -> tuple[bytes, bytes] | None:
        """Read the owner and the data of an order of this pool; None for any other script."""
        return _read(bytecode, ORDER_DATA, self.order)

    def contracts_in(self, output: Output, unlocking_bytecode: bytes) -> Sequence[Contract]:
        """Return the contracts that may run when an output is spent, the last to run first.

        There are none if the output is not this pool's.
        """
        locking = output.locking_bytecode
        if locking == self.pool_bytecode:
            runs_queue = self.queue.code in unlocking_bytecode
            return [self.queue, self.pool] if runs_queue else [self.pool]
        if locking == self.vault_bytecode:
            return [self.vault, self.owner]
        ticket, order = self.read_ticket(locking), self.read_order(locking)
        if ticket is not None:
            return [self.ticket_contract(*ticket)]
        return [] if order is None else [self.order_contract(*order)]


def _read(bytecode: bytes, size: int, make: object) -> tuple[bytes, bytes] | None:
    assert callable(make)
    owner, data = _fields(bytecode, size)
    if len(data) == size and len(owner) == 20 and make(owner, data) == bytecode:
        return owner, data
    return None
