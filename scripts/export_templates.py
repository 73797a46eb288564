"""Write the contracts as wallet templates, for Bitauth IDE and libauth, with example parameters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bchcov.amm import cpmm, direct, epochs, ticketed
from bchcov.amm.templates import (
    cpmm_template,
    direct_template,
    epochs_template,
    ticketed_template,
)

CONTRACTS = Path(__file__).parent.parent / "contracts"
POOL, TOKENS, OWNER = b"\x11" * 32, b"\x22" * 32, b"\x33" * 20
TICKETED = ticketed.Scripts(
    ticketed.Parameters(pool_category=POOL, token_category=TOKENS, owner=OWNER)
)
EPOCHS = epochs.Scripts(epochs.Parameters(pool_category=POOL, token_category=TOKENS, owner=OWNER))
DIRECT = direct.Scripts(direct.Parameters(pool_category=POOL, token_category=TOKENS, owner=OWNER))
CPMM = cpmm.Parameters(TOKENS, OWNER)


def templates() -> dict[Path, dict[str, Any]]:
    """Every template by its file."""
    made = {
        "sequenced_amm/ticketed": ticketed_template(TICKETED),
        "sequenced_amm/epochs": epochs_template(EPOCHS),
        "sequenced_amm/direct": direct_template(DIRECT),
        "cpmm": cpmm_template(CPMM),
    }
    return {
        CONTRACTS / folder / "wallet-template.json": template.to_json()
        for folder, template in made.items()
    }


def main() -> int:
    """Write them all."""
    for path, template in templates().items():
        path.write_text(json.dumps(template, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{path.relative_to(CONTRACTS.parent)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
