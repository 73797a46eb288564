"""The ways in which asking a server fails."""

from __future__ import annotations

from bitcash.exceptions import DataNotFound, InvalidAddress, InvalidEndpointResponse

from ..errors import BchcovError, NetworkError

__all__ = ["FAILURES", "words_of"]

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
"""What asking a server ends in where it does not answer, or what it answers makes no sense.

bitcash reads answers as they should be, and fails in any of these ways where they are not.
"""


def words_of(error: Exception) -> str:
    """What an error says, with its kind where that is not evident."""
    said = error.message if isinstance(error, NetworkError) else str(error)
    return said if isinstance(error, BchcovError) else f"{type(error).__name__}: {said}"
