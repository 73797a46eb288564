"""The search of one attacker: every small change, repaired, judged, and mixed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from ...crypto.hashes import sha256
from ...errors import BchcovError
from ...transaction.model import Output, Transaction
from ...validation.verify import verify
from .balance import complete
from .draft import Draft, Serialized, SignedMessage, SignedSerialization
from .edits import Edit, edits_of, splices
from .edits_of_outputs import STATE
from .material import Material, gather
from .oracle import Loss, Oracle
from .parties import hold, put_in_place
from .repair import repaired
from .scene import Scene

__all__ = ["Accepted", "Harmless", "Property", "Search", "make_search"]

_ROUNDS, _MOST_REPAIRS = 6, 18
_SHORT = 3
_PASSED = 100_000
Property = Callable[[Transaction, Sequence[Output]], str | None]
"""Says in a sentence what an accepted transaction breaks, None for nothing."""


@dataclass(frozen=True, slots=True)
class Seed:
    """A draft to start from, and the number of the reference that it is compared with."""

    draft: Draft
    reference: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted draft that shows something, and the reference that it comes from."""

    draft: Draft
    reference: int
    loss: Loss


class Harmless(NamedTuple):
    """An accepted draft that shows nothing, and how many instructions each input ran."""

    draft: Draft
    reference: int
    instructions: tuple[int, ...]


@dataclass(slots=True)
class Search:
    """The state of the search of one attacker.

    It begins with what was `learned`; `harmless` holds what is accepted if `is_learning`.
    """

    scene: Scene
    oracle: Oracle
    seeds: Sequence[Seed]
    held: Sequence[Draft]
    properties: Sequence[Property]
    random: Random
    judged: int = 0
    accepted: int = 0
    found: list[Accepted] = field(default_factory=list)
    preimages: dict[bytes, bytes] = field(default_factory=dict)
    learned: list[Seed] = field(default_factory=list)
    is_learning: bool = False
    harmless: list[Harmless] = field(default_factory=list)
    _tried: set[int] = field(default_factory=set)
    _repaired: set[int] = field(default_factory=set)

    def run(self) -> Iterator[None]:
        """Go on forever; yield now and then.

        First every single change as it is, then each again with repair, then mixtures of a few.
        """
        material = gather(self.scene, self.held)
        for repair in (False, True):
            for seed in (*self.learned, *self.seeds):
                yield from self._attempt(seed.draft, seed.reference, repair=repair)
            for seed, edit in _in_turn(self.seeds, material):
                changed = edit.on(seed.draft)
                if changed is not None:
                    yield from self._attempt(changed, seed.reference, repair=repair)
            for splice in splices(self.held):
                yield from self._attempt(splice.draft, splice.seed, repair=repair)
            if not repair:
                yield from self._free_items()
        starts = [*self.seeds, *self.learned]
        edits: dict[int, list[Edit]] = {}
        while True:
            number = self.random.randrange(len(starts))
            if number not in edits:
                edits[number] = list(edits_of(starts[number].draft, material))
            yield from self._mix(starts[number], edits[number])

    def _mix(self, seed: Seed, options: Sequence[Edit]) -> Iterator[None]:
        """Try a few edits of one seed together."""
        draft = seed.draft
        for _ in range(self.random.choice((2, 2, 2, 3, 4))):
            draft = self.random.choice(options).on(draft) or draft
        yield from self._attempt(draft, seed.reference, repair=self.random.random() < 0.3)
        yield

    def _attempt(self, draft: Draft, reference: int, *, repair: bool) -> Iterator[None]:
        """Judge a draft, and, if it is refused, what repair makes of it, the farthest first."""
        queue: list[tuple[int, int, int, Draft]] = []
        count = 0
        if repair:
            if draft.key in self._repaired:
                return
            self._repaired.add(draft.key)
        waiting: Iterable[Draft] = (draft,)
        depth = 0
        for _ in range(_MOST_REPAIRS if repair else 1):
            for each in waiting:
                for made in complete(each, self.scene):
                    progress = self._judge(made, reference, again=depth == 0 and repair)
                    if progress is not None:
                        count += 1
                        heappush(queue, (-progress, depth, count, made))
                    yield
            if not queue:
                return
            _, depth, _, current = heappop(queue)
            depth += 1
            if depth > _ROUNDS:
                return
            waiting = repaired(current, self.scene, self.preimages)

    def _judge(self, draft: Draft, reference: int, *, again: bool = False) -> int | None:
        """Verify a draft: note what an accepted one shows, return how far a refused one came."""
        key = draft.key
        is_known = key in self._tried
        if is_known and not again:
            return None
        self._tried.add(key)
        try:
            transaction, coins = draft.finish()
        except BchcovError:
            return None
        self.judged += 1
        verdict = verify(transaction, coins, self.scene.rules)
        if verdict.ok:
            if is_known:
                return None
            self.accepted += 1
            loss = self._loss(draft, reference, transaction, coins)
            if loss is not None:
                self.found.append(Accepted(draft, reference, loss))
            elif self.is_learning:
                ran = tuple(result.metrics.instructions for result in verdict.inputs)
                self.harmless.append(Harmless(draft, reference, ran))
            return None
        if not verdict.inputs:
            return None
        passed = sum([result.ok for result in verdict.inputs])
        instructions = verdict.inputs[-1].metrics.instructions
        return passed * _PASSED + min(instructions, _PASSED - 1)

    def _loss(
        self, draft: Draft, reference: int, transaction: Transaction, coins: tuple[Output, ...]
    ) -> Loss | None:
        for check in self.properties:
            said = check(transaction, coins)
            if said is not None:
                return Loss("property", said)
        loss = self.oracle.judge(draft, reference, self.preimages)
        if loss is None and draft.steps and draft.steps[-1].endswith(STATE):
            return self.oracle.free_state(draft, reference)
        return loss

    def _free_items(self) -> Iterator[None]:
        """Look for items on which nothing depends: all values of a kind are accepted."""
        for seed in self.seeds:
            for index, place in enumerate(seed.draft.inputs):
                for number, item in enumerate(place.items):
                    if isinstance(item, bytes):
                        yield from self._free_item(seed, index, number, item)

    def _free_item(self, seed: Seed, index: int, number: int, item: bytes) -> Iterator[None]:
        size = len(item)
        random = self.random.randbytes
        kinds: dict[str, tuple[bytes, ...]] = {"anything": (b"", b"\x01", b"\x07" * 3, random(32))}
        if size > _SHORT:
            # A short item may be a choice, for which all but a false one means the same.
            kinds[f"any {size} bytes"] = (bytes(size), random(size), b"\xff" * size)
        for kind, others in kinds.items():
            changed = [
                seed.draft.with_item(index, number, other) for other in others if other != item
            ]
            accepted = yield from self._all_accepted(changed)
            if accepted:
                says = f"item {number} of input {index} may be {kind}"
                draft = changed[-1].after(says)
                self.found.append(Accepted(draft, seed.reference, Loss("free item", says)))
                return

    def _all_accepted(self, drafts: Sequence[Draft]) -> Generator[None, None, bool]:
        for draft in drafts:
            self.judged += 1
            yield
            if not verify(*draft.finish(), self.scene.rules).ok:
                return False
        return True


def _in_turn(seeds: Sequence[Seed], material: Material) -> Iterator[tuple[Seed, Edit]]:
    """Yield the edits of all seeds, one of each seed in turn."""
    waiting = deque((seed, edits_of(seed.draft, material)) for seed in seeds)
    while waiting:
        seed, edits = waiting.popleft()
        edit = next(edits, None)
        if edit is not None:
            yield seed, edit
            waiting.append((seed, edits))


def make_search(scene: Scene, properties: Sequence[Property], random: Random) -> Search:
    """Prepare the search of a scene's attacker: their seeds and what these are compared with."""
    attacker = scene.attacker
    pairs = list(zip(scene.honest, scene.originals, strict=True))
    held = [hold(draft, original, attacker.keys) for draft, original in pairs]
    references = list(scene.honest)
    seeds = [Seed(draft, number) for number, draft in enumerate(held)]
    for number, (draft, original) in enumerate(pairs):
        for party in scene.parties:
            for everywhere in (True, False):
                placed = put_in_place(draft, party, attacker, everywhere=everywhere)
                if placed.key == draft.key:
                    continue
                compared = number
                if party.is_open and everywhere:
                    references.append(placed)
                    compared = len(references) - 1
                seeds.append(Seed(hold(placed, original, attacker.keys), compared))
    seeds += list(_unbound(seeds, scene.originals))
    seeds += list(_succeeding(seeds, scene))
    return Search(scene, Oracle.of(scene, references), seeds, held, properties, random)


def _unbound(seeds: Sequence[Seed], originals: Sequence[Draft]) -> Iterator[Seed]:
    """Yield seeds that push the serialization of the honest transaction, signed as such or not."""
    for seed in seeds:
        if seed.reference >= len(originals):
            continue
        for at, place in enumerate(seed.draft.inputs):
            pushed: Mapping[int, bytes] = {
                number: original
                for number, (item, original) in enumerate(
                    zip(place.items, originals[seed.reference].inputs[at].items, strict=True)
                )
                if isinstance(item, Serialized) and isinstance(original, bytes)
            }
            for number, original in pushed.items():
                says = f"input {at} pushes the serialization of the honest transaction"
                frozen = seed.draft.with_item(at, number, original)
                yield Seed(frozen.after(says), seed.reference)
                for other, item in enumerate(place.items):
                    if isinstance(item, SignedSerialization):
                        signed = SignedMessage(item.key, sha256(original))
                        draft = frozen.with_item(at, other, signed).after(f"{says}, signed")
                        yield Seed(draft, seed.reference)


def _succeeding(seeds: Sequence[Seed], scene: Scene) -> Iterator[Seed]:
    """Yield the same spends, of the coins that honest transactions create."""
    for seed in seeds:
        outpoints = {place.outpoint_hash for place in seed.draft.inputs}
        for at, place in enumerate(seed.draft.inputs):
            for made in scene.successors:
                is_same = made.coin.locking_bytecode == place.coin.locking_bytecode
                if is_same and made.outpoint_hash not in outpoints:
                    moved = place._replace(
                        outpoint_hash=made.outpoint_hash,
                        outpoint_index=made.outpoint_index,
                        coin=made.coin,
                    )
                    says = f"input {at} spends what an honest transaction created"
                    yield Seed(seed.draft.with_input(at, moved).after(says), seed.reference)
