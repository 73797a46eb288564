"""For every check of the epochs contracts an attack that nothing else refuses.

Each is the draft of a transaction that would pass if that one check were not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bchcov import Capability, Nft, Output, Token
from bchcov.amm.action import Action
from bchcov.amm.epochs.clearing import Clearing, Price, pool_price
from bchcov.amm.epochs.epoch import Slot
from bchcov.amm.epochs.scripts import encode_terms
from bchcov.amm.epochs.users import commit, order_output
from bchcov.amm.formula import FEE_DENOMINATOR, FEE_KEPT, Fill, Reserves
from bchcov.script.patterns import p2pkh
from bchcov.wallet.balance import Spend
from bchcov.wallet.coins import Coin
from bchcov.wallet.unlockers import Item, RawUnlocker, ScriptUnlocker, Signature
from support.epochs_world import RESERVES, World, default_action, held_by, with_state
from support.tampering import (
    change,
    change_held,
    forge_pool,
    value_of,
    with_amount,
    with_capability,
    with_category,
    with_company,
    with_output,
    with_script,
)
from support.ticketed_world import ANYBODY, OTHER, Draft, action, coin, user

__all__ = ["ATTACKS", "Attack"]

Attack = Callable[[World], Draft]

TWO = [default_action(0), default_action(1)]
THIEF = p2pkh(user(66).public_key_hash)
DROP_AND_PASS = b"\x75\x51"


def append_two(world: World) -> Draft:
    return world.append([world.ticket(at, each) for at, each in enumerate(TWO)])


def append_own(world: World) -> Draft:
    """Append the attacker's own tickets, which are spent by their refund path."""
    draft = append_two(world)
    for at in range(2):
        draft.unlock(1 + at, held_by(world, at, "ticket").spends[0].unlocker, sequence=3)
    return draft


def settle_two(world: World) -> Draft:
    return world.revealing(*TWO).settle(*TWO)


def settle_one_of_two(world: World) -> Draft:
    return world.revealing(*TWO).settle(TWO[0], None)


def turning(world: World) -> Draft:
    return world.waiting(*TWO).turn()


def closing(world: World) -> Draft:
    return world.owned(replace(world.pool.state, closed=True))


def own_code(world: World) -> Draft:
    unlocker = ScriptUnlocker((ANYBODY,), world.scripts.pool.code)
    return Draft([Spend(world.pool.coin, unlocker)], [Output(1_000, ANYBODY)])


def no_vault(world: World) -> Draft:
    unlocker = ScriptUnlocker((), world.scripts.pool.code)
    return with_company(Draft([Spend(world.pool.coin, unlocker)], [Output(1_000, ANYBODY)]))


def own_code_in_the_vault(world: World) -> Draft:
    draft = turning(world)
    draft.unlock(1, ScriptUnlocker((ANYBODY,), world.scripts.vault.code))
    return draft


def second_vault(world: World) -> Draft:
    draft = turning(world)
    vault = draft.spends[1]
    second = coin("another vault", replace(vault.coin.output, value=10**6))
    draft.spends.append(replace(vault, coin=second))
    return draft


def other_tokens(world: World) -> Draft:
    return change(change_held(turning(world), 1, with_category), 1, with_category)


def pool_behind_a_forged_one(world: World) -> Draft:
    draft = append_own(world)
    draft.spends.append(draft.spends[0])
    return forge_pool(draft)


def no_ticket(world: World) -> Draft:
    """A coin of the attacker's own with the leaf at the same place."""
    draft = append_two(world)
    leaf = draft.spends[1].coin.locking_bytecode[1:33]
    script = b"\x20" + leaf + b"\x75" + b"\x20" + bytes(32) + DROP_AND_PASS
    return change_held(draft, 1, lambda output: with_script(output, script))


def no_slot(world: World) -> Draft:
    draft = append_two(world)
    script = draft.outputs[1].locking_bytecode[:33] + DROP_AND_PASS
    return change(draft, 1, lambda output: with_script(output, script))


def full(world: World) -> World:
    return world.at(replace(world.pool.state, count=world.parameters.most - 1))


# Settlements


def filled(price: Price, amounts: Sequence[tuple[Action, int]]) -> Clearing:
    """The clearing in which these amounts trade at a price that somebody claims."""
    bch, tokens, fills = RESERVES.bch, RESERVES.tokens, []
    bought = sold = 0
    for each, amount in amounts:
        out = price.amount_out(each.direction, amount)
        fills.append((amount, out))
        if each.direction:
            bch, tokens, bought = bch + amount, tokens - out, bought + amount
        else:
            bch, tokens, sold = bch - out, tokens + amount, sold + amount
    after = Reserves(bch, tokens)
    return Clearing(price, tuple(Fill(after, *each) for each in fills), after, bought, sold)


def standing(world: World, bought: int, sold: int) -> Price:
    return pool_price(world.reserves, bought, sold, min_reserve=world.parameters.min_reserve)


def limit_of(buy: Action) -> Price:
    return Price(FEE_KEPT * buy.amount_in, FEE_DENOMINATOR * buy.min_out)


def marginal_that_is_not(world: World) -> Draft:
    """A buy with a modest limit is said to be the marginal one: it pays its limit."""
    buy = action(0, amount=1_000_000, minimum=900_000_000)
    world = world.revealing(buy, TWO[1])
    price = limit_of(buy)
    made = filled(price, [(buy, 500_000), (TWO[1], TWO[1].amount_in)])
    places, _ = world.pool.plan(world.orders([buy, TWO[1]]))
    return world.settled(places, made, marginal=(2, 500_000))


def more_than_it_holds(world: World) -> Draft:
    """The marginal buy is said to spend more than it spends, out of its bond."""
    amount = 1_000_000
    there = standing(world, amount + 5_000, 0)
    least = FEE_KEPT * amount * there.denominator // (FEE_DENOMINATOR * there.numerator)
    buy = action(0, amount=amount, minimum=least)
    price, still = limit_of(buy), standing(world, 0, 0)
    most = (price.numerator * still.denominator // price.denominator - still.numerator) // (
        2 * FEE_KEPT
    )
    world = world.revealing(buy)
    places, _ = world.pool.plan(world.orders([buy]))
    return world.settled(places, filled(price, [(buy, most)]), marginal=(2, most))


def marginal_from_elsewhere(world: World) -> Draft:
    """The limit of a coin that is no order of the epoch makes the price, a little too high."""
    buy = action(0)
    there = standing(world, buy.amount_in, 0)
    amount = 10**12
    least = FEE_KEPT * amount * there.denominator // (FEE_DENOMINATOR * there.numerator)
    price = Price(FEE_KEPT * amount, FEE_DENOMINATOR * least)
    world = world.revealing(buy)
    places, _ = world.pool.plan(world.orders([buy]))
    made = filled(price, [(buy, buy.amount_in)])
    draft = world.settled(places, made, marginal=(3, 0))
    script = b"\x08" + least.to_bytes(8, "little") + DROP_AND_PASS
    value = world.parameters.bond + amount
    draft.spends.append(Spend(coin("elsewhere", Output(value, script)), RawUnlocker()))
    return draft


def another_price(world: World) -> Draft:
    """Buys are said to be larger than they are, so that whoever sells gets more."""
    world = world.revealing(*TWO)
    bought, sold = TWO[0].amount_in + 1_000_000, TWO[1].amount_in
    places, _ = world.pool.plan(world.orders(TWO))
    made = filled(standing(world, bought, sold), [(each, each.amount_in) for each in TWO])
    return world.settled(places, replace(made, bought_with=bought))


def a_place_in_a_txid(world: World) -> Draft:
    """Leave the first place out: its leaf is said to be the end of the txid before it."""
    draft = world.revealing(TWO[1]).settle(TWO[1])
    epoch = world.revealing(*TWO)
    draft.hold(0, epoch.pool.coin.output)
    (batch,) = epoch.pool.current.batches
    return pushing(draft, 1, 0, batch.before + batch.slots[0].leaf)


def fewer_than_no_places(world: World) -> Draft:
    """An empty batch with another number."""
    draft = world.revealing(*TWO, sizes=[2, 0]).settle(*TWO)
    return pushing(draft, 1, 3, -1)


def an_order_left_out(world: World) -> Draft:
    """Settle only the first of two places."""
    draft = world.revealing(TWO[0]).settle(TWO[0])
    draft.hold(0, world.revealing(*TWO).pool.coin.output)
    return draft


def dropped(world: World, txid: bytes | None, index: int) -> Draft:
    """Drop an order that was revealed, by a slot that somebody else made for the same leaf."""
    world = world.revealing(*TWO)
    (batch,) = world.pool.current.batches
    forged = Slot(Coin(txid or batch.txid, index, batch.slots[1].coin.output), batch.slots[1].leaf)
    (order,) = world.orders([TWO[0], None])
    places = (order, forged)
    _, clearing = world.pool.plan(world.orders([TWO[0], None]))
    return world.settled(places, clearing)


def no_slot_at_its_place(world: World) -> Draft:
    draft = settle_one_of_two(world)
    script = draft.spends[3].coin.locking_bytecode[:33] + DROP_AND_PASS
    return change_held(draft, 3, lambda output: with_script(output, script))


def no_order_at_its_place(world: World) -> Draft:
    draft = settle_two(world)
    script = draft.spends[2].coin.locking_bytecode[:45] + DROP_AND_PASS
    return change_held(draft, 2, lambda output: with_script(output, script))


def pushing(draft: Draft, index: int, place: int, item: Item) -> Draft:
    draft.push(index, place, item)
    return draft


def too_early(draft: Draft, sequence: int) -> Draft:
    draft.unlock(1, draft.spends[1].unlocker, sequence=sequence)
    return draft


# Slots, tickets and orders


def slot_in_company(world: World) -> Draft:
    """A slot pays the fees of another transaction of the pool."""
    draft = append_two(world)
    slot = next(iter(world.revealing(default_action(7)).pool.current))
    draft.spends.append(Spend(slot.coin, RawUnlocker()))
    return draft


def revealed(world: World, output: Output, leaf: bytes | None = None) -> Draft:
    """Spend the slot of the first place, or of a leaf, to an output."""
    draft = world.revealing(TWO[0]).reveal(TWO[0])
    draft.outputs[0] = output
    if leaf is not None:
        draft.hold(0, Output(world.parameters.bond, world.scripts.slot(leaf)))
    return draft


def reveal_without_the_bond(world: World) -> Draft:
    own = TWO[1]
    cheap = World(world.sources, replace(world.parameters, bond=9_999))
    output = order_output(cheap.scripts, own)
    output = replace(output, locking_bytecode=world.scripts.order(encode_terms(own)))
    return revealed(world, output, commit(cheap.scripts, own))


def reveal_to_oneself(world: World) -> Draft:
    output = order_output(world.scripts, TWO[0])
    return revealed(world, with_script(output, output.locking_bytecode[:45] + DROP_AND_PASS))


def collected_by_a_forged_pool(world: World, kind: str) -> Draft:
    state = replace(world.pool.state, collected=1 if kind == "ticket" else -1)
    token = Token(OTHER, 0, Nft(state.encode(), Capability.MUTABLE))
    forged = coin("forged", Output(1_000, ANYBODY, token))
    held = held_by(world, 0, kind).spends[0].coin
    return Draft(
        [Spend(forged, RawUnlocker()), Spend(held, RawUnlocker())], [Output(1_000, ANYBODY, token)]
    )


def paying_fees(draft: Draft, held: Coin) -> Draft:
    draft.spends.append(Spend(held, RawUnlocker()))
    return draft


def refund_too_early(world: World, kind: str) -> Draft:
    draft = held_by(world, 0, kind)
    spend = draft.spends[0]
    draft.unlock(0, spend.unlocker, sequence=spend.sequence - 1)
    return draft


def another_key(world: World, kind: str) -> Draft:
    draft = held_by(world, 0, kind)
    draft.unlock(0, held_by(world, 5, kind).spends[0].unlocker)
    return draft


def flags_of_two(world: World) -> Draft:
    draft = closing(world)
    commitment = bytearray(world.pool.state.encode())
    commitment[73] = 2
    draft.commitment(bytes(commitment))
    return draft


def owned_by_another(world: World) -> Draft:
    draft = closing(world)
    draft.unlock(1, world.provider(user(5)))
    return draft


def moved_while_waiting(world: World, **fields: int) -> Draft:
    waiting = world.waiting(*TWO)
    honest = waiting.close()
    token = honest.outputs[0].token
    assert token is not None
    assert token.nft is not None
    state = replace(waiting.pool.state, closed=True, **fields)  # type: ignore[arg-type]
    draft = waiting.owned(state)
    chain = token.nft.commitment[40:72]
    return with_state(draft, next=chain)


def closed_again(world: World) -> Draft:
    waiting = world.waiting(*TWO)
    return waiting.at(replace(waiting.pool.state, closed=True)).close()


def pool_nft(world: World) -> Output:
    return Output(1_000, ANYBODY, world.pool.coin.token)


POOL: dict[str, Attack] = {"append-code": own_code, "vault": no_vault}
APPEND: dict[str, Attack] = {
    "pool-first": pool_behind_a_forged_one,
    "successor-script": lambda w: change(append_two(w), 0, with_script),
    "successor-nft": lambda w: change(append_own(w), 0, with_capability),
    "value-kept": lambda w: value_of(append_two(w), 0),
    "open": lambda w: with_state(
        append_two(w.at(replace(w.pool.state, closed=True))), closed=False
    ),
    "room": lambda w: append_two(full(w)),
    "ticket-code": no_ticket,
    "slot-bond": lambda w: value_of(append_two(w), 1),
    "slot-code": no_slot,
    "slot-leaf": lambda w: change(
        append_two(w), 1, lambda each: with_script(each, w.scripts.slot(bytes(32)))
    ),
    "state": lambda w: with_state(append_two(w), count=1),
}
VAULT: dict[str, Attack] = {
    "pool": lambda w: forge_pool(turning(w)),
    "vault-second": second_vault,
    "vault-tokens": other_tokens,
    "vault-amount": lambda w: change_held(turning(w), 1, with_amount),
    "successor-script": lambda w: change(turning(w), 0, with_script),
    "vault-script": lambda w: change(turning(w), 1, with_script),
    "vault-category": lambda w: change(turning(w), 1, with_category),
    "vault-value": lambda w: value_of(turning(w), 1),
    "vault-kept": lambda w: change(turning(w), 1, with_amount),
    "code": own_code_in_the_vault,
}
SETTLE: dict[str, Attack] = {
    "window": lambda w: too_early(settle_two(w), 2),
    "price": marginal_that_is_not,
    "slot-code": no_slot_at_its_place,
    "slot-batch": lambda w: dropped(w, b"\x07" * 32, 2),
    "slot-place": lambda w: dropped(w, None, 3),
    "order-code": no_order_at_its_place,
    "paid-owner": lambda w: change(settle_two(w), 2, lambda each: with_script(each, THIEF)),
    "marginal-amount": more_than_it_holds,
    "paid-tokens": lambda w: change(settle_two(w), 2, with_amount),
    "paid-category": lambda w: change(settle_two(w), 2, with_category),
    "paid-value": lambda w: value_of(settle_two(w), 3),
    "txid": a_place_in_a_txid,
    "places": fewer_than_no_places,
    "epoch": an_order_left_out,
    "burn-script": lambda w: change(settle_one_of_two(w), 3, lambda each: with_script(each, THIEF)),
    "burn-value": lambda w: value_of(settle_one_of_two(w), 3),
    "marginal-met": marginal_from_elsewhere,
    "padding": lambda w: pushing(settle_two(w), 1, -2, bytes(3)),
    "pool-value": lambda w: value_of(settle_two(w), 0),
    "state": lambda w: with_state(settle_two(w), closed=True),
    "amounts": another_price,
}
TURN: dict[str, Attack] = {
    "time": lambda w: too_early(turning(w), 2),
    "state": lambda w: with_state(turning(w), count=1),
    "value-kept": lambda w: value_of(turning(w), 0),
}
OWNER: dict[str, Attack] = {
    "owner-key": owned_by_another,
    "owner-signature": lambda w: pushing(
        closing(w), 1, 0, Signature(user(5), covered=w.scripts.owner.code)
    ),
    "flags": flags_of_two,
    "tokens-floor": lambda w: w.owned(replace(w.pool.state, token_reserve=1)),
    "bch-floor": lambda w: w.owned(replace(w.pool.state, bch_reserve=w.parameters.min_reserve)),
    "tokens-fixed": lambda w: moved_while_waiting(w, token_reserve=5),
    "bch-fixed": lambda w: moved_while_waiting(w, bch_reserve=5_000),
    "closing-only": closed_again,
    "state": lambda w: with_state(closing(w), current=b"\x01" * 32),
    "nobody-waits": lambda w: w.waiting(*TWO).exit(),
    "exit-alone": lambda w: with_company(w.exit()),
    "exit-outputs": lambda w: with_output(w.exit(), pool_nft(w)),
    "exit-tokens": lambda w: with_output(w.exit(), pool_nft(w), 1),
}
SLOT: dict[str, Attack] = {
    "settled": slot_in_company,
    "order-bond": reveal_without_the_bond,
    "order-code": reveal_to_oneself,
    "order-leaf": lambda w: revealed(w, order_output(w.scripts, default_action(2))),
}


def held_by_users(kind: str) -> dict[str, Attack]:
    """The attacks that tickets and orders have in common."""
    return {
        "refund-key": lambda w: another_key(w, kind),
        "refund-signature": lambda w: pushing(held_by(w, 0, kind), 0, 0, Signature(user(5))),
        "refund-delay": lambda w: refund_too_early(w, kind),
        "pool": lambda w: collected_by_a_forged_pool(w, kind),
    }


TICKET = {
    **held_by_users("ticket"),
    "appended": lambda w: paying_fees(append_two(w), w.ticket(7, default_action(7))),
}
ORDER = {
    **held_by_users("order"),
    "settled": lambda w: paying_fees(settle_two(w), w.order(7, default_action(7))),
}

ATTACKS: dict[tuple[str, str], Attack] = {
    (contract, check): attack
    for contract, attacks in (
        ("pool", POOL),
        ("append", APPEND),
        ("vault", VAULT),
        ("settle", SETTLE),
        ("turn", TURN),
        ("owner", OWNER),
        ("ticket", TICKET),
        ("slot", SLOT),
        ("order", ORDER),
    )
    for check, attack in attacks.items()
}
"""By contract and check."""
