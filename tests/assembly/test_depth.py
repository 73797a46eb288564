"""How deep a source may nest, whatever the depth of the caller."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bchcov import AssemblyError, assemble

SOURCES = {
    "pushes": ("<" * 100 + "1" + ">" * 100, {}),
    # The opcode that leaves itself, however often it is evaluated.
    "evaluations": ("$(" * 100 + "OP_ACTIVEBYTECODE" + ")" * 100, {}),
    "both in turn": ("$(<" * 50 + "1" + ">)" * 50, {}),
    "bindings": ("n0", {**{f"n{at}": f"n{at + 1}" for at in range(100)}, "n99": "OP_1"}),
}
DEEP = {
    "pushes": ("<" * 10_000 + "1" + ">" * 10_000, {}),
    "evaluations": ("$(" * 10_000 + "<1>" + ")" * 10_000, {}),
    "unclosed pushes": ("<" * 10_000, {}),
    "bindings": ("n0", {**{f"n{at}": f"n{at + 1}" for at in range(10_000)}, "n10000": "OP_1"}),
    "pushes of bindings": (
        "n0",
        {**{f"n{at}": f"<n{at + 1}>" for at in range(10_000)}, "n10000": "OP_1"},
    ),
}
# Assembles what it is given from a caller 150 frames deep, where only 300 are allowed.
CALLER = """
import sys
from bchcov import AssemblyError, assemble
def call(depth, *arguments):
    return call(depth - 1, *arguments) if depth else assemble(*arguments)
sources = eval(sys.stdin.read())
assemble("$(<1>)")
sys.setrecursionlimit(300)
for source, bindings in sources:
    try:
        print(call(150, source, bindings).hex())
    except AssemblyError as error:
        print(error.message)
"""


def assemble_far_from_the_top(sources: list[tuple[str, dict[str, str]]]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CALLER],
        input=repr(sources),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_hundred_levels_assemble_at_any_depth_of_the_caller() -> None:
    here = [assemble(source, bindings).hex() for source, bindings in SOURCES.values()]
    assert assemble_far_from_the_top(list(SOURCES.values())) == here


def test_too_many_levels_are_the_same_error_at_any_depth_of_the_caller() -> None:
    here = []
    for source, bindings in DEEP.values():
        with pytest.raises(AssemblyError, match=r"nesting is too deep, limit 100$") as caught:
            assemble(source, bindings)
        here.append(caught.value.message)
    assert assemble_far_from_the_top(list(DEEP.values())) == here


@pytest.mark.parametrize("kind", SOURCES)
def test_the_level_behind_the_hundredth_is_an_error(kind: str) -> None:
    source, bindings = SOURCES[kind]
    assert assemble(source, bindings)
    with pytest.raises(AssemblyError, match="nesting is too deep, limit 100"):
        assemble(f"<{source}>", bindings)
