"""Other states that an NFT may have: fields that are numbers, keys and values in their place."""

from __future__ import annotations

from collections.abc import Iterator

from .material import Material

__all__ = ["states"]

_LONGEST_COMMITMENT = 128


def states(commitment: bytes, material: Material) -> Iterator[bytes]:
    """Other commitments: other lengths, and numbers, keys and values in every field."""
    size = len(commitment)
    seen = {commitment}
    for made in _states_of(commitment, size, material.values):
        if made not in seen and len(made) <= _LONGEST_COMMITMENT:
            seen.add(made)
            yield made


def _states_of(commitment: bytes, size: int, values: tuple[bytes, ...]) -> Iterator[bytes]:
    yield from (commitment[:-1], commitment + b"\x00", b"", bytes(size), b"\xff" * size)
    for width in (1, 2, 4, 8):
        for at in range(0, size - width + 1, width):
            number = int.from_bytes(commitment[at : at + width], "little")
            for value in (number + 1, number - 1, 0, 2 ** (8 * width - 1) - 1):
                if 0 <= value < 2 ** (8 * width):
                    field = value.to_bytes(width, "little")
                    yield commitment[:at] + field + commitment[at + width :]
    for value_bytes in values:
        width = len(value_bytes)
        if width >= 20:
            for at in range(size - width + 1):
                yield commitment[:at] + value_bytes + commitment[at + width :]
        yield value_bytes
