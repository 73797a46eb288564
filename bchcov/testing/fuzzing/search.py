"""The search of one attacker: every small change, repaired, judged, and mixed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import chain
from random import Random
from typing import NamedTuple

from ...errors import BchcovError
from ...transaction.model import Output, Transaction
from .balance import complete
from .draft import Draft
from .edits import Edit, edits_of, item_edits, splices, state_edits, telling_edits
from .edits_of_outputs import STATE
from .free_items import free_items
from .free_nfts import free_nfts
from .joined import border_edits
from .lanes import Lane, in_turn, take_turns
from .material import Material, gather
from .oracle import Loss, Oracle
from .promises import Property, broken
from .refusals import Refusals, Refused
from .repair import repaired
from .rewriting import rewritten
from .scene import Scene
from .seeds import Seed, make_seeds

__all__ = ["Accepted", "Harmless", "Search", "make_search"]

_ROUNDS, _MOST_REPAIRS = 8, 18
_LITTLE_PATIENCE, _MUCH_PATIENCE = 2, 8
# A run that is watched takes as long as so many others.
_WATCHED = 5
_PASSED = 100_000
_Change = tuple[Seed, Edit]


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
    origins: Sequence[int]
    properties: Sequence[Property]
    random: Random
    _refusals: Refusals
    judged: int = 0
    accepted: int = 0
    found: list[Accepted] = field(default_factory=list)
    preimages: dict[bytes, bytes] = field(default_factory=dict)
    learned: list[Seed] = field(default_factory=list)
    is_learning: bool = False
    harmless: list[Harmless] = field(default_factory=list)
    _watched: int = 0
    _tried: set[int] = field(default_factory=set)
    _grown: list[Seed] = field(default_factory=list)
    _kinds: set[object] = field(default_factory=set)
    _repaired: set[int] = field(default_factory=set)

    def run(self) -> Iterator[None]:
        """Go on forever; yield now and then.

        First what earlier campaigns have learned and the seeds as they stand. Then side by side:
        every single change of what is accepted, the telling ones and the small ones; the repair
        of what was refused, each place that refuses in its turn; mixtures of a few changes; and
        the same from accepted transactions of a new kind, and from what only repair could mend.
        """
        material = gather(self.scene, self.held)
        living: list[Seed] = []
        dead: list[Seed] = []
        others: list[Seed] = []
        for seed in (*self.learned, *self.seeds):
            before = self.accepted
            yield from self._attempt(seed.draft, seed.reference)
            is_alive = self.accepted > before
            (others if not seed.is_own else living if is_alive else dead).append(seed)
        every = telling_edits, item_edits, state_edits
        telling, of_items, of_states = kinds = [partial(_edits, each, material) for each in every]
        lanes = (
            Lane(14, self._change(in_turn(living, telling))),
            Lane(3, self._change(in_turn(living, of_items))),
            Lane(2, self._change(in_turn(living, of_states))),
            Lane(2, self._change(in_turn(living, self._borders))),
            Lane(12, self._mend()),
            Lane(3, self._revive(dead)),
            Lane(1, self._free_items()),
            Lane(5, self._grow(telling)),
            Lane(5, self._mix(living or dead, material)),
            *(Lane(1, self._change(in_turn([*others, *dead], each))) for each in kinds),
        )
        yield from take_turns(lanes, lambda: self.judged + _WATCHED * self._watched)

    def _change(self, changes: Iterable[_Change]) -> Iterator[None]:
        """Try single changes as they are."""
        for seed, edit in changes:
            changed = edit.on(seed.draft)
            if changed is not None:
                yield from self._attempt(changed, seed.reference)

    def _borders(self, seed: Seed) -> Iterator[Edit]:
        return border_edits(seed.draft, self.scene)

    def _mend(self) -> Iterator[None]:
        """Repair what was refused, a little first and then more."""
        while True:
            refused = self._refusals.take()
            if refused is None:
                yield
            else:
                yield from self._repair(refused.draft, refused.reference, _LITTLE_PATIENCE)

    def _revive(self, seeds: Iterable[Seed]) -> Iterator[None]:
        """Repair the seeds that are refused as they stand, and honest ones put together."""
        for seed in seeds:
            yield from self._repair(seed.draft, seed.reference, _MUCH_PATIENCE)
        for splice in splices(self.held):
            yield from self._attempt(splice.draft, splice.seed)
            yield from self._repair(splice.draft, splice.seed, _MUCH_PATIENCE)

    def _grow(self, edits: Callable[[Seed], Iterator[Edit]]) -> Iterator[None]:
        """Change what was accepted and is of a new kind."""
        at = 0
        while True:
            if at == len(self._grown):
                yield
            else:
                seed = self._grown[at]
                at += 1
                yield from self._change((seed, edit) for edit in edits(seed))

    def _mix(self, starts: Sequence[Seed], material: Material) -> Iterator[None]:
        """Try a few edits of one seed together."""
        edits: dict[int, list[Edit]] = {}
        while starts:
            number = self.random.randrange(len(starts))
            seed = starts[number]
            if number not in edits:
                edits[number] = list(edits_of(seed.draft, material))
            draft = seed.draft
            for _ in range(self.random.choice((2, 2, 2, 3, 4))):
                draft = self.random.choice(edits[number]).on(draft) or draft
            yield from self._attempt(draft, seed.reference)
            yield

    def _attempt(self, draft: Draft, reference: int) -> Iterator[None]:
        """Judge a draft as it is."""
        for made in complete(draft, self.scene):
            self._judge(made, reference)
            yield

    def _repair(self, draft: Draft, reference: int, patience: int) -> Iterator[None]:
        """Judge a draft, and, if it is refused, what repair makes of it, the farthest first.

        It is given up when so many repairs in a row have not brought it further.
        """
        if draft.key in self._repaired:
            return
        self._repaired.add(draft.key)
        queue: list[tuple[int, int, int, Draft]] = []
        count = depth = idle = farthest = 0
        waiting: Iterable[Draft] = (draft,)
        for _ in range(_MOST_REPAIRS):
            for each in waiting:
                for made in complete(each, self.scene):
                    progress = self._judge(made, reference, depth=depth, is_repaired=True)
                    if progress is not None:
                        count += 1
                        heappush(queue, (-progress, depth, count, made))
                    yield
            if not queue:
                return
            progress, depth, _, current = heappop(queue)
            depth += 1
            idle = 0 if -progress > farthest else idle + 1
            farthest = max(farthest, -progress)
            if depth > _ROUNDS or idle > patience:
                return
            self._watched += 1
            # Those before the one that is refused have passed.
            waiting = repaired(current, self.scene, self.preimages, -progress // _PASSED)

    def _judge(
        self, draft: Draft, reference: int, *, depth: int = 0, is_repaired: bool = False
    ) -> int | None:
        """Verify a draft: note what an accepted one shows, return how far a refused one came."""
        key = draft.key
        is_known = key in self._tried
        if is_known and not (is_repaired and not depth):
            return None
        self._tried.add(key)
        try:
            transaction, coins = draft.finish()
        except BchcovError:
            return None
        self.judged += 1
        verdict = self.scene.judge.verify(transaction, coins)
        if verdict.ok:
            if is_known:
                return None
            self.accepted += 1
            kind = reference, *(result.metrics.instructions for result in verdict.inputs)
            if kind not in self._kinds:
                self._kinds.add(kind)
                if depth:
                    self._grown.append(Seed(draft, reference))
            loss = self._loss(draft, reference, transaction, coins)
            if loss is not None:
                self.found.append(Accepted(draft, reference, loss))
            elif self.is_learning:
                ran = tuple(result.metrics.instructions for result in verdict.inputs)
                self.harmless.append(Harmless(draft, reference, ran))
            return None
        if not verdict.inputs:
            return None
        passed, last = sum([result.ok for result in verdict.inputs]), verdict.inputs[-1]
        instructions = last.metrics.instructions
        if not is_repaired:
            coin = draft.inputs[len(verdict.inputs) - 1].outpoint
            known = coin if coin in self.scene.coins else None
            place = reference, passed, last.code, last.position, known
            self._refusals.add(place, Refused(draft, reference))
        return passed * _PASSED + min(instructions, _PASSED - 1)

    def _loss(
        self, draft: Draft, reference: int, transaction: Transaction, coins: tuple[Output, ...]
    ) -> Loss | None:
        says = broken(self.properties, self.scene, draft, transaction, coins)
        if says is not None:
            return Loss("property", says)
        loss = self.oracle.judge(draft, reference, self.preimages)
        if loss is None and draft.steps and draft.steps[-1].endswith(STATE):
            loss = self.oracle.free_state(draft, reference)
        if loss is None and reference < len(self.held):
            said = rewritten(draft, self.scene.honest[reference], self.scene)
            return None if said is None else Loss("malleable", said)
        return loss

    def _free_items(self) -> Iterator[None]:
        """Look for items on which nothing depends: all values of a kind are accepted."""
        for seed in self.seeds:
            found: set[tuple[int, int]] = set()
            free = chain(free_items(seed.draft), free_nfts(seed.draft, self.scene))
            for place, says, drafts in free:
                if place in found:
                    continue
                accepted = yield from self._all_accepted(drafts)
                if accepted:
                    found.add(place)
                    draft = drafts[-1].after(says)
                    self.found.append(Accepted(draft, seed.reference, Loss("free item", says)))

    def _all_accepted(self, drafts: Sequence[Draft]) -> Generator[None, None, bool]:
        for draft in drafts:
            self.judged += 1
            yield
            if not self.scene.judge.verify(*draft.finish()).ok:
                return False
        return True


def _edits(
    kind: Callable[[Draft, Material], Iterator[Edit]], material: Material, seed: Seed
) -> Iterator[Edit]:
    return kind(seed.draft, material)


def make_search(scene: Scene, properties: Sequence[Property], random: Random) -> Search:
    """Prepare the search of a scene's attacker: their seeds and what these are compared with."""
    made = make_seeds(scene)
    oracle = Oracle.of(scene, made.references)
    return Search(
        scene, oracle, made.seeds, made.held, made.origins, properties, random, Refusals(random)
    )
