"""Validation of whole transactions: the scripts and every other check that nodes make.

`Judge` is for many mutants of one transaction; a name is loaded when it is asked for.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .judge import Change, Judge

__all__ = ["Change", "Judge"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a name the first time that it is asked for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = globals()[name] = getattr(import_module(".judge", __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
