"""The parts of a search: turns, refusals that wait, scripts that look alike, rewriting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from bchcov import (
    BCH_2026,
    BuiltTransaction,
    Capability,
    Nft,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    Token,
    TransactionBuilder,
    compile_contract,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2sh32
from bchcov.script.pushes import encode_push, instructions
from bchcov.testing import Party, fuzz
from bchcov.testing.fuzzing.campaign import pairs_of
from bchcov.testing.fuzzing.draft import Draft, draft_of
from bchcov.testing.fuzzing.hollow import hollow, siblings
from bchcov.testing.fuzzing.lanes import Lane, in_turn, take_turns
from bchcov.testing.fuzzing.look_alikes import isolated, opened
from bchcov.testing.fuzzing.oracle import Oracle
from bchcov.testing.fuzzing.refusals import Refusals, Refused
from bchcov.testing.fuzzing.scene import OWN_CATEGORY, STRANGER, make_scene
from bchcov.testing.fuzzing.seeds import make_seeds
from bchcov.wallet.coins import Coin

OWNER = PrivateKey(bytes(31) + b"\x01")


def test_lanes_share_the_work_as_they_are_told() -> None:
    work = {"much": 0, "little": 0}

    def steps(name: str) -> Iterator[None]:
        while True:
            work[name] += 1
            yield

    turns = take_turns(
        [Lane(3, steps("much")), Lane(1, steps("little"))], lambda: sum(work.values())
    )
    for _ in range(400):
        next(turns)
    assert work == {"much": 300, "little": 100}


def test_a_lane_that_finds_nothing_to_do_does_not_stop_the_others() -> None:
    done = 0

    def busy() -> Iterator[None]:
        nonlocal done
        for _ in range(20):
            done += 1
            yield

    def idle() -> Iterator[None]:
        yield from [None] * 3

    assert len(list(take_turns([Lane(1, busy()), Lane(50, idle())], lambda: done))) == 23


def test_parts_come_one_of_each_whole_in_turn() -> None:
    assert list(in_turn(["ab", "c"], iter)) == [("ab", "a"), ("c", "c"), ("ab", "b")]


def test_a_place_that_refuses_seldom_has_its_turn() -> None:
    refusals = Refusals(Random(0))
    for number in range(200):
        refusals.add("often", Refused(Draft((), (), locktime=number), 0))
    refusals.add("seldom", Refused(Draft((), (), locktime=777), 0))
    taken = [refusals.take() for _ in range(4)]
    assert any(each is not None and each.draft.locktime == 777 for each in taken)


def test_everything_that_waits_is_taken_once() -> None:
    refusals = Refusals(Random(0))
    for number in range(10):
        refusals.add(number % 3, Refused(Draft((), (), locktime=number), 0))
    taken = [refusals.take() for _ in range(11)]
    assert sorted(each.draft.locktime for each in taken if each is not None) == list(range(10))
    assert taken[-1] is None


def test_a_hollow_script_has_the_same_data_at_the_same_places_and_anybody_spends_it() -> None:
    data, key = bytes(range(1, 29)), bytes(range(20))
    code = b"\x1c" + data + bytes.fromhex("757463a9") + b"\x14" + key + bytes.fromhex("88ad5368ac")
    made = hollow(code)
    assert made is not None
    assert made[1:29] == data
    assert made[34:54] == key
    coin = Coin(bytes(32), 0, Output(10_000, p2sh32(made)))
    built = TransactionBuilder().spend(coin, ScriptUnlocker((), made))
    assert verify(*_pair(built.pay(Output(9_000, OWNER.locking_bytecode)))).ok


def _pair(builder: TransactionBuilder) -> tuple[bytes, bytes]:
    built = builder.build_exactly()
    return encode_transaction(built.transaction), encode_outputs(built.source_outputs)


def test_a_script_that_ends_within_a_push_has_no_hollow_one() -> None:
    assert hollow(b"\x05ab") is None


def test_siblings_differ_in_one_constant_and_in_nothing_else() -> None:
    code = b"\x02ab\x75\x03cde\x88"
    found = list(siblings(code))
    assert found
    for each in found:
        assert [step.opcode for step in instructions(each)] == [2, 0x75, 3, 0x88]
        assert sum(mine != theirs for mine, theirs in zip(each, code, strict=True)) == 1


def test_a_signed_transaction_that_anybody_can_give_another_id_is_open_to_argument() -> None:
    # The branch is taken for every item that is true.
    loose = bytes.fromhex("63") + bytes((33,)) + OWNER.public_key + bytes.fromhex("ac6700ac68")
    strict = bytes.fromhex("519d") + bytes((33,)) + OWNER.public_key + bytes.fromhex("ac")
    told = {}
    for name, code in {"loose": loose, "strict": strict}.items():
        coin = Coin(bytes(32), 0, Output(100_000, p2sh32(code)))
        purse = Coin(bytes(32), 1, Output(50_000, OWNER.locking_bytecode))
        builder = TransactionBuilder().spend(coin, ScriptUnlocker((Signature(OWNER), 1), code))
        builder = builder.spend(purse, P2pkhUnlocker(OWNER))
        honest = builder.pay(Output(149_000, OWNER.locking_bytecode)).build_exactly()
        report = fuzz([honest], [Party("owner", (OWNER,))], seconds=None, count=800)
        told[name] = [each.kind for each in report.findings]
    assert told["strict"] == []
    assert "malleable" in told["loose"]
    assert "loss" not in told["loose"]


def test_a_signature_in_a_function_is_made_again() -> None:
    body = bytes((33,)) + OWNER.public_key + bytes.fromhex("ac")
    # The function is pushed, or stands in the script.
    pushed, standing = bytes.fromhex("00890 08a".replace(" ", "")), encode_push(body)
    for code, more in ((pushed, (body,)), (standing + pushed, ())):
        coin = Coin(bytes(32), 0, Output(100_000, p2sh32(code)))
        unlocker = ScriptUnlocker((Signature(OWNER, covered=body), *more), code)
        builder = TransactionBuilder().spend(coin, unlocker)
        honest = builder.pay(Output(99_000, OWNER.locking_bytecode)).build_exactly()
        scene = make_scene(pairs_of([honest]), [Party("owner", (OWNER,))], BCH_2026)
        later = scene.honest[0]._replace(locktime=7)
        assert verify(*later.finish()).ok


def test_the_attacker_signs_in_anothers_place_and_leaves_the_data_beside_as_it_is() -> None:
    # The deed names the owner and is compared by its hash; nothing compares the key.
    deed = b"deed of " + OWNER.public_key_hash
    contract = compile_contract(
        "deed",
        {"deed_hash": sha256(deed)},
        source="""\
// @parameter bytes deed_hash
// @spend take(sig signature, pubkey key, bytes deed)
OP_SHA256 <deed_hash> OP_EQUALVERIFY OP_CHECKSIG
""",
    )
    taken = contract.unlock.take(OWNER, OWNER.public_key, deed)
    builder = TransactionBuilder().spend(contract.coin("11" * 32, 0, 100_000), taken)
    honest = builder.pay(Output(99_000, OWNER.locking_bytecode)).build()
    scene = make_scene(pairs_of([honest]), [Party("owner", (OWNER,))], BCH_2026)
    accepted = [
        each.draft.inputs[0].items
        for each in make_seeds(scene).seeds
        if verify(*each.draft.finish()).ok
    ]
    assert any(items[1:] == (STRANGER.keys[0].public_key, deed) for items in accepted)


def test_each_contract_is_tried_with_look_alikes_of_all_others() -> None:
    pool = compile_contract("pool", source="// @spend move()\nOP_1")
    vault = compile_contract(
        "vault",
        {"pool": bytes(range(32)) + b"\x01"},
        source="""\
// @parameter bytes pool
// @spend move()
OP_0 OP_UTXOTOKENCATEGORY <pool> OP_EQUAL
""",
    )
    # Looks at the state in output 0, and not at whose state it is.
    order = compile_contract(
        "order",
        source="// @spend collect()\nOP_0 OP_OUTPUTTOKENCOMMITMENT <0x02> OP_EQUAL",
        locking="p2s",
    )
    nft = Token(bytes(range(32)), nft=Nft(b"\x02", Capability.MUTABLE))
    builder = (
        TransactionBuilder()
        .spend(pool.coin("11" * 32, 0, 5_000, nft), pool.unlock.move())
        .spend(vault.coin("22" * 32, 0, 5_000), vault.unlock.move())
        .spend(order.coin("33" * 32, 0, 50_000), order.unlock.collect())
    )
    honest = builder.pay(pool.output(5_000, nft), vault.output(50_000)).build_exactly()
    scene = make_scene(pairs_of([honest]), [], BCH_2026)
    (draft,) = scene.honest
    alone = {
        next(at for at in range(3) if each.inputs[at] == draft.inputs[at]): each
        for each in isolated(draft, scene)
    }
    assert sorted(alone) == [0, 1, 2]
    accepted = {at for at, each in alone.items() if verify(*each.finish()).ok}
    assert accepted == {0, 2}
    outputs = alone[2].outputs
    assert all(each not in draft.outputs for each in outputs)
    assert {each.token.category for each in outputs if each.token} == {OWN_CATEGORY}


def test_a_contract_that_is_alone_has_no_look_alikes_beside_it() -> None:
    contract = compile_contract("alone", source="// @spend move()\nOP_1")
    builder = TransactionBuilder().spend(contract.coin("11" * 32, 0, 5_000), contract.unlock.move())
    honest = builder.pay(contract.output(4_000)).build()
    scene = make_scene(pairs_of([honest]), [], BCH_2026)
    (draft,) = scene.honest
    assert [*isolated(draft, scene), *opened(draft, scene)] == []


@pytest.mark.parametrize(("locktime", "is_right"), [(900_100, True), (1_700_000_000, False)])
def test_who_may_take_all_at_a_height_may_not_at_a_time(locktime: int, is_right: bool) -> None:
    contract = compile_contract(
        "wage",
        {"worker": OWNER},
        source="""\
// @parameter pubkey worker
// @spend claim(int until, sig s)
<worker> OP_CHECKSIGVERIFY OP_CHECKLOCKTIMEVERIFY
""",
    )

    def claimed(left: int, until: int) -> BuiltTransaction:
        builder = TransactionBuilder(locktime=until)
        coin = contract.coin("11" * 32, int(left > 0), 100_000)
        builder = builder.spend(coin, contract.unlock.claim(until, OWNER), sequence=0)
        taken = Output(99_000 - left, OWNER.locking_bytecode)
        return builder.pay(taken, *([contract.output(left)] if left else [])).build_exactly()

    worker = Party("worker", (OWNER,))
    scene = make_scene(
        pairs_of([claimed(0, 900_100), claimed(50_000, 900_000)]), [worker], BCH_2026
    )
    mine = replace(scene, attacker=worker, parties=())
    seeds = make_seeds(mine)
    ((draft, _coins),) = [pairs_of([claimed(0, locktime)])[0]]
    changed = draft_of(draft, tuple(_coins))
    # Of the coin that is honestly shared.
    place = changed.inputs[0]._replace(outpoint_index=1)
    loss = Oracle.of(mine, seeds.references).judge(changed.with_input(0, place), 1, {})
    assert (loss is None) is is_right
