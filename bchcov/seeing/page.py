"""A page of one transaction: a file of HTML that shows it, its costs, and each of its steps."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..encoding.networks import ADDRESS_PREFIXES
from ..errors import AddressError
from ..script.addresses import check_network, encode_address
from ..script.patterns import pattern_name
from ..transaction.codec import encode_transaction
from ..transaction.model import Output
from .explanation import why
from .html import bar, data_block, document, shown, table
from .items import shorten, show_item
from .names import Names, name_values
from .page_data import PageData, run_data
from .spending import Spending
from .states import state_of

__all__ = ["Page", "spending_page"]

_FRAME_PIXELS = 900


@dataclass(frozen=True, slots=True)
class Page:
    """A self-contained page of HTML; a notebook shows it in a frame."""

    title: str
    html: str = field(repr=False)

    def write(self, path: str | Path) -> None:
        """Write the page into a file. Raises OSError."""
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        # In a frame of its own, so that its styles and scripts touch nothing else.
        return (
            f'<iframe sandbox="allow-scripts" style="width:100%;height:{_FRAME_PIXELS}px;border:0"'
            f' srcdoc="{html.escape(self.html)}"></iframe>'
        )


@cache
def read_part(name: str) -> str:
    """Read a style or a script that lies beside this file."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def spending_page(spending: Spending, *, network: str = "mainnet") -> Page:
    """Make the page of a transaction, with addresses of a network.

    It holds the transaction with addresses, tokens and what its commitments hold, why it is
    refused, the costs of each input, and each step with script, source, bytes and stacks. There
    is nothing in it but what is public: the transaction, what it spends, and the names given.
    """
    check_network(network)
    names = name_values(spending)
    data = PageData(spending, names)
    runs = [
        run_data(data, spending.trace(index), index)
        for index in range(len(spending.transaction.inputs))
    ]
    title = spending.title or f"Transaction {spending.txid[:16]}..."
    told = {"runs": runs, "items": data.shown, "scripts": data.told, "sources": data.sources}
    body = "\n".join(
        (
            *_head(spending, title),
            *_parts(spending, names, network),
            *_costs(spending),
            _run(spending, has_sources=any(each["lines"] for each in data.sources.values())),
            data_block("data", told),
        )
    )
    page = document(title, body, style=read_part("page.css"), script=read_part("page.js"))
    return Page(title, page)


def _head(spending: Spending, title: str) -> Iterator[str]:
    error = spending.error
    size = len(encode_transaction(spending.transaction))
    spent = sum(each.value for each in spending.source_outputs)
    paid = sum(each.value for each in spending.transaction.outputs)
    kind, word = ("ok", "accepted") if error is None else ("bad", "refused")
    yield f"<h1>{shown(title)}</h1>"
    yield f'<div class="txid mono">{spending.txid}</div>'
    yield (
        f'<p><span class="verdict {kind}">{word}</span> by {shown(spending.rules)};'
        f" {size:,} bytes, fee {spent - paid:,} satoshis, version {spending.transaction.version},"
        f" locktime {spending.transaction.locktime}</p>"
    )
    explained = why(spending)
    if explained is not None:
        lines = "\n".join(map(shown, str(explained).split("\n")))
        yield f'<h2>Why it is refused</h2>\n<pre class="why">{lines}</pre>'


def _parts(spending: Spending, names: Names, network: str) -> Iterator[str]:
    yield "<h2>What it spends and makes</h2>"
    yield '<div class="two"><div class="many"><h3>Inputs</h3>'
    for index, item in enumerate(spending.transaction.inputs):
        output = spending.source_outputs[index]
        result = spending.results[index] if index < len(spending.results) else None
        facts = [
            ("spends", f'<span class="mono">{item.outpoint_txid}:{item.outpoint_index}</span>'),
            *_facts(spending, output, names, network),
            *_parameters(spending, output),
            ("sequence", f"0x{item.sequence:08x}"),
        ]
        if result is not None and not result.ok:
            facts.append(("refused", shown(result)))
        kind = "card" if result is None or result.ok else "card bad"
        yield _card(kind, f"Input {index}", output.value, facts)
    yield '</div><div class="many"><h3>Outputs</h3>'
    for index, output in enumerate(spending.transaction.outputs):
        facts = list(_facts(spending, output, names, network))
        yield _card("card", f"Output {index}", output.value, facts)
    yield "</div></div>"


def _card(kind: str, name: str, value: int, facts: list[tuple[str, str]]) -> str:
    told = "".join(f"<dt>{what}</dt><dd>{said}</dd>" for what, said in facts)
    return (
        f'<div class="{kind}"><div class="head"><span>{name}</span>'
        f"<span>{value:,} satoshis</span></div><dl>{told}</dl></div>"
    )


def _facts(
    spending: Spending, output: Output, names: Names, network: str
) -> Iterator[tuple[str, str]]:
    """Yield what is to be said of an output, as HTML."""
    contract = spending.contract_of(output)
    locking = output.locking_bytecode
    pattern = shown(pattern_name(locking))
    yield "locked by", pattern if contract is None else f"<b>{shown(contract.name)}</b>, {pattern}"
    try:
        address = encode_address(
            locking, prefix=ADDRESS_PREFIXES[network], token_aware=output.token is not None
        )
        yield "address", f'<span class="mono">{shown(address)}</span>'
    except AddressError:
        yield "script", f'<span class="mono">{shorten(locking, 60)}</span>'
    token = output.token
    if token is None:
        return
    known = names.of(token.category)
    name = "" if known.startswith("category ") else f"<b>{shown(known)}</b> "
    yield "category", f'{name}<span class="mono">{token.category_id}</span>'
    if token.amount:
        yield "tokens", f"{token.amount:,}"
    if token.nft is not None:
        yield "NFT", token.nft.capability.name.lower()
        commitment = token.nft.commitment
        yield "commitment", f'<span class="mono">{commitment.hex() or "empty"}</span>'
        for field_name, value in state_of(output, spending):
            number = int.from_bytes(value, "little")
            said = f"{number:,}" if len(value) <= 8 else f"0x{value.hex()}"
            yield shown(field_name), f'<span class="mono">{said}</span>'


def _parameters(spending: Spending, output: Output) -> Iterator[tuple[str, str]]:
    """Yield the constants that a contract was made with, by name."""
    contract = spending.contract_of(output)
    for each in () if contract is None else contract.parameters:
        said = shown(show_item(each.value, Names()))
        yield shown(each.name), f'<span class="mono">{said}</span>'


def _costs(spending: Spending) -> Iterator[str]:
    rows = []
    for index, result in enumerate(spending.results):
        metrics = result.metrics
        verdict = "accepted" if result.ok else shown(result.reason)
        kind = "ok" if result.ok else "bad"
        rows.append(
            (
                f"{index}",
                f'<span class="verdict {kind}">{verdict}</span>',
                bar(metrics.op_cost, metrics.op_cost_limit),
                bar(metrics.hash_iterations, metrics.hash_iterations_limit),
                bar(metrics.signature_checks, metrics.signature_checks_limit),
                f"{metrics.instructions:,}",
            )
        )
    if rows:
        yield "<h2>Costs and their budgets</h2>"
        yield (
            '<p class="legend">A budget follows from the length of the input\'s unlocking bytecode;'
            " above it the input is refused.</p>"
        )
        head = (
            "input",
            "verdict",
            "operation cost",
            "hash iterations",
            "signature checks",
            "steps",
        )
        yield table(head, rows)


def _run(spending: Spending, *, has_sources: bool) -> str:
    error = spending.error
    chosen = 0 if error is None or error.input is None else error.input
    options = "".join(
        f'<option value="{index}"{" selected" if index == chosen else ""}>input {index}'
        f"{_option(spending, index)}</option>"
        for index in range(len(spending.transaction.inputs))
    )
    kind = "panes" if has_sources else "panes nosource"
    steps = read_part("page_steps.html")
    return steps.replace("@KIND@", kind).replace("@OPTIONS@", options)


def _option(spending: Spending, index: int) -> str:
    contract = spending.contract_of(spending.source_outputs[index])
    name = "" if contract is None else f": {shown(contract.name)}"
    result = spending.results[index] if index < len(spending.results) else None
    return f"{name}{'' if result is None or result.ok else ' (refused)'}"
