"""CashAssembly to script bytes, with or without a map from the bytes back to the source."""

from __future__ import annotations

from collections.abc import Mapping

from ..vm.rules.ruleset import RuleSet
from ..vm.rules.upgrades import BCH_SPEC
from .assembler import Assembler, Binding
from .nodes import Node
from .parser import Tree
from .source_map import Assembled
from .tokens import Source, normalize_source

__all__ = ["assemble", "assemble_nodes", "assemble_with_map"]


def assemble_with_map(
    source: str,
    bindings: Mapping[str, Binding] | None = None,
    *,
    rules: RuleSet = BCH_SPEC.consensus,
    bare_numbers: bool = True,
) -> Assembled:
    """Assemble CashAssembly and keep the place in the source of each instruction.

    Takes the same arguments and raises the same errors as `assemble`.
    """
    text = Source(normalize_source(source))
    return Assembler(bindings or {}, rules, bare_numbers=bare_numbers).assemble(text)


def assemble_nodes(
    nodes: tuple[Node, ...],
    bindings: Mapping[str, Binding],
    *,
    rules: RuleSet = BCH_SPEC.consensus,
) -> Assembled:
    """Assemble part of a source that has already been parsed.

    Raises AssemblyError as `assemble` does.
    """
    return Assembler(bindings, rules).assemble(Tree(nodes))


def assemble(
    source: str,
    bindings: Mapping[str, Binding] | None = None,
    *,
    rules: RuleSet = BCH_SPEC.consensus,
    bare_numbers: bool = True,
) -> bytes:
    """Assemble CashAssembly into script bytes.

    `bindings` says what each identifier stands for that is not an opcode: bytes are
    inserted as they are, an integer as a VM number, and text is CashAssembly that may
    use the same bindings. An evaluation `$(...)` is run under `rules` and must leave
    exactly one item; if they have proposals, the opcodes of these have names. A number outside
    a push adds its bytes to the script unpushed, which is seldom intended; pass
    `bare_numbers=False` to make that an error.

    Raises AssemblyError with the line and column, and with the name of the binding if the
    error is inside one. Pushes, evaluations and bindings may nest 100 deep.
    """
    assembler = Assembler(bindings or {}, rules, bare_numbers=bare_numbers, has_map=False)
    return assembler.assemble(Source(normalize_source(source))).code
