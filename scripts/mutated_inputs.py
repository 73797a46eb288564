"""Judge mutated inputs with both engines, compiled and plain, and compare all that they say.

    mutated_inputs.py --count 1000000 --seed 1

Each engine runs in a process of its own, which may die: then it is told in which inputs. Where the
two differ, it is told in which input. The inputs are those of the public suite and of
heavy.jsonl.xz, with bytes of their scripts changed, repeated, left out or taken from others.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click
from heavy import load_heavy

from bchcov import RULE_SETS, DecodeError, Transaction, p2sh32, verify
from bchcov.engine import engine_name
from bchcov.script.patterns import is_p2sh32
from bchcov.script.pushes import encode_push, instructions
from bchcov.transaction.codec import decode_outputs, decode_transaction
from bchcov.transaction.model import Output
from bchcov.vectors.suite import load_suite

SCRIPTS = Path(__file__).parent
SUITE = SCRIPTS.parent / "vectors" / "vmb.xz"
BLOCK = 1_000
LONGEST = 20_000
Spend = tuple[Transaction, list[Output]]


def load_spends() -> list[Spend]:
    """Read the transactions that are mutated."""
    raw = [(case.transaction, case.source_outputs) for case in load_suite(SUITE)]
    raw += [(case.transaction, case.source_outputs) for case in load_heavy()]
    found = []
    for transaction, outputs in raw:
        if len(transaction) + len(outputs) <= LONGEST:
            try:
                found.append((decode_transaction(transaction), list(decode_outputs(outputs))))
            except DecodeError:
                continue
    return found


def mutate(code: bytes, other: bytes, chance: random.Random) -> bytes:
    """Change a script in one to four places."""
    data = bytearray(code)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.choice((1, 1, 2, 4, 32)))
        kind = chance.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and at < len(data):
            data[at] = chance.randrange(256)
        elif kind == 2:
            data[at:at] = bytes((chance.randrange(256),))
        elif kind == 3:
            del data[at:end]
        elif kind == 4:
            data[at:at] = data[at:end] * chance.choice((1, 2, 50))
        elif kind == 5 and other:
            start = chance.randrange(len(other))
            data[at:at] = other[start : start + chance.randint(1, 40)]
        else:
            data[at:at] = encode_push(chance.randbytes(chance.choice((0, 1, 2, 8, 9, 33, 520))))
    return bytes(data)


def mutant(spends: list[Spend], chance: random.Random) -> Spend:
    """Change one input: what it reveals, what locks it, or the script behind a hash."""
    transaction, outputs = chance.choice(spends)
    others = chance.choice(spends)[1]
    index = chance.randrange(min(len(transaction.inputs), len(outputs)) or 1)
    if index >= min(len(transaction.inputs), len(outputs)):
        return transaction, outputs
    other = chance.choice(others).locking_bytecode if others else b""
    unlocking = transaction.inputs[index].unlocking_bytecode
    locking = outputs[index].locking_bytecode
    pushes = list(instructions(unlocking))
    if is_p2sh32(locking) and pushes and pushes[-1].data is not None and chance.random() < 0.8:
        redeem = mutate(pushes[-1].data, other, chance)
        unlocking = unlocking[: pushes[-1].offset] + encode_push(redeem)
        locking = p2sh32(redeem)
    elif chance.random() < 0.5:
        locking = mutate(locking, other, chance)
    else:
        unlocking = mutate(unlocking, other, chance)
    inputs = list(transaction.inputs)
    inputs[index] = replace(inputs[index], unlocking_bytecode=unlocking)
    outputs = outputs.copy()
    outputs[index] = replace(outputs[index], locking_bytecode=locking)
    return replace(transaction, inputs=tuple(inputs)), outputs


def judged(spends: list[Spend], seed: str) -> str:
    """Judge one mutant, and write all that is said of it."""
    chance = random.Random(seed)
    transaction, outputs = mutant(spends, chance)
    rules = chance.choice(RULE_SETS)
    rules = chance.choice((rules, rules.consensus))
    verdict = verify(transaction, outputs, rules, scripts_only=True, all_inputs=True)
    inputs = [
        (each.reason, each.explanation, each.metrics, each.stack, each.alt_stack)
        for each in verdict.inputs
    ]
    return f"{rules} {verdict.error} {inputs}"


def blocks(seed: int) -> Iterator[None]:
    """Judge the blocks whose first and last number standard input names; print each one's hash."""
    spends = load_spends()
    for line in sys.stdin:
        first, last = map(int, line.split())
        digest = hashlib.sha256()
        for number in range(first, last):
            digest.update(judged(spends, f"{seed} {number}").encode())
        print(json.dumps([first, last, engine_name(), digest.hexdigest()]), flush=True)
        yield


class Engine:
    """A process with one of the engines."""

    def __init__(self, seed: int, command: list[str], **environment: str) -> None:
        self._process = subprocess.Popen(
            [*command, str(Path(__file__)), "--seed", str(seed), "--judge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )

    def ask(self, first: int, last: int) -> Callable[[], list[str]]:
        """Ask for a block; what is returned waits for the answer."""
        process = self._process
        assert process.stdin is not None
        process.stdin.write(f"{first} {last}\n")
        process.stdin.flush()

        def answer() -> list[str]:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise click.ClickException(
                    f"an engine died with status {process.wait()} in inputs {first} to {last}"
                )
            found: list[str] = json.loads(line)[2:]
            return found

        return answer


@click.command()
@click.option("--count", default=1_000_000, help="How many inputs to judge.")
@click.option("--seed", default=1, help="Which ones.")
@click.option("--judge", is_flag=True, hidden=True)
def main(count: int, seed: int, judge: bool) -> None:
    """Judge mutated inputs with both engines and compare."""
    if judge:
        for _ in blocks(seed):
            pass
        return
    compiled = Engine(seed, [str(SCRIPTS / "compiled"), "python"])
    pure = Engine(seed, [sys.executable], BCHCOV_PURE="1")
    for first in range(0, count, BLOCK):
        block = first, min(first + BLOCK, count)
        (fast, found), (plain, expected) = (
            answer() for answer in [compiled.ask(*block), pure.ask(*block)]
        )
        assert (fast, plain) == ("compiled", "pure Python"), (fast, plain)
        if found != expected:
            _find_first(compiled, pure, *block)
    click.echo(f"{count:,} mutated inputs: both engines say the same of each")


def _find_first(compiled: Engine, pure: Engine, first: int, last: int) -> None:
    for number in range(first, last):
        if compiled.ask(number, number + 1)()[1] != pure.ask(number, number + 1)()[1]:
            raise click.ClickException(f"the engines differ on input {number}")


if __name__ == "__main__":
    main()
