"""For every check of the ticketed contracts an attack that nothing else refuses.

Each is the draft of a transaction that would pass if that one check were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ticketed_world import (
    ANYBODY,
    DEADLINE,
    HEIGHT,
    OTHER,
    PROVIDER,
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

from bchcov import Capability, Nft, Output, Token
from bchcov.covenant.sequenced_amm.queue import Queue
from bchcov.covenant.sequenced_amm.ticketed.pool import Entry
from bchcov.crypto.hashes import sha256
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push
from bchcov.wallet.balance import Spend
from bchcov.wallet.unlockers import RawUnlocker, ScriptUnlocker, Signature

__all__ = ["ATTACKS", "Attack"]

Attack = Callable[[World], Draft]
ATTACKS: dict[tuple[str, str], Attack] = {}
"""By contract and check."""

TWO = [default_action(0), default_action(1)]


def against(contract: str, check: str) -> Callable[[Attack], Attack]:
    def register(attack: Attack) -> Attack:
        assert (contract, check) not in ATTACKS
        ATTACKS[contract, check] = attack
        return attack

    return register


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


def forged_pool(world: World, draft: Draft) -> None:
    """Put a mutable NFT of another category, locked by nothing, in the pool's place."""
    for outputs in (draft.outputs,):
        token = outputs[0].token
        assert token is not None
        outputs[0] = replace(
            outputs[0], locking_bytecode=ANYBODY, token=replace(token, category=OTHER)
        )
    token = world.pool.coin.token
    assert token is not None
    held = Output(draft.spends[0].coin.value, ANYBODY, replace(token, category=OTHER))
    token = draft.spends[0].coin.token
    assert token is not None
    held = replace(held, token=replace(token, category=OTHER))
    draft.hold(0, held)
    draft.unlock(0, RawUnlocker())


@against("pool", "queue-code")
def own_code(world: World) -> Draft:
    unlocker = ScriptUnlocker((ANYBODY,), world.scripts.pool.code)
    return Draft([Spend(world.pool.coin, unlocker)], [Output(1_000, ANYBODY)])


@against("pool", "vault")
def no_vault(world: World) -> Draft:
    spends = [
        Spend(world.pool.coin, ScriptUnlocker((), world.scripts.pool.code)),
        Spend(coin("anybody's", Output(1_000, ANYBODY)), RawUnlocker()),
    ]
    return Draft(spends, [Output(1_000, ANYBODY)])


@against("queue", "pool-first")
def pool_behind_a_forged_one(world: World) -> Draft:
    draft = world.sequence([world.ticket(0, TWO[0])])
    pool = draft.spends[0]
    draft.spends.append(pool)
    forged_pool(world, draft)
    take_back(draft, 1, 0)
    return draft


@against("queue", "successor-script")
def another_pool_script(world: World) -> Draft:
    draft = sequence_two(world)
    draft.outputs[0] = replace(draft.outputs[0], locking_bytecode=ANYBODY)
    return draft


@against("queue", "successor-nft")
def immutable_successor(world: World) -> Draft:
    draft = expire_one(world)
    token = draft.outputs[0].token
    assert token is not None
    assert token.nft is not None
    nft = replace(token.nft, capability=Capability.NONE)
    draft.outputs[0] = replace(draft.outputs[0], token=replace(token, nft=nft))
    return draft


@against("queue", "locktime-height")
def locktime_as_a_time(world: World) -> Draft:
    time = 1_800_000_000
    return world.sequence([world.ticket(0, TWO[0], deadline=time)], height=time)


@against("queue", "padding")
def longer_padding(world: World) -> Draft:
    draft = sequence_two(world)
    draft.push(0, -3, bytes(7))
    return draft


@against("queue", "ticket-bond")
def ticket_without_its_bond(world: World) -> Draft:
    return world.sequence([world.ticket(0, TWO[0], value=9_999)])


@against("queue", "outpoints-ascend")
def tickets_as_one_likes(world: World) -> Draft:
    draft = sequence_two(world)
    coins = [spend.coin for spend in draft.spends[1:]]
    return world.sequence(coins[::-1], sort=False)


@against("queue", "ticket-code")
def a_coin_that_is_no_ticket(world: World) -> Draft:
    draft = world.sequence([world.ticket(0, TWO[0])])
    data = draft.spends[1].coin.locking_bytecode[1:37]
    script = encode_push(data) + b"\x75" + encode_push(bytes(40)) + b"\x75" + ANYBODY
    draft.hold(1, Output(10_500, script))
    return draft


@against("queue", "deadline-near")
def deadline_far_away(world: World) -> Draft:
    return world.sequence([world.ticket(0, TWO[0], deadline=HEIGHT + 13)])


@against("queue", "bonds-kept")
def a_bond_that_does_not_arrive(world: World) -> Draft:
    draft = sequence_two(world)
    draft.value(0, -1)
    return draft


@against("queue", "open")
def ticket_for_a_closed_pool(world: World) -> Draft:
    return sequence_two(world.at(replace(world.pool.state, closed=True)))


@against("queue", "expire-alone")
def expiry_with_company(world: World) -> Draft:
    draft = expire_one(world)
    draft.spends.append(Spend(coin("anybody's", Output(1_000, ANYBODY)), RawUnlocker()))
    return draft


@against("queue", "tip-only")
def more_than_the_tip(world: World) -> Draft:
    draft = expire_one(world)
    draft.value(0, -1)
    return draft


@against("queue", "expire-due")
def expiry_before_the_deadline(world: World) -> Draft:
    return world.queued(*TWO).expire(height=DEADLINE - 1)


@against("queue", "queue-before")
def expiry_of_another_order(world: World) -> Draft:
    """Claim that another order stands at head: nobody can tell from the new root."""
    other = Entry(0, DEADLINE, default_action(7).hash)
    honest = world.queued(*TWO)
    forged = world.with_entries([other, honest.pool.entries[1]])
    draft = forged.expire()
    draft.hold(0, honest.pool.coin.output)
    return draft


@against("queue", "state")
def another_state_after_a_sequence(world: World) -> Draft:
    draft = sequence_two(world)
    draft.state(hold=50)
    return draft


@against("vault", "pool")
def vault_with_a_forged_pool(world: World) -> Draft:
    draft = execute_own(world)
    forged_pool(world, draft)
    return draft


@against("vault", "vault-second")
def two_vaults(world: World) -> Draft:
    draft = execute_two(world)
    vault = draft.spends[1]
    second = coin("another vault", Output(1_000_000, vault.coin.locking_bytecode, vault.coin.token))
    draft.spends.append(Spend(second, vault.unlocker))
    return draft


@against("vault", "vault-tokens")
def vault_of_other_tokens(world: World) -> Draft:
    buys = [action(0), action(1)]
    draft = world.queued(*buys).execute(buys)

    def other(output: Output) -> Output:
        token = output.token
        return replace(output, token=token and replace(token, category=OTHER))

    draft.hold(1, other(draft.spends[1].coin.output))
    draft.outputs[1:4] = map(other, draft.outputs[1:4])
    return draft


@against("vault", "successor-script")
def another_pool_script_after_execution(world: World) -> Draft:
    draft = execute_two(world)
    draft.outputs[0] = replace(draft.outputs[0], locking_bytecode=ANYBODY)
    return draft


@against("vault", "successor-nft")
def immutable_successor_of_an_execution(world: World) -> Draft:
    draft = execute_own(world)
    token = draft.outputs[0].token
    assert token is not None
    assert token.nft is not None
    nft = replace(token.nft, capability=Capability.NONE)
    draft.outputs[0] = replace(draft.outputs[0], token=replace(token, nft=nft))
    return draft


@against("vault", "vault-script")
def another_vault_script(world: World) -> Draft:
    draft = execute_two(world)
    draft.outputs[1] = replace(draft.outputs[1], locking_bytecode=ANYBODY)
    return draft


@against("vault", "vault-category")
def worthless_tokens_in_the_vault(world: World) -> Draft:
    draft = execute_two(world)
    token = draft.outputs[1].token
    assert token is not None
    draft.outputs[1] = replace(draft.outputs[1], token=replace(token, category=OTHER))
    return draft


@against("vault", "vault-value")
def satoshis_out_of_the_vault(world: World) -> Draft:
    draft = execute_two(world)
    draft.value(1, -1)
    return draft


@against("vault", "padding")
def padded_execution(world: World) -> Draft:
    draft = execute_two(world)
    draft.push(1, -2, bytes(3))
    return draft


@against("vault", "vault-amount")
def vault_of_another_amount(world: World) -> Draft:
    draft = execute_two(world)
    held = draft.spends[1].coin.output
    draft.hold(1, replace(held, token=Token(TOKENS, 1)))
    return draft


@against("vault", "order-code")
def a_coin_that_is_no_order(world: World) -> Draft:
    """The right owner and data in a script of the attacker's own."""
    draft = execute_two(world)
    order = draft.spends[2].coin.output
    code = bytearray(order.locking_bytecode[:-1])
    code[29:35] = b"\x75\x00\x63\x50\x50\x14"  # OP_DROP OP_0 OP_IF ...: none of it runs
    script = bytes(code[:55]) + b"\x68" + ANYBODY
    draft.hold(2, replace(order, locking_bytecode=script))
    return draft


@against("vault", "buy-holds-no-token")
def a_buy_with_an_nft(world: World) -> Draft:
    draft = execute_two(world)
    held = draft.spends[2].coin.output
    draft.hold(2, replace(held, token=Token(OTHER, 0, Nft(b"precious"))))
    return draft


def _raw_buy(world: World, amount: int) -> Draft:
    """Execute a buy of an amount that no Action can have; its hash is what was committed to."""
    honest = action(0, amount=1)
    world = world.queued(honest)
    encoded = b"\x01" + _eight(amount) + honest.encode()[9:]
    entry = Entry(0, DEADLINE, sha256(encoded))
    world = world.with_entries([entry])
    order = world.order(0, honest)
    value = world.parameters.order_value + amount
    order = replace(order, output=replace(order.output, value=value))
    unfilled = action(0, amount=1, minimum=2**60)
    draft = world.execute([unfilled], [order])
    draft.outputs[2] = replace(
        draft.outputs[2], value=value + world.parameters.bond - world.parameters.tip
    )
    return draft


def _eight(amount: int) -> bytes:
    """A number in 8 bytes with its sign in the last one, as OP_NUM2BIN writes it."""
    return (abs(amount) | (1 << 63 if amount < 0 else 0)).to_bytes(8, "little")


@against("vault", "amount-positive")
def a_buy_of_nothing(world: World) -> Draft:
    return _raw_buy(world, 0)


@against("vault", "sale-holds-tokens")
def a_sale_of_worthless_tokens(world: World) -> Draft:
    draft = execute_two(world)
    held = draft.spends[3].coin.output
    draft.hold(3, replace(held, token=Token(OTHER, 1_000)))
    return draft


@against("vault", "paid-value")
def a_satoshi_too_little(world: World) -> Draft:
    draft = execute_two(world)
    draft.value(3, -1)
    return draft


@against("vault", "paid-tokens")
def a_token_too_little(world: World) -> Draft:
    draft = execute_two(world)
    token = draft.outputs[2].token
    assert token is not None
    draft.outputs[2] = replace(draft.outputs[2], token=replace(token, amount=token.amount - 1))
    return draft


@against("vault", "paid-category")
def paid_in_worthless_tokens(world: World) -> Draft:
    draft = execute_two(world)
    token = draft.outputs[2].token
    assert token is not None
    draft.outputs[2] = replace(draft.outputs[2], token=replace(token, category=OTHER))
    return draft


@against("vault", "paid-owner")
def paid_to_somebody_else(world: World) -> Draft:
    draft = execute_two(world)
    thief = p2pkh(user(66).public_key_hash)
    draft.outputs[2] = replace(draft.outputs[2], locking_bytecode=thief)
    return draft


@against("vault", "pool-value")
def satoshis_out_of_the_pool(world: World) -> Draft:
    draft = execute_two(world)
    draft.value(0, -1)
    return draft


@against("vault", "vault-kept")
def a_token_out_of_the_vault(world: World) -> Draft:
    draft = execute_two(world)
    token = draft.outputs[1].token
    assert token is not None
    draft.outputs[1] = replace(draft.outputs[1], token=replace(token, amount=token.amount - 1))
    return draft


@against("vault", "queue-before")
def not_the_order_at_head(world: World) -> Draft:
    honest, other = world.queued(*TWO), default_action(8)
    entries = [Entry(0, DEADLINE, other.hash), honest.pool.entries[1]]
    draft = world.with_entries(entries).execute([other])
    draft.hold(0, honest.pool.coin.output)
    return draft


@against("vault", "state")
def another_state_after_an_execution(world: World) -> Draft:
    draft = execute_two(world)
    draft.state(closed=True)
    return draft


def closing(world: World) -> Draft:
    return world.owned(replace(world.pool.state, closed=True))


@against("owner", "owner-key")
def another_key(world: World) -> Draft:
    draft = closing(world)
    draft.unlock(1, world.provider(user(5)))
    return draft


@against("owner", "owner-signature")
def another_signature(world: World) -> Draft:
    draft = closing(world)
    draft.push(1, 0, Signature(user(5), covered=world.scripts.owner.code))
    return draft


@against("owner", "successor-script")
def another_pool_script_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.outputs[0] = replace(draft.outputs[0], locking_bytecode=ANYBODY)
    return draft


@against("owner", "vault-script")
def another_vault_script_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.outputs[1] = replace(draft.outputs[1], locking_bytecode=ANYBODY)
    return draft


@against("owner", "vault-category")
def worthless_tokens_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.outputs[1] = replace(draft.outputs[1], token=Token(OTHER, world.pool.state.token_reserve))
    return draft


@against("owner", "vault-value")
def satoshis_out_of_the_vault_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.value(1, -1)
    return draft


@against("owner", "flags")
def flags_of_two(world: World) -> Draft:
    draft = closing(world)
    commitment = bytearray(world.pool.state.encode())
    commitment[56] = 2
    draft.commitment(bytes(commitment))
    return draft


@against("owner", "reserves-fixed")
def reserves_moved_under_an_order(world: World) -> Draft:
    queued = world.queued(*TWO)
    return queued.owned(replace(queued.pool.state, bch_reserve=5_000))


@against("owner", "bch-positive")
def no_satoshis_left(world: World) -> Draft:
    return world.owned(replace(world.pool.state, bch_reserve=0))


@against("owner", "pool-value")
def satoshis_out_of_the_pool_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.value(0, -1)
    return draft


@against("owner", "tokens-positive")
def no_tokens_left(world: World) -> Draft:
    draft = world.owned(replace(world.pool.state, token_reserve=0))
    draft.outputs[1] = replace(draft.outputs[1], token=Token(TOKENS, 0, Nft()))
    return draft


@against("owner", "vault-kept")
def a_token_out_of_the_vault_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.outputs[1] = replace(draft.outputs[1], token=Token(TOKENS, 1))
    return draft


@against("owner", "state")
def another_queue_by_the_owner(world: World) -> Draft:
    draft = closing(world)
    draft.state(root=Queue(10).append([bytes(31) + b"\x01"]).root)
    return draft


@against("owner", "queue-empty")
def exit_before_the_orders(world: World) -> Draft:
    return world.queued(*TWO).exit()


@against("owner", "exit-alone")
def exit_with_company(world: World) -> Draft:
    draft = world.exit()
    draft.spends.append(Spend(coin("anybody's", Output(1_000, ANYBODY)), RawUnlocker()))
    return draft


@against("owner", "exit-outputs")
def exit_that_keeps_the_nft(world: World) -> Draft:
    draft = world.exit()
    assert world.pool.coin.token is not None
    draft.outputs.append(Output(1_000, ANYBODY, world.pool.coin.token))
    return draft


@against("owner", "exit-tokens")
def exit_into_the_nft(world: World) -> Draft:
    draft = world.exit()
    draft.outputs[1] = Output(1_000, PROVIDER.locking_bytecode, world.pool.coin.token)
    return draft


def _refund(world: World, kind: str) -> Draft:
    held = world.ticket(0, TWO[0]) if kind == "ticket" else world.order(0, TWO[0])
    spend = Spend(held, refund_unlocker(0), world.parameters.refund_delay)
    return Draft([spend], [Output(1_000, ANYBODY)])


def _collected_elsewhere(world: World, kind: str) -> Draft:
    """Collect by a state of nobody's pool."""
    held = world.ticket(0, TWO[0]) if kind == "ticket" else world.order(0, TWO[0])
    collected = 1 if kind == "ticket" else -1
    state = replace(world.pool.state, collected=collected)
    token = Token(OTHER, 0, Nft(state.encode(), Capability.MUTABLE))
    forged = coin("forged", Output(1_000, ANYBODY, token))
    spends = [Spend(forged, RawUnlocker()), Spend(held, RawUnlocker())]
    return Draft(spends, [Output(1_000, ANYBODY, token)])


for _kind in ("ticket", "order"):

    @against(_kind, "refund-key")
    def refund_by_another_key(world: World, kind: str = _kind) -> Draft:
        draft = _refund(world, kind)
        draft.unlock(0, refund_unlocker(5))
        return draft

    @against(_kind, "refund-signature")
    def refund_by_another_signature(world: World, kind: str = _kind) -> Draft:
        draft = _refund(world, kind)
        draft.push(0, 0, Signature(user(5)))
        return draft

    @against(_kind, "refund-delay")
    def refund_too_early(world: World, kind: str = _kind) -> Draft:
        draft = _refund(world, kind)
        unlocker = draft.spends[0].unlocker
        draft.unlock(0, unlocker, sequence=world.parameters.refund_delay - 1)
        return draft

    @against(_kind, "pool")
    def collected_by_a_forged_pool(world: World, kind: str = _kind) -> Draft:
        return _collected_elsewhere(world, kind)


@against("ticket", "appended")
def a_ticket_that_pays_fees(world: World) -> Draft:
    draft = sequence_two(world)
    draft.spends.append(Spend(world.ticket(7, default_action(7)), RawUnlocker()))
    return draft


@against("order", "executed")
def an_order_that_pays_fees(world: World) -> Draft:
    draft = execute_two(world)
    draft.spends.append(Spend(world.order(7, default_action(7)), RawUnlocker()))
    return draft
