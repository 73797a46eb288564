"""A spend seen: why it is refused, its steps forwards and backwards, and a page of it."""

from .debugger import Debugger
from .explanation import Explanation, why
from .items import ShownItem
from .listing import ListedLine
from .spending import Spending, see, see_built, see_submission

__all__ = [
    "Debugger",
    "Explanation",
    "ListedLine",
    "ShownItem",
    "Spending",
    "see",
    "see_built",
    "see_submission",
    "why",
]
