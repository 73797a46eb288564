"""The transaction builder: coin selection, change, fee, signatures and a final verification."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ..encoding.addresses import check_network, locking_bytecode_of
from ..encoding.expected import expect_bytes, expect_integer, kind_of
from ..errors import AddressError, BuildError, EncodeError, InvalidKey
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

# The most satoshis given to the miner without a change address: about the dust threshold of a
# change output and the fee for it.
_MAX_GIVEN = 1_000


@dataclass(frozen=True, slots=True)
class TransactionBuilder:
    """An immutable builder of transactions: every method returns a new builder.

    `fee_rate` is in satoshis per byte: an int, a Fraction or a Decimal. `rules` define the
    dust threshold, and `build` verifies its result under them. Addresses of a network other
    than `network` ("mainnet", "testnet", "chipnet", "regtest" and so on) are refused.
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
        """Append an input. Raises BuildError unless `coin` is a Coin."""
        return self.spend_all([Spend(coin, unlocker, sequence)])

    def spend_all(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Append inputs. Raises BuildError for anything but spends."""
        return replace(self, spends=(*self.spends, *check_spends(spends, "spend")))

    def pay(self, *outputs: Output) -> TransactionBuilder:
        """Append outputs; an output may hold an address in place of its locking bytecode.

        Raises BuildError for anything but outputs, AddressError for an address of another
        network.
        """
        made = tuple(located(output, self.network) for output in outputs)
        _check_fields(made)
        return replace(self, outputs=(*self.outputs, *made))

    def pay_to(
        self, address: Destination, value: int, token: Token | None = None
    ) -> TransactionBuilder:
        """Append an output to an address, cashaddr or legacy, or to a locking bytecode.

        Raises AddressError for text that is not an address of the network, and BuildError
        for tokens sent to an address that is not token-aware.
        """
        return self.pay(output_to(address, value, token, network=self.network))

    def fund_from(self, spends: Iterable[Spend]) -> TransactionBuilder:
        """Offer coins to select from; those needed are spent after the fixed inputs.

        Coins without tokens are selected first, large ones first, and coins with an NFT
        never. Raises BuildError for anything but spends.
        """
        offered = check_spends(spends, "offered coin")
        return replace(self, candidates=(*self.candidates, *offered))

    def change_to(self, destination: Destination) -> TransactionBuilder:
        """Send leftover satoshis and tokens to an address or a locking bytecode.

        Change outputs come after the fixed outputs. Raises AddressError for text that is not
        an address of the network; building raises BuildError for an unspendable script.
        """
        bytecode = locking_bytecode_of(destination, network=self.network)
        return replace(self, change_bytecode=bytecode)

    def burn(self, category: bytes) -> TransactionBuilder:
        """Allow leftover tokens of a category, NFTs included, to be burned.

        `category` is 32 bytes in wire order. Raises BuildError for anything else.
        """
        try:
            expect_bytes(category, "token category to burn", size=32)
        except EncodeError as error:
            raise BuildError(str(error)) from None
        return replace(self, burns=self.burns | {category})

    def _change(
        self, spends: Sequence[Spend], outputs: Sequence[Output], rate: Fraction
    ) -> tuple[list[Output], int]:
        """Make the change outputs for tokens and satoshis; also return the satoshis missing."""
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
                    f"{-missing} satoshis are left over after the fee: set a change address"
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
            raise BuildError(f"no output takes {what}: set a change address, or burn the category")
        change = []
        for token in left:
            empty = Output(0, self.change_bytecode or b"", token)
            change.append(replace(empty, value=dust_threshold(empty, self.rules.policy)))
        return change

    def build(self, *, check: bool = True) -> BuiltTransaction:
        """Select coins, make change, pay the fee, unlock every input, and verify the result.

        With `check=False` the result is not verified. Raises BuildError if the coins do not
        suffice, an output is dust, tokens would be lost or a number is out of range, and
        BuildRefused, with the verdict, if the transaction is refused.
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
        """Build the transaction for cosigners to sign: unlock no input and verify nothing.

        Selection and change are deterministic: once the unlockers have all signatures, the
        same builder builds the same transaction. Raises BuildError as `build` does.
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
        """Build exactly the given inputs and outputs, valid or not: for tests of attacks.

        No coin is selected, no change is made, and nothing is verified; leftover satoshis go
        to the miner, leftover tokens are burned, and outputs may exceed inputs. Raises
        BuildError only for values that cannot be encoded and inputs that cannot be unlocked.
        """
        self._check_numbers()
        return self._unlocked(self.spends, self.outputs)

    def _check_numbers(self) -> None:
        if not isinstance(self.rules, RuleSet):
            raise BuildError(f"rules must be a RuleSet, not {kind_of(self.rules)}: see find_rules")
        check_spends(self.spends, "input")
        check_spends(self.candidates, "offered coin")
        _check_fields(self.outputs)
        try:
            check_network(self.network)
            expect_integer(self.version, "version", MAX_UINT32)
            expect_integer(self.locktime, "locktime", MAX_UINT32)
            if self.change_bytecode is not None:
                expect_bytes(self.change_bytecode, "locking bytecode of change")
            if not isinstance(self.burns, (frozenset, set)):
                raise BuildError(f"burns must be a frozenset of bytes, not {kind_of(self.burns)}")
        except (AddressError, EncodeError) as error:
            raise BuildError(str(error)) from None
        if (self.change_bytecode or b"").startswith(b"\x6a"):
            raise BuildError("change must not go to an OP_RETURN script: it would be unspendable")

    def _balanced(self) -> tuple[Sequence[Spend], tuple[Output, ...]]:
        """Return the inputs and outputs after coin selection, with change."""
        self._check_numbers()
        rate = fee_rate_of(self.fee_rate)
        if not self.outputs and self.change_bytecode is None:
            raise BuildError("the transaction has no outputs and no change address")
        try:
            check_outputs(self.outputs, self.rules.policy)
            spends, change = select(self.spends, self.candidates, self.outputs, rate, self._change)
        except EncodeError as error:
            raise BuildError(str(error)) from error
        outputs = (*self.outputs, *change)
        if not spends:
            raise BuildError("the transaction has no inputs")
        if not outputs:
            raise BuildError("the inputs are worth less than the fee and a change output")
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
