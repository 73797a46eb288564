"""One self-contained page on a comparison: what was found, the plots, and all figures."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence

from .compare import Row
from .settings import POOLS, Settings
from .words import (
    ATTACKERS_IN_WORDS,
    CAPTIONS,
    MEASURES,
    PLOTS_IN_WORDS,
    SETTINGS_IN_WORDS,
    findings,
)

__all__ = ["page"]

_POOLS_IN_WORDS = {
    "cpmm": "a plain pool, whose users all spend the same coin",
    "direct": "SequencedAMM by the rules of 2025: users commit in the pool's own coin",
    "ticketed": "SequencedAMM by the rules of 2026: users make tickets, builders batch them",
    "epochs": "SequencedAMM in epochs: all orders of an epoch trade at one price",
}
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2rem }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  gap: 1rem }
figure { margin: 0 } img { width: 100%; height: auto; display: block; background: #fff }
figcaption { font-size: .9rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { padding: .2rem .5rem; border-bottom: 1px solid #8886; text-align: right;
  font-variant-numeric: tabular-nums; font-weight: normal }
th:first-child { text-align: left } thead th, th[colspan] { font-weight: bold }
th[colspan] { padding-top: .8rem }
code { overflow-wrap: anywhere }
@media (max-width: 40rem) {
  table { font-size: .75rem }
  .figures tr { display: grid; grid-template-columns: repeat(var(--pools), 1fr) }
  .figures th[scope=row], .figures th[colspan] { grid-column: 1 / -1; border-bottom: 0 }
  .figures th[scope=row] { padding-bottom: 0 } .figures thead td { display: none }
  th, td { padding: .2rem .15rem }
}
"""


def page(
    rows: Sequence[Row],
    plots: Mapping[str, bytes],
    settings: Settings,
    *,
    swept: str | None = None,
    made: str = "",
) -> str:
    """Return the page; `made` says when and by which command it was made.

    `swept` is the setting whose values the rows compare, if there is one.
    """
    values = list(dict.fromkeys(row.value for row in rows))
    sections = []
    for value in values if swept else [None]:
        chosen = [row for row in rows if value is None or row.value == value]
        heading = "Figures" if swept is None else f"{SETTINGS_IN_WORDS[swept]}: {value:g}"
        sections.append(f"<h2>{html.escape(_capital(heading))}</h2>\n{_table(chosen)}")
    pools = [pool for pool in POOLS if any(row.pool == pool for row in rows)]
    legend = "".join(
        f"<li><b>{pool}</b>: {html.escape(_POOLS_IN_WORDS[pool])}</li>\n" for pool in pools
    )
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SequencedAMM: a race on {len(pools)} pools</title>
<style>{_STYLE}</style>
<h1>A race on {len(pools)} pools</h1>
<p>The same users and blocks on each pool; every transaction was verified by the script engine.</p>
{_draft(settings)}<ul>
{legend}</ul>
<h2>What was found</h2>
{_found(rows, swept)}
{_figures(plots)}
{"".join(sections)}
<h2>Settings</h2>
<p>{html.escape(made)}</p>
{_settings(settings, swept, values)}
</html>
"""


def _draft(settings: Settings) -> str:
    draft = settings.pace.draft
    return (
        f"<p><b>{_capital(html.escape(draft))}</b>: a model of rules that no chain has.</p>\n"
        if draft
        else ""
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _found(rows: Sequence[Row], swept: str | None) -> str:
    said = []
    for row in rows:
        where = row.pool if swept is None else f"{row.pool}, {SETTINGS_IN_WORDS[swept]}"
        name = where if swept is None else f"{where} {row.value:g}"
        said.append(f"<li><b>{html.escape(name)}.</b> {html.escape(findings(row))}</li>\n")
    return f"<ul>\n{''.join(said)}</ul>"


def _figures(plots: Mapping[str, bytes]) -> str:
    if not plots:
        return "<p>There are no plots: matplotlib is not installed.</p>"
    figures = "".join(
        f'<figure><img alt="{html.escape(PLOTS_IN_WORDS[name])}"'
        f' src="data:image/png;base64,{base64.b64encode(png).decode()}">'
        f"<figcaption>{html.escape(CAPTIONS[name])}</figcaption></figure>\n"
        for name, png in plots.items()
    )
    return f'<div class="plots">\n{figures}</div>'


def _table(rows: Sequence[Row]) -> str:
    heads = "".join(f'<th scope="col">{html.escape(row.pool)}</th>' for row in rows)
    body = []
    for group, measures in MEASURES:
        body.append(f'<tr><th colspan="{len(rows) + 1}">{_capital(group)}</th></tr>\n')
        for words, cell in measures:
            cells = "".join(f"<td>{html.escape(cell(row))}</td>" for row in rows)
            body.append(f'<tr><th scope="row">{html.escape(words)}</th>{cells}</tr>\n')
    return (
        f'<div class="wide"><table class="figures" style="--pools: {len(rows)}">\n'
        f"<thead><tr><td></td>{heads}</tr></thead>\n"
        f"<tbody>\n{''.join(body)}</tbody></table></div>\n"
    )


def _settings(settings: Settings, swept: str | None, values: Sequence[float]) -> str:
    lines = []
    for name, value in settings.as_dict().items():
        told = str(value)
        if name == swept:
            told = ", ".join(f"{each:g}" for each in values)
        elif name == "attacker":
            told = ATTACKERS_IN_WORDS[settings.attacker]
        elif name == "parameters":
            told = ", ".join(f"{key} {number:,}" for key, number in settings.parameters) or "none"
        elif isinstance(value, bool):
            told = "yes" if value else "no"
        elif isinstance(value, int):
            told = f"{value:,}"
        words = html.escape(SETTINGS_IN_WORDS[name])
        lines.append(f'<tr><th scope="row">{words}</th><td>{html.escape(told)}</td></tr>\n')
    return f'<div class="wide"><table>\n{"".join(lines)}</table></div>'
