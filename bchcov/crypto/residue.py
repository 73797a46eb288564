"""Quadratic residues modulo the field prime of secp256k1, computed by gmpy2 if it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

__all__ = ["FIELD_PRIME", "is_quadratic_residue", "jacobi"]

FIELD_PRIME = 2**256 - 2**32 - 977


def jacobi(a: int, n: int) -> int:
    """Compute the Jacobi symbol (a/n) of an odd positive n: -1, 0 or 1."""
    a %= n
    result = 1
    while a:
        twos = (a & -a).bit_length() - 1
        a >>= twos
        if twos & 1 and n & 7 in (3, 5):
            result = -result
        if a & n & 2:
            result = -result
        a, n = n % a, a
    return result if n == 1 else 0


@lru_cache(maxsize=1)
def _fastest_jacobi() -> Callable[[int, int], int]:
    # Found when the first signature asks: importing gmpy2 takes as long as importing the engine.
    try:
        from gmpy2 import jacobi as fast
    except ImportError:
        return jacobi
    return fast  # type: ignore[no-any-return]


def is_quadratic_residue(value: int) -> bool:
    """Whether `value` has a square root modulo the field prime and is not 0."""
    return _fastest_jacobi()(value, FIELD_PRIME) == 1
