"""A spend seen: why it is refused, its steps forwards and backwards, and a page of it."""

from .debugger import Debugger
from .explanation import Explanation, why
from .export import spending_template
from .graph import Drawn, Graph, chain_graph, spendings_graph
from .graph_page import chain_page, graph_page, spendings_page
from .items import ShownItem
from .listing import ListedLine
from .page import Page, spending_page
from .session import as_spending, debug
from .spending import Spending, see, see_built, see_submission

__all__ = [
    "Debugger",
    "Drawn",
    "Explanation",
    "Graph",
    "ListedLine",
    "Page",
    "ShownItem",
    "Spending",
    "as_spending",
    "chain_graph",
    "chain_page",
    "debug",
    "graph_page",
    "see",
    "see_built",
    "see_submission",
    "spending_page",
    "spending_template",
    "spendings_graph",
    "spendings_page",
    "why",
]
