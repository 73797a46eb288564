"""Contracts: CashAssembly sources from `contracts/`, assembled, with their checks by name.

A check is an instruction that can refuse a spend. It stands alone on its line, or last, and
its comment begins with its name in brackets: `OP_EQUALVERIFY  // [pool] input 0 is the pool`.
Where a script ends with a boolean the line that leaves it is `// [final:name] ...`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..assembly.assemble import Assembled, Binding, assemble_with_map
from ..errors import BuildError, Reason
from ..script.opcodes import opcode_name
from ..vm.result import InputResult

__all__ = [
    "Check",
    "Contract",
    "checks_in",
    "compile_contract",
    "explain",
    "load_source",
    "without_check",
]

_HERE = Path(__file__).parent.parent
# In a wheel the sources lie within the package, in a checkout beside it.
_FOLDERS = (_HERE / "contracts", _HERE.parent / "contracts")
_TAKEN_OUT = {
    "OP_VERIFY": "OP_DROP",
    "OP_EQUALVERIFY": "OP_2DROP",
    "OP_NUMEQUALVERIFY": "OP_2DROP",
    "OP_CHECKSIGVERIFY": "OP_2DROP",
    "OP_CHECKDATASIGVERIFY": "OP_2DROP OP_DROP",
    "OP_CHECKLOCKTIMEVERIFY": "OP_NOP",
    "OP_CHECKSEQUENCEVERIFY": "OP_NOP",
}
_LABEL = re.compile(r"^(?P<code>.*?)//\s*\[(?P<final>final:)?(?P<name>[a-z0-9-]+)\]\s*(?P<why>.*)$")
_REFUSING = re.compile(rf"\b({'|'.join(_TAKEN_OUT)})\b")


@dataclass(frozen=True, slots=True)
class Check:
    """One reason for which a contract refuses: its name, why it is there, and its line."""

    name: str
    why: str
    line: int
    opcode: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with its constants filled in: `code` is what runs."""

    name: str
    source: str = field(repr=False)
    assembled: Assembled = field(repr=False)
    bindings: Mapping[str, Binding] = field(default_factory=dict, repr=False)

    @property
    def code(self) -> bytes:
        """The script."""
        return self.assembled.code

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the source, in its order."""
        return checks_in(self.source, self.name)

    def place(self, offset: int) -> tuple[str, int, Check | None] | None:
        """The source, the line and the check that this byte of the code comes from.

        The source is this contract's, or one of its folder that it takes in by name.
        """
        span = self.assembled.find(min(offset, len(self.code) - 1))
        if span is None:
            return None
        name, text = self.name, self.source
        if span.source is not None:
            taken_in = self.bindings.get(span.source)
            if not isinstance(taken_in, str):
                return None
            name, text = f"{self.name.rpartition('/')[0]}/{span.source}", taken_in
        checks = checks_in(text, name)
        return name, span.line, next((each for each in checks if each.line == span.line), None)

    def check_at(self, offset: int) -> Check | None:
        """The check whose instruction stands at this byte of the code."""
        place = self.place(offset)
        return None if place is None else place[2]


@cache
def load_source(name: str) -> str:
    """Read the source `name` of the folder `contracts`, as "cpmm/pool". Raises BuildError."""
    for folder in _FOLDERS:
        path = folder / f"{name}.cashasm"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise BuildError(f"no contract is called {name!r}")


@cache
def checks_in(source: str, name: str = "") -> tuple[Check, ...]:
    """List the checks of a source. Raises BuildError for one without a name, or a name twice."""
    found: dict[str, Check] = {}
    for number, text in enumerate(source.split("\n"), 1):
        match = _LABEL.match(text)
        code = match["code"] if match else text.partition("//")[0]
        refusing = _REFUSING.findall(code)
        if match is None:
            if refusing:
                raise BuildError(f"{name}, line {number}: {refusing[0]} has no name in brackets")
            continue
        if match["name"] in found:
            raise BuildError(f"{name}, line {number}: a second check is called {match['name']!r}")
        if match["final"]:
            refusing = [code.split()[-1]]
        if len(refusing) != 1:
            raise BuildError(f"{name}, line {number}: {len(refusing)} checks under one name")
        found[match["name"]] = Check(
            match["name"], match["why"], number, refusing[0], bool(match["final"])
        )
    return tuple(found.values())


def without_check(source: str, name: str) -> str:
    """The source with one check taken out: its operands are dropped, nothing is compared.

    Raises BuildError for a name that no check has.
    """
    check = next((each for each in checks_in(source) if each.name == name), None)
    if check is None:
        raise BuildError(f"no check is called {name!r}")
    lines = source.split("\n")
    code, slashes, comment = lines[check.line - 1].partition("//")
    if check.is_final:
        code += "OP_DROP OP_1 "
    else:
        code = re.sub(rf"\b{check.opcode}\b", _TAKEN_OUT[check.opcode], code)
    lines[check.line - 1] = code + slashes + comment
    return "\n".join(lines)


def compile_contract(
    name: str, bindings: Mapping[str, Binding], *, source: str | None = None
) -> Contract:
    """Assemble a contract with its constants; `source` stands in for that of the folder.

    Raises BuildError for a name that is not there, AssemblyError for what cannot be
    assembled.
    """
    text = load_source(name) if source is None else source
    return Contract(name, text, assemble_with_map(text, bindings), bindings)


def explain(result: InputResult, *contracts: Contract) -> str:
    """Say in a sentence which check of which contract refused an input.

    The contracts are those that may have run in it, the one that ends the run first.
    """
    for contract in contracts:
        place = _find(result, contract)
        if place is None:
            continue
        source, line, check = place
        name = f" [{check.name}] {check.why}:" if check else ""
        opcode = "" if result.opcode is None else f" at {opcode_name(result.opcode)}"
        reason = "" if result.reason is None else result.reason.value
        return f"{source}.cashasm:{line}{name} {reason}{opcode}"
    return str(result)


def _find(result: InputResult, contract: Contract) -> tuple[str, int, Check | None] | None:
    """The source and the line that refused, and its check, where it is this contract's."""
    if result.reason is Reason.EVAL_FALSE:
        final = next((check for check in contract.checks if check.is_final), None)
        return None if final is None else (contract.name, final.line, final)
    if result.code != contract.code or result.offset is None:
        return None
    return contract.place(result.offset)
