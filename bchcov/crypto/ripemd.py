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
# A product with this holds 32 bits twice, so that the bits from 32 on are the number rotated.
_TWICE = 1 << 32 | 1
_TEN = _TWICE << 10
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_MASK = 0xFFFF_FFFF

_State = tuple[int, int, int, int, int]
_Steps = tuple[tuple[int, int], ...]


def _steps(order: tuple[int, ...]) -> list[_Steps]:
    """The word and the rotation of each step of five rounds, the first reading in `order`."""
    rounds = []
    for shifts in _SHIFTS:
        rounds.append(tuple((index, _TWICE << shifts[index]) for index in order))
        order = tuple(_RHO[index] for index in order)
    return rounds


_L1, _L2, _L3, _L4, _L5 = _steps(tuple(range(16)))
_R1, _R2, _R3, _R4, _R5 = _steps(_PI)

# A loop for each of the five functions, with the function inside it: a call for each of the
# 160 steps of a block would take a fifth of the time.


def _round_1(state: _State, words: tuple[int, ...], steps: _Steps, constant: int) -> _State:
    a, b, c, d, e = state
    for index, rotation in steps:
        total = (a + (b ^ c ^ d) + words[index] + constant & _MASK) * rotation >> 32
        a, b, c, d, e = e, total + e & _MASK, b, c * _TEN >> 32 & _MASK, d
    return a, b, c, d, e


def _round_2(state: _State, words: tuple[int, ...], steps: _Steps, constant: int) -> _State:
    a, b, c, d, e = state
    for index, rotation in steps:
        total = (a + ((c ^ d) & b ^ d) + words[index] + constant & _MASK) * rotation >> 32
        a, b, c, d, e = e, total + e & _MASK, b, c * _TEN >> 32 & _MASK, d
    return a, b, c, d, e


def _round_3(state: _State, words: tuple[int, ...], steps: _Steps, constant: int) -> _State:
    a, b, c, d, e = state
    for index, rotation in steps:
        total = (a + ((b | c ^ _MASK) ^ d) + words[index] + constant & _MASK) * rotation >> 32
        a, b, c, d, e = e, total + e & _MASK, b, c * _TEN >> 32 & _MASK, d
    return a, b, c, d, e


def _round_4(state: _State, words: tuple[int, ...], steps: _Steps, constant: int) -> _State:
    a, b, c, d, e = state
    for index, rotation in steps:
        total = (a + ((b ^ c) & d ^ c) + words[index] + constant & _MASK) * rotation >> 32
        a, b, c, d, e = e, total + e & _MASK, b, c * _TEN >> 32 & _MASK, d
    return a, b, c, d, e


def _round_5(state: _State, words: tuple[int, ...], steps: _Steps, constant: int) -> _State:
    a, b, c, d, e = state
    for index, rotation in steps:
        total = (a + (b ^ (c | d ^ _MASK)) + words[index] + constant & _MASK) * rotation >> 32
        a, b, c, d, e = e, total + e & _MASK, b, c * _TEN >> 32 & _MASK, d
    return a, b, c, d, e


def _compress(state: _State, words: tuple[int, ...]) -> _State:
    left = _round_1(state, words, _L1, 0)
    left = _round_2(left, words, _L2, 0x5A827999)
    left = _round_3(left, words, _L3, 0x6ED9EBA1)
    left = _round_4(left, words, _L4, 0x8F1BBCDC)
    a, b, c, d, e = _round_5(left, words, _L5, 0xA953FD4E)
    right = _round_5(state, words, _R1, 0x50A28BE6)
    right = _round_4(right, words, _R2, 0x5C4DD124)
    right = _round_3(right, words, _R3, 0x6D703EF3)
    right = _round_2(right, words, _R4, 0x7A6D76E9)
    v, w, x, y, z = _round_1(right, words, _R5, 0)
    h0, h1, h2, h3, h4 = state
    return (
        h1 + c + y & _MASK,
        h2 + d + z & _MASK,
        h3 + e + v & _MASK,
        h4 + a + w & _MASK,
        h0 + b + x & _MASK,
    )


def ripemd160(data: bytes) -> bytes:
    """Hash `data` to 20 bytes."""
    padded = data + b"\x80" + bytes((55 - len(data)) % 64) + struct.pack("<Q", 8 * len(data))
    state = _START
    for words in struct.iter_unpack("<16I", padded):
        state = _compress(state, words)
    return struct.pack("<5I", *state)
