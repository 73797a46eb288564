"""For every check of the ticketed contracts an attack that nothing else refuses.

Each is the draft of a transaction that would pass if that one check were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import Capability, Nft, Output, Token
from bchcov.amm.events import Entry
from bchcov.amm.queue import Queue
from bchcov.script.patterns import p2pkh
from bchcov.wallet.balance import Spend
from bchcov.wallet.unlockers import Item, RawUnlocker, ScriptUnlocker, Signature
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
    with_second_vault,
)
from support.ticketed_world import (
    ANYBODY,
    DEADLINE,
    HEIGHT,
    OTHER,
    TOKENS,
    Draft,
    World,
    action,
    coin,
    default_action,
    refund_unlocker,
    take_back,
    user,
)

__all__ = ["ATTACKS", "Attack"]

Attack = Callable[[World], Draft]

TWO = [default_action(0), default_action(1)]
TIME = 1_800_000_000
THIEF = p2pkh(user(66).public_key_hash)


def sequence_one(world: World, *, deadline: int = DEADLINE, value: int = 10_500) -> Draft:
    height = deadline if deadline == TIME else HEIGHT
    ticket = world.ticket(0, TWO[0], deadline=deadline, value=value)
    return world.sequence([ticket], height=height)


def sequence_two(world: World) -> Draft:
    return world.sequence([world.ticket(at, each) for at, each in enumerate(TWO)])


def execute_two(world: World) -> Draft:
    return world.queued(*TWO).execute(TWO)


def execute_own(world: World) -> Draft:
    """Execute the attacker's own orders, which he spends by their refund path."""
    draft = execute_two(world)
    for at in range(2):
        take_back(draft, 2 + at, at)
    return draft


def expire_one(world: World) -> Draft:
    return world.queued(*TWO).expire()


def closing(world: World) -> Draft:
    return world.owned(replace(world.pool.state, closed=True))


def pushing(draft: Draft, index: int, place: int, item: Item) -> Draft:
    draft.push(index, place, item)
    return draft


def with_state(draft: Draft, **fields: int | bytes | bool) -> Draft:
    draft.state(**fields)
    return draft


def own_code(world: World) -> Draft:
    unlocker = ScriptUnlocker((ANYBODY,), world.scripts.pool.code)
    return Draft([Spend(world.pool.coin, unlocker)], [Output(1_000, ANYBODY)])


def no_vault(world: World) -> Draft:
    unlocker = ScriptUnlocker((), world.scripts.pool.code)
    return with_company(Draft([Spend(world.pool.coin, unlocker)], [Output(1_000, ANYBODY)]))


def pool_behind_a_forged_one(world: World) -> Draft:
    draft = sequence_one(world)
    draft.spends.append(draft.spends[0])
    take_back(draft, 1, 0)
    return forge_pool(draft)


def tickets_as_one_likes(world: World) -> Draft:
    coins = [spend.coin for spend in sequence_two(world).spends[1:]]
    return world.sequence(coins[::-1], sort=False)


def another_order_at_head(world: World, kind: str) -> Draft:
    """Claim that another order stands at head: nobody can tell from the new root."""
    honest, other = world.queued(*TWO), default_action(8)
    forged = world.with_entries([Entry(0, DEADLINE, other.hash), honest.pool.entries[1]])
    draft = forged.expire() if kind == "expire" else forged.execute([other])
    draft.hold(0, honest.pool.coin.output)
    return draft


def vault_of_other_tokens(world: World) -> Draft:
    buys = [action(0), action(1)]
    draft = world.queued(*buys).execute(buys)
    for index in (1, 2, 3):
        change(draft, index, with_category)
    return change_held(draft, 1, with_category)


def an_order_that_asks_too_much(world: World) -> Draft:
    """An order that is not filled, so that its bond is burnt."""
    asked = [action(0, minimum=2**60), TWO[1]]
    return world.queued(*asked).execute(asked)


def reserves_moved_under_an_order(world: World) -> Draft:
    queued = world.queued(*TWO).closed()
    return queued.owned(replace(queued.pool.state, bch_reserve=5_000))


def reserves_set(world: World, bch_reserve: int) -> Draft:
    return world.owned(replace(world.pool.state, bch_reserve=bch_reserve))


def reserves_moved_too_early(world: World) -> Draft:
    draft = reserves_set(world.closed(), 5_000)
    draft.unlock(1, draft.spends[1].unlocker, sequence=world.parameters.notice - 1)
    return draft


def expired_too_early(world: World) -> Draft:
    draft = expire_one(world)
    draft.unlock(0, draft.spends[0].unlocker, sequence=world.parameters.grace - 1)
    return draft


def flags_of_two(world: World) -> Draft:
    draft = closing(world)
    commitment = bytearray(world.pool.state.encode())
    commitment[56] = 2
    draft.commitment(bytes(commitment))
    return draft


def another_key(world: World) -> Draft:
    draft = closing(world)
    draft.unlock(1, world.provider(user(5)))
    return draft


def no_tokens_left(world: World) -> Draft:
    world = world.closed()
    draft = world.owned(replace(world.pool.state, token_reserve=0))
    return change(draft, 1, lambda output: replace(output, token=Token(TOKENS, 0, Nft())))


def _held(world: World, kind: str) -> Draft:
    """A ticket or an order that is refunded."""
    parameters = world.parameters
    if kind == "ticket":
        held, delay = world.ticket(0, TWO[0]), parameters.refund_delay
    else:
        held, delay = world.order(0, TWO[0]), parameters.order_refund_delay
    return Draft([Spend(held, refund_unlocker(0), delay)], [Output(1_000, ANYBODY)])


def refund_by_another_key(world: World, kind: str) -> Draft:
    draft = _held(world, kind)
    draft.unlock(0, refund_unlocker(5))
    return draft


def refund_too_early(world: World, kind: str) -> Draft:
    draft = _held(world, kind)
    held = draft.spends[0]
    draft.unlock(0, held.unlocker, sequence=held.sequence - 1)
    return draft


def collected_by_a_forged_pool(world: World, kind: str) -> Draft:
    state = replace(world.pool.state, collected=1 if kind == "ticket" else -1)
    token = Token(OTHER, 0, Nft(state.encode(), Capability.MUTABLE))
    forged = coin("forged", Output(1_000, ANYBODY, token))
    spends = [Spend(forged, RawUnlocker()), Spend(_held(world, kind).spends[0].coin, RawUnlocker())]
    return Draft(spends, [Output(1_000, ANYBODY, token)])


def paying_fees(draft: Draft, world: World) -> Draft:
    """Let a ticket pay the fees of a sequence, or an order those of an execution."""
    extra = default_action(7)
    is_sequence = len(draft.outputs) == 2
    held = world.ticket(7, extra) if is_sequence else world.order(7, extra)
    draft.spends.append(Spend(held, RawUnlocker()))
    return draft


def pool_nft(world: World) -> Output:
    return Output(1_000, ANYBODY, world.pool.coin.token)


POOL: dict[str, Attack] = {
    "queue-code": own_code,
    "vault": no_vault,
}
QUEUE: dict[str, Attack] = {
    "pool-first": pool_behind_a_forged_one,
    "successor-script": lambda w: change(sequence_two(w), 0, with_script),
    "successor-nft": lambda w: change(expire_one(w), 0, with_capability),
    "locktime-height": lambda w: sequence_one(w, deadline=TIME),
    "padding": lambda w: pushing(sequence_two(w), 0, -3, bytes(7)),
    "outpoints-ascend": tickets_as_one_likes,
    "deadline-near": lambda w: sequence_one(w, deadline=HEIGHT + 13),
    "bonds-kept": lambda w: value_of(sequence_two(w), 0),
    "open": lambda w: sequence_two(w.at(replace(w.pool.state, closed=True))),
    "expire-alone": lambda w: with_company(expire_one(w)),
    "turn": expired_too_early,
    "bond-only": lambda w: value_of(expire_one(w), 0),
    "burnt": lambda w: change(expire_one(w), 1, lambda each: with_script(each, THIEF)),
    "burnt-value": lambda w: value_of(expire_one(w), 1),
    "expire-due": lambda w: w.queued(*TWO).expire(height=DEADLINE - 1),
    "queue-before": lambda w: another_order_at_head(w, "expire"),
    "state": lambda w: with_state(sequence_two(w), closed=True),
}
VAULT: dict[str, Attack] = {
    "pool": lambda w: forge_pool(execute_own(w)),
    "vault-second": lambda w: with_second_vault(execute_two(w)),
    "vault-tokens": vault_of_other_tokens,
    "successor-script": lambda w: change(execute_two(w), 0, with_script),
    "successor-nft": lambda w: change(execute_own(w), 0, with_capability),
    "vault-script": lambda w: change(execute_two(w), 1, with_script),
    "vault-category": lambda w: change(execute_two(w), 1, with_category),
    "vault-value": lambda w: value_of(execute_two(w), 1),
    "padding": lambda w: pushing(execute_two(w), 1, -2, bytes(3)),
    "vault-amount": lambda w: change_held(execute_two(w), 1, with_amount),
    "buy-holds-no-token": lambda w: change_held(
        execute_two(w), 2, lambda output: replace(output, token=Token(OTHER, 0, Nft(b"precious")))
    ),
    "sale-holds-tokens": lambda w: change_held(execute_two(w), 3, with_category),
    "paid-value": lambda w: value_of(execute_two(w), 3),
    "paid-tokens": lambda w: change(execute_two(w), 2, with_amount),
    "paid-category": lambda w: change(execute_two(w), 2, with_category),
    "paid-owner": lambda w: change(execute_two(w), 2, lambda each: with_script(each, THIEF)),
    "pool-value": lambda w: value_of(execute_two(w), 0),
    "vault-kept": lambda w: change(execute_two(w), 1, with_amount),
    "burnt": lambda w: change(
        an_order_that_asks_too_much(w), 4, lambda each: with_script(each, THIEF)
    ),
    "burnt-value": lambda w: value_of(an_order_that_asks_too_much(w), 4),
    "queue-before": lambda w: another_order_at_head(w, "execute"),
    "state": lambda w: with_state(execute_two(w), closed=True),
}
OWNER: dict[str, Attack] = {
    "owner-key": another_key,
    "owner-signature": lambda w: pushing(
        closing(w), 1, 0, Signature(user(5), covered=w.scripts.owner.code)
    ),
    "successor-script": lambda w: change(closing(w), 0, with_script),
    "vault-script": lambda w: change(closing(w), 1, with_script),
    "vault-category": lambda w: change(closing(w), 1, with_category),
    "vault-value": lambda w: value_of(closing(w), 1),
    "flags": flags_of_two,
    "close-once": reserves_moved_under_an_order,
    "closed": lambda w: reserves_set(w, 5_000),
    "notice": reserves_moved_too_early,
    "bch-floor": lambda w: reserves_set(w.closed(), w.parameters.min_reserve - 1),
    "pool-value": lambda w: value_of(closing(w), 0),
    "tokens-positive": no_tokens_left,
    "vault-kept": lambda w: change(closing(w), 1, with_amount),
    "state": lambda w: with_state(closing(w), root=Queue(10).append([b"\x01" * 32]).root),
    "queue-empty": lambda w: w.queued(*TWO).exit(),
    "exit-alone": lambda w: with_company(w.exit()),
    "exit-outputs": lambda w: with_output(w.exit(), pool_nft(w)),
    "exit-tokens": lambda w: with_output(w.exit(), pool_nft(w), 1),
}


def held_by_users(kind: str) -> dict[str, Attack]:
    """The attacks that tickets and orders have in common."""
    return {
        "refund-key": lambda w: refund_by_another_key(w, kind),
        "refund-signature": lambda w: pushing(_held(w, kind), 0, 0, Signature(user(5))),
        "refund-delay": lambda w: refund_too_early(w, kind),
        "pool": lambda w: collected_by_a_forged_pool(w, kind),
    }


TICKET = {**held_by_users("ticket"), "appended": lambda w: paying_fees(sequence_two(w), w)}
ORDER = {**held_by_users("order"), "executed": lambda w: paying_fees(execute_two(w), w)}

ATTACKS: dict[tuple[str, str], Attack] = {
    (contract, check): attack
    for contract, attacks in (
        ("pool", POOL),
        ("queue", QUEUE),
        ("vault", VAULT),
        ("owner", OWNER),
        ("ticket", TICKET),
        ("order", ORDER),
    )
    for check, attack in attacks.items()
}
"""By contract and check."""
