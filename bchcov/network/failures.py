"""The exceptions with which asking a server fails, and their description."""

from __future__ import annotations

from bitcash.exceptions import DataNotFound, InvalidAddress, InvalidEndpointResponse

from ..errors import BchcovError, NetworkError

__all__ = ["FAILURES", "describe"]

FAILURES = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    InvalidEndpointResponse,
    DataNotFound,
    InvalidAddress,
    BchcovError,
)
"""The exceptions of asking a server that does not answer, or whose answer is invalid.

bitcash does not validate answers, and fails with any of these on an invalid one.
"""


def describe(error: Exception) -> str:
    """Return an error's message, preceded by its type if it is not one of this library's."""
    said = error.message if isinstance(error, NetworkError) else str(error)
    return said if isinstance(error, BchcovError) else f"{type(error).__name__}: {said}"
