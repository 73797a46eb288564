"""Wallet templates, compiled and tried by libauth as well: every script in every scenario."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import export_templates
import pytest
from support.wallet_templates import EVERYTHING, PUBLIC_DATA

from bchcov import (
    BCH_2023,
    BCH_2025,
    BCH_2026,
    BCH_SPEC,
    encode_outputs,
    encode_transaction,
    verify,
)
from bchcov.errors import TemplateError
from bchcov.formats.wallet_template import CompilationData, WalletTemplate, read_wallet_template
from bchcov.formats.wallet_template.defaults import sorting_key

pytestmark = pytest.mark.node

RULES = (BCH_2023, BCH_2025, BCH_2026, BCH_SPEC)
SCRIPT = """
import { readFileSync } from 'node:fs';
import * as libauth from '@bitauth/libauth';
const { binToHex, encodeTransaction, encodeTransactionOutputs } = libauth;
const vms = ['2023', '2025', '2026', 'Spec'].map((y) => libauth[`createVirtualMachineBch${y}`]());
const { template, published, data } = JSON.parse(readFileSync(0, 'utf8'));
const source = published === null ? template : libauth[published];
const compiler = libauth.walletTemplateToCompilerBch(source);
const { scripts, unlockingScripts, scenarios } = compiler.configuration;
const answer = { template: source, codes: {}, spends: {} };
for (const scenario of ['', ...Object.keys(scenarios ?? {})]) {
  const scenarioId = scenario === '' ? undefined : scenario;
  const made = compiler.generateScenario({ scenarioId });
  if (typeof made !== 'string')
    for (const scriptId of Object.keys(scripts)) {
      const result = compiler.generateBytecode({ data: made.data, scriptId });
      answer.codes[`${scenario} ${scriptId}`] = result.success ? binToHex(result.bytecode) : null;
    }
  for (const unlockingScriptId of Object.keys(unlockingScripts)) {
    const spend = compiler.generateScenario({ scenarioId, unlockingScriptId });
    const name = `${scenario} ${unlockingScriptId}`;
    if (typeof spend === 'string') { answer.spends[name] = null; continue; }
    const { transaction, sourceOutputs } = spend.program;
    answer.spends[name] = {
      transaction: binToHex(encodeTransaction(transaction)),
      outputs: binToHex(encodeTransactionOutputs(sourceOutputs)),
      accepted: vms.map((vm) => vm.verify(spend.program) === true),
    };
  }
}
answer.given = (data ?? []).map((each) => Object.keys(scripts).map((scriptId) => {
  const result = compiler.generateBytecode({ data: each, scriptId });
  return result.success ? binToHex(result.bytecode) : null;
}));
process.stdout.write(JSON.stringify(answer));
"""


def ask(libauth: Path, template: Any, published: str | None = None, data: Any = None) -> Any:
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        cwd=libauth,
        input=json.dumps({"template": template, "published": published, "data": data}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def ours(template: WalletTemplate) -> dict[str, Any]:
    codes: dict[str, str | None] = {}
    spends: dict[str, Any] = {}
    for scenario in (None, *template.scenarios):
        try:
            data = template.scenario_data(scenario)
        except TemplateError:
            data = None
        for script in template.sources.texts if data is not None else ():
            name = f"{scenario or ''} {script}"
            try:
                codes[name] = template.compile(script, data).hex()
            except TemplateError:
                codes[name] = None
        for script in template.sources.unlocks:
            name = f"{scenario or ''} {script}"
            try:
                spend = template.scenario(scenario, script)
            except TemplateError:
                spends[name] = None
                continue
            spends[name] = {
                "transaction": encode_transaction(spend.transaction).hex(),
                "outputs": encode_outputs(spend.source_outputs).hex(),
                "accepted": [
                    verify(spend.transaction, spend.source_outputs, rules).ok for rules in RULES
                ],
            }
    return {"codes": codes, "spends": spends}


def compare(answer: Any) -> int:
    found = ours(read_wallet_template(json.dumps(answer["template"])))
    # Where a scenario cannot be generated libauth has no data for scripts to be compiled with.
    assert {name: found["codes"].get(name) for name in answer["codes"]} == answer["codes"]
    assert found["spends"].keys() == answer["spends"].keys()
    for name, spend in answer["spends"].items():
        assert found["spends"][name] == spend, name
    return len(answer["codes"]) + len(answer["spends"])


@pytest.mark.parametrize("path", export_templates.templates(), ids=lambda path: path.parent.name)
def test_our_contracts_compile_as_by_libauth(libauth: Path, path: Path) -> None:
    assert compare(ask(libauth, json.loads(path.read_text(encoding="utf-8")))) > 3


@pytest.mark.parametrize("name", ["walletTemplateP2pkh", "walletTemplateP2pkhNonHd"])
def test_what_libauth_publishes_compiles_as_by_libauth(libauth: Path, name: str) -> None:
    assert compare(ask(libauth, None, name)) == 3


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_rule_of_the_format_is_that_of_libauth(libauth: Path, name: str) -> None:
    assert compare(ask(libauth, EVERYTHING[name])) > 3


def test_public_keys_are_derived_as_by_libauth(libauth: Path) -> None:
    template = read_wallet_template(json.dumps(EVERYTHING["hd keys"]))
    answers = ask(libauth, EVERYTHING["hd keys"], data=PUBLIC_DATA)["given"]
    derived = 0
    for given, answer in zip(PUBLIC_DATA, answers, strict=True):
        keys = given["hdKeys"]
        data = CompilationData(
            hd_public_keys=keys["hdPublicKeys"], address_index=keys["addressIndex"]
        )
        found: list[str | None] = []
        for script in template.sources.texts:
            try:
                found.append(template.compile(script, data).hex())
            except TemplateError:
                found.append(None)
        assert found == answer
        derived += sum(code is not None for code in answer)
    assert derived > 20


SORT = """
import { readFileSync } from 'node:fs';
const names = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(names.sort((a, b) => a.localeCompare(b, 'en'))));
"""


def test_names_are_sorted_as_by_javascript(libauth: Path) -> None:
    random = Random(11)
    characters = [chr(code) for code in range(32, 127)] + list("_aAbB1") * 12
    names = {"".join(random.choices(characters, k=random.randrange(1, 7))) for _ in range(2000)}
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SORT],
        cwd=libauth,
        input=json.dumps(sorted(names)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(names, key=sorting_key) == json.loads(done.stdout)


OTHERS = sorted(Path(os.environ.get("BCHCOV_TEMPLATES", "/nowhere")).glob("*.json"))


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_templates_of_others_compile_as_by_libauth(libauth: Path, path: Path) -> None:
    """Those of the folder that the environment names, as downloaded from where they are."""
    assert compare(ask(libauth, json.loads(path.read_text(encoding="utf-8")))) > 0
