"""RIPEMD-160 in Python, for systems whose OpenSSL lacks it.

Source: Dobbertin, Bosselaers, Preneel, "RIPEMD-160: A Strengthened Version of RIPEMD".
"""

from __future__ import annotations

import struct

__all__ = ["ripemd160"]

_RHO = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
_PI = tuple((9 * index + 5) % 16 for index in range(16))
_SHIFTS = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)
_LEFT_CONSTANTS = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_CONSTANTS = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_MASK = 0xFFFF_FFFF


def _orders(first: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Compute the order in which each of the five rounds reads the words of a block."""
    orders = [first]
    for _ in range(4):
        orders.append(tuple(_RHO[index] for index in orders[-1]))
    return tuple(orders)


_LEFT_ORDERS = _orders(tuple(range(16)))
_RIGHT_ORDERS = _orders(_PI)


def _mix(kind: int, x: int, y: int, z: int) -> int:
    if kind == 0:
        return x ^ y ^ z
    if kind == 1:
        return (x & y) | (~x & z)
    if kind == 2:
        return (x | ~y) ^ z
    if kind == 3:
        return (x & z) | (y & ~z)
    return x ^ (y | ~z)


def _line(
    state: tuple[int, ...],
    words: tuple[int, ...],
    orders: tuple[tuple[int, ...], ...],
    constants: tuple[int, ...],
    kinds: range,
) -> tuple[int, int, int, int, int]:
    a, b, c, d, e = state
    for order, constant, kind, shift_table in zip(orders, constants, kinds, range(5), strict=True):
        shifts = _SHIFTS[shift_table]
        for index in order:
            total = (a + _mix(kind, b, c, d) + words[index] + constant) & _MASK
            shift = shifts[index]
            total = ((total << shift | total >> (32 - shift)) + e) & _MASK
            a, e, d, c, b = e, d, (c << 10 | c >> 22) & _MASK, b, total
    return a, b, c, d, e


def ripemd160(data: bytes) -> bytes:
    """Hash `data` to 20 bytes."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data))
    state = _START
    for start in range(0, len(padded), 64):
        words = struct.unpack_from("<16I", padded, start)
        a, b, c, d, e = _line(state, words, _LEFT_ORDERS, _LEFT_CONSTANTS, range(5))
        v, w, x, y, z = _line(state, words, _RIGHT_ORDERS, _RIGHT_CONSTANTS, range(4, -1, -1))
        h0, h1, h2, h3, h4 = state
        state = (
            (h1 + c + y) & _MASK,
            (h2 + d + z) & _MASK,
            (h3 + e + v) & _MASK,
            (h4 + a + w) & _MASK,
            (h0 + b + x) & _MASK,
        )
    return struct.pack("<5I", *state)
