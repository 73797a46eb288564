"""Random scripts that go far: each next instruction is one that the machine takes, mostly."""

from __future__ import annotations

from random import Random

from bchcov import (
    BCH_2026,
    Input,
    Output,
    RuleSet,
    Transaction,
    TransactionContext,
    run_script,
)
from bchcov.script.numbers import encode_number
from bchcov.script.opcodes import Op
from bchcov.script.pushes import encode_push
from bchcov.transaction.model import Capability, Nft, Token

__all__ = ["random_spend"]

_NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    7,
    8,
    16,
    17,
    127,
    128,
    255,
    256,
    -127,
    -128,
    2**31,
    2**63 - 1,
    -(2**63),
)
_STOPPING = (
    Op.OP_RETURN,
    Op.OP_VERIFY,
    Op.OP_EQUALVERIFY,
    Op.OP_NUMEQUALVERIFY,
    Op.OP_IF,
    Op.OP_NOTIF,
    Op.OP_ELSE,
    Op.OP_ENDIF,
    Op.OP_BEGIN,
    Op.OP_UNTIL,
    Op.OP_DEFINE,
    Op.OP_INVOKE,
    Op.OP_EVAL,
)
# Everything that a random script can do without stopping at once.
_PLAIN = [op for op in Op if op > Op.OP_16 and op not in _STOPPING]


def _random_data(random: Random) -> bytes:
    kind = random.randrange(6)
    if kind < 3:
        return encode_number(random.choice(_NUMBERS) + random.randrange(-1, 2))
    if kind == 3:
        return encode_number(random.getrandbits(random.randrange(1, 300)) * random.choice((1, -1)))
    if kind == 4:
        return random.randbytes(random.randrange(0, 40))
    return bytes(random.randrange(0, 12)) + random.choice((b"", b"\x80", b"\x01", b"\x81"))


def _piece(random: Random, depth: int, functions: list[bytes]) -> bytes:
    """One instruction, or a branch, a loop or a function with a body of its own."""
    kind = random.randrange(30)
    if kind < 11:
        return encode_push(_random_data(random))
    if kind < 26 or depth > 2:
        return bytes((random.choice(_PLAIN),))
    body = b"".join(_piece(random, depth + 1, functions) for _ in range(random.randrange(1, 5)))
    if kind == 26:
        other = b"\x67" + _piece(random, depth + 1, functions) if random.random() < 0.5 else b""
        return bytes((random.choice((0x63, 0x64)),)) + body + other + b"\x68"
    if kind == 27:
        # Counts down from a small number on the alternate stack.
        count = encode_push(encode_number(random.randrange(1, 6)))
        return count + b"\x6b\x65" + body + b"\x6c\x8c\x76\x6b\x00\x9c\x66\x6c\x75"
    if kind == 28:
        identifier = encode_number(len(functions))
        functions.append(identifier)
        return encode_push(body) + encode_push(identifier) + b"\x89"
    if functions:
        return encode_push(random.choice(functions)) + b"\x8a"
    return bytes((random.choice((0x69, 0x88, 0x9D, 0xB0, 0x50, 0xD4)),))


def _context(random: Random, locking: bytes, unlocking: bytes) -> TransactionContext:
    category = random.randbytes(32)
    tokens = (
        None,
        Token(category, random.randrange(1, 2**63)),
        Token(category, 0, Nft(random.randbytes(random.randrange(0, 41)))),
        Token(category, 5, Nft(b"\x01", Capability.MUTABLE)),
        Token(category, 0, Nft(b"", Capability.MINTING)),
    )
    inputs = [
        Input(
            random.randbytes(32), random.randrange(3), unlocking, random.choice((0, 5, 2**32 - 1))
        )
    ]
    sources = [Output(random.randrange(10**6), locking, random.choice(tokens))]
    for _ in range(random.randrange(3)):
        inputs.append(Input(random.randbytes(32), random.randrange(300), b"\x51", 2**22 + 9))
        sources.append(Output(random.randrange(10**6), b"\x51", random.choice(tokens)))
    outputs = [
        Output(
            random.randrange(1000),
            random.randbytes(random.randrange(1, 9)).replace(b"\xef", b"\x51"),
            random.choice(tokens),
        )
        for _ in range(random.randrange(1, 4))
    ]
    locktime = random.choice((0, 500_000, 1_700_000_000))
    transaction = Transaction(tuple(inputs), tuple(outputs), random.choice((1, 2)), locktime)
    return TransactionContext(transaction, sources)


def random_spend(random: Random, rules: RuleSet = BCH_2026) -> tuple[TransactionContext, int]:
    """Make a transaction whose input 0 runs a random locking bytecode, and its length."""
    context = _context(random, b"\x51", b"")
    locking = b""
    functions: list[bytes] = []
    wild = random.random() < 0.3
    for _ in range(random.randrange(1, 40)):
        known = list(functions)
        piece = _piece(random, 0, functions)
        trial = run_script(locking + piece, rules, context=context)
        if trial.ok or (wild and random.random() < 0.05):
            locking += piece
        else:
            functions[:] = known
    end = run_script(locking, rules, context=context)
    if end.ok and random.random() < 0.9:
        locking += b"\x75" * len(end.stack) + b"\x51"
    if locking[:1] == b"\xef":
        locking = b"\x51" + locking
    unlocking = encode_push(random.randbytes(random.choice((0, 40, 300))))
    first = context.transaction.inputs[0]
    inputs = (
        Input(first.outpoint_hash, first.outpoint_index, unlocking, first.sequence),
        *context.transaction.inputs[1:],
    )
    transaction = Transaction(
        inputs,
        context.transaction.outputs,
        context.transaction.version,
        context.transaction.locktime,
    )
    source = context.source_outputs[0]
    locking = b"\x75" + locking
    sources = (Output(source.value, locking, source.token), *context.source_outputs[1:])
    return TransactionContext(transaction, sources), len(locking)
