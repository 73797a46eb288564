"""Machines over a chain: what they let pass, what they find, and that nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from bchcov import (
    BuiltTransaction,
    Chain,
    Coin,
    Contract,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    Token,
    TransactionBuilder,
    TransactionRefused,
    compile_contract,
)
from bchcov.testing import CONTRACTS, SATOSHIS, ContractMachine, Party

PAYER = PrivateKey(bytes(31) + b"\x02")
CATEGORY = bytes(range(32))
BOX = """// @spend move()
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE
OP_EQUALVERIFY                             // [stays] the coin goes on
OP_INPUTINDEX OP_OUTPUTVALUE OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL                      // [value] with its satoshis
"""
LEAKING = BOX.replace("OP_EQUALVERIFY  ", "OP_2DROP  ")
SHORT = settings(
    max_examples=5,
    stateful_step_count=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
)


class Boxes(ContractMachine):
    """A box that anybody may move, who pays the fee."""

    parties = (Party("payer", (PAYER,), is_open=True),)
    contracts: tuple[Contract, ...] = (compile_contract("box", source=BOX),)
    mutants = 80

    def begin(self) -> None:
        self.coin, self.purse = self.fund(
            self.contracts[0].output(50_000), Output(60_000, PAYER.locking_bytecode)
        )

    def moved(self, *paid: Output, change: bool = True) -> BuiltTransaction:
        """What moves the box, pays something and brings the rest back."""
        (box,) = self.contracts
        builder = TransactionBuilder().spend(self.coin, box.unlock.move())
        builder = builder.spend(self.purse, P2pkhUnlocker(PAYER)).pay(box.output(50_000), *paid)
        return (
            builder.change_to(PAYER.locking_bytecode).build() if change else builder.build_exactly()
        )

    @rule()
    def move(self) -> None:
        done = self.submit(self.moved())
        self.coin, self.purse = done.coin(0), done.coin(1)


class LeakingBoxes(Boxes):
    """The same with a box that does not look where it goes."""

    contracts = (compile_contract("box", source=LEAKING),)


@contextmanager
def begun(machine: type[Boxes]) -> Iterator[Boxes]:
    made = machine()
    try:
        yield made
    finally:
        made.teardown()


def run(machine: type[ContractMachine]) -> None:
    run_state_machine_as_test(machine, settings=SHORT)


def test_a_whole_contract_passes() -> None:
    run(Boxes)


def test_a_stranger_finds_the_check_that_is_missing() -> None:
    with pytest.raises(
        AssertionError, match="a mutant of this step is an attack: loss: a stranger"
    ):
        run(LeakingBoxes)


def test_without_mutants_and_while_trying_none_are_looked_for() -> None:
    class Quiet(LeakingBoxes):
        mutants = 0

    with begun(Quiet) as quiet:
        quiet.move()
    with begun(LeakingBoxes) as machine, machine.trying():
        machine.move()
    with begun(LeakingBoxes) as machine, pytest.raises(AssertionError, match="an attack"):
        machine.try_mutants(machine.moved())


def test_another_attacker_is_played_if_the_machine_says_so() -> None:
    class OfPayer(LeakingBoxes):
        attackers = ("payer",)

    with begun(OfPayer) as machine, pytest.raises(AssertionError, match="loss: payer as the"):
        machine.move()


def test_holdings_are_what_the_steps_left() -> None:
    with begun(Boxes) as machine:
        assert machine.holdings() == machine.holdings(CONTRACTS) == {SATOSHIS: 50_000}
        assert machine.holdings("payer") == {SATOSHIS: 60_000}
        fee = machine.submit(machine.moved()).fee
        assert machine.holdings("payer") == {SATOSHIS: 60_000 - fee}
        assert machine.holdings("somebody") == {}
        nft = Token(CATEGORY, 7, Nft(b""))
        machine.fund(Output(1_000, PAYER.locking_bytecode, nft))
        assert machine.holdings("payer")[CATEGORY] == 7
        assert machine.holdings("payer")[CATEGORY, "NFT"] == 1
        machine.holdings_are_those_of_the_steps()


def test_what_goes_to_nobody_known_is_refused() -> None:
    with begun(Boxes) as machine:
        built = machine.moved(Output(1_000, b"\x51"))
        with pytest.raises(AssertionError, match="an output goes to nobody known"):
            machine.submit(built)
    with begun(Boxes) as machine:
        machine.submit(machine.moved(Output(0, b"\x6a\x01a")))


def test_a_fee_beyond_the_most_is_refused() -> None:
    class Stingy(Boxes):
        most_fee = 59_999
        mutants = 0

    with begun(Stingy) as machine, pytest.raises(AssertionError, match="the fee is 60000 satosh"):
        machine.submit(machine.moved(change=False))
    with begun(Stingy) as machine:
        machine.submit(machine.moved(Output(1_000, PAYER.locking_bytecode), change=False))


def test_tokens_are_lost_only_where_that_is_meant() -> None:
    def burning(machine: Boxes, token: Token) -> BuiltTransaction:
        (coin,) = machine.fund(Output(9_000, PAYER.locking_bytecode, token))
        builder = TransactionBuilder().spend(coin, P2pkhUnlocker(PAYER)).burn(CATEGORY)
        return builder.change_to(PAYER.locking_bytecode).build()

    for token, what in (
        (Token(CATEGORY, 5), "5 of the tokens"),
        (Token(CATEGORY, 0, Nft(b"")), "1 of the NFTs"),
    ):
        with begun(Boxes) as machine:
            built = burning(machine, token)
            with pytest.raises(AssertionError, match=f"{what} of category 1f1e.* are lost"):
                machine.submit(built)
        with begun(Boxes) as machine:
            machine.submit(burning(machine, token), burns=[CATEGORY])
            assert machine.holdings("payer")[CATEGORY] == 0


def test_tokens_may_be_made() -> None:
    with begun(Boxes) as machine:
        (first,) = machine.fund(Output(9_000, PAYER.locking_bytecode))
        builder = TransactionBuilder().spend(first, P2pkhUnlocker(PAYER))
        made = Token(first.outpoint_hash, 1_000, Nft(b""))
        builder = builder.pay(Output(1_000, PAYER.locking_bytecode, made))
        machine.submit(builder.change_to(PAYER.locking_bytecode).build())
        assert machine.holdings("payer")[first.outpoint_hash] == 1_000


def test_what_the_chain_refuses_is_no_step() -> None:
    with begun(Boxes) as machine:
        built = machine.moved()
        machine.submit(built)
        with pytest.raises(TransactionRefused):
            machine.submit(built)


def test_what_moves_beside_the_steps_is_noticed() -> None:
    with begun(Boxes) as machine:
        machine.chain.submit(machine.moved()).require()
        with pytest.raises(AssertionError, match="was a transaction not submitted"):
            machine.holdings_are_those_of_the_steps()


def test_a_category_is_unique_where_a_step_has_it() -> None:
    class WithUnique(Boxes):
        unique = (CATEGORY,)

    with begun(WithUnique) as machine:
        machine.move()


def test_a_machine_in_which_nobody_can_move_on_fails() -> None:
    class Stuck(Boxes):
        steps_on = 2
        needed = 2

        def begin(self) -> None:
            super().begin()
            self.taken: list[str] = []

        def move_on(self) -> bool:
            self.move()
            self.taken.append("moved")
            return len(self.taken) >= self.needed

    with begun(Stuck) as begun_one:
        machine: Any = begun_one
        coin = machine.coin
        machine.somebody_can_move_on()
        # All of it is undone, what was changed in place included.
        assert (machine.coin, machine.taken) == (coin, [])
        assert machine.chain.coin(coin.outpoint) is not None
        machine.needed = 3
        with pytest.raises(AssertionError, match="nobody can move on to the end within 2 steps"):
            machine.somebody_can_move_on()


def test_a_step_that_cannot_be_made_is_no_way_on() -> None:
    class Poor(Boxes):
        def move_on(self) -> bool:
            built = TransactionBuilder().spend(self.coin, self.contracts[0].unlock.move())
            self.submit(built.pay(self.contracts[0].output(50_000)).build())
            return True

    with begun(Poor) as machine, pytest.raises(AssertionError, match="nobody can move on: insuff"):
        machine.somebody_can_move_on()


def test_each_example_begins_with_the_chain_that_was_made_once() -> None:
    made: list[Chain] = []

    class Kept(Boxes):
        @classmethod
        def make_chain(cls) -> Chain:
            chain = Chain(height=700)
            chain.fund(Output(5_000, PAYER.locking_bytecode))
            made.append(chain)
            return chain

        def begin(self) -> None:
            assert self.chain.height == 701
            assert self.holdings("payer") == {SATOSHIS: 5_000}
            super().begin()

    run(Kept)
    with begun(Kept) as machine:
        machine.wait(3)
    (chain,) = made
    assert chain.height == 701
    assert [coin.value for coin in chain.unspent()] == [5_000]


def test_a_subclass_has_a_chain_of_its_own() -> None:
    with begun(Boxes) as machine, begun(LeakingBoxes) as other:
        assert machine.chain is not other.chain


def test_an_error_at_the_beginning_leaves_nothing_behind() -> None:
    class Broken(Boxes):
        def begin(self) -> None:
            super().begin()
            raise ValueError("not yet")

    with pytest.raises(ValueError, match="not yet"):
        Broken()
    assert list(Broken._base[1].unspent()) == []  # type: ignore[index]


def test_a_failure_is_shrunk_to_the_steps_that_it_needs() -> None:
    class Fragile(Boxes):
        mutants = 0

        def begin(self) -> None:
            super().begin()
            self.moves = 0

        @precondition(lambda self: self.moves < 5)
        @rule()
        def move_twice(self) -> None:
            self.move()
            self.moves += 1
            assert self.moves < 2, "moved twice"

    with pytest.raises(AssertionError, match="moved twice") as error:
        run_state_machine_as_test(
            Fragile,
            settings=settings(
                SHORT,
                max_examples=50,
                stateful_step_count=10,
                phases=[Phase.generate, Phase.shrink],
            ),
        )
    steps = [each for each in error.value.__notes__ if ".move_twice(" in each or ".wait(" in each]
    assert len(steps) == 2, error.value.__notes__


def test_unspent_coins_of_a_chain_are_all_there() -> None:
    chain = Chain()
    coins: list[Coin] = chain.fund(Output(1_000, b"\x51"), Output(2_000, PAYER.locking_bytecode))
    assert set(chain.unspent()) == set(coins)
