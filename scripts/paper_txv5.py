"""On paper: an order of SequencedAMM in bytes, as it is and with two ideas of CHIP-2025-01 (TXv5).

Nothing is run under these rules, which no software has. What is assumed stands in the table that
is printed first; everything else is counted in transactions that pass today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from measure import new_pool
from measure_pools import BUILDER, DEADLINE, FIRST, HEIGHT, fund, funding
from measure_tables import table

from bchcov import BuiltTransaction, Output, PrivateKey, verify
from bchcov.amm import ticketed
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import is_p2sh20, is_p2sh32, pattern_name
from bchcov.script.pushes import encode_push, instructions

# Bytes of the format on paper.
REFERENCE = 2  # an opcode that runs the code of a read-only input, and its index
READ_ONLY = 37  # an outpoint and a kind
DETACHED = 65  # a signature and its hash type, once
POINTER = 2  # of an input to the detached signature that it shares
ASSUMPTIONS = (
    ("a read-only input, for each covenant code in a transaction", READ_ONLY),
    ("to run the code of a read-only input, in place of the redeem script", REFERENCE),
    ("a detached signature, once for each key in a transaction", DETACHED),
    ("an input's pointer to it, in place of its signature", POINTER),
)


@dataclass(frozen=True)
class Counted:
    """A transaction's bytes: all, those of redeem scripts, and those of signatures."""

    name: str
    size: int
    codes: tuple[bytes, ...]
    signed_by: tuple[bytes, ...]
    signature_bytes: int

    @property
    def code_spared(self) -> int:
        """What read-only inputs spare, for the codes where they spare something."""
        spared = 0
        for code in set(self.codes):
            times = self.codes.count(code)
            spared += max(0, times * (len(encode_push(code)) - REFERENCE) - READ_ONLY)
        return spared

    @property
    def signatures_spared(self) -> int:
        """What detached signatures spare, if all that one key signs in it shares one."""
        keys = len(set(self.signed_by))
        return max(0, self.signature_bytes - DETACHED * keys - POINTER * len(self.signed_by))


def count(name: str, built: BuiltTransaction) -> Counted:
    """Count what stands in the unlocking bytecodes of a transaction that is valid today."""
    assert verify(built.transaction, built.source_outputs).ok
    codes, keys, signatures = [], [], 0
    for item, output in zip(built.transaction.inputs, built.source_outputs, strict=True):
        pushed = [each.data for each in instructions(item.unlocking_bytecode) if each.data]
        if is_hashed(output):
            codes.append(pushed[-1])
        elif pattern_name(output.locking_bytecode) == "p2pkh":
            signature, key = pushed
            keys.append(key)
            signatures += len(encode_push(signature))
    return Counted(name, built.size, tuple(codes), tuple(keys), signatures)


def is_hashed(output: Output) -> bool:
    """Whether a coin is that of a script hash, so that its code stands where it is spent."""
    return is_p2sh20(output.locking_bytecode) or is_p2sh32(output.locking_bytecode)


def life(orders: int) -> list[Counted]:
    """All transactions in the lives of orders that are in one batch, as measure.py makes them."""
    pool = new_pool().pool
    made, actions, counted = [], {}, []
    for number in range(orders):
        user = PrivateKey(sha256(b"%d" % number))
        direction = ticketed.BUY if number % 2 else ticketed.SELL
        amount = 20_000_000 if number % 2 else 20_000
        salt = ticketed.derive_salt(user, FIRST, 0)
        action = ticketed.Action(direction, amount, 0, user.public_key_hash, salt)
        actions[action.hash] = user, action
        coin = fund(f"ticket {number}", user, 100_000)
        ticket = ticketed.make_ticket(
            pool.scripts, action, DEADLINE, funding(user, coin), tip=1_000
        )
        made.append(ticket.ticket)
        counted.append(count("ticket", ticket.built))
    sequence = ticketed.sequence(pool, made, HEIGHT, funding(BUILDER))
    shown = []
    for entry in sequence.event.entries:
        user, action = actions[entry.action_hash]
        tokens = 0 if action.direction == ticketed.BUY else action.amount_in
        coin = fund(f"order {entry.index}", user, 30_000_000, tokens)
        order = ticketed.make_order(pool.scripts, action, entry, funding(user, coin))
        shown.append(order.order)
        counted.append(count("order", order.built))
    execute = ticketed.execute(sequence.pool, shown, funding(BUILDER))
    return [
        *counted,
        count("sequence", sequence.built),
        count("execute", execute.built),
    ]


def share(counted: Sequence[Counted], orders: int) -> list[str]:
    """The bytes of one order's life: today, and what each idea leaves of it."""
    size = sum(each.size for each in counted)
    code = sum(each.code_spared for each in counted)
    signatures = sum(each.signatures_spared for each in counted)
    left = size - code - signatures
    cells = (size, size - code, size - signatures, left)
    shown = [f"{each / orders:,.0f}" for each in cells]
    return [str(orders), *shown, f"{100 * (size - left) / size:.0f} %"]


def tables() -> str:
    """What is assumed, and what follows."""
    assumed = table(["assumed", "bytes"], [[what, str(size)] for what, size in ASSUMPTIONS])
    rows = [share(life(orders), orders) for orders in (1, 2, 4, 8)]
    head = ["orders in a batch", "today", "read-only inputs", "detached signatures", "both", "less"]
    return f"{assumed}\n\nBytes of the whole life of an order:\n\n{table(head, rows)}"


if __name__ == "__main__":
    print(tables())
