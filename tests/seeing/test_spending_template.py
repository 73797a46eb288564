"""A spend as a wallet template makes the same transaction again, and holds no key."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.refusals import ALICE, bare, signed, vault, wrong_redeem_script

from bchcov import EncodeError
from bchcov.formats.wallet_template.template import template_of
from bchcov.seeing import Spending, spending_template

KINDS: dict[str, Spending] = {
    "P2SH32 with tokens": vault(value=9_000),
    "P2PKH": signed(),
    "signed for something else": signed(made=0x41),
    "a bare script": bare("OP_ADD <5> OP_EQUAL", "OP_2 OP_3"),
    "a push that is too long": bare("OP_5 OP_EQUAL", b"\x01\x05"),
    "another redeem script": wrong_redeem_script(),
}


@pytest.mark.parametrize("spending", KINDS.values(), ids=list(KINDS))
def test_a_template_makes_the_same_spend_again(spending: Spending) -> None:
    for index in range(len(spending.transaction.inputs)):
        text = json.dumps(spending_template(spending, index).to_json())
        template = template_of(json.loads(text))
        made = template.scenario("spend", "unlock")
        assert made.transaction == spending.transaction
        assert made.source_outputs == spending.source_outputs
        is_accepted = spending.trace(index).result.ok
        assert (template.scripts["unlock"].passes == ("spend",)) is is_accepted
        assert ALICE.secret.hex() not in text


def test_an_input_that_is_not_there_is_refused() -> None:
    with pytest.raises(EncodeError, match="input 3 is not there: the transaction has 2"):
        spending_template(signed(), 3)


JUDGE = """
import {importWalletTemplate, walletTemplateToCompilerBch, createVirtualMachineBch2026}
  from '@bitauth/libauth';
import {readFileSync} from 'fs';
const template = importWalletTemplate(readFileSync(process.argv[2], 'utf8'));
if (typeof template === 'string') throw new Error(template);
const compiler = walletTemplateToCompilerBch(template);
const made = compiler.generateScenario(
  {debug: true, scenarioId: 'spend', unlockingScriptId: 'unlock'});
const {sourceOutputs, transaction} = made.scenario.program;
console.log(createVirtualMachineBch2026(false).verify({sourceOutputs, transaction}) === true);
"""


@pytest.mark.node
def test_the_engine_of_bitauth_ide_imports_a_template_and_agrees(
    libauth: Path, tmp_path: Path
) -> None:
    judge = libauth / "import_template.mjs"
    judge.write_text(JUDGE, encoding="utf-8")
    for at, spending in enumerate(KINDS.values()):
        path = tmp_path / f"{at}.json"
        path.write_text(json.dumps(spending_template(spending).to_json()), encoding="utf-8")
        done = subprocess.run(
            ["node", judge, path], cwd=libauth, capture_output=True, text=True, check=True
        )
        expected = spending.results[0].ok
        assert done.stdout.strip() == str(expected).lower(), list(KINDS)[at]
