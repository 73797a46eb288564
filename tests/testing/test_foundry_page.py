"""The page for those who know Foundry promises nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import bchcov
from bchcov import testing
from bchcov.cli.main import COMMANDS, main
from bchcov.contract.contract import Contract

PAGE = (Path(__file__).parents[2] / "docs" / "foundry.md").read_text(encoding="utf-8")
HERE = [line.split("|")[2] for line in PAGE.splitlines() if line.startswith("| ")]
WORDS = [word for cell in HERE for word in re.findall(r"`([^`]+)`", cell)]
OWN_OPTIONS = [word.split()[0] for word in WORDS if word.startswith("--bchcov-")]
FROM_ELSEWHERE = {"assert", "python", "bchcov", "contract", "console", "hypothesis", "pytest"}


def test_each_option_of_the_plugin_is_one(pytestconfig: pytest.Config) -> None:
    assert OWN_OPTIONS
    for option in OWN_OPTIONS:
        assert pytestconfig.getoption(option, "missing") != "missing", option


def test_each_command_and_its_options_are_there() -> None:
    found = [word.split() for word in WORDS if word.startswith("bchcov ")]
    assert len(found) > 8
    for _, command, *rest in found:
        assert command in COMMANDS
        shown = CliRunner().invoke(main, [command, "--help"]).stdout
        assert all(each in shown for each in rest if each.startswith("--")), (command, rest)


@pytest.mark.parametrize("option", ["--junit", "--sarif", "--github"])
@pytest.mark.parametrize("command", ["fuzz", "cover", "mutate", "cost"])
def test_the_reports_are_those_of_all_commands(command: str, option: str) -> None:
    assert option in CliRunner().invoke(main, [command, "--help"]).stdout


def test_each_name_is_exported() -> None:
    names = {
        match[1]
        for word in WORDS
        if (match := re.fullmatch(r"([A-Za-z_]+)(\(.*\)(\.\w+\(\))?)?(\.\w+)?", word))
    }
    arguments = {"properties", "seed", "count", "seconds", "jobs", "locktime", "sequence"}
    fixtures = {"wallet", "costs", "disasm", "opcodes", "cover", "mutate", "cost"}
    known = {*bchcov.__all__, *testing.__all__, *arguments, *fixtures, *FROM_ELSEWHERE}
    assert names - known == set()


def test_each_method_is_there() -> None:
    owners = {"Chain": bchcov.Chain, "contract": Contract}
    found = [
        match.groups() for word in WORDS if (match := re.match(r"(Chain|contract)\.(\w+)", word))
    ]
    assert len(found) > 8
    for owner, name in found:
        fields = getattr(owners[owner], "__dataclass_fields__", {})
        assert hasattr(owners[owner], name) or name in fields, (owner, name)
