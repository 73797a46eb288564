"""Write docs/opcodes.md from the description of each operation."""

from __future__ import annotations

from pathlib import Path

from bchcov.vm.reference import OpcodeEntry, describe_opcodes
from bchcov.vm.rules.upgrades import BCH_SPEC, RULE_SETS

PAGE = Path(__file__).parent.parent / "docs" / "opcodes.md"

INTRODUCTION = """# Opcodes

Every opcode, what it does to the stack (the top is on the right), and what it costs under the
rules of 2025 and later, where each instruction costs 100 and what is named here. `bchcov
opcodes NAME` prints the same with the source of the rule. `scripts/opcodes` writes this page.

"Iterations" are hash iterations: 64 each, in standard mode 192. A value of 0 to 75 as an opcode
pushes that many bytes.
"""


def _row(entry: OpcodeEntry) -> str:
    since = str(entry.year or "draft")
    cells = (
        f"`{entry.name}`",
        f"0x{entry.code:02x}",
        f"`{entry.effect}`",
        entry.summary,
        entry.charge or "nothing more",
        since,
        entry.source,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def render() -> str:
    """The page."""
    entries = {entry.code: entry for entry in describe_opcodes(BCH_SPEC)}
    for rules in RULE_SETS:
        entries |= {each.code: each for each in describe_opcodes(rules) if each.year}
    shown = [entry for code, entry in sorted(entries.items()) if not 1 < code < 0x4C]
    head = "| opcode | byte | stack | what it does | costs besides 100 | since | source |"
    rows = [head, "|---|---|---|---|---|---|---|", *map(_row, shown)]
    return INTRODUCTION + "\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
    print(f"{PAGE.name}: written")
