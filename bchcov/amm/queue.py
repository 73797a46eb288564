"""The queue: an immutable Merkle tree of fixed depth, used as a ring buffer.

A node is None while everything below it is empty, so a tree of a million slots with few
orders is small; a new tree shares all unchanged nodes with the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

from ..crypto.hashes import sha256
from ..errors import BuildError

__all__ = ["Queue", "empty_roots"]

Hash = Callable[[bytes], bytes]
# A leaf is bytes; an inner node is its hash and both children; None is an empty subtree.
_Node = bytes | tuple[bytes, "_Node", "_Node"] | None


@cache
def empty_roots(depth: int, digest: Hash) -> tuple[bytes, ...]:
    """Compute the hashes of empty subtrees, from the leaf (zeros) to the root."""
    roots = [bytes(len(digest(b"")))]
    for _ in range(depth):
        roots.append(digest(roots[-1] * 2))
    return tuple(roots)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of 2^depth slots; order `index` sits at slot `index` mod 2^depth.

    `head` is the index of the next order to take, `tail` that of the next one to append.
    `digest` is SHA256, or HASH160 for the shallow tree of the direct profile.
    """

    depth: int
    head: int = 0
    tail: int = 0
    digest: Hash = sha256
    _root: _Node = field(default=None, repr=False)

    def __len__(self) -> int:
        return self.tail - self.head

    @property
    def capacity(self) -> int:
        """The number of orders that fit."""
        return 1 << self.depth

    @property
    def root(self) -> bytes:
        """The Merkle root."""
        return self._hash(self._root, self.depth)

    def slot(self, index: int) -> int:
        """Return the slot of order `index` in the tree."""
        return index % self.capacity

    def room(self) -> int:
        """Return how many orders a batch can append, up to the end of the ring or the head."""
        return min(self.capacity - self.slot(self.tail), self.capacity - len(self))

    def takeable(self) -> int:
        """Return how many orders a batch can take, up to the end of the ring or the tail."""
        return min(self.capacity - self.slot(self.head), len(self))

    def append(self, leaves: Sequence[bytes]) -> Queue:
        """Append leaves at the tail. Raises BuildError if one batch has no room for them."""
        if len(leaves) > self.room():
            raise BuildError(
                f"{len(leaves)} orders are too many for one batch: expected at most {self.room()},"
                f" up to the {'end' if self.room() < self.capacity - len(self) else 'head'}"
                " of the queue"
            )
        root = self._put(self._root, self.depth, self.slot(self.tail), leaves)
        return Queue(self.depth, self.head, self.tail + len(leaves), self.digest, root)

    def take(self, count: int) -> Queue:
        """Empty `count` slots from the head on. Raises BuildError if one batch cannot."""
        if not 0 <= count <= self.takeable():
            raise BuildError(
                f"{count} orders are too many for one batch: expected at most {self.takeable()}"
            )
        root = self._put(self._root, self.depth, self.slot(self.head), [None] * count)
        return Queue(self.depth, self.head + count, self.tail, self.digest, root)

    def leaf(self, index: int) -> bytes | None:
        """Return the leaf of order `index`; None for an empty slot."""
        node, slot = self._root, self.slot(index)
        for level in reversed(range(self.depth)):
            if not isinstance(node, tuple):
                return None
            node = node[1 + (slot >> level & 1)]
        return node if isinstance(node, bytes) else None

    def proof(self, index: int, count: int) -> tuple[tuple[bytes | None, bytes], ...]:
        """Return the Merkle siblings of `count` orders from `index` on, as scripts use them.

        They go from the leaves up, the left one of each level first. Each is a pair: the hash
        (None for an empty subtree), and the hash of an empty subtree of that level. A level has
        a left sibling if the range begins at an odd node, a right one if it ends at an even one.
        """
        empty = empty_roots(self.depth, self.digest)
        first = self.slot(index) + self.capacity
        last = first + count - 1
        siblings: list[tuple[bytes | None, bytes]] = []
        for level in range(self.depth):
            if first & 1:
                siblings.append((self._at(first - 1, level), empty[level]))
            if not last & 1:
                siblings.append((self._at(last + 1, level), empty[level]))
            first, last = first >> 1, last >> 1
        return tuple(siblings)

    def _at(self, place: int, level: int) -> bytes | None:
        """Return the hash of a node; places count from 1, the root, as in a heap."""
        node = self._root
        for above in reversed(range(self.depth - level)):
            if not isinstance(node, tuple):
                return None
            node = node[1 + (place >> above & 1)]
        return node[0] if isinstance(node, tuple) else node

    def _hash(self, node: _Node, level: int) -> bytes:
        if node is None:
            return empty_roots(self.depth, self.digest)[level]
        return node[0] if isinstance(node, tuple) else node

    def _put(self, node: _Node, level: int, start: int, leaves: Sequence[bytes | None]) -> _Node:
        """Replace slots below a node; `start` is relative to its subtree."""
        if not leaves:
            return node
        if level == 0:
            return leaves[0]
        left, right = (node[1], node[2]) if isinstance(node, tuple) else (None, None)
        half = 1 << (level - 1)
        if start < half:
            left = self._put(left, level - 1, start, leaves[: half - start])
        if start + len(leaves) > half:
            skipped = max(0, half - start)
            right = self._put(right, level - 1, max(0, start - half), leaves[skipped:])
        if left is None and right is None:
            return None
        joined = self._hash(left, level - 1) + self._hash(right, level - 1)
        return self.digest(joined), left, right
