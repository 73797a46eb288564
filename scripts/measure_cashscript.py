"""Measure the contracts written in CashScript beside the same in CashAssembly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract_examples import SEQUENCED, STREAM, STREAM_BY_HAND, ArtifactExample
from measure_examples import example_checks
from measure_pools import direct_life
from measure_tables import table

from bchcov import BuiltTransaction, verify
from bchcov.script.patterns import is_p2pkh

# How the two ways of writing it call the same.
DIRECT_NAMES = {"withdraw": "exit"}


def costs_together(built: BuiltTransaction) -> list[str]:
    """The bytes of a transaction, and what its contracts' inputs cost together."""
    verdict = verify(built.transaction, built.source_outputs)
    assert verdict.ok, verdict
    metrics = [
        result.metrics
        for output, result in zip(built.source_outputs, verdict.inputs, strict=True)
        if not is_p2pkh(output.locking_bytecode)
    ]
    cost = sum(each.op_cost for each in metrics)
    limit = sum(each.op_cost_limit or 0 for each in metrics)
    return [f"{built.size:,}", f"{cost:,}", f"{100 * cost / limit:.0f} %"]


def beside(
    compiled: Mapping[str, BuiltTransaction], by_hand: Mapping[str, BuiltTransaction]
) -> str:
    """Every transaction in both forms."""
    head = ["transaction", "bytes", "op cost", "of its limit", "bytes", "op cost", "of its limit"]
    return table(
        head,
        [
            [name, *costs_together(built), *costs_together(by_hand[DIRECT_NAMES.get(name, name)])]
            for name, built in compiled.items()
        ],
    )


EXPLAINED = (
    "Bytes of the whole transaction, and what the inputs of the contracts cost together in standard"
    " mode; first CashScript, then CashAssembly:"
)


def stream_figures() -> Iterator[str]:
    """The stream in both languages."""
    compiled, by_hand = STREAM.contracts["stream"], STREAM_BY_HAND.contracts["stream"]
    head = ["script", "CashScript, bytes", "CashAssembly, bytes"]
    yield table(head, [["stream", str(compiled.size), str(by_hand.size)]])
    yield EXPLAINED
    yield beside(STREAM.honest(STREAM.contracts), STREAM_BY_HAND.honest(STREAM_BY_HAND.contracts))


def sequenced_figures() -> Iterator[str]:
    """The pool in CashScript, and the direct profile."""
    scripts, life = direct_life()
    contracts = SEQUENCED.contracts
    pool, follower = contracts["pool"].size, contracts["follower"].size
    rows = [
        ["pool", str(pool), str(len(scripts.pool.code))],
        ["follower, or vault", str(follower), str(len(scripts.vault.code))],
        ["both", str(pool + follower), str(len(scripts.pool.code) + len(scripts.vault.code))],
    ]
    yield table(["script", "CashScript, bytes", "CashAssembly, bytes"], rows)
    yield EXPLAINED
    yield beside(SEQUENCED.honest(contracts), life)


def requirements(example: ArtifactExample) -> Iterator[str]:
    """Every requirement with its line, and the attacks that nothing else refuses."""
    for file in example.files:
        lines = (example.folder / f"{file}.cash").read_text(encoding="utf-8").splitlines()
        rows = []
        for number, line in enumerate(lines, 1):
            attacks = [
                each for each in example.attacks if each.file == file and f'"{each.check}"' in line
            ]
            if attacks:
                what = " ".join(each.what for each in attacks)
                rows.append([attacks[0].check, str(number), what])
        yield (
            f"`{file}.cash`: each attack is refused by its requirement, and passes where"
            " `test_cashscript_examples` lets the compiler ignore that one."
        )
        yield table(["requirement", "line", "attacks"], rows, numbers=1)


def stream_checks() -> Iterator[str]:
    """The requirements, and the checks by hand."""
    yield from requirements(STREAM)
    yield from example_checks(STREAM_BY_HAND)
