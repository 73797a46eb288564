"""The pools as they are and without each of their checks, and what a campaign is told of each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
# The honest transactions of the pools are those that the tests start from.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from epochs_lives import epochs_lives  # noqa: E402
from epochs_promises import epochs_promises  # noqa: E402
from pool_lives import (  # noqa: E402
    BUILDER,
    BUYER,
    SELLER,
    Honest,
    direct_lives,
    ticketed_lives,
)
from pool_promises import direct_promises, ticketed_promises  # noqa: E402
from support import direct_world, epochs_world, ticketed_world  # noqa: E402
from support.ticketed_world import POOL_CATEGORY, PROVIDER, TOKENS  # noqa: E402

from bchcov import (  # noqa: E402
    Coin,
    Output,
    P2pkhUnlocker,
    PrivateKey,
    ScriptUnlocker,
    Signature,
    Token,
    TransactionBuilder,
    compile_contract,
)
from bchcov.amm.formula import amount_out  # noqa: E402
from bchcov.contract import checks_in, load_source, without_check  # noqa: E402
from bchcov.testing import Party  # noqa: E402
from bchcov.testing.fuzzing import Property  # noqa: E402

__all__ = ["Subject", "of_cpmm", "of_direct", "of_epochs", "of_ticketed"]

PARTIES = (
    Party("provider", (PROVIDER,)),
    Party("buyer", (BUYER,)),
    Party("seller", (SELLER,)),
    Party("builder", (BUILDER,), is_open=True),
)


@dataclass(frozen=True)
class Subject:
    """A contract with one check taken out, or none, and what a campaign is told about it."""

    contract: str
    check: str
    honest: Callable[[], Sequence[Honest]]
    parties: tuple[Party, ...]
    unique: tuple[bytes, ...] = ()
    properties: tuple[Property, ...] = ()


def of_epochs() -> Iterator[Subject]:
    """Yield SequencedAMM, epochs."""
    sources = epochs_world.real_sources()

    def subject(file: str, check: str) -> Subject:
        changed = {file: without_check(sources[file], check)} if check else {}
        lives = epochs_lives(changed)
        name = f"epochs/{file}" if file else "epochs"
        promises = epochs_promises(epochs_world.World(changed).scripts, lives)
        return Subject(name, check, lambda: lives.honest, PARTIES, (POOL_CATEGORY,), promises)

    yield subject("", "")
    for file in sources:
        for check in checks_in(sources[file], file):
            yield subject(file, check.name)


def of_ticketed(depth: int = ticketed_world.PARAMETERS.depth) -> Iterator[Subject]:
    """Yield SequencedAMM, ticketed, with a queue of 2^depth places."""
    sources = ticketed_world.real_sources()
    parameters = replace(ticketed_world.PARAMETERS, depth=depth)

    def subject(file: str, check: str) -> Subject:
        changed = {file: without_check(sources[file], check)} if check else {}
        lives = ticketed_lives(changed, depth=depth)
        name = f"ticketed/{file}" if file else "ticketed"
        scripts = ticketed_world.World(changed, parameters).scripts
        promises = ticketed_promises(scripts, lives)
        return Subject(name, check, lambda: lives.honest, PARTIES, (POOL_CATEGORY,), promises)

    yield subject("", "")
    for file in sources:
        for check in checks_in(sources[file], file):
            yield subject(file, check.name)


def of_direct() -> Iterator[Subject]:
    """Yield SequencedAMM, direct."""
    sources = direct_world.real_sources()

    def changed(file: str, check: str) -> dict[str, str]:
        if not check:
            return {}
        if check in {each.name for each in checks_in(sources[file], file)}:
            return {file: without_check(sources[file], check)}
        # A check of the proof that both scripts include: it stands in one of them as text.
        proof = without_check(sources["path_proof"], check)
        bare = " ".join(line.partition("//")[0] for line in proof.split("\n"))
        return {file: sources[file].replace("path_proof\n", f"{bare}\n")}

    def subject(file: str, check: str) -> Subject:
        without = changed(file, check)
        lives = direct_lives(without)
        name = f"direct/{file}" if file else "direct"
        promises = direct_promises(direct_world.DirectWorld(without).pool.scripts, lives)
        return Subject(name, check, lambda: lives.honest, PARTIES, (POOL_CATEGORY,), promises)

    yield subject("", "")
    for file in ("pool", "vault"):
        for check in (*checks_in(sources[file], file), *checks_in(sources["path_proof"])):
            yield subject(file, check.name)


def of_cpmm() -> Iterator[Subject]:
    """Yield the plain pool."""
    source = load_source("cpmm/pool")
    owner, trader = PrivateKey(bytes(31) + b"\x01"), PrivateKey(bytes(31) + b"\x02")
    reserves = 1_000_000_000, 5_000_000

    def subject(check: str) -> Subject:
        text = without_check(source, check) if check else source
        contract = compile_contract("pool", {"owner": owner.public_key_hash}, source=text)

        def honest() -> list[Honest]:
            bch, tokens = reserves
            coin = contract.coin("11" * 32, 0, bch, Token(TOKENS, tokens))
            purse = Output(2_000_000, trader.locking_bytecode, Token(TOKENS, 10_000))
            own = Coin(bytes(32), 1, purse)
            start = TransactionBuilder()
            empty = ScriptUnlocker((), contract.code)
            bought = amount_out(bch, tokens, 1_000_000)
            sold = amount_out(tokens, bch, 5_000)
            after_buy = contract.output(bch + 1_000_000, Token(TOKENS, tokens - bought))
            after_sale = contract.output(bch - sold, Token(TOKENS, tokens + 5_000))
            mine = trader.locking_bytecode
            signed = ScriptUnlocker((Signature(owner), owner.public_key), contract.code)
            built = (
                start.spend(coin, empty)
                .spend(own, P2pkhUnlocker(trader))
                .pay(after_buy, Output(998_000, mine, Token(TOKENS, 10_000 + bought))),
                start.spend(coin, empty)
                .spend(own, P2pkhUnlocker(trader))
                .pay(after_sale, Output(1_998_000 + sold, mine, Token(TOKENS, 5_000))),
                start.spend(coin, signed).pay(
                    Output(bch - 2_000, owner.locking_bytecode, Token(TOKENS, tokens))
                ),
            )
            made = [each.build_exactly() for each in built]
            return [(each.transaction, each.source_outputs) for each in made]

        parties = (Party("owner", (owner,)), Party("trader", (trader,), is_open=True))
        return Subject("cpmm/pool" if check else "cpmm", check, honest, parties)

    yield subject("")
    for each in checks_in(source):
        yield subject(each.name)
