"""The README's tour runs and prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import race
from click.testing import CliRunner

from bchcov import TransactionReason
from bchcov.cli.main import main

README = (Path(__file__).parent.parent / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def test_the_tour_prints_what_it_says() -> None:
    names: dict[str, Any] = {}
    printed = ""
    outputs = 0
    for language, text in BLOCKS:
        if language == "python":
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream):
                exec(compile(text, "README.md", "exec"), names)
            printed = stream.getvalue()
        elif language == "text":
            assert printed == text
            outputs += 1
    assert outputs == 6


def test_the_commands_print_what_they_say() -> None:
    (session,) = [text for language, text in BLOCKS if text.startswith("$ ")]
    checked = 0
    for command, output in re.findall(r"^\$ bchcov (.*)\n((?:[^$].*\n)*)", session, re.MULTILINE):
        arguments = shlex.split(command, comments=True)
        if output:
            result = CliRunner().invoke(main, arguments)
            assert (result.exit_code, result.stdout) == (0, output)
            checked += 1
    assert checked == 2


def test_the_simulator_answers_as_it_says() -> None:
    (session,) = [text for language, text in BLOCKS if language == "session"]
    typed = "".join(f"{line}\n" for line in re.findall(r"^> (.*)$", session, re.MULTILINE))
    result = CliRunner().invoke(main, ["amm", "--memory", "--seed", "1"], input=typed)
    assert result.stdout == session


@pytest.mark.long
def test_the_tables_of_races_are_what_the_script_prints() -> None:
    for make in (race.comparison, race.crowds, race.attackers):
        assert "\n".join(make()) in README


def test_the_reasons_that_are_listed_are_those_in_the_code() -> None:
    listed = re.findall(r"`((?:TX|TOKEN)_[A-Z_]+)`", README)
    assert sorted(set(listed)) == sorted(TransactionReason)
