"""The commands of the debugger, as they are typed: the same on plain lines and on a full screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..encoding.printable import printable
from ..errors import CommandError
from .debug_view import (
    item_lines,
    listing_of,
    shown_alt_stack,
    shown_stack,
    source_lines,
    state_lines,
    watch_lines,
    where_line,
)
from .debugger import Debugger
from .explanation import why
from .items import show_item

__all__ = ["COMMANDS", "Command", "Reply", "run_command"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers: lines of text, whether it moved, and whether it ends the session.

    What moved has the state as its lines, and a `note` of what else there is to say.
    """

    lines: tuple[str, ...] = ()
    has_moved: bool = False
    note: str = ""
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its short form, its usage, what it does, and the function that does it."""

    short: str
    usage: str
    summary: str
    run: Callable[[Debugger, str], Reply]


def run_command(debugger: Debugger, line: str) -> Reply:
    """Carry out a line; what is wrong with it is the answer. An empty line is a step."""
    word, _, rest = line.strip().partition(" ")
    command = _find(word.lower() or "step")
    if command is None:
        return Reply((f"there is no command {printable(word[:40])!a}: help lists them",))
    try:
        return command.run(debugger, rest.strip())
    except CommandError as error:
        return Reply((printable(str(error)),))


def _find(word: str) -> Command | None:
    found = COMMANDS.get(word)
    return found or next((each for each in COMMANDS.values() if each.short == word), None)


def _moved(debugger: Debugger, has_moved: bool) -> Reply:
    if has_moved:
        return Reply(tuple(state_lines(debugger)), has_moved=True)
    return Reply((f"no further: {where_line(debugger)}",))


def _count(text: str, default: int = 1) -> int:
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise CommandError(f"{text[:40]!a} is no number from 0")
    return int(text)


def _move(go: Callable[[Debugger], bool]) -> Callable[[Debugger, str], Reply]:
    def run(debugger: Debugger, text: str) -> Reply:
        has_moved = False
        for _ in range(min(_count(text), len(debugger.trace) + 1)):
            if not go(debugger):
                break
            has_moved = True
        return _moved(debugger, has_moved)

    return run


def _go_to(debugger: Debugger, text: str) -> Reply:
    number = _count(text, 0)
    if not 1 <= number <= len(debugger.trace) + 1:
        raise CommandError(
            f"there is no step {text or '(none)'}: expected 1 to {len(debugger.trace)}"
        )
    return _moved(debugger, debugger.go_to(number - 1))


def _break(debugger: Debugger, text: str) -> Reply:
    if not text:
        lines = [
            printable(f"{number}  {each.text}")
            for number, each in enumerate(debugger.breakpoints, 1)
        ]
        return Reply(tuple(lines) or ("no breakpoints",))
    made = debugger.add_breakpoint(text)
    return Reply((printable(f"breakpoint {len(debugger.breakpoints)}: {made.text}"),))


def _delete(debugger: Debugger, text: str) -> Reply:
    debugger.remove_breakpoint(_count(text, 0))
    return _break(debugger, "")


def _watch(debugger: Debugger, text: str) -> Reply:
    if text:
        debugger.watch(text)
    return Reply(tuple(watch_lines(debugger)) or ("nothing is watched",))


def _unwatch(debugger: Debugger, text: str) -> Reply:
    debugger.unwatch(_count(text, 0))
    return _watch(debugger, "")


def _made(debugger: Debugger, text: str) -> Reply:
    before = debugger.number + 1
    moved = _moved(debugger, debugger.to_maker(_count(text, 0)))
    note = f"item {_count(text, 0)} is made here; goto {before} goes back"
    return replace(moved, lines=(*moved.lines, note), note=note)


def _stack(debugger: Debugger, text: str) -> Reply:
    most = _count(text, 1_000)
    lines = [*item_lines("stack", list(shown_stack(debugger)), most=most)]
    lines += item_lines("alternate stack", list(shown_alt_stack(debugger)), most=most)
    return Reply(tuple(lines))


def _item(debugger: Debugger, text: str) -> Reply:
    depth = _count(text, 0)
    if depth >= len(debugger.stack):
        raise CommandError(f"there is no item {depth}: the stack has {len(debugger.stack)}")
    item = debugger.stack[-1 - depth]
    step = debugger.maker(depth)
    lines = [str(show_item(item, debugger.names)), f"0x{item.hex()}"]
    if step is not None:
        lines.append(
            f"made by {step.name}, step {step.number + 1:,}, byte {step.offset} of"
            f" the {step.phase} bytecode"
        )
    return Reply(tuple(lines))


def _list(debugger: Debugger, text: str) -> Reply:
    lines = [
        printable(f"  {'>' if each.is_marked else ' '} {each.number:>5}  {each.text}")
        for each in listing_of(debugger, lines=_count(text, 10))
    ]
    return Reply(tuple(lines) or (where_line(debugger),))


def _source(debugger: Debugger, text: str) -> Reply:
    lines = [
        printable(f"  {'>' if each.is_marked else ' '} {each.number:>5}  {each.text}")
        for each in source_lines(debugger, lines=_count(text, 6))
    ]
    return Reply(tuple(lines) or ("the source of this instruction is not known",))


def _functions(debugger: Debugger, _text: str) -> Reply:
    step = debugger.step
    functions = {} if step is None else step.functions
    lines = [
        f"0x{name.hex()}  {len(body):,} bytes: 0x{body[:40].hex()}{'...' if len(body) > 40 else ''}"
        for name, body in functions.items()
    ]
    return Reply(tuple(lines) or ("no functions are defined here",))


def _why(debugger: Debugger, _text: str) -> Reply:
    found = why(debugger.spending)
    return Reply(tuple(str(found).split("\n")) if found else ("it is accepted",))


def _help(_debugger: Debugger, _text: str) -> Reply:
    width = max(len(each.usage) for each in COMMANDS.values())
    return Reply(
        tuple(
            f"{each.usage:<{width}}  {each.short:<3} {each.summary}" for each in COMMANDS.values()
        )
    )


def _where(debugger: Debugger, _text: str) -> Reply:
    return Reply(tuple(state_lines(debugger)))


def _quit(_debugger: Debugger, _text: str) -> Reply:
    return Reply(is_end=True)


COMMANDS: dict[str, Command] = {
    "step": Command("s", "step [N]", "run the next instruction, or N", _move(Debugger.forward)),
    "back": Command("b", "back [N]", "take the last one back, or N", _move(Debugger.back)),
    "over": Command("n", "over [N]", "run a whole function or loop", _move(Debugger.over)),
    "rover": Command(
        "rn", "rover [N]", "take a whole function or loop back", _move(Debugger.back_over)
    ),
    "out": Command("o", "out", "run to the end of the loop or function", _move(Debugger.out)),
    "continue": Command("c", "continue", "to the next breakpoint", _move(Debugger.to_breakpoint)),
    "reverse": Command(
        "r", "reverse", "to the breakpoint before", _move(Debugger.back_to_breakpoint)
    ),
    "fail": Command("f", "fail", "to what fails, or the end", _move(Debugger.to_failing)),
    "goto": Command("g", "goto N", "to step N", _go_to),
    "made": Command("m", "made [N]", "to where item N was made, 0 the top", _made),
    "break": Command(
        "br", "break [WHERE]", "stop at 42, redeem:42, OP_ADD, line 5, [check], if top == 5", _break
    ),
    "delete": Command("d", "delete N", "remove a breakpoint", _delete),
    "watch": Command("w", "watch [EXPR]", "show top, stack[1], size, ... after each move", _watch),
    "unwatch": Command("uw", "unwatch N", "watch no longer", _unwatch),
    "stack": Command("st", "stack [N]", "both stacks, the top first", _stack),
    "item": Command("i", "item [N]", "item N in full", _item),
    "list": Command("l", "list [N]", "the instructions around", _list),
    "source": Command("src", "source [N]", "the source around", _source),
    "functions": Command("fn", "functions", "the functions that are defined", _functions),
    "where": Command("", "where", "where it stands", _where),
    "why": Command("y", "why", "why it is refused", _why),
    "help": Command("h", "help", "this list", _help),
    "quit": Command("q", "quit", "end", _quit),
}
