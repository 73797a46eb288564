"""A judge gives each mutant the verdict of `verify`, and runs only what a change reaches."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from contract_examples import EXAMPLES
from support import direct_world, epochs_world, ticketed_world
from support.counting import Counted
from support.mutating import random_change
from support.random_scripts import random_spend

from bchcov import (
    BCH_2023,
    BCH_2026,
    BCH_SPEC,
    EncodeError,
    Input,
    Nft,
    Output,
    PrivateKey,
    RulesError,
    RuleSet,
    Token,
    Transaction,
    TransactionCheck,
    TransactionContext,
    TransactionReason,
    Verdict,
    assemble,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.crypto.hashes import hash160, sha256
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
from bchcov.validation import Change, Judge
from bchcov.validation import verifier as verifier_module
from bchcov.validation import verify as verify_module
from bchcov.vm.proposals import OP_SIGHASH, Proposal
from bchcov.vm.recording import recording

Spend = tuple[Transaction, Sequence[Output]]
MODES = (BCH_2026, BCH_2026.consensus)
each_mode = pytest.mark.parametrize("rules", MODES, ids=repr)


def pools() -> Iterator[tuple[str, Spend]]:
    """Transactions of every kind of each pool."""
    world = ticketed_world.World()
    for kind in ticketed_world.TWO_ORDERS:
        yield f"ticketed{kind.__name__}", kind(world).finish()
    epochs = epochs_world.World()
    for each in epochs_world.KINDS:
        yield f"epochs{each.__name__}", each(epochs).finish()
    direct = direct_world.DirectWorld()
    yield "direct commit", direct.commit().finish()
    yield "direct exit", direct.exit().finish()
    yield "direct reveal", direct_world.revealed(direct).finish()


@cache
def bases() -> dict[str, Spend]:
    """Honest transactions of all contracts here."""
    found = dict(pools())
    for example in EXAMPLES:
        for path, built in example.honest(example.contracts).items():
            found[f"{example.name} {path}"] = built.transaction, built.source_outputs
    return found


def expect_the_same(verdict: Verdict, expected: Verdict) -> None:
    """Compare all that verdicts say: reasons, costs, stacks, places and texts."""
    assert verdict == expected
    assert str(verdict) == str(expected)
    assert [(each.phase, each.offset) for each in verdict.inputs] == [
        (each.phase, each.offset) for each in expected.inputs
    ]


def judge_mutants(base: Spend, rules: RuleSet, number: int, seed: int) -> Counter[object]:
    """Judge random mutants of a transaction, and count the reasons."""
    random, judge, reasons = Random(seed), Judge(*base, rules), Counter[object]()
    expect_the_same(judge.verdict, verify(*base, rules))
    for _ in range(number):
        change = random_change(random, *base)
        verdict = judge.mutant(change)
        # Without anything that is known of the mutant's parts.
        transaction, coins = change.on(*base)
        expect_the_same(verdict, verify(replace(transaction), coins, rules))
        for result in verdict.inputs:
            assert result.run is None or result.run.context.transaction == transaction
        reasons[verdict.error and verdict.error.reason] += 1
    return reasons


@each_mode
def test_mutants_of_all_contracts_are_judged_as_nodes_do(rules: RuleSet) -> None:
    reasons = Counter[object]()
    for seed, base in enumerate(bases().values()):
        reasons += judge_mutants(base, rules, 60, seed)
    assert len(reasons) > 20
    assert reasons[None] > 100


@pytest.mark.long
@each_mode
@pytest.mark.parametrize("name", bases())
def test_thousands_of_mutants_of_each_contract_are_judged_as_nodes_do(
    name: str, rules: RuleSet
) -> None:
    judge_mutants(bases()[name], rules, 2_000, 7)


@pytest.mark.parametrize("rules", [BCH_2023, *MODES, BCH_SPEC.consensus], ids=repr)
def test_mutants_of_random_scripts_are_judged_as_nodes_do(rules: RuleSet) -> None:
    for seed in range(40):
        context, _ = random_spend(Random(seed), rules)
        judge_mutants((context.transaction, context.source_outputs), rules, 40, seed)


@pytest.mark.long
@pytest.mark.parametrize("rules", [BCH_2023, *MODES, BCH_SPEC.consensus], ids=repr)
def test_mutants_of_many_random_scripts_are_judged_as_nodes_do(rules: RuleSet) -> None:
    for seed in range(1_000):
        context, _ = random_spend(Random(seed), rules)
        judge_mutants((context.transaction, context.source_outputs), rules, 40, seed)


def test_mutants_of_what_is_refused_are_judged_too() -> None:
    for name, (transaction, coins) in pools():
        other = replace(transaction.outputs[0], locking_bytecode=p2pkh(bytes(20)))
        refused = replace(transaction, outputs=(other, *transaction.outputs[1:]))
        assert not verify(refused, coins).ok, name
        judge_mutants((refused, coins), BCH_2026, 30, 3)


def _at_most_two_outputs(context: TransactionContext) -> str | None:
    return "more than two outputs" if len(context.transaction.outputs) > 2 else None


@pytest.mark.parametrize("outputs", [2, 3])
def test_mutants_are_judged_under_a_draft_as_verify_does(outputs: int) -> None:
    few = Proposal("op-few", checks=(_at_most_two_outputs,))
    paid = Output(600, p2pkh(bytes(20)))
    base = one_input(*[paid] * outputs)
    for rules in (BCH_2026.with_proposals(few), BCH_2026.with_proposals(few, OP_SIGHASH).consensus):
        reasons = judge_mutants(base, rules, 60, outputs)
        assert reasons[TransactionReason.TX_PROPOSAL]
        assert reasons[None]


def one_input(*outputs: Output, value: int = 10_000) -> Spend:
    """Spend a coin that anybody may spend, of so many satoshis."""
    redeem = b"\x51"
    coin = Output(value, b"\xa9\x14" + hash160(redeem) + b"\x87")
    return Transaction((Input(b"\x01" * 32, 0, encode_push(redeem)),), outputs), (coin,)


def verdict_of_mutant(base: Spend, change: Change, rules: RuleSet) -> bool:
    """Judge a mutant in both ways."""
    transaction, coins = change.on(*base)
    expected = verify(replace(transaction), coins, rules)
    expect_the_same(Judge(*base, rules).mutant(change), expected)
    return expected.ok


def test_a_mutant_may_be_as_large_as_any_transaction_and_no_larger() -> None:
    paid = Output(600, p2pkh(bytes(20)))
    base = one_input(*[paid] * 2_930, value=10_000_000)
    room = 100_000 - len(encode_transaction(base[0]))
    assert 0 < room < 34 * 20
    for added in range(20):
        change = Change(outputs={2_930 + at: paid for at in range(added)})
        assert verdict_of_mutant(base, change, BCH_2026) == (34 * added <= room), added
    # And from beyond the limit back to it.
    large = one_input(*[paid] * 2_950, value=10_000_000)
    for fewer in range(25):
        change = Change(outputs=dict.fromkeys(range(fewer)))
        assert verdict_of_mutant(large, change, BCH_2026) == (34 * (20 - fewer) <= room), fewer
    # One byte more or less, in one output that is data.
    for size in range(100):
        script = b"\x6a" + encode_push(bytes(size))
        change = Change(outputs={2_930: Output(0, script)})
        assert verdict_of_mutant(base, change, BCH_2026) == (9 + len(script) <= room), size


def test_a_mutant_may_be_as_small_as_any_transaction_and_no_smaller() -> None:
    base = one_input(Output(1_000, b"\x51" * 10))
    for size in range(12):
        change = Change(outputs={0: Output(1_000, b"\x51" * size)})
        smallest = len(encode_transaction(change.on(*base)[0])) >= 65
        assert verdict_of_mutant(base, change, BCH_2026.consensus) == smallest, size


def test_a_mutant_may_pay_what_there_is_and_hold_so_much_data() -> None:
    data = Output(0, b"\x6a" + encode_push(bytes(100)))
    base = one_input(Output(9_000, p2pkh(bytes(20))), data)
    for value in (9_999, 10_000, 10_001):
        change = Change(outputs={0: Output(value, p2pkh(bytes(20)))})
        assert verdict_of_mutant(base, change, BCH_2026) == (value <= 10_000)
    for size in range(110, 120):
        script = b"\x6a" + encode_push(bytes(size))
        change = Change(outputs={2: Output(0, script)})
        fits = len(script) + len(data.locking_bytecode) <= 223
        assert verdict_of_mutant(base, change, BCH_2026) == fits, size


def test_a_chain_of_mutants_is_judged_as_a_whole() -> None:
    random = Random(2)
    base = bases()["ticketed_execute"]
    judge = Judge(*base)
    for _ in range(30):
        transaction, coins = base
        for _ in range(6):
            transaction, coins = random_change(random, transaction, coins).on(transaction, coins)
            if not (transaction.inputs and transaction.outputs and coins):
                break
            if len(coins) != len(transaction.inputs):
                break
            expect_the_same(
                judge.judge(transaction, coins), verify(replace(transaction), coins, BCH_2026)
            )


def test_only_what_a_change_reaches_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ticketed_world.World()
    tickets = [world.ticket(at, ticketed_world.default_action(at)) for at in range(2)]
    transaction, coins = world.sequence(tickets).finish()
    judge, counted = Judge(transaction, coins), Counted(monkeypatch)
    whole = counted.of(lambda: judge.verdict)
    last = len(transaction.outputs) - 1

    def paying(value: int) -> Change:
        return Change(outputs={last: replace(transaction.outputs[last], value=value)})

    # Nobody reads what the last output holds.
    assert counted.of(lambda: judge.mutant(paying(700))) == 0
    with_state = replace(transaction.outputs[0], value=transaction.outputs[0].value - 1)
    change = Change(outputs={0: with_state})
    assert 0 < counted.of(lambda: judge.mutant(change)) <= whole
    assert counted.of(lambda: judge.mutant(change)) == 0
    # From here on there are states.
    other = Change(outputs={0: replace(with_state, value=with_state.value - 1)})
    assert 0 < counted.of(lambda: judge.mutant(other)) < whole // 2


def test_who_records_sees_all_of_each_mutant() -> None:
    class Seen:
        count = 0

        def observe(self, *_: object) -> None:
            self.count += 1

        def end(self, _result: object) -> None:
            pass

    base = bases()["ticketed_execute"]
    seen, judge = Seen(), Judge(*base)
    with recording(seen):
        # Not even the transaction itself has been judged before.
        verdict = judge.verdict
    assert seen.count == sum(each.metrics.instructions for each in verdict.inputs) > 0
    seen.count = 0
    change = Change(locktime=base[0].locktime)
    judge.mutant(change)
    with recording(seen):
        judge.mutant(change)
    assert seen.count == sum(each.metrics.instructions for each in verdict.inputs)


COIN = Output(100_000, p2pkh(bytes(20)))


def bare(*scripts: bytes, unlocking: bytes = b"") -> Spend:
    inputs = tuple(Input(bytes(31) + b"\x01", at, unlocking) for at in range(len(scripts)))
    coins = tuple(Output(100_000, script) for script in scripts)
    return Transaction(inputs, (COIN,)), coins


def test_signature_checks_of_all_inputs_together_are_counted() -> None:
    key = PrivateKey(bytes(31) + b"\x01")
    signature = key.sign_schnorr(sha256(b"")).hex()
    checking = f"<0x{signature}> OP_0 <0x{key.public_key.hex()}> OP_CHECKDATASIGVERIFY "
    coin = Output(100_000, assemble(f"OP_DROP {checking * 3} OP_1"))
    base = bare(*[assemble("OP_DROP OP_1")] * 3, unlocking=encode_push(bytes(150)))
    rules = BCH_2026.consensus.evolve("few checks", policy={"signature_checks": 5})
    judge, refused = Judge(*base, rules), []
    for changed in ((), (0,), (0, 1), (0, 1, 2), (1, 2)):
        change = Change(source_outputs=dict.fromkeys(changed, coin))
        verdict = judge.mutant(change)
        expect_the_same(verdict, verify(*change.on(*base), rules))
        refused.append(verdict.error and (verdict.error.check, verdict.error.input))
    check = TransactionCheck.SIGNATURE_CHECKS
    assert refused == [None, None, (check, 1), (check, 1), (check, 2)]


def test_results_that_hold_too_much_are_omitted_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (verify_module, verifier_module):
        monkeypatch.setattr(module, "MAX_HELD_BYTES", 4_000)
    base = bare(*[assemble("OP_DROP <1_000> OP_NUM2BIN")] * 3, unlocking=assemble("<1> <1>"))
    judge = Judge(*base, BCH_2026.consensus)
    omitted = []
    for length in (1_000, 1_300, 2_000):
        script = assemble(f"OP_DROP <{length}> OP_NUM2BIN")
        change = Change(source_outputs={0: Output(100_000, script)})
        verdict = judge.mutant(change)
        expect_the_same(verdict, verify(*change.on(*base), BCH_2026.consensus))
        omitted.append([each.omitted for each in verdict.inputs])
    assert omitted == [[False] * 3, [False] * 3, [False, False, True]]


def test_it_takes_bytes_as_verify_does() -> None:
    transaction, coins = bases()["ticketed_execute"]
    judge = Judge(encode_transaction(transaction), encode_outputs(coins))
    assert (judge.transaction, judge.source_outputs) == (transaction, tuple(coins))
    assert judge.rules is BCH_2026
    assert judge.verdict == verify(transaction, coins)


def test_rules_that_are_none_are_refused() -> None:
    with pytest.raises(RulesError, match="rules must be a RuleSet, not a str"):
        Judge(*bare(b"\x51"), "BCH_2026")  # type: ignore[arg-type]


def test_what_cannot_be_encoded_is_a_verdict() -> None:
    transaction, coins = bare(b"\x51")
    judge = Judge(transaction, coins, BCH_2026.consensus)
    for change in (
        Change(outputs={0: Output(-1, b"\x51")}),
        Change(outputs={0: Output(True, b"\x51")}),
        Change(outputs={0: Output(100_000, bytearray(b"\x51"))}),  # type: ignore[arg-type]
        Change(outputs={0: Output(100_000, COIN.locking_bytecode, Token(bytes(3), 1))}),
        Change(outputs={0: "no output"}),  # type: ignore[dict-item]
        Change(outputs={1: 5}),  # type: ignore[dict-item]
        Change(source_outputs={0: b"no output"}),  # type: ignore[dict-item]
        Change(inputs={0: COIN}),  # type: ignore[dict-item]
        Change(inputs={0: Input(b"short", 0)}),
        Change(locktime=2**32),
        Change(locktime=True),
        Change(version=-1),
    ):
        made = change.on(transaction, coins)
        expect_the_same(judge.mutant(change), verify(*made, BCH_2026.consensus))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Change(inputs={2: None}), "input 2 is out of range: expected 0 to 1"),
        (Change(outputs={-1: COIN}), "output -1 is out of range: expected 0 to 1"),
        (Change(outputs={1: COIN, 3: COIN}), "output 3 is out of range: expected 0 to 2"),
        (Change(source_outputs={9: COIN}), "source output 9 is out of range: expected 0 to 1"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(change: Change, message: str) -> None:
    with pytest.raises(EncodeError, match=message):
        Judge(*bare(b"\x51")).mutant(change)


def test_a_change_replaces_adds_and_takes_away() -> None:
    transaction, coins = bare(b"\x51", b"\x52")
    more = Input(bytes(32), 7)
    change = Change(
        inputs={0: None, 2: more},
        outputs={0: Output(1, b""), 1: COIN},
        source_outputs={0: None, 2: COIN},
        version=1,
        locktime=9,
    )
    made, spent = change.on(transaction, coins)
    assert made.inputs == (transaction.inputs[1], more)
    assert made.outputs == (Output(1, b""), COIN)
    assert spent == (coins[1], COIN)
    assert (made.version, made.locktime) == (1, 9)
    assert Change().on(transaction, coins) == (transaction, coins)


def test_a_judge_travels_with_what_it_judges() -> None:
    base = bases()["ticketed_execute"]
    judge = Judge(*base, BCH_2026.consensus)
    change = Change(outputs={0: Output(1_000, b"\x51", Token(bytes(32), 1, Nft(b"")))})
    expected = judge.mutant(change)
    for other in (copy.copy(judge), copy.deepcopy(judge), pickle.loads(pickle.dumps(judge))):
        assert other.rules is judge.rules
        assert other.mutant(change) == expected
