"""The contracts written in CashScript: their artifacts, honest spends, and attacks on each line."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from contract_examples import ARTIFACT_EXAMPLES, ArtifactExample, Attack

from bchcov import BCH_2025, BCH_2026, Chain, TransactionReason, explain, verify
from bchcov.contract import ContractUnlocker
from bchcov.formats.artifact import read_artifact

COMPILE = Path(__file__).parent / "compile.mjs"
ATTACKS = [(example, attack) for example in ARTIFACT_EXAMPLES for attack in example.attacks]
REQUIRE = re.compile(r'require\((?P<condition>.*), "(?P<message>[^"]*)"\);')


def source_of(example: ArtifactExample, file: str) -> str:
    return (example.folder / f"{file}.cash").read_text(encoding="utf-8")


def line_of(source: str, message: str) -> int:
    (line,) = [
        number for number, text in enumerate(source.splitlines(), 1) if f'"{message}"' in text
    ]
    return line


@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_honest_spends_are_accepted_on_a_chain(example: ArtifactExample) -> None:
    for path, built in example.honest(example.contracts).items():
        for rules in (BCH_2025, BCH_2026):
            verdict = verify(built.transaction, built.source_outputs, rules)
            assert verdict.ok, (path, verdict)
        chain = Chain(height=max(built.transaction.locktime - 2, 0))
        chain.fund(*built.source_outputs)
        if built.transaction.locktime:
            submission = chain.submit(built)
            assert submission.error is not None
            assert submission.error.reason is TransactionReason.TX_NOT_FINAL
        chain.advance(1)
        assert chain.submit(built).ok, path
        assert chain.mine().transactions[1:] == (built.transaction,)


@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_every_requirement_has_its_attack(example: ArtifactExample) -> None:
    required = [
        (file, match["message"])
        for file in example.files
        for match in REQUIRE.finditer(source_of(example, file))
    ]
    assert len(set(required)) == len(required)
    assert len(required) == sum(
        source_of(example, file).count("require(") for file in example.files
    )
    assert set(required) == {(attack.file, attack.check) for attack in example.attacks}


@pytest.mark.parametrize(
    ("example", "attack"), ATTACKS, ids=[f"{each.file}-{each.check}" for _, each in ATTACKS]
)
def test_an_attack_is_refused_by_its_requirement(example: ArtifactExample, attack: Attack) -> None:
    builder = attack.build(example.contracts)
    built = builder.build_exactly()
    verdict = verify(built.transaction, built.source_outputs)
    ((unlocker, result),) = [
        (each.unlocker, result)
        for each, result in zip(builder.spends, verdict.inputs, strict=False)
        if not result.ok
    ]
    assert isinstance(unlocker, ContractUnlocker)
    why = unlocker.explain_refusal(result)
    line = line_of(source_of(example, attack.file), attack.check)
    assert (why.line, why.check) == (line, attack.check)
    contract = example.contracts[attack.file]
    assert f"{contract.name}.cash:{line} [{attack.check}]" in explain(result, contract)


def compiled(cashscript: Path, sources: list[str]) -> list[dict[str, Any]]:
    """What cashc makes of these sources."""
    script = cashscript / COMPILE.name
    script.write_text(COMPILE.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        ["node", str(script)],
        input=json.dumps(sources),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    artifacts: list[dict[str, Any]] = json.loads(done.stdout)
    return artifacts


@pytest.mark.node
@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_the_artifacts_are_what_cashc_makes_of_the_sources(
    cashscript: Path, example: ArtifactExample
) -> None:
    made = compiled(cashscript, [source_of(example, file) for file in example.files])
    for file, artifact in zip(example.files, made, strict=True):
        kept = json.loads((example.folder / f"{file}.json").read_text(encoding="utf-8"))
        assert {**artifact, "updatedAt": ""} == {**kept, "updatedAt": ""}


def without(source: str, message: str) -> str:
    """The source without a requirement: what it asks is still computed, and then ignored."""

    def ignored(match: re.Match[str]) -> str:
        condition = match["condition"]
        if match["message"] != message:
            return match[0]
        # A time can be asked for by itself only.
        time = condition.removeprefix("tx.time >= ")
        asked = f"({condition}) || true" if time == condition else f"{time} == {time}"
        return f'require({asked}, "{message}");'

    changed = REQUIRE.sub(ignored, source)
    assert changed != source
    return changed


@pytest.mark.node
@pytest.mark.parametrize("example", ARTIFACT_EXAMPLES, ids=lambda each: each.name)
def test_an_attack_succeeds_where_its_requirement_is_ignored(
    cashscript: Path, example: ArtifactExample
) -> None:
    sources = [without(source_of(example, each.file), each.check) for each in example.attacks]
    for attack, artifact in zip(example.attacks, compiled(cashscript, sources), strict=True):
        weaker = read_artifact(json.dumps(artifact))
        contracts = example.make({**example.artifacts, attack.file: weaker})
        built = attack.build(contracts).build_exactly()
        verdict = verify(built.transaction, built.source_outputs)
        assert verdict.ok, (attack.check, verdict)
