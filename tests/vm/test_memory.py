"""Memory: what is kept of decoded scripts is bounded by bytes, whatever the scripts are."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from bchcov import BCH_2023, BCH_2026, RuleSet
from bchcov.vm.decode import decode, decode_kept

# The instruction that each script is made of.
INSTRUCTIONS = {
    "code separators": b"\xab",
    "multisigs": b"\xae",
    "multisigs and code separators": b"\xae\xab",
    "empty pushes": b"\x00",
    "pushes of a byte": b"\x01\x20",
    "pushes of two bytes": b"\x02ab",
    "pushes of three bytes": b"\x03abc",
    "padded pushes of nothing": b"\x4c\x00",
    "padded pushes of a small number": b"\x01\x05",
    "padded pushes of two bytes": b"\x4c\x02ab",
    "opcodes without a meaning": b"\xff",
    "opcodes that are disabled": b"\x8d",
    "branches": b"\x63",
}


def script(name: str, size: int, number: int) -> bytes:
    """A script of about `size` bytes that is another one for each number."""
    return b"\x04" + number.to_bytes(4, "big") + (INSTRUCTIONS[name] * size)[:size]


def held_by(call: Callable[[], object]) -> int:
    """The bytes that the result of `call`, and what it leaves behind, take."""
    # Python keeps freed tuples for later: how many there are depends on what ran before, and
    # what is made of them is not counted. A full collection gives them back.
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = call()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    del result
    return after - before


@pytest.mark.parametrize("rules", [BCH_2023, BCH_2026], ids=str)
@pytest.mark.parametrize("name", INSTRUCTIONS)
def test_a_decoded_script_takes_at_most_seventy_bytes_for_each_of_its_own(
    name: str, rules: RuleSet
) -> None:
    for size in (30, 300, 9_990):
        decode(script(name, size, 0), rules)  # what all scripts share
        code = script(name, size, 1)
        assert held_by(lambda code=code: decode(code, rules)) < 70 * (len(code) + 16)  # type: ignore[misc]


@pytest.mark.parametrize("size", [30, 9_990])
@pytest.mark.parametrize("name", ["code separators", "padded pushes of a small number"])
def test_what_is_kept_of_decoded_scripts_does_not_grow_without_end(name: str, size: int) -> None:
    def decode_many() -> None:
        for number in range(500_000 // size):
            decode_kept(script(name, size, number), BCH_2026)

    assert held_by(decode_many) < 30_000_000
