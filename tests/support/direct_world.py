"""A direct pool with its users, and drafts of its transactions in which all can be changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bchcov import Output, Token
from bchcov.amm.action import BUY, SELL, Action
from bchcov.amm.coins import pool_output, vault_output
from bchcov.amm.direct.parameters import Parameters
from bchcov.amm.direct.pool import Pool, new_queue
from bchcov.amm.direct.scripts import FOLDER, NAMES, Scripts
from bchcov.amm.direct.state import COUNTS, State
from bchcov.amm.events import Entry
from bchcov.amm.formula import Reserves, execute
from bchcov.amm.queue import Queue
from bchcov.contract import load_source
from bchcov.crypto.hashes import hash160, sha256
from bchcov.script.patterns import p2pkh
from bchcov.wallet.balance import Spend
from bchcov.wallet.keys import PrivateKey
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
    POOL_CATEGORY,
    PROVIDER,
    TOKENS,
    Draft,
    action,
    coin,
    user,
)

PARAMETERS = Parameters(
    pool_category=POOL_CATEGORY, token_category=TOKENS, owner=PROVIDER.public_key_hash
)
RESERVES = Reserves(1_000_000_000, 5_000_000)
BOUGHT, SOLD = action(0), action(1, SELL, 1_000)


def path(queue: Queue, index: int) -> list[Item]:
    return [sibling or empty for sibling, empty in reversed(queue.proof(index, 1))]


@dataclass
class DirectWorld:
    """A pool, by default empty; `sources` are contracts that stand in for the real ones."""

    sources: Mapping[str, str] = field(default_factory=dict)
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        state = State(bch_reserve=RESERVES.bch, token_reserve=RESERVES.tokens)
        self.put(state, new_queue(), ())

    def put(self, state: State, queue: Queue, entries: tuple[Entry, ...]) -> None:
        scripts = Scripts(PARAMETERS, self.sources)
        self.pool = Pool(
            scripts,
            coin("the pool", pool_output(scripts, state)),
            coin("the vault", vault_output(scripts, state, 1_000)),
            state,
            queue,
            entries,
        )

    def at(self, reserves: Reserves) -> DirectWorld:
        other = DirectWorld(self.sources)
        state = replace(self.pool.state, bch_reserve=reserves.bch, token_reserve=reserves.tokens)
        other.put(state, self.pool.queue, self.pool.entries)
        return other

    def queued(self, *entries: Entry | Action, start: int = 0) -> DirectWorld:
        """The world after these were committed, the first one at place `start`."""
        other = DirectWorld(self.sources)
        made = tuple(
            each if isinstance(each, Entry) else Entry(start + at, DEADLINE, each.hash)
            for at, each in enumerate(entries)
        )
        queue = Queue(4, start, start, hash160)
        for each in made:
            queue = queue.append([hash160(each.preimage)])
        state = replace(
            self.pool.state,
            root=queue.root,
            head=start % COUNTS,
            tail=(start + len(made)) % COUNTS,
        )
        other.put(state, queue, made)
        return other

    def _spend(self, items: list[Item], sequence: int) -> Spend:
        return Spend(self.pool.coin, ScriptUnlocker(items, self.pool.scripts.pool.code), sequence)

    def commit(
        self, each: Action = BOUGHT, *, height: int = HEIGHT, preimage: bytes | None = None
    ) -> Draft:
        pool = self.pool
        data = preimage or Entry(0, DEADLINE, each.hash).preimage
        queue = pool.queue.append([hash160(data)])
        state = replace(pool.state, root=queue.root, tail=queue.tail % COUNTS)
        spends = [
            self._spend([*path(pool.queue, pool.queue.tail), data], 0),
            Spend(coin("of the committer", Output(20_000, ANYBODY)), RawUnlocker()),
        ]
        return Draft(spends, [pool_output(pool.scripts, state)], height)

    def reveal(self, each: Action, *, encoded: bytes | None = None) -> Draft:
        pool, scripts = self.pool, self.pool.scripts
        fill = execute(pool.state.reserves, each, min_reserve=PARAMETERS.min_reserve)
        queue = pool.queue.take(1)
        state = replace(
            pool.state,
            bch_reserve=fill.reserves.bch,
            token_reserve=fill.reserves.tokens,
            root=queue.root,
            head=queue.head % COUNTS,
        )
        deadline = pool.entries[0].deadline.to_bytes(4, "little")
        items = [*path(pool.queue, pool.queue.head), deadline + (encoded or each.encode())]
        bought = fill.amount_out if each.direction == BUY else 0
        value = PARAMETERS.bond + fill.amount_out - bought
        token = Token(TOKENS, bought) if bought else None
        spends = [
            self._spend([], 0),
            Spend(pool.vault, ScriptUnlocker(items, scripts.vault.code)),
            Spend(coin("of the trader", Output(20_000, ANYBODY)), RawUnlocker()),
        ]
        outputs = [
            pool_output(scripts, state),
            vault_output(scripts, state, pool.vault.value),
            Output(value, p2pkh(each.owner), token),
        ]
        return Draft(spends, outputs)

    def expire(self, *, height: int = DEADLINE) -> Draft:
        pool = self.pool
        queue = pool.queue.take(1)
        state = replace(
            pool.state,
            bch_reserve=pool.state.bch_reserve + PARAMETERS.bond - PARAMETERS.tip,
            root=queue.root,
            head=queue.head % COUNTS,
        )
        items = [*path(pool.queue, pool.queue.head), pool.entries[0].preimage]
        return Draft([self._spend(items, 0)], [pool_output(pool.scripts, state)], height)

    def exit(self, key: PrivateKey = PROVIDER, signer: PrivateKey | None = None) -> Draft:
        pool = self.pool
        items = (Signature(signer or key), key.public_key)
        spends = [
            self._spend([], 0),
            Spend(pool.vault, ScriptUnlocker(items, pool.scripts.vault.code)),
        ]
        outputs = [
            Output(1_000, PROVIDER.locking_bytecode, Token(TOKENS, pool.state.token_reserve)),
            Output(1_000, PROVIDER.locking_bytecode),
        ]
        return Draft(spends, outputs)


def behind_a_forged_pool(world: DirectWorld) -> Draft:
    draft = world.commit()
    draft.spends.append(draft.spends[0])
    return forge_pool(draft)


def another_order(world: DirectWorld, kind: str) -> Draft:
    """Claim that another order stands at head."""
    honest = world.queued(BOUGHT, SOLD)
    forged = world.queued(action(7), SOLD)
    draft = forged.expire() if kind == "expire" else forged.reveal(action(7))
    draft.hold(0, honest.pool.coin.output)
    return draft


def nothing_bought(world: DirectWorld) -> Draft:
    encoded = b"\x01" + bytes(8) + BOUGHT.encode()[9:]
    world = world.queued(Entry(0, DEADLINE, sha256(encoded)))
    return world.reveal(action(0, minimum=2**62), encoded=encoded)


def fake_tokens(world: DirectWorld) -> Draft:
    draft = world.queued(BOUGHT).reveal(BOUGHT)
    for index in (1, 2):
        change(draft, index, with_category)
    return change_held(draft, 1, with_category)


def other_reserve(draft: Draft) -> Draft:
    token = draft.outputs[0].token
    assert token is not None
    assert token.nft is not None
    state = State.decode(token.nft.commitment)
    commitment = replace(state, token_reserve=state.token_reserve + 1).encode()
    draft.commitment(commitment)
    return draft


def other_vault(world: DirectWorld) -> Draft:
    draft = world.exit()
    draft.hold(1, Output(1_000, ANYBODY))
    draft.unlock(1, RawUnlocker())
    return draft


def revealed(world: DirectWorld, each: Action = BOUGHT) -> Draft:
    return world.queued(each, action(9)).reveal(each)


Attack = Callable[[DirectWorld], Draft]
ATTACKS: dict[tuple[str, str], Attack] = {
    ("pool", "pool-first"): behind_a_forged_pool,
    ("pool", "successor-script"): lambda w: change(w.commit(), 0, with_script),
    ("pool", "successor-nft"): lambda w: change(w.commit(), 0, with_capability),
    ("pool", "locktime-height"): lambda w: w.commit(
        height=1_800_000_000,
        preimage=(1_800_000_000).to_bytes(4, "little") + BOUGHT.hash,
    ),
    ("pool", "tip-only"): lambda w: value_of(w.queued(BOUGHT).expire(), 0),
    ("pool", "expire-due"): lambda w: w.queued(BOUGHT).expire(height=DEADLINE - 1),
    ("pool", "bond-paid"): lambda w: value_of(w.commit(), 0),
    ("pool", "preimage-size"): lambda w: w.commit(
        preimage=Entry(0, DEADLINE, BOUGHT.hash).preimage + b"\0"
    ),
    ("pool", "deadline-near"): lambda w: w.commit(
        preimage=(HEIGHT + 13).to_bytes(4, "little") + BOUGHT.hash
    ),
    ("pool", "state"): lambda w: other_reserve(w.commit()),
    ("pool", "queue-before"): lambda w: another_order(w, "expire"),
    ("pool", "vault"): other_vault,
    ("vault", "pool"): lambda w: forge_pool(revealed(w)),
    ("vault", "vault-second"): lambda w: with_second_vault(revealed(w)),
    ("vault", "vault-tokens"): fake_tokens,
    ("vault", "successor-script"): lambda w: change(revealed(w), 0, with_script),
    ("vault", "vault-script"): lambda w: change(revealed(w), 1, with_script),
    ("vault", "vault-category"): lambda w: change(revealed(w), 1, with_category),
    ("vault", "vault-value"): lambda w: value_of(revealed(w), 1),
    ("vault", "vault-amount"): lambda w: change_held(revealed(w), 1, with_amount),
    ("vault", "amount-positive"): nothing_bought,
    ("vault", "pool-value"): lambda w: value_of(revealed(w), 0),
    ("vault", "vault-kept"): lambda w: change(revealed(w), 1, with_amount),
    ("vault", "paid-value"): lambda w: value_of(revealed(w, SOLD), 2),
    ("vault", "paid-tokens"): lambda w: change(revealed(w), 2, with_amount),
    ("vault", "paid-category"): lambda w: change(revealed(w), 2, with_category),
    ("vault", "paid-owner"): lambda w: change(
        revealed(w), 2, lambda output: with_script(output, p2pkh(user(66).public_key_hash))
    ),
    ("vault", "queue-before"): lambda w: another_order(w, "reveal"),
    ("vault", "state"): lambda w: other_reserve(revealed(w)),
    ("vault", "owner-key"): lambda w: w.exit(user(5)),
    ("vault", "owner-signature"): lambda w: w.exit(signer=user(5)),
    ("vault", "queue-empty"): lambda w: w.queued(BOUGHT).exit(),
    ("vault", "exit-alone"): lambda w: with_company(w.exit()),
    ("vault", "exit-outputs"): lambda w: with_output(
        w.exit(), Output(1_000, ANYBODY, w.pool.coin.token)
    ),
    ("vault", "exit-tokens"): lambda w: with_output(
        w.exit(), Output(1_000, ANYBODY, w.pool.coin.token), 1
    ),
}
"""By contract and check: what passes if that one check is not there."""

HONEST: dict[str, Attack] = {
    "commit": lambda w: w.commit(),
    "reveal of a buy": revealed,
    "reveal of a sale": lambda w: revealed(w, SOLD),
    "expire": lambda w: w.queued(BOUGHT, SOLD).expire(),
    "exit": lambda w: w.exit(),
    "over the counters' end": lambda w: w.queued(BOUGHT, SOLD, start=COUNTS - 1).reveal(BOUGHT),
    "commit at the counters' end": lambda w: w.queued(start=COUNTS - 1).commit(),
}


def real_sources() -> dict[str, str]:
    names = (*NAMES, "path_proof")
    return {name: load_source(f"{FOLDER}/{name}") for name in names}
