"""Measure the opcodes of proposals beside those of today, and print the costs that follow.

The worst that a budget can buy is measured in seconds per unit of operation cost. A new opcode
should not be worse than OP_CHECKSIG, at which the units are aimed: its cost is its time in units
of OP_CHECKSIG's. The time is that of this engine, and that of the arithmetic and hashing alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from measure_tables import table
from seeing_bench import seconds

from bchcov import (
    BCH_2026,
    Input,
    Output,
    Transaction,
    TransactionContext,
    assemble,
    run_script,
    signature_digest,
)
from bchcov.crypto.hashes import hash256
from bchcov.crypto.secp256k1 import (
    GROUP_ORDER,
    add_points,
    multiply_point,
    public_key_of,
    sign_schnorr,
    verify_schnorr,
)
from bchcov.testing.cost import without_limits
from bchcov.transaction.codec import cover_outputs
from bchcov.vm.proposals import EC_ARITHMETIC, OP_SIGHASH

# What blocks pay: relay charges hashing three times as much.
RULES = without_limits(BCH_2026.consensus.with_proposals(OP_SIGHASH, EC_ARITHMETIC))
TIMES = 100
LONG = bytes(10_000)
MANY = 1_000


@dataclass(frozen=True)
class Measured:
    """An opcode: seconds in this engine and alone, and its operation cost, each for one."""

    name: str
    engine: float
    alone: float
    cost: float


def measure(
    name: str,
    code: str,
    without: str,
    alone: Callable[[], object],
    *stack: bytes,
    context: TransactionContext | None = None,
    sign: bytes = b"",
) -> Measured:
    """Measure what a piece of script takes more than the same without its opcode."""
    sources = [assemble(" ".join([each] * TIMES), rules=RULES) for each in (code, without)]
    items = list(stack)
    if sign:
        assert context is not None
        digest = signature_digest(context, 0, sources[0], 0x41)
        items[0] = sign_schnorr(sign, digest) + b"\x41"

    def run(source: bytes) -> int:
        result = run_script(source, RULES, stack=tuple(items), context=context)
        assert result.ok, f"{name}: {result}"
        return result.metrics.op_cost

    cost = (run(sources[0]) - run(sources[1])) / TIMES
    engine = (seconds(lambda: run(sources[0])) - seconds(lambda: run(sources[1]))) / TIMES
    whole = seconds(lambda: [alone() for _ in range(TIMES)])
    return Measured(name, engine, whole / TIMES, cost)


def context_of(outputs: int) -> TransactionContext:
    """A transaction of one input and so many outputs."""
    made = tuple(Output(1_000 + at, b"\x51" * 25) for at in range(outputs))
    return TransactionContext(Transaction((Input(bytes(32), 0),), made), (Output(5_000, b"\x51"),))


def measurements() -> list[Measured]:
    """Measure today's opcodes, and then those of the proposals."""
    chance = Random(1)
    keys = [chance.randrange(1, GROUP_ORDER).to_bytes(32, "big") for _ in range(4)]
    a, b = (public_key_of(key, compressed=False)[1:] for key in keys[:2])
    public_key, scalar, secret = public_key_of(keys[2]), keys[3], keys[2]
    signature = sign_schnorr(secret, bytes(32))
    few, many = context_of(1), context_of(MANY)
    outputs = cover_outputs(many.transaction.outputs)
    point_a, point_b = (a[:32], a[32:]), (b[:32], b[32:])
    return [
        measure(
            "OP_CHECKSIG",
            "OP_2DUP OP_CHECKSIG OP_DROP",
            "OP_2DUP OP_2DROP",
            lambda: verify_schnorr(signature, bytes(32), public_key),
            bytes(65),
            public_key,
            context=few,
            sign=secret,
        ),
        measure(
            "OP_HASH256 of 10,000 bytes",
            "OP_DUP OP_HASH256 OP_DROP",
            "OP_DUP OP_DROP",
            lambda: hash256(LONG),
            LONG,
        ),
        measure(
            "OP_HASH256 of 32 bytes",
            "OP_DUP OP_HASH256 OP_DROP",
            "OP_DUP OP_DROP",
            lambda: hash256(scalar),
            scalar,
        ),
        measure(
            "OP_ECADD",
            "OP_2OVER OP_2OVER OP_ECADD OP_2DROP",
            "OP_2OVER OP_2OVER OP_2DROP OP_2DROP",
            lambda: add_points(a, b),
            *point_a,
            *point_b,
        ),
        measure(
            "OP_ECMUL",
            "OP_3DUP OP_ECMUL OP_2DROP",
            "OP_3DUP OP_DROP OP_2DROP",
            lambda: multiply_point(a, scalar),
            *point_a,
            scalar,
        ),
        measure(
            "OP_SIGHASH of 1 output",
            "<0x41> OP_SIGHASH OP_DROP",
            "<0x41> OP_DROP",
            lambda: [hash256(bytes(size)) for size in (36, 4, 34, 156)],
            context=few,
        ),
        measure(
            f"OP_SIGHASH of {MANY:,} outputs",
            "<0x41> OP_SIGHASH OP_DROP",
            "<0x41> OP_DROP",
            lambda: [*(hash256(bytes(size)) for size in (36, 4, 156)), hash256(outputs)],
            context=many,
        ),
    ]


def main() -> None:
    """Print the table."""
    found = measurements()
    check = found[0]
    units = [check.cost / check.engine, check.cost / check.alone]
    rows = []
    for each in found:
        fair = [time * unit for time, unit in zip((each.engine, each.alone), units, strict=True)]
        rows.append(
            [
                each.name,
                f"{1e6 * each.engine:.1f}",
                f"{1e6 * each.alone:.1f}",
                f"{each.cost:,.0f}",
                f"{1e9 * each.engine / each.cost:.2f}",
                *(f"{round(value, -2):,.0f}" for value in fair),
            ]
        )
    head = ["opcode", "us, engine", "us, alone", "op cost", "ns per unit", "fair, engine", "fair"]
    print(table(head, rows))
    worst = max(found[:3], key=lambda each: each.engine / each.cost)
    print(f"\nThe worst of today's opcodes is {worst.name}.", end=" ")
    print("A fair cost takes as long for each unit as OP_CHECKSIG does.")


if __name__ == "__main__":
    main()
