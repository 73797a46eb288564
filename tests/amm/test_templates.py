"""The contracts as wallet templates: files, sources and libauth agree."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import export_templates
import pytest

from bchcov.amm.ticketed.scripts import ORDER_DATA, TICKET_DATA
from bchcov.script.patterns import p2sh32

TEMPLATES = export_templates.templates()
TICKETED, DIRECT = export_templates.TICKETED, export_templates.DIRECT
EPOCHS = export_templates.EPOCHS
EXPECTED = {
    "ticketed": {
        "pool": TICKETED.pool_bytecode,
        "vault": TICKETED.vault_bytecode,
        "queue_code": TICKETED.queue.code,
        "owner_code": TICKETED.owner.code,
        "ticket": TICKETED.ticket(bytes(20), b"\x01" * TICKET_DATA),
        "order": TICKETED.order(bytes(20), b"\x01" * ORDER_DATA),
    },
    "epochs": {
        "pool": EPOCHS.pool_bytecode,
        "vault": EPOCHS.vault_bytecode,
        "append_code": EPOCHS.append.code,
        "settle_code": EPOCHS.settle.code,
        "turn_code": EPOCHS.turn.code,
        "owner_code": EPOCHS.owner.code,
        "ticket": EPOCHS.ticket(bytes(20), b"\x01" * 32),
        "slot": EPOCHS.slot(b"\x01" * 32),
        "order": EPOCHS.order(b"\x01" * 44),
    },
    "direct": {"pool": DIRECT.pool_bytecode, "vault": DIRECT.vault_bytecode},
    "cpmm": {"pool": p2sh32(export_templates.CPMM.contract.code)},
}
SCRIPT = """
import { readFileSync } from 'node:fs';
import { binToHex, importWalletTemplate, walletTemplateToCompilerBch } from '@bitauth/libauth';
const { template, names } = JSON.parse(readFileSync(0, 'utf8'));
const imported = importWalletTemplate(template);
const answer = {};
if (typeof imported === 'string') answer.error = imported;
else {
  const compiler = walletTemplateToCompilerBch(imported);
  for (const scriptId of names) {
    const made = compiler.generateBytecode({ data: {}, scriptId });
    answer[scriptId] = made.success ? binToHex(made.bytecode) : JSON.stringify(made.errors);
  }
}
process.stdout.write(JSON.stringify(answer));
"""


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name)
def test_a_file_holds_the_sources_as_they_are(path: Path) -> None:
    assert json.loads(path.read_text(encoding="utf-8")) == TEMPLATES[path], (
        "run scripts/export_templates"
    )


@pytest.mark.node
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name)
def test_libauth_opens_a_template_and_compiles_the_same_bytes(path: Path, libauth: Path) -> None:
    expected = EXPECTED[path.parent.name]
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", SCRIPT],
        cwd=libauth,
        input=json.dumps(
            {"template": json.loads(path.read_text(encoding="utf-8")), "names": list(expected)}
        ),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert json.loads(done.stdout) == {name: code.hex() for name, code in expected.items()}
