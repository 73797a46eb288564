"""A Hypothesis strategy for scripts that go deep before they fail, if they fail."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ...script.numbers import encode_number
from ...script.opcodes import Op
from ...script.pushes import encode_push
from ...transaction.context import TransactionContext
from ...transaction.model import Capability, Input, Nft, Output, Token, Transaction
from ...vm.evaluate import run_script
from ...vm.rules.ruleset import RuleSet
from ...vm.rules.upgrades import BCH_2026
from .values import items

__all__ = ["EXAMPLE", "programs"]

_STEERING = frozenset({*range(Op.OP_IF, Op.OP_ENDIF + 1), Op.OP_INVOKE})
_MOST_IN_BODY, _MOST_TURNS = 3, 3
_GROUP = 16
_Bytes = SearchStrategy[bytes]


def programs(
    rules: RuleSet = BCH_2026, *, max_pieces: int = 40, context: TransactionContext | None = None
) -> SearchStrategy[bytes]:
    """Generate locking bytecodes that run to their last piece, which may fail.

    A piece is an instruction, perhaps with its operands, or a branch, a loop or a function with a
    body. Each but the last is one that the machine takes where it stands, as input 0 of `context`;
    without it, as that of a small transaction with tokens. They shrink to few pieces, and these to
    pushes of little.
    """
    spent = EXAMPLE if context is None else context
    takes = {
        opcode: each.takes
        for opcode, each in rules.operations.items()
        if opcode > Op.OP_16 and opcode not in _STEERING
    }

    def joined(groups: list[list[bytes]], last: bytes) -> bytes:
        code = b""
        for piece in [piece for group in groups for piece in group][:max_pieces]:
            if run_script(code + piece, rules, context=spent).ok:
                code += piece
        return code + last

    piece = _pieces(takes)
    # In groups, since a single list is mostly short, however long it may be.
    groups = st.lists(st.lists(piece, max_size=_GROUP), max_size=-(-max_pieces // 2))
    return st.builds(joined, groups, st.just(b"") | piece)


def _pieces(takes: dict[int, int]) -> _Bytes:
    pushed = _one_of(st.integers(-1, 16).map(encode_number), items(80)).map(encode_push)
    operands = {
        count: st.lists(pushed, min_size=count, max_size=count).map(b"".join)
        for count in set(takes.values())
    }

    def with_operands(opcode: int) -> _Bytes:
        return operands[takes[opcode]].map(lambda before: before + bytes((opcode,)))

    opcode = st.sampled_from(list(takes))
    alone = opcode.map(lambda each: bytes((each,)))
    simple = _one_of(pushed, alone, opcode.flatmap(with_operands))
    body = st.lists(simple, min_size=1, max_size=_MOST_IN_BODY).map(b"".join)
    branch = st.builds(_branch, st.booleans(), body, st.none() | body)
    loop = st.builds(_loop, st.integers(1, _MOST_TURNS), body)
    return _one_of(pushed, *[simple] * 9, branch, loop, st.builds(_call, body))


def _one_of(*strategies: _Bytes) -> _Bytes:
    """Draw from each as often, unlike `one_of`, which counts the parts of each."""
    return st.sampled_from(strategies).flatmap(lambda each: each)


def _branch(condition: bool, body: bytes, other: bytes | None) -> bytes:
    otherwise = b"" if other is None else bytes((Op.OP_ELSE,)) + other
    start = encode_push(encode_number(condition)) + bytes((Op.OP_IF,))
    return start + body + otherwise + bytes((Op.OP_ENDIF,))


def _loop(turns: int, body: bytes) -> bytes:
    """Count down on the alternate stack."""
    start = bytes((Op.OP_TOALTSTACK, Op.OP_BEGIN))
    count = (Op.OP_FROMALTSTACK, Op.OP_1SUB, Op.OP_DUP, Op.OP_TOALTSTACK, Op.OP_0)
    end = (Op.OP_NUMEQUAL, Op.OP_UNTIL, Op.OP_FROMALTSTACK, Op.OP_DROP)
    return encode_push(encode_number(turns)) + start + body + bytes((*count, *end))


def _call(body: bytes) -> bytes:
    # What begins alike has the same identifier, which may be defined once only.
    identifier = encode_push(body[:7])
    define, invoke = bytes((Op.OP_DEFINE,)), bytes((Op.OP_INVOKE,))
    return encode_push(body) + identifier + define + identifier + invoke


def _example() -> TransactionContext:
    """Make a transaction of two inputs and two outputs, one of each with an NFT."""
    category = bytes(range(32))
    nft = Token(category, 5, Nft(b"\x01\x02", Capability.MUTABLE))
    sources = (Output(10_000, b"\x51", nft), Output(2_000, b"\x51"))
    inputs = (Input(b"\x11" * 32, 0, b"", 5), Input(b"\x22" * 32, 1, b"", 0))
    outputs = (Output(9_000, b"\x51", nft), Output(1_000, b"\x52"))
    return TransactionContext(Transaction(inputs, outputs, 2, 500_000), sources)


EXAMPLE = _example()
"""The transaction whose input 0 runs a program where no other is given."""
