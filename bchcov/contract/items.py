"""Items of a stack whose values are not known, and how their uses tell what they are for.

An item is known by where it comes from: it was pushed, made by an instruction, put together of
others, or left by one of several branches. A use as a role reaches all that it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .roles import Role

__all__ = ["Item", "Pushed", "compare", "merge", "use"]

# Around a hash in a locking bytecode: what stands before it, behind it, and what the hash is of.
_AROUND = {
    (b"\x76\xa9\x14", b"\x88\xac"): Role.PUBLIC_KEY_HASH,
    (b"\xa9\x14", b"\x87"): Role.SCRIPT_HASH,
    (b"\xaa\x20", b"\x87"): Role.SCRIPT_HASH,
}


@dataclass(eq=False, slots=True)
class Item:
    """An item on the stack, told apart by identity.

    `role` is what the instruction that made it says of it, `pushed` the push it comes from,
    `parts` what it was put together of, `either` what it is one of, and `hashed` what it is the
    hash of. `uses` and `hashes` collect what it is used as, and which hashes it is compared with.
    """

    role: Role | None = None
    pushed: Pushed | None = None
    parts: tuple[Item, ...] = ()
    either: tuple[Item, ...] = ()
    hashed: Item | None = None
    uses: set[Role] = field(default_factory=set)
    hashes: list[Item] = field(default_factory=list)

    @property
    def value(self) -> bytes | None:
        """The bytes of the item, None where they are not known."""
        return None if self.pushed is None else self.pushed.value

    def origins(self) -> Iterator[Item]:
        """Yield the item and all that it may be instead, each once."""
        seen = {self}
        waiting = [self]
        while waiting:
            item = waiting.pop()
            yield item
            for each in item.either:
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)


@dataclass(eq=False, slots=True)
class Pushed:
    """A push of a script, and the items that it has left.

    `offset` counts bytes of the script `code`; `outer` is where the contract pushes that script,
    or the same as `offset` in the contract's own. `is_data` says that it is no opcode of a number.
    """

    code: bytes
    offset: int
    outer: int
    value: bytes
    is_data: bool
    items: list[Item] = field(default_factory=list)

    def roles(self) -> set[Role]:
        """Every role that the item is used in."""
        found: set[Role] = set()
        for item in self.items:
            found |= item.uses
            for each in item.hashes:
                of_key = each.hashed is not None and Role.PUBLIC_KEY in each.hashed.uses
                found.add(Role.PUBLIC_KEY_HASH if of_key else Role.HASH)
        return found


def use(item: Item, role: Role) -> None:
    """Note that an item is used in a role, and so is all that it comes from."""
    waiting = [(item, role)]
    while waiting:
        used, as_role = waiting.pop()
        for each in used.origins():
            if as_role in each.uses:
                continue
            each.uses.add(as_role)
            if each.parts:
                waiting += _parts_in(each, as_role)
            if each.hashed is not None and as_role is Role.PUBLIC_KEY_HASH:
                waiting.append((each.hashed, Role.PUBLIC_KEY))


def _parts_in(item: Item, role: Role) -> Iterator[tuple[Item, Role]]:
    """Yield the roles of the parts of an item of that role."""
    first, *others = item.parts
    if role is Role.CATEGORY:
        yield first, Role.CATEGORY
        yield from ((each, Role.CAPABILITY) for each in others)
    elif role is Role.LOCKING_BYTECODE:
        around = (first.value or b"", item.parts[-1].value or b"")
        inner = _AROUND.get(around) if len(item.parts) == 3 else None
        for at, each in enumerate(item.parts):
            is_inner = inner is not None and at == 1
            yield each, inner if is_inner and inner else Role.LOCKING_BYTECODE_PART


def compare(left: Item, right: Item) -> None:
    """Note that two items are compared: each has the role that the other was made with."""
    for one, other in ((left, right), (right, left)):
        for origin in one.origins():
            if origin.role is not None:
                use(other, origin.role)
            if origin.hashed is not None:
                for each in other.origins():
                    each.hashes.append(origin)


def merge(stacks: list[list[Item]]) -> list[Item]:
    """Join the stacks that several branches have left, from the top."""
    first, *others = stacks
    for other in others:
        size = min(len(first), len(other))
        pairs = zip(first[len(first) - size :], other[len(other) - size :], strict=True)
        first = [
            a if a is b else Item(role=a.role if a.role is b.role else None, either=(a, b))
            for a, b in pairs
        ]
    return first
