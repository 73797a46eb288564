"""Checks: the instructions of a contract that can refuse a spend, by name.

Checks are the verifying opcodes, OP_RETURN, the signature opcodes, and the instructions that
leave a branch's final result on the stack. A comment that begins with a name in brackets names
the check on its line: `OP_EQUALVERIFY  // [pool] input 0 is the pool`. A check without a name is
called by its line and opcode. If a line has several checks, the name belongs to the last one
before the comment. `// [final:name]` declares that a line leaves the final result, where this
cannot be derived from the script. Any other instruction, which may fail on operands out of
range, becomes a check by being named.
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
from .moves import MOVES, NOTHING
from .nested import Nested, run_nested
from .places import InstructionKey, Placed, PlacedScript, place_instructions
from .producers import find_producers, functions_in
from .source import Label, labels_in

__all__ = ["SIGNATURE_CHECKS", "VERIFYING", "Check", "checks_in", "checks_of"]

SIGNATURE_CHECKS = frozenset({Op.OP_CHECKSIG, Op.OP_CHECKMULTISIG, Op.OP_CHECKDATASIG})
"""The opcodes that leave whether a signature verifies."""

VERIFYING = frozenset(
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
"""The opcodes that fail a script by themselves."""

_BOOLEAN_RESULTS = SIGNATURE_CHECKS | {
    Op.OP_EQUAL,
    Op.OP_NOT,
    Op.OP_0NOTEQUAL,
    Op.OP_BOOLAND,
    Op.OP_BOOLOR,
    Op.OP_WITHIN,
    *range(Op.OP_NUMEQUAL, Op.OP_GREATERTHANOREQUAL + 1),
} - {Op.OP_NUMEQUALVERIFY}
_KEPT = 64
# Stands in for unknown bytes: the push of a true item, so that any script with it assembles.
_UNKNOWN = b"\x01\x01"


@dataclass(frozen=True, slots=True)
class Check:
    """One condition on which a contract refuses a spend: its name, purpose and place.

    A check without a name in the source is called by its line and opcode (`is_named` is
    false). `is_final`: the item that it leaves may be the script's final result. `source` is
    the name of the binding that contains it, None for the contract's own source.
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
    """List the checks of a source in order, without knowing its bindings.

    An instruction that leaves the final item counts only if that is a boolean: other items
    may be meant for code that follows. `name` names the source in errors. Raises
    AssemblyError if the source is not valid CashAssembly.
    """
    bindings: dict[str, Binding] = {}
    try:
        nodes = run_nested(_replace_unknown(parse(source), bindings))
    except AssemblyError as error:
        raise AssemblyError(
            error.message, line=error.line, column=error.column, binding=name or None
        ) from error
    script = place_instructions(nodes, assemble_nodes(nodes, bindings), bindings)
    return tuple(_list_checks(script, {None: source}, boolean_finals_only=True))


def checks_of(
    source: str, assembled: Assembled, bindings: Mapping[str, Binding]
) -> tuple[PlacedScript, tuple[Check, ...]]:
    """Place a contract's instructions and list its checks, those of bound sources included."""
    script = place_instructions(parse(source), assembled, bindings)
    texts: dict[str | None, str] = {None: source}
    for each in script.scripts():
        for step in each.steps:
            bound = None if step.source is None else bindings.get(step.source)
            if isinstance(bound, str):
                texts[step.source] = bound
    return script, tuple(_list_checks(script, texts, boolean_finals_only=False))


def _replace_unknown(
    nodes: tuple[Node, ...], bindings: dict[str, Binding]
) -> Nested[tuple[Node, ...]]:
    """Replace evaluations by a placeholder, and bind every identifier to it in `bindings`."""
    known: list[Node] = []
    for node in nodes:
        if isinstance(node, Evaluation):
            known.append(Literal(_UNKNOWN, node.place))
        elif isinstance(node, Push):
            body = yield _replace_unknown(node.body, bindings)
            known.append(Push(body, node.place))
        else:
            if isinstance(node, Identifier) and node.name not in OPCODES_BY_NAME:
                bindings[node.name] = _UNKNOWN
            known.append(node)
    return tuple(known)


def _list_checks(
    script: PlacedScript, texts: Mapping[str | None, str], *, boolean_finals_only: bool
) -> Iterator[Check]:
    """Yield the checks of a script in the order of `texts`, the sources by name, and lines.

    `boolean_finals_only`: an instruction that leaves the final item, but is no boolean
    operation, does not count as a check.
    """
    functions, bodies = functions_in(script)
    finals = {
        step.key
        for step in find_producers(script, functions)
        if step.opcode in _BOOLEAN_RESULTS
        or (step.pushes is None and not boolean_finals_only)
        or step.pushes == b""
    }
    refusing: dict[InstructionKey, Check] = {}
    lines: dict[tuple[str | None, int], list[Placed]] = {}
    for step in (step for each in (script, *bodies) for step in each.steps):
        lines.setdefault((step.source, step.line), []).append(step)
        key = step.key
        if step.opcode in VERIFYING or step.opcode in SIGNATURE_CHECKS or key in finals:
            refusing[key] = _unnamed(step, is_final=key in finals)
    for steps in lines.values():
        steps.sort(key=lambda step: step.column)
    for source, text in texts.items():
        _apply_labels(source, labels_in(text), lines, refusing)
    order = {source: at for at, source in enumerate(texts)}
    ordered = sorted(
        refusing.values(), key=lambda each: (order[each.source], each.line, each.column)
    )
    yield from _with_distinct_names(ordered)


def _unnamed(step: Placed, *, is_final: bool) -> Check:
    return Check("", "", step.line, step.name, is_final, step.column, step.source, False)


def _apply_labels(
    source: str | None,
    labels: Iterable[Label],
    lines: Mapping[tuple[str | None, int], list[Placed]],
    refusing: dict[InstructionKey, Check],
) -> None:
    """Name by each label the last check before it on its line, or else the last instruction."""
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
    never = step.opcode in MOVES or step.opcode in NOTHING
    return (step.pushes is None and not never) or step.opcode in (Op.OP_DEFINE, Op.OP_INVOKE)


def _with_distinct_names(checks: list[Check]) -> Iterator[Check]:
    """Name unnamed checks by their place, and add the place to names used more than once."""
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
