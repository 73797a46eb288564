"""Small changes of a Python source: comparisons, numbers, branches, statements, operators."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.LtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
# Two reasons of each kind: the one that stands in for every other, and what stands in for it.
_REASONS = {"Reason": ("VERIFY", "EVAL_FALSE"), "TransactionReason": ("TX_SIZE", "TX_VERSION")}
_DROPPED = (ast.Expr, ast.Assign, ast.AugAssign, ast.Raise, ast.Delete, ast.Break, ast.Continue)


_TYPE_NAME = re.compile("_?[A-Z][A-Za-z]*[a-z][A-Za-z]*")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the bytes from `start` to `end` of the file become `text`.

    `statement` is the line of the statement it stands in, None outside of functions.
    """

    path: Path
    kind: str
    line: int
    start: int
    end: int
    text: str
    statement: int | None

    def apply(self, source: bytes) -> bytes:
        """Change the source of its file."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def change(self, source: bytes) -> tuple[str, str]:
        """The lines it changes, as they were and as they become, each without indentation."""
        first = source.rfind(b"\n", 0, self.start) + 1
        last = source.find(b"\n", self.end)
        last = len(source) if last < 0 else last
        old = source[first:last]
        new = source[first : self.start] + self.text.encode() + source[self.end : last]
        return _joined(old), _joined(new)


def _joined(lines: bytes) -> str:
    return " ".join(lines.decode().split())


def make_mutants(path: Path, source: bytes) -> list[Mutant]:
    """Every change of a file, in the order of its nodes."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    made = []
    for node, statement in _nodes(ast.parse(source), None):
        for kind, target, text in _changes(node):
            assert target.end_lineno is not None
            assert target.end_col_offset is not None
            start = starts[target.lineno - 1] + target.col_offset
            end = starts[target.end_lineno - 1] + target.end_col_offset
            made.append(Mutant(path, kind, target.lineno, start, end, text, statement))
    return [mutant for mutant in made if source[mutant.start : mutant.end] != mutant.text.encode()]


def _nodes(node: ast.AST, statement: int | None) -> Iterator[tuple[ast.AST, int | None]]:
    """Every node that may be changed, with the statement of a function that it stands in."""
    if isinstance(node, ast.JoinedStr | ast.arg | ast.AnnAssign) and statement is not None:
        # Words for people, and types.
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _nodes(node.value, statement)
        return
    if _is_left_alone(node):
        return
    yield node, statement
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        outside = (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults))
        for each in outside:
            yield from _nodes(each, statement)
        for line in node.body:
            yield from _nodes(line, line.lineno)
        return
    if isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from _nodes(node.value, statement)
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(node, ast.ClassDef) and child in node.decorator_list:
            continue
        if isinstance(child, ast.stmt) and statement is not None:
            yield from _nodes(child, child.lineno)
        else:
            yield from _nodes(child, statement)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # a docstring
    if isinstance(node, ast.keyword) and node.arg in ("strict", "maxsize"):
        # Of `zip`: what is told where two are not of one length, as they are; of a cache:
        # how much is kept, which changes no result.
        return True
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript | ast.BinOp):
        # A name for a type is written as a class is.
        return _TYPE_NAME.fullmatch(ast.unparse(node.targets[0])) is not None
    if isinstance(node, ast.Delete) and all(isinstance(each, ast.Name) for each in node.targets):
        return True  # a name that is used no more
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (
        "__all__",
        "__slots__",
    )


Change = tuple[str, ast.expr | ast.stmt, str]


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        yield from _of_comparison(node)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        yield "boolean", node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
        for value in node.values:
            rest = [each for each in node.values if each is not value]
            whole = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
            yield "operand", node, f"({ast.unparse(whole)})"
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        changed = copy.copy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield "arithmetic", node, f"({ast.unparse(changed)})"
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield "sign", node, f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in _REASONS:
        if node.attr.isupper():
            enumeration = ast.unparse(node.value)
            first, second = _REASONS[enumeration]
            yield "reason", node, f"{enumeration}.{first if node.attr != first else second}"
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)
    if isinstance(node, ast.IfExp):
        yield from _of_test(node.test)


def _of_comparison(node: ast.Compare) -> Iterator[Change]:
    for at, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:
            changed = copy.copy(node)
            changed.ops = [other() if index == at else each for index, each in enumerate(node.ops)]
            yield "comparison", node, ast.unparse(changed)


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", node, str(not value)
    elif isinstance(value, int):
        yield "constant", node, str(value + 1)
        yield "constant", node, f"({value - 1})" if value < 1 else str(value - 1)
    elif isinstance(value, bytes):
        yield "constant", node, repr(bytes((value[0] ^ 1,)) + value[1:] if value else b"\x01")


def _of_test(test: ast.expr) -> Iterator[Change]:
    yield "branch", test, "True"
    yield "branch", test, "False"
    yield "branch", test, f"(not ({ast.unparse(test)}))"


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, ast.If):
        yield from _of_test(node.test)
    elif isinstance(node, ast.While):
        yield "branch", node.test, "False"
    elif isinstance(node, ast.For):
        yield "branch", node.iter, "()"
    elif isinstance(node, ast.Return):
        yield "return", node, "return None" if node.value is not None else "pass"
        if node.value is not None and isinstance(node.value, ast.Compare | ast.BoolOp | ast.Call):
            yield "return", node, f"return not ({ast.unparse(node.value)})"
    elif isinstance(node, _DROPPED):
        yield "statement", node, "pass"
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        changed = copy.copy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield "arithmetic", node, ast.unparse(changed)
