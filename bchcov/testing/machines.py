"""State machines of hypothesis over an emulated chain: a contract's operations as rules.

A machine inherits because that is how hypothesis finds its rules and invariants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from copy import copy
from random import Random
from typing import ClassVar

from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import integers

from ..chain import Chain
from ..contract.contract import Contract
from ..errors import BuildError, TransactionRefused
from ..script.patterns import is_unspendable
from ..transaction.model import Output
from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_2026
from ..wallet.built import BuiltTransaction
from ..wallet.coins import Coin
from .fuzzing.mutants import prepare_mutants
from .fuzzing.parties import Party
from .fuzzing.promises import Property
from .fuzzing.scene import STRANGER

__all__ = ["CONTRACTS", "SATOSHIS", "ContractMachine"]

Asset = Hashable
"""SATOSHIS, the 32 bytes of a category for its tokens, or (category, "NFT") for its NFTs."""
SATOSHIS = "satoshis"
CONTRACTS = "the contracts"
"""The owner of all coins that contracts lock."""


class ContractMachine(RuleBasedStateMachine):
    """A machine whose rules build transactions and submit them to a chain of its own.

    `begin` makes what every example begins with; rules call `submit`. After each step, what
    parties and contracts hold is what the steps said, and `move_on` shows that somebody can go on
    within `steps_on` steps; invariants of hypothesis add the contract's own, and one rule is there
    already: blocks are mined. For each submitted
    transaction, `mutants` changes of it by each of `attackers` are tried, and put right up to
    `repairs` times where they are refused: none may be an attack.

    Each example runs in a snapshot of the chain that `make_chain` makes once for the class.
    State of a machine is in attributes: values, or lists, dicts and sets of values.
    """

    parties: Sequence[Party] = ()
    contracts: Sequence[Contract] = ()
    rule_set: RuleSet = BCH_2026
    attackers: Sequence[str] = (STRANGER.name,)
    mutants: int = 20
    repairs: int = 1
    steps_on: int = 1
    most_fee: int = 100_000
    unique: Collection[bytes] = ()
    properties: Sequence[Property] = ()

    _base: ClassVar[tuple[type, Chain] | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._coins: Counter[Output] = Counter()
        self._is_trying = False
        self._ending = ExitStack()
        cls = type(self)
        if cls._base is None or cls._base[0] is not cls:
            cls._base = cls, cls.make_chain()
        self.chain = self._ending.enter_context(cls._base[1].snapshot())
        self._coins.update(coin.output for coin in self.chain.unspent())
        try:
            self.begin()
        except BaseException:
            self._ending.close()
            raise

    @classmethod
    def make_chain(cls) -> Chain:
        """Make the chain that all examples start from; by default an empty one."""
        return Chain(cls.rule_set)

    def begin(self) -> None:
        """Fund what an example begins with, and set the attributes that hold its state."""

    def move_on(self) -> bool:
        """Take one step towards the end, as somebody who needs nobody else can.

        Returns whether the end is reached, such as that everybody has back what is theirs. All
        that it does is undone. It may call `submit`, and `chain.advance` to wait.
        """
        return True

    def owner_of(self, output: Output) -> str | None:
        """Return whose an output is: a party's name, CONTRACTS, or None for nobody known."""
        if any(output.locking_bytecode == each.locking_bytecode for each in self.contracts):
            return CONTRACTS
        return next((each.name for each in self.parties if each.has(output)), None)

    def holdings(self, owner: str = CONTRACTS) -> Counter[Asset]:
        """Return what a party or the contracts hold, by the steps until now."""
        return self._sorted(self._coins).get(owner, Counter())

    @rule(blocks=integers(1, 6))
    def wait(self, blocks: int) -> None:
        """Let blocks be mined, each ten minutes after the other."""
        self.chain.advance(blocks)

    def fund(self, *outputs: Output) -> list[Coin]:
        """Create coins out of nothing, spendable at once."""
        coins = self.chain.fund(*outputs)
        self._coins.update(coin.output for coin in coins)
        return coins

    def submit(self, built: BuiltTransaction, *, burns: Collection[bytes] = ()) -> BuiltTransaction:
        """Submit a transaction, which must be accepted, and try an attacker's mutants of it.

        Raises AssertionError for a mutant that is an attack, for a fee above `most_fee`, for what
        goes to nobody known, and for tokens that are lost, if `burns` does not have their
        category; and TransactionRefused.
        """
        if not self._is_trying:
            self.try_mutants(built)
        self.chain.submit(built).require()
        self._check_conserved(built, burns)
        self._coins.subtract(built.source_outputs)
        self._coins.update(built.transaction.outputs)
        return built

    def try_mutants(self, built: BuiltTransaction) -> None:
        """Try `mutants` changes of a transaction by each attacker, the same ones each time.

        Raises AssertionError for one that is an attack.
        """
        for attacker in self.attackers if self.mutants else ():
            made = prepare_mutants(
                built,
                self.parties,
                attacker=attacker,
                rules=self.rule_set,
                unique=_held(built).intersection(self.unique),
                properties=self.properties,
            )
            random = Random(built.txid)
            for _ in range(self.mutants):
                # The telling ones come first.
                drawn = (random.random() ** 2 for _ in range(random.choice((1, 1, 2))))
                numbers = [int(each * len(made)) for each in drawn]
                mutant = made.make(numbers, repairs=self.repairs)
                found = None if mutant is None else mutant.finding
                if found is not None and found.is_attack:
                    raise AssertionError(f"a mutant of this step is an attack: {found}")

    @contextmanager
    def trying(self) -> Iterator[None]:
        """Undo at the end of the block what it does to the chain and to this machine."""
        before = {name: _copied(value) for name, value in vars(self).items()}
        try:
            with self.chain.snapshot():
                self._is_trying = True
                yield
        finally:
            vars(self).clear()
            vars(self).update(before)

    @invariant()
    def holdings_are_those_of_the_steps(self) -> None:
        """Nothing but steps has moved what parties and contracts hold."""
        found = self._sorted(Counter(coin.output for coin in self.chain.unspent()))
        expected = self._sorted(self._coins)
        for owner in {*found, *expected}:
            here, said = found.get(owner, Counter()), expected.get(owner, Counter())
            assert here == said, (
                f"{owner}: the chain has {dict(here)}, the steps left {dict(said)}: was a"
                " transaction not submitted, or a coin not funded, by this machine?"
            )

    @invariant()
    def somebody_can_move_on(self) -> None:
        """Within `steps_on` steps somebody reaches the end, whatever others do."""
        with self.trying():
            for _ in range(self.steps_on):
                try:
                    if self.move_on():
                        return
                except (BuildError, TransactionRefused) as error:
                    raise AssertionError(f"nobody can move on: {error}") from error
            raise AssertionError(f"nobody can move on to the end within {self.steps_on} steps")

    def teardown(self) -> None:
        """Undo the example."""
        self._ending.close()

    def _check_conserved(self, built: BuiltTransaction, burns: Collection[bytes]) -> None:
        left: Counter[Asset] = Counter()
        for output in built.source_outputs:
            _add(left, output, 1)
        for output in built.transaction.outputs:
            if not is_unspendable(output.locking_bytecode):
                owner = self.owner_of(output)
                assert owner is not None, f"an output goes to nobody known: {output}"
            _add(left, output, -1)
        fee = left.pop(SATOSHIS, 0)
        assert fee <= self.most_fee, f"the fee is {fee} satoshis: expected at most {self.most_fee}"
        for asset, amount in left.items():
            category = asset[0] if isinstance(asset, tuple) else asset
            assert amount <= 0 or category in burns, f"{amount} of {_named(asset)} are lost"

    def _sorted(self, coins: Counter[Output]) -> dict[str, Counter[Asset]]:
        """What each known owner has of some coins."""
        held: dict[str, Counter[Asset]] = {}
        for output, count in coins.items():
            owner = self.owner_of(output) if count else None
            if owner is not None:
                _add(held.setdefault(owner, Counter()), output, count)
        return held


def _held(built: BuiltTransaction) -> frozenset[bytes]:
    """The categories that a transaction spends or makes coins of."""
    outputs = (*built.source_outputs, *built.transaction.outputs)
    return frozenset(output.token.category for output in outputs if output.token is not None)


def _copied(value: object) -> object:
    return copy(value) if isinstance(value, (list, dict, set)) else value


def _add(held: Counter[Asset], output: Output, times: int) -> None:
    """Add what an output holds, `times` times; what nobody can spend is nothing."""
    if is_unspendable(output.locking_bytecode):
        return
    held[SATOSHIS] += times * output.value
    token = output.token
    if token is not None:
        held[token.category] += times * token.amount
        held[token.category, "NFT"] += times * (token.nft is not None)
    for asset in [asset for asset, amount in held.items() if not amount]:
        del held[asset]


def _named(asset: Asset) -> str:
    if isinstance(asset, tuple):
        return f"the NFTs of category {asset[0][::-1].hex()}"
    return f"the tokens of category {asset[::-1].hex()}" if isinstance(asset, bytes) else str(asset)
