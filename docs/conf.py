"""How Sphinx builds the site from these pages: see scripts/docs."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from pygments.lexers.special import TextLexer

project = "bchcov"
release = version = metadata.version("bchcov")
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# The source folder is the repository's root, so that links to pages beside docs/ are checked too.
root_doc = "docs/index"
include_patterns = [
    "docs/*.md",
    "contracts/**.md",
    "vectors/SOURCE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
]
exclude_patterns = [".*", "docs/_site", "bchcov", "tests"]
html_theme = "furo"
html_title = "bchcov"
html_copy_source = False
myst_heading_anchors = 4
# A link to what is not there is a warning, and scripts/docs takes warnings for errors.
nitpicky = True


def setup(app: Any) -> None:
    """Show sessions of the simulator, CashAssembly and CashScript as they are."""
    for name in ("session", "cashasm", "cash"):
        app.add_lexer(name, TextLexer)
