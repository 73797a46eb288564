"""The steps of a run: what was kept of it, made into objects as they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, overload

from ..script.opcodes import opcode_name
from .flow import CHANGING, Call, Flow, begin, follow
from .program import Program
from .snapshots import DEEP, HEAD, stack_in, starts_of

__all__ = ["Steps", "TraceStep"]


class TraceStep(NamedTuple):
    """The state of the machine before one instruction.

    `number` counts the steps of the trace from 0. `phase` is "unlocking", "locking" or "redeem",
    and "script" for `trace_script`. `code` is the running script, or the function's body inside
    a function; the instruction is its `position`-th, from 0, and begins at byte `offset`.
    `executed` is false in a branch that is not taken. `depth` is the number of open branches,
    loops and functions. `control` holds a bool for each branch that the running script has open,
    and for each loop the position to which it goes back; `calls` holds the scripts that wait for
    a function that they called, the outermost first. `functions` are the bodies by identifier.
    `op_cost` is the operation cost so far. The top of each stack comes last. `own_name` is the
    name of an opcode of a proposal.
    """

    number: int
    phase: str
    code: bytes
    position: int
    offset: int
    opcode: int
    executed: bool
    depth: int
    stack: tuple[bytes, ...]
    alt_stack: tuple[bytes, ...]
    control: tuple[bool | int, ...]
    calls: tuple[Call, ...]
    functions: Mapping[bytes, bytes]
    op_cost: int
    own_name: str | None = None

    @property
    def name(self) -> str:
        """The opcode's name."""
        return self.own_name or opcode_name(self.opcode)

    def __str__(self) -> str:
        stack = " ".join(item.hex() or "0" for item in self.stack)
        name = self.name
        return f"{'  ' * self.depth}{name if self.executed else f'({name})'}  [{stack}]"


class _Place(NamedTuple):
    """An instruction: its byte and opcode, and whether more than the stack may change with it."""

    offset: int
    opcode: int
    is_changing: bool
    is_last: bool = False


class Steps(Sequence[TraceStep]):
    """The steps of a trace, in their order; a step is made when it is asked for.

    `names` are those of opcodes of proposals, and `gives` how many items they leave.
    """

    __slots__ = ("_flows", "_kept", "_most", "_phases", "_places", "_starts", "gives", "names")

    def __init__(
        self,
        kept: list[Any],
        phases: Sequence[str],
        most: int,
        names: Mapping[int, str] | None = None,
        gives: Mapping[int, int] | None = None,
    ) -> None:
        self.names = names or {}
        self.gives = gives or {}
        self._kept = kept
        self._phases = tuple(phases)
        self._most = most
        self._starts: list[int] | None = None
        # As far as they have been asked for; most are one object with their neighbours.
        self._flows: list[Flow] = []
        self._places: dict[bytes, list[_Place]] = {}

    def __len__(self) -> int:
        return len(self._begins()) - 1

    @overload
    def __getitem__(self, index: int) -> TraceStep: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TraceStep, ...]: ...
    def __getitem__(self, index: int | slice) -> TraceStep | tuple[TraceStep, ...]:
        if isinstance(index, slice):
            return tuple(self._make(at) for at in range(*index.indices(len(self))))
        return self._make(range(len(self))[index])

    def __iter__(self) -> Iterator[TraceStep]:
        # As _make, but each step follows from the one before: several times as fast.
        kept, begins, new, names = self._kept, self._begins(), tuple.__new__, self.names
        flow, phase, executing, depth = self._state(begin(0))
        stack: tuple[bytes, ...] = ()
        program, position, place = None, 0, None
        for number in range(len(begins) - 1):
            at = begins[number]
            here, next_position = kept[at + 1], kept[at + 2]
            if place is not None and place.is_changing:
                assert program is not None
                begun = not next_position
                flow = self._after(flow, place, program.code, position, stack, begun)
                flow, phase, executing, depth = self._state(flow)
            if here is not program:
                program, places = here, self._place(here)
            position = next_position
            place = places[position]
            end = at + HEAD + kept[at + 3]
            stack = tuple(kept[at + HEAD : end]) if kept[at + 3] < DEEP else stack_in(kept, at)
            # As TraceStep(...), without looking at the names.
            yield new(
                TraceStep,
                (
                    number,
                    phase,
                    program.code,
                    position,
                    place[0],
                    place[1],
                    executing,
                    depth,
                    stack,
                    flow.alt_stack,
                    flow.control,
                    flow.calls,
                    flow.functions,
                    kept[at],
                    names.get(place[1]) if names else None,
                ),
            )

    def _state(self, flow: Flow) -> tuple[Flow, str, bool, int]:
        phase = self._phases[min(flow.phase, len(self._phases) - 1)]
        return flow, phase, flow.executing, flow.depth

    @staticmethod
    def _after(
        flow: Flow,
        place: _Place,
        code: bytes,
        position: int,
        stack: tuple[bytes, ...],
        is_begin: bool,
    ) -> Flow:
        return follow(
            flow,
            place.opcode,
            code,
            position,
            stack,
            is_last=place.is_last,
            is_begin=is_begin,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Steps):
            return NotImplemented
        return len(self) == len(other) and all(
            self.place(at) == other.place(at)
            and self.op_cost(at) == other.op_cost(at)
            and self.stack(at) == other.stack(at)
            for at in range(len(self))
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} steps>"

    def __reduce__(self) -> tuple[type[Steps], tuple[Any, ...]]:
        """Pickle scripts as their bytes: decoded ones hold functions, which do not travel."""
        programs: dict[bytes, Program] = {}
        kept = [
            programs.setdefault(each.code, Program(each.code, ()))
            if type(each) is Program
            else each
            for each in self._kept
        ]
        return Steps, (kept, self._phases, self._most, self.names, self.gives)

    def opcode(self, number: int) -> int:
        """Return the opcode of one step, at less cost than the step."""
        program, position = self._at(number)
        return self._place(program)[position].opcode

    def place(self, number: int) -> tuple[bytes, int]:
        """Return the script and the byte of one step, at less cost than the step."""
        program, position = self._at(number)
        return program.code, self._place(program)[position].offset

    def position(self, number: int) -> int:
        """Return the position of one step in its script, at less cost than the step."""
        return self._at(number)[1]

    def op_cost(self, number: int) -> int:
        """Return the operation cost before one step, at less cost than the step."""
        cost: int = self._kept[self._begins()[number]]
        return cost

    def stack(self, number: int) -> tuple[bytes, ...]:
        """Return the stack before one step, at less cost than the step."""
        return stack_in(self._kept, self._begins()[number])

    def flow(self, number: int) -> Flow:
        """Return where the run stands before one step, besides the stack."""
        flows = self._flows
        if not flows:
            flows.append(begin(0))
        for at in range(len(flows) - 1, number):
            program, position = self._at(at)
            place = self._place(program)[position]
            flow = flows[at]
            if place.is_changing:
                begun = not self._at(at + 1)[1]
                flow = self._after(flow, place, program.code, position, self.stack(at), begun)
            flows.append(flow)
        return flows[number]

    def phase(self, number: int) -> str:
        """Return the phase of one step."""
        return self._phases[min(self.flow(number).phase, len(self._phases) - 1)]

    def _begins(self) -> list[int]:
        """Return where each step begins in what was kept, and at the end where the last ends."""
        if self._starts is None:
            starts = [*starts_of(self._kept), len(self._kept)]
            self._starts = starts[: self._most + 1]
        return self._starts

    def _at(self, number: int) -> tuple[Program, int]:
        begin = self._begins()[number]
        return self._kept[begin + 1], self._kept[begin + 2]

    def _place(self, program: Program) -> list[_Place]:
        """Return what each instruction of a program is."""
        found = self._places.get(program.code)
        if found is None:
            found = [
                _Place(each.offset, each.opcode, each.opcode in CHANGING)
                for each in program.instructions()
            ]
            found[-1] = found[-1]._replace(is_changing=True, is_last=True)
            self._places[program.code] = found
        return found

    def _make(self, number: int) -> TraceStep:
        program, position = self._at(number)
        offset, opcode, *_ = self._place(program)[position]
        flow = self.flow(number)
        return TraceStep(
            number,
            self._phases[min(flow.phase, len(self._phases) - 1)],
            program.code,
            position,
            offset,
            opcode,
            flow.executing,
            flow.depth,
            self.stack(number),
            flow.alt_stack,
            flow.control,
            flow.calls,
            flow.functions,
            self.op_cost(number),
            self.names.get(opcode),
        )
