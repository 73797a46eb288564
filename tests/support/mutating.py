"""Random changes of transactions: one field or a few, parts added, taken away and exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from bchcov import Capability, Input, Nft, Output, Token, Transaction
from bchcov.script.patterns import p2pkh
from bchcov.script.pushes import encode_push, instructions
from bchcov.validation import Change

__all__ = ["random_change"]

_VALUES = (0, 545, 546, 1_000, 2**31, 21 * 10**14, 21 * 10**14 + 1, -1)
_SEQUENCES = (0, 1, 2**22, 2**31, 2**32 - 2, 2**32 - 1, 2**32)
_LOCKTIMES = (0, 1, 499_999_999, 500_000_000, 2**32 - 1, 2**32)
_ITEMS = (b"", b"\x01", b"\x81", b"\x02", bytes(20), b"\x51")
_ANYBODY = p2pkh(bytes(20))


def random_change(
    random: Random, transaction: Transaction, source_outputs: Sequence[Output]
) -> Change:
    """Make a change: mostly of one field, now and then of several."""
    made = _Draft(random, transaction, source_outputs)
    for _ in range(random.choice((1, 1, 1, 1, 2, 3))):
        random.choice(_WAYS)(made)
    return Change(made.inputs, made.outputs, made.sources, made.version, made.locktime)


class _Draft:
    """A change in the making."""

    def __init__(
        self, random: Random, transaction: Transaction, source_outputs: Sequence[Output]
    ) -> None:
        self.random, self.transaction, self.coins = random, transaction, source_outputs
        self.inputs: dict[int, Input | None] = {}
        self.outputs: dict[int, Output | None] = {}
        self.sources: dict[int, Output | None] = {}
        self.version: int | None = None
        self.locktime: int | None = None

    def an_input(self) -> tuple[int, Input]:
        at = self.random.randrange(len(self.transaction.inputs))
        return at, self.inputs.get(at) or self.transaction.inputs[at]

    def an_output(self) -> tuple[dict[int, Output | None], int, Output]:
        """A created output or a spent one."""
        created = self.random.random() < 0.65
        changed = self.outputs if created else self.sources
        parts = self.transaction.outputs if created else self.coins
        at = self.random.randrange(len(parts))
        return changed, at, changed.get(at) or parts[at]


def _flipped(random: Random, data: bytes) -> bytes:
    """Change a bit, or the length."""
    if not data or random.random() < 0.1:
        return random.choice((data[:-1], data + b"\x00", data[1:]))
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << random.randrange(8),)) + data[at + 1 :]


def _value(made: _Draft) -> None:
    changed, at, output = made.an_output()
    near = output.value + made.random.choice((-1, 1, -1_000, 1_000, 100_000))
    changed[at] = replace(output, value=made.random.choice((near, near, *_VALUES)))


def _locking(made: _Draft) -> None:
    changed, at, output = made.an_output()
    script = made.random.choice((_flipped(made.random, output.locking_bytecode), _ANYBODY, b""))
    changed[at] = replace(output, locking_bytecode=script)


def _token(made: _Draft) -> None:
    changed, at, output = made.an_output()
    random, token = made.random, output.token
    if token is None:
        kept = [each.token for each in (*made.transaction.outputs, *made.coins) if each.token]
        changed[at] = replace(output, token=random.choice([*kept, Token(bytes(32), 1)]))
        return
    nft = token.nft
    choices: list[Token | None] = [
        None,
        replace(token, amount=max(0, token.amount + random.choice((-1, 1)))),
        replace(token, category=_flipped(random, token.category)[:32].ljust(32, b"\x00")),
        replace(token, nft=Nft(b"", random.choice(list(Capability)))),
    ]
    if nft is not None:
        choices += [replace(token, nft=replace(nft, commitment=_flipped(random, nft.commitment)))]
        choices += [replace(token, nft=replace(nft, capability=random.choice(list(Capability))))]
    changed[at] = replace(output, token=random.choice(choices))


def _unlocking(made: _Draft) -> None:
    at, item = made.an_input()
    changed = _flipped(made.random, item.unlocking_bytecode)
    made.inputs[at] = replace(item, unlocking_bytecode=changed)


def _item(made: _Draft) -> None:
    """Push something else, in the shortest form."""
    at, item = made.an_input()
    code = item.unlocking_bytecode
    steps = list(instructions(code))
    if not steps:
        return
    step = made.random.choice(steps)
    pushed = made.random.choice((*_ITEMS, _flipped(made.random, step.data or b"\x01")))
    changed = code[: step.offset] + encode_push(pushed) + code[step.end :]
    made.inputs[at] = replace(item, unlocking_bytecode=changed)


def _outpoint(made: _Draft) -> None:
    at, item = made.an_input()
    other = made.random.choice(made.transaction.inputs).outpoint_hash
    outpoint_hash = made.random.choice((_flipped(made.random, other)[:32].ljust(32, b"\1"), other))
    index = made.random.choice((item.outpoint_index, 0, 1, 2**32 - 1))
    made.inputs[at] = replace(item, outpoint_hash=outpoint_hash, outpoint_index=index)


def _sequence(made: _Draft) -> None:
    at, item = made.an_input()
    made.inputs[at] = replace(item, sequence=made.random.choice(_SEQUENCES))


def _clock(made: _Draft) -> None:
    if made.random.random() < 0.3:
        made.version = made.random.choice((0, 1, 2, 3))
    else:
        near = max(0, made.transaction.locktime + made.random.choice((-1, 1)))
        made.locktime = made.random.choice((near, *_LOCKTIMES))


def _more(made: _Draft) -> None:
    """Add a part at the end."""
    random, count = made.random, len(made.transaction.inputs)
    if random.random() < 0.5:
        output = random.choice((*made.transaction.outputs, Output(1_000, _ANYBODY)))
        made.outputs[len(made.transaction.outputs)] = output
    else:
        place = random.randrange(count)
        made.inputs[count] = replace(
            made.transaction.inputs[place], outpoint_hash=random.randbytes(32)
        )
        made.sources[count] = made.coins[place]


def _fewer(made: _Draft) -> None:
    random = made.random
    if random.random() < 0.5:
        made.outputs[random.randrange(len(made.transaction.outputs))] = None
    else:
        at = random.randrange(len(made.transaction.inputs))
        made.inputs[at] = made.sources[at] = None


def _exchanged(made: _Draft) -> None:
    """Let two parts change places."""
    random, outputs, inputs = made.random, made.transaction.outputs, made.transaction.inputs
    one, two = random.randrange(len(inputs)), random.randrange(len(inputs))
    if random.random() < 0.5 and one != two:
        made.inputs |= {one: inputs[two], two: inputs[one]}
        made.sources |= {one: made.coins[two], two: made.coins[one]}
    else:
        at, to = random.randrange(len(outputs)), random.randrange(len(outputs))
        made.outputs |= {at: outputs[to], to: outputs[at]}


_WAYS: tuple[Callable[[_Draft], None], ...] = (
    *(_value, _value, _locking, _token, _token, _unlocking, _item, _item),
    *(_outpoint, _sequence, _clock, _more, _fewer, _exchanged),
)
