"""Which step made each item of the stack, followed forwards through a whole run."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..script.opcodes import Op
from ..vm.steps import Steps
from .made import came_from

__all__ = ["Makers"]


@dataclass(slots=True)
class Makers:
    """The makers of the items on the stack, the top last, as a run goes on step by step.

    `find_maker` finds the same for one item, backwards.
    """

    steps: Steps
    items: list[int] = field(default_factory=list)
    _alt: list[int] = field(default_factory=list)
    _unlocked: list[int] = field(default_factory=list)

    def follow(self, number: int, after: tuple[bytes, ...], kept: int) -> list[int]:
        """Go over step `number`, which leaves the stack `after`; the first `kept` items stay.

        Returns the makers of the items behind these.
        """
        steps, before = self.steps, self.items
        phase = steps.phase(number)
        next_phase = steps.phase(number + 1) if number + 1 < len(steps) else phase
        opcode, flow = steps.opcode(number), steps.flow(number)
        if next_phase == "redeem" != phase:
            # What was pushed runs again, without the script itself.
            self.items = self._unlocked[: len(after)]
        elif flow.executing:
            stack, made = steps.stack(number), []
            if opcode == Op.OP_FROMALTSTACK and self._alt:
                made = [self._alt.pop()]
            else:
                if opcode == Op.OP_TOALTSTACK and before:
                    self._alt.append(before[-1])
                for place in range(kept, len(after)):
                    came = came_from(opcode, stack, place, len(after))
                    made.append(number if came is None else before[came])
            self.items = [*before[: len(after) - len(made)], *made]
        if next_phase != phase:
            self._alt = []
            if phase == "unlocking":
                self._unlocked = list(self.items)
        return self.items[kept:]
