"""The prompt of `bchcov amm`: history, completion, and a question for the action of a commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from ...simulator import PROFILES, Session
from ...simulator.help import COMMANDS
from .folder import settings_folder

__all__ = ["SessionCompleter", "ask_lines"]


class SessionCompleter(Completer):
    """Completion of commands, hashes of commitments, and names of profiles."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def _choices(self, words: list[str]) -> Iterable[str]:
        if not words:
            return COMMANDS
        if len(words) == 1 and words[0] in ("reveal", "refund"):
            return self._session.hashes()
        if len(words) == 1 and words[0] == "profile":
            return PROFILES
        if len(words) == 3 and words[0] == "reveal":
            return ("True", "False")
        return ("swap",) if words == ["commit"] else ()

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the completions of the word before the cursor."""
        del complete_event
        words = document.text_before_cursor.split(" ")
        last = words.pop()
        for choice in self._choices([each for each in words if each]):
            if choice.lower().startswith(last.lower()):
                yield Completion(choice, start_position=-len(last))


class _LenientHistory(FileHistory):
    """The lines typed before, in a file; failures to read or write it are ignored."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        with suppress(OSError):
            super().store_string(string.encode("utf-8", "replace").decode("utf-8"))


def _history() -> History:
    try:
        return _LenientHistory(str(settings_folder() / "history"))
    except OSError:
        # Without a settings folder the history lasts for this session only.
        return InMemoryHistory()


def ask_lines(session: Session) -> Iterator[str]:
    """Yield the lines typed until the input ends."""
    prompt: PromptSession[str] = PromptSession(
        history=_history(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=SessionCompleter(session),
    )
    click.echo("help lists the commands, exit ends the session.", err=True)
    while True:
        try:
            line = prompt.prompt(f"{session.profile} {session.height}> ")
            if line.split() == ["commit"]:
                line = f"commit {prompt.prompt('action (swap 50 BCH, swap 20 Tokens)> ')}"
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        yield line
