"""Count the lines of the chapter's examples, and of the same with CashScript's SDK."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "covenants.md"
TWIN = ROOT / "tests" / "contract" / "typescript" / "covenants.ts"
TABLE = re.compile(r"(?<=<!-- line counts -->\n).*?(?=<!-- end of line counts -->)", re.DOTALL)

_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sections(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """Yield the title and the text of each section; a line that begins with `mark` opens one."""
    for part in re.split(rf"^{mark} ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        yield title, body


def code_lines(text: str, comment: str) -> list[str]:
    """List the lines that are neither empty nor comments."""
    return [
        line for line in text.splitlines() if line.strip() and not line.strip().startswith(comment)
    ]


def examples() -> dict[str, tuple[list[str], list[str]]]:
    """The lines in Python and in TypeScript of each example that there is in both."""
    python = {
        title: code_lines("".join(_PYTHON.findall(body)), "#")
        for title, body in sections(PAGE.read_text(encoding="utf-8"), "##")
    }
    return {
        title: (python[title], code_lines(body, "//"))
        for title, body in sections(TWIN.read_text(encoding="utf-8"), "// ##")
    }


def table() -> str:
    """The table of the page."""
    rows = ["| example | bchcov | CashScript's SDK |", "|---|---|---|"]
    rows += [
        f"| {title} | {len(ours)} | {len(theirs)} |" for title, (ours, theirs) in examples().items()
    ]
    return "".join(f"{row}\n" for row in rows)


def main() -> int:
    """Write the table into the page."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(TABLE.sub(lambda _: table(), text), encoding="utf-8")
    print(table(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
