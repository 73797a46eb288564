"""Coverage of the largest contracts there are: several scripts, functions, code that is shown."""

from __future__ import annotations

from support.ticketed_attacks import ATTACKS, closing, execute_two, expire_one, sequence_two
from support.ticketed_world import World

from bchcov.testing import Coverage


def test_every_named_check_of_the_pool_is_seen_to_fail_by_its_attacks() -> None:
    world = World()
    honest = [make(world) for make in (sequence_two, execute_two, expire_one, closing)]
    attacks = [attack(world) for attack in ATTACKS.values()]
    transactions = [draft.finish() for draft in (*honest, *attacks)]
    contracts = dict.fromkeys(
        contract
        for transaction, sources in transactions
        for spent, output in zip(transaction.inputs, sources, strict=True)
        for contract in world.scripts.contracts_in(output, spent.unlocking_bytecode)
    )
    coverage = Coverage(*contracts)
    for transaction, sources in transactions[: len(honest)]:
        coverage.add(transaction, sources)
    assert coverage.report().never_refused == coverage.report().checks
    for transaction, sources in transactions[len(honest) :]:
        coverage.add(transaction, sources)
    report = coverage.report()
    # It makes the item that the owner's code leaves at its end; no attack is refused by that.
    assert [each.name for each in report.never_refused] == ["line 13 OP_SPLIT"]
    proof = [each for each in report.lines if each.file.endswith("range_proof.cashasm")]
    assert {14, 19, 21} <= {each.line for each in proof if each.ran}
