"""The parts of a wallet template: entities with their variables, and scripts with their tests.

Source: libauth, "WalletTemplate" (version 0). Texts for readers are None where there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "Entity",
    "LockingType",
    "ScriptTest",
    "TemplateScript",
    "TimeLockType",
    "Variable",
    "VariableType",
]

VariableType = Literal["Key", "HdKey", "WalletData", "AddressData"]
"""Where a value comes from: a key of one's own, one derived, data of a wallet or of an address."""

LockingType = Literal["standard", "p2s", "p2sh20", "p2sh32"]
"""How a locking script stands in an output: as it is (by two names), or hashed."""

TimeLockType = Literal["height", "timestamp"]
"""What the locktime of a transaction must be for an unlocking script."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What an entity has to provide.

    The paths and the offset are those of an HdKey: `i` in a path is the index of the address
    plus the offset. None stands for what libauth takes where nothing is given.
    """

    type: VariableType
    name: str | None = None
    description: str | None = None
    address_offset: int | None = None
    private_path: str | None = None
    public_path: str | None = None
    public_key_path: str | None = None
    never_sign_twice: bool | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A party to the contract; `scripts` None means that all scripts are for it."""

    variables: Mapping[str, Variable] = field(default_factory=dict)
    name: str | None = None
    description: str | None = None
    scripts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ScriptTest:
    """A test of a script: `setup` runs before it, `check` after it, in each of the scenarios."""

    check: str
    setup: str | None = None
    name: str | None = None
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    def expectations(self) -> Iterator[tuple[str, str]]:
        """Yield each scenario named, behind what is expected of it."""
        yield from _expectations(self)


@dataclass(frozen=True, slots=True)
class TemplateScript:
    """A script in CashAssembly, and what it is for.

    One with a `locking_type` locks, one that `unlocks` another goes with it. `passes`, `fails`
    and `invalid` name the scenarios in which an unlocking script is accepted, is refused, and
    cannot be compiled. `tests` are those of a script by itself, `pushed` says that they run
    with the script as one item instead of as code.
    """

    source: str
    name: str | None = None
    locking_type: LockingType | None = None
    unlocks: str | None = None
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    estimate: str | None = None
    time_lock_type: TimeLockType | None = None
    age_lock: str | None = None
    tests: Mapping[str, ScriptTest] | None = None
    pushed: bool | None = None

    def expectations(self) -> Iterator[tuple[str, str]]:
        """Yield each scenario named, behind what is expected of it."""
        yield from _expectations(self)


def _expectations(of: TemplateScript | ScriptTest) -> Iterator[tuple[str, str]]:
    for name in of.passes:
        yield "passes", name
    for name in of.fails:
        yield "fails", name
    for name in of.invalid:
        yield "invalid", name
