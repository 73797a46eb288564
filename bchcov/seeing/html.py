"""Text and data put into HTML so that they can do nothing but be shown."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable

from ..encoding.printable import printable

__all__ = ["bar", "data_block", "document", "shown", "table"]

# Scripts and styles of the page itself only, and nothing from anywhere else.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'"
)


def shown(text: object) -> str:
    """Escape text from outside: for HTML, and characters that move or hide text."""
    return html.escape(printable(str(text)))


def data_block(name: str, value: object) -> str:
    """Put data into a page for its script; nothing in them ends the block or begins markup."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{name}">{text}</script>'


def bar(used: int, limit: int | None) -> str:
    """Draw how much of a limit is used, with the figures as text."""
    if limit is None:
        return f'<span class="figure">{used:,}, no limit</span>'
    share = 100 * used / limit if limit else (100.0 if used else 0.0)
    kind = "over" if used > limit else "high" if share > 80 else ""
    return (
        f'<div class="bar {kind}" role="img" aria-label="{used:,} of {limit:,}">'
        f'<div style="width:{min(100.0, share):.1f}%"></div></div>'
        f'<span class="figure">{used:,} of {limit:,} ({share:.0f} %)</span>'
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> str:
    """Make a table of cells that are HTML already; on a narrow screen it scrolls by itself."""
    names = list(head)
    heads = "".join(f"<th>{each}</th>" for each in names)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-name="{name}">{cell}</td>' for name, cell in zip(names, row, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return (
        f'<div class="scroll"><table class="{kind}"><thead><tr>{heads}</tr></thead>'
        f"<tbody>\n{body}</tbody></table></div>"
    )


def document(title: str, body: str, *, style: str, script: str = "") -> str:
    """Make one self-contained page, which asks for nothing from anywhere."""
    run = f"<script>\n{script}\n</script>" if script else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<title>{shown(title)}</title>
<style>
{style}
</style>
</head>
<body>
{body}
{run}
</body>
</html>
"""
