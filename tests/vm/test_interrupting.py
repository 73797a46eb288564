"""A script that never ends can be interrupted, by Ctrl-C as by any signal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import bchcov

RUN = """
import signal
from bchcov import BCH_SPEC, run_script
from bchcov.assembly import assemble

rules = BCH_SPEC.evolve("endless", limits={{"cost_per_byte": None}})
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    run_script(assemble({script!r}), rules)
except KeyboardInterrupt:
    print("interrupted")
"""
DOUBLING = " ".join(
    f"<{f'<{at - 1}> OP_INVOKE ' * 2 if at else 'OP_1 OP_DROP'}> <{at}> OP_DEFINE"
    for at in range(60)
)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="this system has no SIGALRM")
@pytest.mark.parametrize(
    "script",
    ["OP_BEGIN OP_0 OP_UNTIL", "OP_BEGIN OP_1 OP_DROP OP_NOP OP_0 OP_UNTIL"],
)
def test_an_endless_loop_is_interrupted(script: str) -> None:
    assert interrupted(script)


def test_functions_that_call_one_another_too_often_are_interrupted() -> None:
    assert interrupted(f"{DOUBLING} <59> OP_INVOKE")


def interrupted(script: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(script=script)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={"PYTHONPATH": str(Path(bchcov.__file__).parent.parent)},
    )
    return done.stdout.strip() == "interrupted"
