"""For every check of the ticketed contracts an attack that nothing else refuses.

Each is the draft of a transaction that would pass if that one check were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bchcov import Capability, Nft, Output, Token
from bchcov.amm.events import Entry
from bchcov.amm.queue import Queue
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
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


def a_coin_that_is_no_ticket(world: World) -> Draft:
    draft = sequence_one(world)
    data = draft.spends[1].coin.locking_bytecode[1:37]
    script = encode_push(data) + b"\x75" + encode_push(bytes(40)) + b"\x75" + ANYBODY
    draft.hold(1, Output(10_500, script))
    return draft


def a_coin_that_is_no_order(world: World) -> Draft:
    """The right owner and data in a script of the attacker's own."""
    draft = execute_two(world)
    code = bytearray(draft.spends[2].coin.locking_bytecode[:-1])
    code[29:35] = b"\x75\x00\x63\x50\x50\x14"  # OP_DROP OP_0 OP_IF ...: none of it runs
    script = bytes(code[:55]) + b"\x68" + ANYBODY
    return change_held(draft, 2, lambda output: with_script(output, script))


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


def a_buy_of_nothing(world: World) -> Draft:
    """A buy that no Action can be; its hash is what was committed to."""
    honest = action(0, amount=1)
    encoded = b"\x01" + bytes(8) + honest.encode()[9:]
    world = world.with_entries([Entry(0, DEADLINE, sha256(encoded))])
    order = world.order(0, honest)
    order = replace(order, output=replace(order.output, value=world.parameters.order_value))
    return world.execute([action(0, amount=1, minimum=2**60)], [order])


def reserves_moved_under_an_order(world: World) -> Draft:
    queued = world.queued(*TWO)
    return queued.owned(replace(queued.pool.state, bch_reserve=5_000))


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
    draft = world.owned(replace(world.pool.state, token_reserve=0))
    return change(draft, 1, lambda output: replace(output, token=Token(TOKENS, 0, Nft())))


def _held(world: World, kind: str) -> Draft:
    """A ticket or an order that is refunded."""
    held = world.ticket(0, TWO[0]) if kind == "ticket" else world.order(0, TWO[0])
    spend = Spend(held, refund_unlocker(0), world.parameters.refund_delay)
    return Draft([spend], [Output(1_000, ANYBODY)])


def refund_by_another_key(world: World, kind: str) -> Draft:
    draft = _held(world, kind)
    draft.unlock(0, refund_unlocker(5))
    return draft


def refund_too_early(world: World, kind: str) -> Draft:
    draft = _held(world, kind)
    draft.unlock(0, draft.spends[0].unlocker, sequence=world.parameters.refund_delay - 1)
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
    "ticket-bond": lambda w: sequence_one(w, value=9_999),
    "outpoints-ascend": tickets_as_one_likes,
    "ticket-code": a_coin_that_is_no_ticket,
    "deadline-near": lambda w: sequence_one(w, deadline=HEIGHT + 13),
    "bonds-kept": lambda w: value_of(sequence_two(w), 0),
    "open": lambda w: sequence_two(w.at(replace(w.pool.state, closed=True))),
    "expire-alone": lambda w: with_company(expire_one(w)),
    "tip-only": lambda w: value_of(expire_one(w), 0),
    "expire-due": lambda w: w.queued(*TWO).expire(height=DEADLINE - 1),
    "queue-before": lambda w: another_order_at_head(w, "expire"),
    "state": lambda w: with_state(sequence_two(w), hold=50),
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
    "order-code": a_coin_that_is_no_order,
    "buy-holds-no-token": lambda w: change_held(
        execute_two(w), 2, lambda output: replace(output, token=Token(OTHER, 0, Nft(b"precious")))
    ),
    "amount-positive": a_buy_of_nothing,
    "sale-holds-tokens": lambda w: change_held(execute_two(w), 3, with_category),
    "paid-value": lambda w: value_of(execute_two(w), 3),
    "paid-tokens": lambda w: change(execute_two(w), 2, with_amount),
    "paid-category": lambda w: change(execute_two(w), 2, with_category),
    "paid-owner": lambda w: change(execute_two(w), 2, lambda each: with_script(each, THIEF)),
    "pool-value": lambda w: value_of(execute_two(w), 0),
    "vault-kept": lambda w: change(execute_two(w), 1, with_amount),
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
    "reserves-fixed": reserves_moved_under_an_order,
    "bch-positive": lambda w: w.owned(replace(w.pool.state, bch_reserve=0)),
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
