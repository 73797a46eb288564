"""What every builder of this profile needs: where money comes from and goes to, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from ....errors import BuildError
from ....validation.verify import verify
from ....wallet.balance import Spend
from ....wallet.builder import BuiltTransaction, TransactionBuilder
from .pool import Event, Pool
from .refusal import explain_refusal

__all__ = ["HEIGHT_LIMIT", "IN_FORCE", "Purse", "Step", "check_height", "take_step"]

HEIGHT_LIMIT = 500_000_000
"""From here on a locktime is a time, not a height."""
IN_FORCE = 0xFFFF_FFFE
"""A sequence number that lets the locktime count and asks for no age."""


@dataclass(frozen=True, slots=True)
class Purse:
    """Where a builder of transactions takes satoshis and tokens from and puts what is left.

    `change` is a locking bytecode; `fee_rate` is satoshis a byte.
    """

    change: bytes | None = None
    coins: Sequence[Spend] = ()
    fee_rate: int | Fraction | Decimal = field(default=1)

    def builder(self, *, locktime: int = 0) -> TransactionBuilder:
        """A transaction that is paid for from here."""
        builder = TransactionBuilder(fee_rate=self.fee_rate, locktime=locktime)
        builder = builder.fund_from(self.coins)
        return builder if self.change is None else builder.change_to(self.change)


@dataclass(frozen=True, slots=True)
class Step:
    """A transaction, the pool after it, and what it did; no pool is left after an exit."""

    built: BuiltTransaction
    after: Pool | None
    event: Event

    @property
    def pool(self) -> Pool:
        """The pool after it. Raises BuildError where it was the end."""
        if self.after is None:
            raise BuildError("the pool has ended")
        return self.after


def take_step(pool: Pool, builder: TransactionBuilder) -> Step:
    """Build, verify, and read back what was built.

    Raises BuildError; where script refuses, it names the contract's line and check.
    """
    built = builder.build(check=False)
    transaction, sources = built.transaction, built.source_outputs
    verdict = verify(transaction, sources, builder.rules)
    if verdict.error is not None:
        why = explain_refusal(pool.scripts, transaction, sources, verdict)
        raise BuildError(f"the transaction is refused: {why}")
    after, event = pool.follow(transaction, sources)
    return Step(replace(built, verdict=verdict), after, event)


def check_height(height: int) -> None:
    """Raise BuildError for a number that is no block height."""
    if not 0 <= height < HEIGHT_LIMIT:
        raise BuildError(f"{height} is no block height: they lie in 0..{HEIGHT_LIMIT - 1}")
