"""Transactions from coins and outputs: selection, change, fees, signatures, and a last check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ..encoding.expected import expect_bytes, expect_integer, kind_of
from ..errors import AddressError, BuildError, EncodeError, InvalidKey
from ..script.addresses import check_network, locking_bytecode_of
from ..transaction import fields
from ..transaction.constants import MAX_UINT32, SEQUENCE_FINAL
from ..transaction.model import Output, Token
from ..validation.standardness import dust_threshold
from ..validation.verify import verify
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from .assembling import assemble_spends, unlock_inputs
from .balance import Spend, check_outputs, fee_for, size_of
from .border import check_spends, fee_rate_of
from .built import BuiltTransaction
from .coins import Coin
from .cosigned import CosignedTransaction, cosigned
from .destinations import Destination, located, output_to
from .explained import refused
from .leftovers import leftover_tokens
from .selection import select
from .unlockers import Unlocker

__all__ = ["BuiltTransaction", "Spend", "TransactionBuilder"]

# What an output of change would hold if it were dust, and cost at an ordinary rate.
_MAX_GIVEN = 1_000


@dataclass(frozen=True, slots=True)
class TransactionBuilder:
    """An immutable builder of transactions: every method returns a new builder.

    `fee_rate` is satoshis a byte: an int, a Fraction or a Decimal. The rules say what
    is dust and what `build` checks the result under. Addresses of another network than
    `network` are refused: "mainnet", "testnet", "chipnet", "regtest" and their kind.
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
    network: str = "mainnet"

    def spend(
        self, coin: Coin, unlocker: Unlocker, *, sequence: int = SEQUENCE_FINAL
    ) -> TransactionBuilder:
        """Append an input. Raises BuildError for what is no coin."""
        return self.spend_all([Spend(coin, unlocker, sequence)])

    def spend_all(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Append inputs. Raises BuildError for what is no spend."""
        return replace(self, spends=(*self.spends, *check_spends(spends, "spend")))

    def pay(self, *outputs: Output) -> TransactionBuilder:
        """Append outputs; an address stands for its locking bytecode.

        Raises BuildError for what is no output, AddressError for an address of another network.
        """
        made = tuple(located(output, self.network) for output in outputs)
        _check_fields(made)
        return replace(self, outputs=(*self.outputs, *made))

    def pay_to(
        self, address: Destination, value: int, token: Token | None = None
    ) -> TransactionBuilder:
        """Add an output to an address, cashaddr or legacy, or to a locking bytecode.

        Raises AddressError for text that is no address or one of another network,
        BuildError for tokens to an address that does not say its wallet knows tokens.
        """
        return self.pay(output_to(address, value, token, network=self.network))

    def fund_from(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Offer coins: those needed are spent behind the fixed inputs.

        Coins without tokens are taken first, large ones first; one with an NFT never.
        Raises BuildError for what is no spend.
        """
        offered = check_spends(spends, "offered coin")
        return replace(self, candidates=(*self.candidates, *offered))

    def change_to(self, destination: Destination) -> TransactionBuilder:
        """Set where leftover satoshis and tokens go, after the fixed outputs.

        It is an address or a locking bytecode. Raises AddressError for text that is no
        address or one of another network, BuildError for a script that nobody can spend.
        """
        bytecode = locking_bytecode_of(destination, network=self.network)
        return replace(self, change_bytecode=bytecode)

    def burn(self, category: bytes) -> TransactionBuilder:
        """Allow leftover tokens of a category, NFTs included, to be burnt.

        `category` is 32 bytes as on the wire. Raises BuildError for anything else.
        """
        try:
            expect_bytes(category, "a token category to burn", size=32)
        except EncodeError as error:
            raise BuildError(str(error)) from None
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
            if -missing > _MAX_GIVEN:
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
        suffice, an output is dust, tokens would be lost or a number is out of its range, and
        BuildRefused, with the verdict, where the transaction is refused.
        """
        spends, outputs = self._balanced()
        built = self._unlocked(spends, outputs)
        if not check:
            return built
        verdict = verify(built.transaction, built.source_outputs, self.rules)
        if verdict.error is not None:
            raise refused(verdict, verdict.error, [spend.unlocker for spend in spends])
        return replace(built, verdict=verdict)

    def build_unsigned(self) -> BuiltTransaction:
        """As `build`, but unlock no input and verify nothing: for cosigners to sign.

        What it selects and makes is the same each time, so that a builder whose unlockers
        have all signatures then builds this very transaction. Raises BuildError as `build`.
        """
        return self._assembled(*self._balanced())

    def cosign(self) -> CosignedTransaction:
        """As `build_unsigned`, and sign with the keys that are here: the others sign later.

        In an unlocker a PublicKey stands for a key that is elsewhere. Raises BuildError as
        `build`, and where an unlocker cannot be parted.
        """
        spends, outputs = self._balanced()
        try:
            return cosigned(self._assembled(spends, outputs), spends)
        except (EncodeError, InvalidKey) as error:
            raise BuildError(str(error)) from error

    def build_exactly(self) -> BuiltTransaction:
        """Unlock exactly the given inputs and outputs, valid or not: for tests of attacks.

        No coin is selected, no change is made, and nothing is verified; satoshis and tokens
        that no output takes go to the miner, and outputs may exceed inputs. Raises
        BuildError only for what has no encoding and for inputs that cannot be unlocked.
        """
        self._check_numbers()
        return self._unlocked(self.spends, self.outputs)

    def _check_numbers(self) -> None:
        if not isinstance(self.rules, RuleSet):
            raise BuildError(
                f"rules are a RuleSet, not {kind_of(self.rules)}: find_rules gives one by name"
            )
        check_spends(self.spends, "input")
        check_spends(self.candidates, "offered coin")
        _check_fields(self.outputs)
        try:
            check_network(self.network)
            expect_integer(self.version, "a version", MAX_UINT32)
            expect_integer(self.locktime, "a locktime", MAX_UINT32)
            if self.change_bytecode is not None:
                expect_bytes(self.change_bytecode, "the locking bytecode of change")
            if not isinstance(self.burns, (frozenset, set)):
                raise BuildError(f"burns are a frozenset of bytes, not {kind_of(self.burns)}")
        except (AddressError, EncodeError) as error:
            raise BuildError(str(error)) from None
        if (self.change_bytecode or b"").startswith(b"\x6a"):
            raise BuildError("change to an OP_RETURN script would be lost: nobody can spend it")

    def _balanced(self) -> tuple[Sequence[Spend], tuple[Output, ...]]:
        """The inputs and the outputs that stand when coins are selected and change is made."""
        self._check_numbers()
        rate = fee_rate_of(self.fee_rate)
        if not self.outputs and self.change_bytecode is None:
            raise BuildError("a transaction without outputs, and nowhere for change to go")
        try:
            check_outputs(self.outputs, self.rules.policy)
            spends, change = select(self.spends, self.candidates, self.outputs, rate, self._change)
        except EncodeError as error:
            raise BuildError(str(error)) from error
        outputs = (*self.outputs, *change)
        if not spends:
            raise BuildError("a transaction without inputs")
        if not outputs:
            raise BuildError("all that comes in is less than the fee and an output of change")
        return spends, outputs

    def _assembled(self, spends: Sequence[Spend], outputs: Sequence[Output]) -> BuiltTransaction:
        return assemble_spends(
            spends,
            outputs,
            version=self.version,
            locktime=self.locktime,
            network=self.network,
        )

    def _unlocked(self, spends: Sequence[Spend], outputs: Sequence[Output]) -> BuiltTransaction:
        return unlock_inputs(self._assembled(spends, outputs), spends)


def _check_fields(outputs: Sequence[Output]) -> None:
    try:
        fields.check_outputs(outputs, "output")
    except EncodeError as error:
        raise BuildError(str(error)) from None


def _describe(token: Token) -> str:
    if token.nft is not None:
        kind = token.nft.capability.name.lower() + " " if token.nft.capability else ""
        return f"the {kind}NFT 0x{token.nft.commitment.hex()} of category {token.category_id}"
    return f"{token.amount} tokens of category {token.category_id}"
