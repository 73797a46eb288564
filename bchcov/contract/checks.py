"""Checks: the instructions of a contract that can refuse a spend, by name.

A check is what stands in a script to refuse: the instructions that verify, OP_RETURN, those
on signatures, and what leaves the result of a branch at the end. A comment on its line that
begins with a name in brackets names it: `OP_EQUALVERIFY  // [pool] input 0 is the pool`; one
without a name is called by its line and opcode. Where several stand in a line the name is
that of the last one before the comment. `// [final:name]` says that a line leaves the result,
where it can not be read from the script. Any other instruction, which refuses operands that
are out of its range, becomes a check by being named.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from ..assembly.assemble import assemble_nodes
from ..assembly.assembler import Binding
from ..assembly.nodes import Evaluation, Identifier, Literal, Node, Push
from ..assembly.parser import parse
from ..assembly.source_map import Assembled
from ..errors import AssemblyError
from ..script.opcodes import OPCODES_BY_NAME, Op
from .endings import find_producers, functions_in
from .moves import MOVES, NOTHING
from .nested import Nested, run_nested
from .places import InstructionKey, Placed, PlacedScript, place_instructions
from .source import Label, labels_in

__all__ = ["Check", "checks_in", "checks_of"]

_SIGNED = frozenset({Op.OP_CHECKSIG, Op.OP_CHECKMULTISIG, Op.OP_CHECKDATASIG})
_VERIFYING = frozenset(
    {
        Op.OP_VERIFY,
        Op.OP_RETURN,
        Op.OP_EQUALVERIFY,
        Op.OP_NUMEQUALVERIFY,
        Op.OP_CHECKSIGVERIFY,
        Op.OP_CHECKMULTISIGVERIFY,
        Op.OP_CHECKDATASIGVERIFY,
        Op.OP_CHECKLOCKTIMEVERIFY,
        Op.OP_CHECKSEQUENCEVERIFY,
    }
)
_TRUTHS = _SIGNED | {
    Op.OP_EQUAL,
    Op.OP_NOT,
    Op.OP_0NOTEQUAL,
    Op.OP_BOOLAND,
    Op.OP_BOOLOR,
    Op.OP_WITHIN,
    *range(Op.OP_NUMEQUAL, Op.OP_GREATERTHANOREQUAL + 1),
} - {Op.OP_NUMEQUALVERIFY}
_KEPT = 64
# A push, and true: neither a script that ends with it nor one that has it in it is refused.
_UNKNOWN = b"\x01\x01"


@dataclass(frozen=True, slots=True)
class Check:
    """One reason for which a contract refuses: its name, why it is there, and its place.

    What is not named in the source is called by its line and opcode. `is_final` says that
    the script may end with what it leaves. `source` is the binding it stands in, None for
    the contract's own source.
    """

    name: str
    why: str
    line: int
    opcode: str
    is_final: bool = False
    column: int = 1
    source: str | None = None
    is_named: bool = True


@lru_cache(maxsize=_KEPT)
def checks_in(source: str, name: str = "") -> tuple[Check, ...]:
    """List the checks of a source, in its order, whatever is bound to its names.

    What a source ends with counts where it is a truth value: others may be for more to
    come. `name` is what the source is called, for the error. Raises AssemblyError for what
    is no CashAssembly.
    """
    bindings: dict[str, Binding] = {}
    try:
        nodes = run_nested(_known(parse(source), bindings))
    except AssemblyError as error:
        raise AssemblyError(
            error.message, line=error.line, column=error.column, binding=name or None
        ) from error
    script = place_instructions(nodes, assemble_nodes(nodes, bindings), bindings)
    return tuple(_list(script, {None: source}, most_finals=False))


def checks_of(
    source: str, assembled: Assembled, bindings: Mapping[str, Binding]
) -> tuple[PlacedScript, tuple[Check, ...]]:
    """Place a contract's instructions, and list its checks, with those of what it takes in."""
    script = place_instructions(parse(source), assembled, bindings)
    texts: dict[str | None, str] = {None: source}
    for each in script.scripts():
        for step in each.steps:
            bound = None if step.source is None else bindings.get(step.source)
            if isinstance(bound, str):
                texts[step.source] = bound
    return script, tuple(_list(script, texts, most_finals=True))


def _known(nodes: tuple[Node, ...], bindings: dict[str, Binding]) -> Nested[tuple[Node, ...]]:
    """The nodes with something in place of all that only a binding can tell."""
    known: list[Node] = []
    for node in nodes:
        if isinstance(node, Evaluation):
            known.append(Literal(_UNKNOWN, node.place))
        elif isinstance(node, Push):
            body = yield _known(node.body, bindings)
            known.append(Push(body, node.place))
        else:
            if isinstance(node, Identifier) and node.name not in OPCODES_BY_NAME:
                bindings[node.name] = _UNKNOWN
            known.append(node)
    return tuple(known)


def _list(
    script: PlacedScript, texts: Mapping[str | None, str], *, most_finals: bool
) -> Iterator[Check]:
    functions, bodies = functions_in(script)
    finals = {
        step.key
        for step in find_producers(script, functions)
        if step.opcode in _TRUTHS or (step.pushes is None and most_finals) or step.pushes == b""
    }
    refusing: dict[InstructionKey, Check] = {}
    lines: dict[tuple[str | None, int], list[Placed]] = {}
    for step in (step for each in (script, *bodies) for step in each.steps):
        lines.setdefault((step.source, step.line), []).append(step)
        key = step.key
        if step.opcode in _VERIFYING or step.opcode in _SIGNED or key in finals:
            refusing[key] = _unnamed(step, is_final=key in finals)
    for steps in lines.values():
        steps.sort(key=lambda step: step.column)
    for source, text in texts.items():
        _name(source, labels_in(text), lines, refusing)
    places = {source: at for at, source in enumerate(texts)}
    ordered = sorted(
        refusing.values(), key=lambda each: (places[each.source], each.line, each.column)
    )
    yield from _distinct(ordered)


def _unnamed(step: Placed, *, is_final: bool) -> Check:
    return Check("", "", step.line, step.name, is_final, step.column, step.source, False)


def _name(
    source: str | None,
    labels: Iterable[Label],
    lines: Mapping[tuple[str | None, int], list[Placed]],
    refusing: dict[InstructionKey, Check],
) -> None:
    """Give the names of a source to the last check, or else instruction, that each follows."""
    line, from_ = 0, 0
    for label in labels:
        from_ = from_ if label.line == line else 0
        line = label.line
        there = lines.get((source, line), [])
        to = bisect_left(there, label.column, key=lambda step: step.column)
        steps, from_ = there[from_:to], to
        chosen = [step for step in steps if step.key in refusing]
        if label.is_final:
            ending = [step for step in chosen if refusing[step.key].is_final]
            chosen = ending or steps
        elif not chosen:
            chosen = [step for step in steps[-1:] if _may_refuse(step)]
        if chosen:
            key = chosen[-1].key
            before = refusing.get(key) or _unnamed(chosen[-1], is_final=False)
            is_final = before.is_final or label.is_final
            refusing[key] = replace(
                before, name=label.name, why=label.why, is_final=is_final, is_named=True
            )


def _may_refuse(step: Placed) -> bool:
    moves = step.opcode in MOVES or step.opcode in NOTHING
    return (step.pushes is None and not moves) or step.opcode in (Op.OP_DEFINE, Op.OP_INVOKE)


def _distinct(checks: list[Check]) -> Iterator[Check]:
    """Call what has no name by its place, and tell those of one name apart."""
    in_line = Counter((each.source, each.line) for each in checks)
    names = Counter(each.name for each in checks if each.is_named)
    for each in checks:
        if each.is_named and names[each.name] == 1:
            yield each
            continue
        place = f"line {each.line}"
        if in_line[each.source, each.line] > 1:
            place += f" column {each.column}"
        if each.source is not None:
            place = f"{each.source} {place}"
        name = f"{each.name} ({place})" if each.is_named else f"{place} {each.opcode}"
        yield replace(each, name=name)
