"""A page of transactions as a graph: a file of HTML that shows who spent what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..chain.chain import Chain
from ..chain.submission import Submission
from ..contract.contract import Contract
from ..encoding.networks import ADDRESS_PREFIXES
from ..encoding.printable import printable
from ..errors import AddressError
from ..script.addresses import check_network, encode_address
from ..script.patterns import is_p2pkh, pattern_name
from ..transaction.codec import encode_transaction
from ..transaction.model import Output, Token
from .graph import Graph, Link, chain_graph, spendings_graph
from .graph_lanes import lay_out
from .html import data_block, document, shown
from .names import Names
from .page import Page, read_part
from .spending import Spending

__all__ = ["Naming", "chain_page", "graph_page", "spendings_page"]

Naming = Callable[[Output], str]
"""Names who locks an output; "" if it has no name."""

_ROOM = 4_500_000
_STATES = {
    "block": "in a block",
    "pool": "waits for a block",
    "made": "creates coins",
    "refused": "refused",
    "": "",
}


def chain_page(
    chain: Chain,
    *,
    refused: Sequence[Submission] = (),
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
    name_of: Naming | None = None,
    title: str = "",
) -> Page:
    """Make a page of a chain's transactions as a graph: the blocks, then what waits for one.

    `refused` are submissions to show with what they conflict with. `contracts`, `known`
    (locking bytecodes, hashes of keys, categories by name) and `name_of` give names to coins and
    tokens. Of too many transactions for 5 MB the last ones are shown.
    """
    graph = chain_graph(chain, refused=refused, room=_ROOM)
    return graph_page(
        graph,
        contracts=contracts,
        known=known,
        name_of=name_of,
        title=title or f"A chain of {len(chain.blocks):,} blocks",
        network=chain.network,
    )


def spendings_page(spendings: Sequence[Spending], *, title: str = "") -> Page:
    """Make a page of transactions as a graph, as a pool's life is, with what is known of each."""
    contracts = {id(each): each for spending in spendings for each in spending.contracts}
    known: dict[str, bytes] = {}
    for spending in spendings:
        known |= spending.known
    title = title or f"{len(spendings):,} transactions"
    return graph_page(
        spendings_graph(spendings), contracts=list(contracts.values()), known=known, title=title
    )


def graph_page(
    graph: Graph,
    *,
    contracts: Sequence[Contract] = (),
    known: Mapping[str, bytes] | None = None,
    name_of: Naming | None = None,
    title: str = "Transactions",
    network: str = "mainnet",
) -> Page:
    """Make the page of a graph, with addresses of a network."""
    check_network(network)
    told = _Told(graph, _names(contracts, known or {}), ADDRESS_PREFIXES[network], name_of)
    lanes = lay_out(graph, told.weigh)
    data = {
        "rows": [told.row(number) for number in range(len(graph.drawn))],
        "links": [
            [link.maker, link.output, link.spender, link.input, lane]
            for link, lane in zip(graph.links, lanes.links, strict=True)
        ],
        "threads": sorted(lanes.threads),
        "lanes": lanes.nodes,
        "conflicts": graph.conflicts,
        "texts": told.texts,
        "states": _STATES,
    }
    body = "\n".join((*_head(graph, title), read_part("graph.html"), data_block("data", data)))
    style = read_part("page.css") + read_part("graph.css")
    return Page(title, document(title, body, style=style, script=read_part("graph.js")))


def _head(graph: Graph, title: str) -> Iterator[str]:
    yield f"<h1>{shown(title)}</h1>"
    count, refused = len(graph.drawn), sum(each.state == "refused" for each in graph.drawn)
    blocks = len({each.height for each in graph.drawn if each.height is not None})
    waiting = sum(each.state == "pool" for each in graph.drawn)
    said = [f"{count:,} transaction{'' if count == 1 else 's'}"]
    if blocks:
        said[0] += f" in {blocks:,} blocks"
    if waiting:
        said.append(f"{waiting:,} of them wait for a block")
    said.append(f"{refused:,} refused" if refused else "none is refused")
    conflicts = len(graph.conflicts)
    if conflicts:
        coins = "1 coin is" if conflicts == 1 else f"{conflicts:,} coins are"
        said.append(f"{coins} spent by more than one of them")
    older = f" {graph.left_out:,} older ones are left out." if graph.left_out else ""
    yield f"<p>{'; '.join(said)}.{older}</p>"


def _names(contracts: Sequence[Contract], known: Mapping[str, bytes]) -> Names:
    names = Names()
    for name, value in known.items():
        names.add(value, name, shortest=1)
    for contract in contracts:
        names.add(contract.locking_bytecode, contract.name)
    return names


@dataclass(slots=True)
class _Told:
    """The rows of the page; texts that stand in many of them are told once."""

    graph: Graph
    names: Names
    prefix: str
    name_of: Naming | None
    numbers: dict[str, int] = field(default_factory=dict)
    locks: dict[tuple[bytes, bool], tuple[int, bool]] = field(default_factory=dict)
    linked: set[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.linked = {(link.spender, link.input) for link in self.graph.links}

    @property
    def texts(self) -> list[str]:
        """The texts by their numbers."""
        return list(self.numbers)

    def text(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    def weigh(self, link: Link) -> tuple[int, ...]:
        """Say how telling a coin is: one with a name, an NFT, tokens, much value."""
        output = self.graph.drawn[link.maker].transaction.outputs[link.output]
        token = output.token
        has_nft = token is not None and token.nft is not None
        return self._lock(output)[1], has_nft, token is not None, output.value

    def row(self, number: int) -> list[Any]:
        drawn = self.graph.drawn[number]
        transaction = drawn.transaction
        paid = sum(each.value for each in transaction.outputs)
        sources = drawn.sources
        is_known = sources and len(sources) == len(transaction.inputs) and None not in sources
        is_made = drawn.state == "made"
        spent = sum(each.value for each in sources if each is not None) - paid
        return [
            drawn.txid,
            self.text(printable(drawn.name)),
            drawn.state,
            drawn.height,
            len(encode_transaction(transaction)),
            spent if is_known else None,
            [
                [
                    "" if is_made or (number, at) in self.linked else item.outpoint_txid,
                    item.outpoint_index,
                    self._coin(sources[at] if at < len(sources) else None),
                ]
                for at, item in enumerate(transaction.inputs)
            ],
            [self._coin(each) for each in transaction.outputs],
            self.text(drawn.problem),
        ]

    def _coin(self, output: Output | None) -> list[Any] | None:
        """Return the value, who locks it, whether these have a name, and the token."""
        if output is None:
            return None
        who, is_named = self._lock(output)
        told = [output.value, who, int(is_named)]
        return told if output.token is None else [*told, self.text(self._token(output.token))]

    def _lock(self, output: Output) -> tuple[int, bool]:
        """Return who locks an output, as the number of a text, and whether that is a name."""
        key = output.locking_bytecode, output.token is not None
        if key not in self.locks:
            name = self._name(output)
            self.locks[key] = self.text(printable(name) or self._address(output)), bool(name)
        return self.locks[key]

    def _name(self, output: Output) -> str:
        locking = output.locking_bytecode
        name = self.names.of(locking) or (self.names.of(locking[3:-2]) if is_p2pkh(locking) else "")
        return name or ("" if self.name_of is None else self.name_of(output))

    def _address(self, output: Output) -> str:
        locking = output.locking_bytecode
        try:
            address = encode_address(
                locking, prefix=self.prefix, token_aware=output.token is not None
            )
        except AddressError:
            return pattern_name(locking)
        return address.partition(":")[2]

    def _token(self, token: Token) -> str:
        name = printable(self.names.of(token.category)) or f"{token.category_id[:8]}..."
        said = [f"{token.amount:,} of {name}"] if token.amount else [name]
        if token.nft is not None:
            data = token.nft.commitment
            kind = token.nft.capability.name.lower()
            shown_data = data.hex() if len(data) <= 12 else f"{data[:12].hex()}..."
            said.append(f"NFT ({kind}) {shown_data}".rstrip())
        return ", ".join(said)
