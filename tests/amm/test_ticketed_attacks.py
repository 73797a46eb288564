"""What else attackers try against the ticketed contracts, and where script refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from support.ticketed_world import (
    DEADLINE,
    HEIGHT,
    OTHER,
    PARAMETERS,
    TOKENS,
    Draft,
    World,
    action,
    coin,
    default_action,
)

from bchcov import Capability, Nft, Output, Token, verify
from bchcov.amm.action import BUY, SELL
from bchcov.amm.events import Entry
from bchcov.amm.queue import Queue
from bchcov.amm.refusal import explain_refusal
from bchcov.amm.ticketed.batches import sibling_numbers
from bchcov.crypto.hashes import sha256
from bchcov.wallet.balance import Spend
from bchcov.wallet.unlockers import RawUnlocker, ScriptUnlocker

TWO = [default_action(0), default_action(1)]
THREE = [*TWO, default_action(2)]


def sequence(world: World) -> Draft:
    return world.sequence([world.ticket(at, each) for at, each in enumerate(TWO)])


def execute(world: World) -> Draft:
    return world.queued(*THREE).execute(TWO)


def explained(draft: Draft, world: World) -> str:
    """What the first input that fails says, with the contract's line and check."""
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources, scripts_only=True)
    return explain_refusal(world.scripts, transaction, sources, verdict)


@pytest.mark.parametrize("make", [sequence, execute])
def test_any_byte_of_the_successor_s_commitment_counts(make: Callable[[World], Draft]) -> None:
    world = World()
    token = make(world).outputs[0].token
    assert token is not None
    assert token.nft is not None
    honest = token.nft.commitment
    for at in range(len(honest)):
        draft = make(world)
        changed = bytearray(honest)
        changed[at] ^= 1
        draft.commitment(bytes(changed))
        transaction, sources = draft.finish()
        assert not verify(transaction, sources, scripts_only=True).ok, at
    for other in (honest[:-1], honest + b"\x00", honest + b"\x80", honest[:57], b""):
        draft = make(world)
        draft.commitment(other)
        transaction, sources = draft.finish()
        assert not verify(transaction, sources, scripts_only=True).ok, other.hex()


@pytest.mark.parametrize("capability", [Capability.NONE, Capability.MINTING])
@pytest.mark.parametrize("make", [sequence, execute])
def test_the_pool_s_nft_keeps_its_capability(
    make: Callable[[World], Draft], capability: Capability
) -> None:
    world = World()
    draft = make(world)
    token = draft.outputs[0].token
    assert token is not None
    assert token.nft is not None
    changed = replace(token, nft=replace(token.nft, capability=capability))
    draft.outputs[0] = replace(draft.outputs[0], token=changed)
    assert "[successor-nft]" in explained(draft, world)
    held = draft.spends[0].coin.output
    assert held.token is not None
    assert held.token.nft is not None
    forged = replace(held.token, nft=replace(held.token.nft, capability=capability))
    draft.hold(0, replace(held, token=forged))
    assert "[pool]" in explained(draft, world)


@pytest.mark.parametrize("locktime", [500_000_000, 2**32 - 1])
def test_a_locktime_is_a_height(locktime: int) -> None:
    world = World()
    draft = sequence(world)
    draft.locktime = locktime
    assert "[locktime-height]" in explained(draft, world)


def test_a_final_input_leaves_no_locktime_in_force() -> None:
    world = World()
    draft = sequence(world)
    draft.unlock(0, draft.spends[0].unlocker, sequence=0xFFFF_FFFF)
    assert "[locktime-height]" in explained(draft, world)


def test_siblings_are_neither_left_over_nor_missing_nor_written_otherwise() -> None:
    world = World().queued(*THREE)
    honest = world.execute(TWO)
    unlocker = honest.spends[1].unlocker
    assert isinstance(unlocker, ScriptUnlocker)
    items = list(unlocker.items)
    changes = [
        [b"", *items],
        [*items[:-2], b"", *items[-2:]],
        items[1:],
        [bytes(32), *items[1:]],
        [b"\x80", *items[1:]],
        [b"\x00", *items[1:]],
        [1, *items[1:]],
        [items[1], items[0], *items[2:]],
        [b"\x01" * 64, *items[1:]],
    ]
    for changed in changes:
        draft = world.execute(TWO)
        draft.unlock(1, replace(unlocker, items=tuple(changed)))
        transaction, sources = draft.finish()
        assert not verify(transaction, sources, scripts_only=True).ok, changed[:2]


def test_no_other_number_of_tickets_is_claimed() -> None:
    world = World()
    for end in (-3, -1, 1, 2, 4, 5, b"\x03\x00", b"\x83"):
        draft = sequence(world)
        draft.push(0, -2, end)
        transaction, sources = draft.finish()
        assert not verify(transaction, sources, scripts_only=True).ok, end
    for end in (-3, 0, 1, 2, 3, 5, 6, b"\x04\x00"):
        draft = execute(world)
        draft.push(1, -1, end)
        transaction, sources = draft.finish()
        assert not verify(transaction, sources, scripts_only=True).ok, end


def test_a_batch_does_not_cross_the_ring_s_end() -> None:
    small = replace(PARAMETERS, depth=2)
    empty = World(parameters=small).queued(start=3)
    draft = empty.sequence([empty.ticket(0, TWO[0])])
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    crossing = empty.at(replace(empty.pool.state), queue=Queue(2, 0, 0))
    crossing.pool = replace(crossing.pool, queue=Queue(2, 2, 2))
    draft = crossing.sequence([crossing.ticket(at, each) for at, each in enumerate(TWO)])
    transaction, sources = draft.finish()
    assert not verify(transaction, sources, scripts_only=True).ok


def test_nothing_is_appended_to_a_full_queue() -> None:
    small = replace(PARAMETERS, depth=1)
    full = World(parameters=small).queued(*TWO)
    room = replace(full.pool, queue=Queue(1, 2, 2))
    full.pool = room
    draft = full.sequence([full.ticket(2, default_action(2))])
    assert "[queue-before]" in explained(draft, full)


def test_a_taken_order_is_not_taken_again() -> None:
    world = World().queued(*THREE)
    after = World().queued(*THREE)
    after.pool = replace(after.pool, queue=after.pool.queue.take(1))
    state = replace(after.pool.state, root=after.pool.queue.root, head=1)
    after = after.at(state, queue=world.pool.queue)
    draft = after.execute(TWO)
    assert "[queue-before]" in explained(draft, after)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_in": 1_000_001},
        {"min_out": 1},
        {"owner": bytes(20)},
        {"salt": bytes(16)},
        {"direction": SELL},
    ],
    ids=lambda each: next(iter(each)),
)
def test_only_what_was_committed_to_is_revealed(change: dict[str, int]) -> None:
    world = World().queued(*TWO)
    other = replace(TWO[0], **change)  # type: ignore[arg-type]
    assert "[queue-before]" in explained(world.execute([other]), world)


def test_a_deadline_is_what_was_committed_to() -> None:
    world = World().queued(*TWO)
    late = world.order(0, TWO[0], deadline=DEADLINE + 1)
    assert "[queue-before]" in explained(world.execute(TWO[:1], [late]), world)


def test_a_buy_is_of_what_its_coin_holds() -> None:
    world = World().queued(*TWO)
    for value in (0, TWO[0].amount_in - 1, TWO[0].amount_in + 1):
        draft = world.execute(TWO[:1])
        draft.hold(2, replace(world.order(0, TWO[0]).output, value=value))
        draft.outputs[2] = replace(draft.outputs[2], value=10**9)
        said = explained(draft, world)
        assert "[queue-before]" in said or "[p" in said


@pytest.mark.parametrize("amount", [0, 99])
def test_a_buy_of_less_than_the_smallest_trade_is_not_filled(amount: int) -> None:
    """Nor is one of nothing, which no Action can be: its bond is burnt."""
    encoded = b"\x01" + amount.to_bytes(8, "little") + action(0).encode()[9:]
    world = World().with_entries([Entry(0, DEADLINE, sha256(encoded))])
    order = world.order(0, action(0))
    held = replace(order, output=replace(order.output, value=amount))
    draft = world.execute([action(0, amount=max(amount, 1), minimum=0)], [held])
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    burnt = Output(PARAMETERS.bond - PARAMETERS.tip, b"\x6a")
    assert transaction.outputs[2].value == amount
    assert transaction.outputs[3] == burnt
    after, event = world.pool.follow(transaction, sources)
    assert after is not None
    assert after.state.reserves == world.pool.state.reserves
    assert event.kind == "execute"


def test_the_vault_is_not_spent_without_the_pool() -> None:
    world = World()
    draft = execute(world)
    del draft.spends[0]
    assert "[pool]" in explained(draft, world)


def test_the_vault_is_not_spent_beside_a_sequence_or_an_expiry() -> None:
    world = World().queued(*THREE)
    draft = world.expire()
    vault = execute(World()).spends[1]
    draft.spends.append(vault)
    assert "[expire-alone]" in explained(draft, world)
    # As a ticket it is too short to be read, and it does not let itself be spent without its pool.
    draft = sequence(World())
    draft.hold(1, vault.coin.output)
    draft.unlock(1, vault.unlocker)
    assert "queue.cashasm" in explained(draft, world) or "SPLIT" in explained(draft, world)
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources, scripts_only=True)
    assert not verdict.inputs[0].ok


def test_an_order_is_not_collected_by_a_sequence_or_the_owner_or_an_exit() -> None:
    world = World()
    order = Spend(world.order(5, default_action(5)), RawUnlocker())
    closed = replace(world.pool.state, closed=True)
    for draft in (sequence(world), world.owned(closed)):
        draft.spends.append(order)
        assert "[executed]" in explained(draft, world)
    # Nor as a ticket: its own script does not let it.
    draft = world.sequence([world.order(0, TWO[0])])
    assert "[executed]" in explained(draft, world)
    draft = world.exit()
    draft.spends.append(order)
    assert "[exit-alone]" in explained(draft, world)


def test_a_ticket_is_not_collected_by_an_execution_or_the_owner_or_an_exit() -> None:
    world = World()
    ticket = Spend(world.ticket(5, default_action(5)), RawUnlocker())
    closed = replace(world.pool.state, closed=True)
    for draft in (execute(world), world.owned(closed)):
        draft.spends.append(ticket)
        assert "[appended]" in explained(draft, world)
    draft = world.exit()
    draft.spends.append(ticket)
    assert "[exit-alone]" in explained(draft, world)


def test_an_order_of_another_pool_is_not_collected() -> None:
    other = World(parameters=replace(PARAMETERS, pool_category=OTHER))
    world = World()
    draft = execute(world)
    draft.hold(2, other.order(0, TWO[0]).output)
    assert "[pool]" in explained(draft, other)
    draft = sequence(world)
    draft.hold(1, other.ticket(0, TWO[0]).output)
    assert "[pool]" in explained(draft, other)


def test_a_coin_that_is_no_ticket_or_order_may_stand_in_for_one() -> None:
    """Its spender pays the bond, or the funds of somebody else's order: nobody loses by it."""
    world = World()
    data = world.ticket(0, TWO[0]).locking_bytecode[:37]
    own = coin("own", Output(5, data + b"\x75\x51"))
    draft = world.sequence([own])
    draft.spends.append(Spend(coin("bond", Output(20_000, b"\x51")), RawUnlocker()))
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    queued, _ = world.pool.follow(transaction, sources)
    assert queued is not None
    assert queued.entries[0].action_hash == TWO[0].hash
    world.pool = queued
    draft = world.execute(TWO[:1])
    code = draft.spends[2].coin.locking_bytecode
    # OP_DROP OP_0 OP_IF: none of what follows is run.
    script = code[:29] + b"\x75\x00\x63\x50\x50\x14" + code[35:55] + b"\x68\x51"
    draft.hold(2, replace(draft.spends[2].coin.output, locking_bytecode=script))
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    after, event = queued.follow(transaction, sources)
    assert after is not None
    assert event.executions[0].action == TWO[0]


def test_the_tickets_of_one_transaction_stand_by_their_index() -> None:
    world = World()
    first = world.ticket(0, TWO[0])
    second = replace(world.ticket(0, TWO[1]), outpoint_index=1)
    transaction, sources = world.sequence([second, first]).finish()
    assert verify(transaction, sources, scripts_only=True).ok
    draft = world.sequence([second, first], sort=False)
    assert "[outpoints-ascend]" in explained(draft, world)


def test_an_expiry_burns_the_bond() -> None:
    world = World().queued(*TWO)
    draft = world.expire()
    assert draft.outputs[1] == Output(8_000, b"\x6a")
    del draft.outputs[1]
    assert "[burnt]" in explained(draft, world)
    for kept in (1, 8_000):
        draft = world.expire()
        draft.value(1, -kept)
        draft.value(2, kept)
        assert "[burnt-value]" in explained(draft, world)
        draft = world.expire()
        draft.value(0, kept)
        draft.value(1, -kept)
        assert "[bond-only]" in explained(draft, world)


@pytest.mark.parametrize("selector", [0, 1, 2, -2, -3, b"\x80", b"\x00", b"\x81\x00", b"\xff"])
def test_an_expiry_has_one_selector(selector: int | bytes) -> None:
    world = World().queued(*TWO)
    draft = world.expire()
    draft.push(0, -2, selector)
    transaction, sources = draft.finish()
    assert not verify(transaction, sources, scripts_only=True).ok


def test_the_bonds_of_orders_that_are_not_filled_are_burnt() -> None:
    asked = [action(0, minimum=2**60), TWO[1], action(2, minimum=2**60)]
    world = World().queued(*asked)
    draft = world.execute(asked)
    assert [each.value for each in draft.outputs[2:6]] == [
        asked[0].amount_in,
        draft.outputs[3].value,
        asked[2].amount_in,
        16_000,
    ]
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok
    for index, more in ((2, 8_000), (0, 1)):
        draft = world.execute(asked)
        draft.value(5, -more)
        draft.value(index, more)
        said = explained(draft, world)
        assert "[burnt-value]" in said or "[pool-value]" in said
    draft = world.execute(asked)
    draft.outputs.insert(5, Output(546, b"\x51"))
    assert "[burnt" in explained(draft, world)


def test_the_reserves_change_only_after_notice() -> None:
    world = World()
    less = replace(world.pool.state, bch_reserve=5_000)
    assert "[closed]" in explained(world.owned(less), world)
    assert "[closed]" in explained(world.owned(replace(less, closed=True)), world)
    shut = world.closed()
    draft = shut.owned(replace(less, closed=True))
    draft.unlock(1, draft.spends[1].unlocker, sequence=PARAMETERS.notice - 1)
    assert "[notice]" in explained(draft, shut)
    transaction, sources = shut.owned(replace(less, closed=True)).finish()
    assert verify(transaction, sources, scripts_only=True).ok


def test_under_an_order_the_pool_is_closed_once() -> None:
    world = World().queued(*TWO)
    shut = world.closed()
    for start, closed in ((world, False), (shut, False), (shut, True)):
        draft = start.owned(replace(start.pool.state, closed=closed))
        assert "[close-once]" in explained(draft, start)
    transaction, sources = world.owned(replace(world.pool.state, closed=True)).finish()
    assert verify(transaction, sources, scripts_only=True).ok


def test_two_orders_do_not_expire_at_once() -> None:
    world = World().queued(*TWO)
    draft = world.expire()
    after = world.pool.queue.take(2)
    draft.state(root=after.root, head=2)
    assert "[state]" in explained(draft, world)


def test_a_payout_carries_no_nft_and_no_other_tokens() -> None:
    world = World()
    for token in (Token(OTHER, 0, Nft()), Token(TOKENS, 5), Token(OTHER, 5)):
        draft = execute(world)
        assert draft.outputs[3].token is None
        draft.outputs[3] = replace(draft.outputs[3], token=token)
        assert "[paid-" in explained(draft, world)


def test_an_unfilled_sale_gets_its_tokens_back_and_nothing_less() -> None:
    sale = action(0, SELL, 1_000, 10**12)
    world = World().queued(sale)
    draft = world.execute([sale])
    assert draft.outputs[2].token == Token(TOKENS, 1_000)
    draft.outputs[2] = replace(draft.outputs[2], token=Token(TOKENS, 999))
    assert "[paid-tokens]" in explained(draft, world)
    draft.outputs[2] = replace(draft.outputs[2], token=None)
    assert "[paid-tokens]" in explained(draft, world)


def test_a_pool_at_another_place_executes_nothing() -> None:
    world = World()
    draft = execute(world)
    draft.spends[0], draft.spends[1] = draft.spends[1], draft.spends[0]
    assert "[pool]" in explained(draft, world)


def test_a_minting_or_immutable_nft_is_no_pool() -> None:
    world = World()
    for capability in (Capability.NONE, Capability.MINTING):
        draft = execute(world)
        held = draft.spends[0].coin.output
        assert held.token is not None
        assert held.token.nft is not None
        nft = replace(held.token.nft, capability=capability)
        draft.hold(0, replace(held, token=replace(held.token, nft=nft)))
        assert "[pool]" in explained(draft, world)


def test_no_unlocking_script_means_the_same_with_another_push() -> None:
    world = World()
    for draft, index in ((sequence(world), 0), (execute(world), 1), (execute(world), 0)):
        unlocker = draft.spends[index].unlocker
        assert isinstance(unlocker, ScriptUnlocker)
        for at in range(len(unlocker.items) + 1):
            for more in (b"", b"\x01", b"\x00"):
                items = list(unlocker.items)
                items.insert(at, more)
                draft.unlock(index, replace(unlocker, items=tuple(items)))
                transaction, sources = draft.finish()
                assert not verify(transaction, sources, scripts_only=True).ok, (index, at, more)


def test_a_ticket_takes_no_arguments_when_it_is_collected() -> None:
    world = World()
    draft = sequence(world)
    draft.unlock(1, RawUnlocker(b"\x00"))
    transaction, sources = draft.finish()
    assert not verify(transaction, sources, scripts_only=True).ok


def test_the_largest_amounts_are_executed() -> None:
    most = 2**63 - 1
    world = World()
    state = replace(world.pool.state, bch_reserve=21 * 10**14, token_reserve=most - 10**6)
    world = world.at(state)
    for each in (action(0, BUY, 10**12), action(0, SELL, 10**6)):
        queued = world.queued(each)
        transaction, sources = queued.execute([each]).finish()
        verdict = verify(transaction, sources, scripts_only=True)
        assert verdict.ok, str(verdict)


def test_a_sequence_at_the_height_of_a_ticket_s_deadline_is_allowed() -> None:
    world = World()
    draft = world.sequence([world.ticket(0, TWO[0], deadline=HEIGHT)])
    transaction, sources = draft.finish()
    assert verify(transaction, sources, scripts_only=True).ok


def test_a_forged_entry_does_not_open_a_leaf() -> None:
    world = World().queued(*TWO)
    draft = world.expire()
    entry = Entry(0, DEADLINE - 5, TWO[0].hash)
    draft.push(0, -3, entry.deadline.to_bytes(4, "little") + entry.action_hash)
    assert "[queue-before]" in explained(draft, world)


def test_an_nft_beside_the_pool_s_is_of_no_use() -> None:
    world = World()
    draft = execute(world)
    assert draft.outputs[0].token is not None
    draft.outputs.append(replace(draft.outputs[0], value=1_000))
    draft.spends.append(Spend(coin("anybody's", Output(1_000, b"\x51")), RawUnlocker()))
    transaction, sources = draft.finish()
    verdict = verify(transaction, sources)
    assert not verdict.ok
    assert verdict.error is not None
    assert verdict.error.check in ("tokens", "standardness", "values")


def test_nothing_is_appended_but_at_tail() -> None:
    world = World().queued(*TWO, start=4)
    for tail in (5, 7, 1_000):
        elsewhere = World().queued(*TWO, start=4)
        queue = replace(elsewhere.pool.queue, tail=tail)
        elsewhere.pool = replace(elsewhere.pool, queue=queue)
        draft = elsewhere.sequence([world.ticket(9, default_action(9))])
        # The proof is for the place that script looks at: only the new root betrays the leaf.
        assert "[state]" in explained(draft, elsewhere)
        items = sibling_numbers(queue, tail, 1)
        for at, sibling in enumerate(items):
            draft.push(0, at, sibling)
        # Nor does the proof of the other place help.
        said = explained(draft, elsewhere)
        assert "[queue-before]" in said or "[state]" in said


def test_nothing_is_taken_but_at_head() -> None:
    world = World().queued(*THREE, start=4)
    second = replace(world.pool, entries=world.pool.entries[1:])
    world.pool = replace(second, queue=replace(second.queue, head=5))
    assert "[queue-before]" in explained(world.execute(THREE[1:2]), world)
    assert "[queue-before]" in explained(world.expire(), world)


@pytest.mark.parametrize("make", [sequence, execute])
def test_the_successor_is_of_the_same_category(make: Callable[[World], Draft]) -> None:
    world = World()
    draft = make(world)
    token = draft.outputs[0].token
    assert token is not None
    draft.outputs[0] = replace(draft.outputs[0], token=replace(token, category=OTHER))
    assert "[successor-nft]" in explained(draft, world)
    draft.outputs[0] = replace(draft.outputs[0], token=None)
    assert "[successor-nft]" in explained(draft, world)


@pytest.mark.parametrize("capability", [Capability.NONE, Capability.MINTING])
@pytest.mark.parametrize("kind", ["ticket", "order"])
def test_no_other_capability_collects(kind: str, capability: Capability) -> None:
    world = World()
    held = world.ticket(0, TWO[0]) if kind == "ticket" else world.order(0, TWO[0])
    state = replace(world.pool.state, collected=1 if kind == "ticket" else -1)
    token = Token(PARAMETERS.pool_category, 0, Nft(state.encode(), capability))
    forged = Spend(coin("forged", Output(1_000, b"\x51", token)), RawUnlocker())
    draft = Draft([forged, Spend(held, RawUnlocker())], [Output(1_000, b"\x51", token)])
    assert "[pool]" in explained(draft, world)


def test_an_expiry_needs_its_locktime_in_force() -> None:
    world = World().queued(*TWO)
    draft = world.expire()
    draft.unlock(0, draft.spends[0].unlocker, sequence=0xFFFF_FFFF)
    assert "[locktime-height]" in explained(draft, world)
    draft = world.expire(height=1_800_000_000)
    assert "[locktime-height]" in explained(draft, world)


def test_the_owner_moves_no_queue() -> None:
    world = World().queued(*TWO)
    closed = replace(world.pool.state, closed=True)
    for change in ({"head": 1}, {"tail": 3}, {"collected": 1}, {"collected": -9}):
        draft = world.owned(closed)
        draft.state(**change)
        said = explained(draft, world)
        assert "[state]" in said or "[pool-value]" in said
