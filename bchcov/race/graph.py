"""A page of a race's transactions as a graph, with what was refused."""

from __future__ import annotations

from ..amm.naming import name_coin
from ..seeing.graph_page import chain_page
from ..seeing.page import Page
from ..transaction.model import Output
from .run import Race

__all__ = ["race_page"]


def race_page(race: Race) -> Page:
    """Make a page of all transactions of a race that has been run.

    Coins have the names of whose they are: users by their numbers, the pool and its tickets and
    orders, builders, the miner and the attacker.
    """
    world = race.world
    who = {intent.key.locking_bytecode: f"user {intent.number}" for intent in world.intents}
    builders = (f"builder {number}" for number in range(len(race.builders)))
    for name in ("provider", "miner", "attacker", "keeper", *builders):
        who[world.key(name).locking_bytecode] = name
    scripts = getattr(race.model.tip, "scripts", None)
    pool = race.model.tip.coin.locking_bytecode

    def name_of(output: Output) -> str:
        locking = output.locking_bytecode
        if locking in who:
            return who[locking]
        if locking == pool:
            return "pool"
        return "" if scripts is None else name_coin(output, [scripts])

    title = f"A race of {len(world.intents):,} users on the pool {race.model.name}"
    title += world.chain.scale.remark
    return chain_page(
        world.chain,
        refused=world.refused,
        known={"the token": world.tokens},
        name_of=name_of,
        title=title,
    )
