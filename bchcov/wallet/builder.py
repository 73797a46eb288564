"""Transactions from coins and outputs: selection, change, fees, signatures, and a last check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ..errors import BchcovError, BuildError
from ..script.addresses import decode_address
from ..transaction.codec import encode_transaction, transaction_id
from ..transaction.context import TransactionContext
from ..transaction.model import Input, Output, Token, Transaction
from ..validation.standardness import dust_threshold
from ..validation.verdict import Verdict
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .balance import Spend, check_outputs, fee_for, size_of
from .coins import Coin
from .leftovers import leftover_tokens
from .selection import select
from .unlockers import Unlocker

__all__ = ["BuiltTransaction", "Spend", "TransactionBuilder"]

_FINAL = 0xFFFF_FFFF
# What an output of change would hold if it were dust, and cost at an ordinary rate.
_MOST_GIVEN = 1_000


@dataclass(frozen=True, slots=True)
class BuiltTransaction:
    """A transaction with the outputs it spends, its fee, and the engine's verdict on it.

    `verdict` is None where the builder was told not to check.
    """

    transaction: Transaction
    source_outputs: tuple[Output, ...]
    fee: int
    verdict: Verdict | None

    @property
    def encoded(self) -> bytes:
        """The bytes that nodes take."""
        return encode_transaction(self.transaction)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.encoded)

    @property
    def txid(self) -> str:
        """Its txid as it is displayed."""
        return transaction_id(self.transaction)

    def coin(self, index: int) -> Coin:
        """Output `index` as a coin. Raises BuildError where there is none."""
        return Coin.of(self.transaction, index)

    @property
    def coins(self) -> tuple[Coin, ...]:
        """Every output as a coin."""
        return tuple(map(self.coin, range(len(self.transaction.outputs))))


@dataclass(frozen=True, slots=True)
class TransactionBuilder:
    """A transaction in the making; every method returns a new one and leaves this as it is.

    `fee_rate` is satoshis a byte: an int, a Fraction or a Decimal. The rules say what
    is dust and what `build` checks the result under.
    """

    rules: RuleSet = BCH_2026
    fee_rate: int | Fraction | Decimal = 1
    version: int = 2
    locktime: int = 0
    spends: tuple[Spend, ...] = ()
    outputs: tuple[Output, ...] = ()
    candidates: tuple[Spend, ...] = ()
    change_bytecode: bytes | None = None
    burns: frozenset[bytes] = frozenset()

    def spend(
        self, coin: Coin, unlocker: Unlocker, *, sequence: int = _FINAL
    ) -> TransactionBuilder:
        """Add an input behind those there are."""
        return self.spend_all([Spend(coin, unlocker, sequence)])

    def spend_all(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Add inputs behind those there are."""
        return replace(self, spends=(*self.spends, *spends))

    def pay(self, *outputs: Output) -> TransactionBuilder:
        """Add outputs behind those there are."""
        return replace(self, outputs=(*self.outputs, *outputs))

    def pay_to(self, address: str, value: int, token: Token | None = None) -> TransactionBuilder:
        """Add an output to an address, cashaddr or legacy.

        Raises AddressError for text that is none, BuildError for tokens to an address that
        does not say its wallet knows tokens.
        """
        payee = decode_address(address)
        if token is not None and not payee.token_aware:
            raise BuildError(f"tokens to {address}: it is not a token-aware address")
        return self.pay(Output(value, payee.locking_bytecode, token))

    def fund_from(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Offer coins: those needed are spent behind the fixed inputs.

        Coins without tokens are taken first, large ones first; one with an NFT never.
        """
        return replace(self, candidates=(*self.candidates, *spends))

    def change_to(self, locking_bytecode: bytes) -> TransactionBuilder:
        """Say where satoshis and tokens go that are left over, behind the fixed outputs."""
        return replace(self, change_bytecode=locking_bytecode)

    def burn(self, category: bytes) -> TransactionBuilder:
        """Let tokens of a category that no output takes be lost."""
        return replace(self, burns=self.burns | {category})

    def _change(
        self, spends: Sequence[Spend], outputs: Sequence[Output], rate: Fraction
    ) -> tuple[list[Output], int]:
        """The outputs of change for tokens and satoshis, and what is missing of the latter."""
        change = self._token_change(spends, outputs)
        policy = self.rules.policy
        balance = sum(spend.coin.value for spend in spends) - sum(
            output.value for output in (*outputs, *change)
        )
        missing = fee_for(size_of(spends, [*outputs, *change]), rate) - balance
        if missing >= 0:
            return change, missing
        if self.change_bytecode is None:
            if -missing > _MOST_GIVEN:
                raise BuildError(
                    f"{-missing} satoshis are left over beyond the fee: say where change goes"
                )
            return change, 0
        empty = Output(0, self.change_bytecode)
        rest = balance - fee_for(size_of(spends, [*outputs, *change, empty]), rate)
        if rest < dust_threshold(empty, policy):
            return change, 0
        return [*change, replace(empty, value=rest)], 0

    def _token_change(self, spends: Sequence[Spend], outputs: Sequence[Output]) -> list[Output]:
        left = [
            token for token in leftover_tokens(spends, outputs) if token.category not in self.burns
        ]
        if left and self.change_bytecode is None:
            what = _describe(left[0])
            raise BuildError(f"no output takes {what}: say where change goes, or that they burn")
        change = []
        for token in left:
            empty = Output(0, self.change_bytecode or b"", token)
            change.append(replace(empty, value=dust_threshold(empty, self.rules.policy)))
        return change

    def build(self, *, check: bool = True) -> BuiltTransaction:
        """Select coins, make change, pay the fee, unlock every input, and verify the result.

        With `check=False` the last step is left out. Raises BuildError where coins do not
        suffice, an output is dust, tokens would be lost, or the transaction is refused.
        """
        rate = Fraction(self.fee_rate)
        if rate < 0:
            raise BuildError(f"a fee rate of {self.fee_rate}: it is not negative")
        if not self.outputs and self.change_bytecode is None:
            raise BuildError("a transaction without outputs, and nowhere for change to go")
        check_outputs(self.outputs, self.rules.policy)
        spends, change = select(self.spends, self.candidates, self.outputs, rate, self._change)
        outputs = (*self.outputs, *change)
        if not spends:
            raise BuildError("a transaction without inputs")
        if not outputs:
            raise BuildError("all that comes in is less than the fee and an output of change")
        return self._finish(spends, outputs, check=check)

    def _finish(
        self, spends: Sequence[Spend], outputs: tuple[Output, ...], *, check: bool
    ) -> BuiltTransaction:
        inputs = [
            Input(spend.coin.outpoint_hash, spend.coin.outpoint_index, b"", spend.sequence)
            for spend in spends
        ]
        sources = tuple(spend.coin.output for spend in spends)
        unsigned = Transaction(tuple(inputs), outputs, self.version, self.locktime)
        context = TransactionContext(unsigned, sources)
        for index, spend in enumerate(spends):
            try:
                unlocking = spend.unlocker.unlock(context, index)
            except BuildError:
                raise
            except BchcovError as error:
                raise BuildError(f"input {index} cannot be unlocked: {error}") from error
            if len(unlocking) > spend.unlocker.size:
                raise BuildError(
                    f"input {index} is unlocked by {len(unlocking)} bytes,"
                    f" its unlocker had announced {spend.unlocker.size}"
                )
            inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
        transaction = replace(unsigned, inputs=tuple(inputs))
        verdict = verify(transaction, sources, self.rules) if check else None
        if verdict is not None and verdict.error is not None:
            raise BuildError(f"the transaction is refused: {verdict.error}")
        fee = sum(output.value for output in sources) - sum(output.value for output in outputs)
        return BuiltTransaction(transaction, sources, fee, verdict)


def _describe(token: Token) -> str:
    if token.nft is not None:
        kind = token.nft.capability.name.lower() + " " if token.nft.capability else ""
        return f"the {kind}NFT 0x{token.nft.commitment.hex()} of category {token.category_id}"
    return f"{token.amount} tokens of category {token.category_id}"
