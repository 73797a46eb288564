"""How many changed transactions a campaign judges in a second, all its own work included."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time

# The sequences are those that the tests of the pool start from.
sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from support.ticketed_world import POOL_CATEGORY, World, default_action  # noqa: E402

from bchcov import Nft, Output, Token, TransactionBuilder, compile_contract  # noqa: E402
from bchcov.script.patterns import p2pkh  # noqa: E402
from bchcov.testing import fuzz  # noqa: E402
from bchcov.testing.fuzzing.campaign import Honest  # noqa: E402

__all__ = ["mutants_per_second"]

MUTANTS = 5_000
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
    """Yield rows: of a covenant without signatures, and of sequences of the ticketed pool."""
    covenant = compile_contract("covenant", source=COVENANT, paths={"go": ""})
    token = Token(bytes(range(32)), nft=Nft(b"ab"))
    coin = covenant.coin("11" * 32, 0, 100_000, token)
    builder = TransactionBuilder().spend(coin, covenant.unlock.go())
    builder = builder.pay(covenant.output(98_000, token), Output(1_500, p2pkh(bytes(20))))
    what = f"mutants of a covenant of {COVENANT.count('OP_')} instructions"
    yield what, _rate(builder.build()), "/s"
    for count in BATCHES:
        world = World()
        tickets = [world.ticket(at, default_action(at), value=12_000) for at in range(count)]
        what = f"mutants of a ticketed sequence of {count}"
        yield what, _rate(world.sequence(tickets).finish(), unique=(POOL_CATEGORY,)), "/s"


def _rate(honest: Honest, unique: tuple[bytes, ...] = ()) -> float:
    start = process_time()
    report = fuzz([honest], seconds=None, count=MUTANTS, unique=unique)
    return report.judged / (process_time() - start)
