"""How many changed transactions a campaign judges in a second, and what its own work adds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from unittest.mock import patch

# The sequences are those that the tests of the pool start from.
sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from support.ticketed_world import POOL_CATEGORY, World, default_action  # noqa: E402

from bchcov import (  # noqa: E402
    BuiltTransaction,
    Contract,
    Nft,
    Output,
    Token,
    Transaction,
    TransactionBuilder,
    compile_contract,
    verify,
)
from bchcov.script.patterns import p2pkh  # noqa: E402
from bchcov.testing import fuzz  # noqa: E402
from bchcov.testing.contract_mutants.running import Case, mutate  # noqa: E402
from bchcov.testing.fuzzing.campaign import Honest  # noqa: E402
from bchcov.testing.fuzzing.judging import Judge  # noqa: E402

__all__ = ["mutants_per_second"]

MUTANTS = 5_000
SPENDS = 20
BATCHES = (1, 16)
COVENANT = """\
OP_INPUTINDEX OP_OUTPUTBYTECODE OP_INPUTINDEX OP_UTXOBYTECODE OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTVALUE <2000> OP_ADD OP_INPUTINDEX OP_UTXOVALUE
OP_GREATERTHANOREQUAL OP_VERIFY
OP_INPUTINDEX OP_OUTPUTTOKENCATEGORY OP_INPUTINDEX OP_UTXOTOKENCATEGORY OP_EQUALVERIFY
OP_INPUTINDEX OP_OUTPUTTOKENCOMMITMENT OP_INPUTINDEX OP_UTXOTOKENCOMMITMENT OP_EQUALVERIFY
OP_1 OP_OUTPUTVALUE <1000> OP_GREATERTHANOREQUAL OP_VERIFY OP_TXINPUTCOUNT OP_1 OP_NUMEQUAL
"""


def mutants_per_second() -> Iterator[tuple[str, float, str]]:
    """Yield rows: campaigns on a covenant and on sequences of the ticketed pool, and mutation."""
    covenant = compile_contract("covenant", source=COVENANT, paths={"go": ""})
    what = f"mutants of a covenant of {COVENANT.count('OP_')} instructions"
    yield from _campaign(what, _spend(covenant, 98_000))
    for count in BATCHES:
        world = World()
        tickets = [world.ticket(at, default_action(at), value=12_000) for at in range(count)]
        honest = world.sequence(tickets).finish()
        yield from _campaign(f"mutants of a ticketed sequence of {count}", honest, POOL_CATEGORY)
    yield "spends against each mutant of that covenant", _mutation_rate(covenant), "/s"


def _spend(covenant: Contract, value: int) -> BuiltTransaction:
    token = Token(bytes(range(32)), nft=Nft(b"ab"))
    coin = covenant.coin("11" * 32, 0, 100_000, token)
    builder = TransactionBuilder().spend(coin, covenant.unlock.go())
    return builder.pay(covenant.output(value, token), Output(1_500, p2pkh(bytes(20)))).build()


def _campaign(what: str, honest: Honest, *unique: bytes) -> Iterator[tuple[str, float, str]]:
    """Yield how many mutants a campaign judges, and what it takes beside verifying each of them.

    That is less than nothing where not all of each mutant's scripts has to run.
    """
    start = process_time()
    report = fuzz([honest], seconds=None, count=MUTANTS, unique=unique)
    seconds = process_time() - start
    yield what, report.judged / seconds, "/s"
    proposed = list(_proposed(honest, unique))
    start = process_time()
    for transaction, coins in proposed:
        verify(transaction, coins)
    alone = process_time() - start
    yield f"{what}, only verified", len(proposed) / alone, "/s"
    yield f"{what}, the fuzzer's own work on top of verifying", 100 * (seconds / alone - 1), "%"


def _proposed(
    honest: Honest, unique: tuple[bytes, ...]
) -> Iterator[tuple[Transaction, tuple[Output, ...]]]:
    """Yield what the same campaign judges, as transactions that nobody has checked."""
    with patch.object(Judge, "verify", autospec=True, side_effect=Judge.verify) as judging:
        fuzz([honest], seconds=None, count=MUTANTS, unique=unique)
    for call in judging.call_args_list:
        _, made, coins = call.args
        yield Transaction(made.inputs, made.outputs, made.version, made.locktime), coins


def _mutation_rate(covenant: Contract) -> float:
    spends = [_spend(covenant, 98_000 + value) for value in range(SPENDS)]
    cases = [
        Case(str(at), each.transaction, each.source_outputs, True) for at, each in enumerate(spends)
    ]
    start = process_time()
    results = mutate(covenant, cases).results
    seconds = process_time() - start
    return SPENDS * sum(each.status != "not run" for each in results) / seconds
