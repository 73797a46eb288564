"""Wallet templates: what is written is read back, and what is none says where it is wrong."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import export_templates
import pytest

from bchcov import ContractError
from bchcov.formats.wallet_template import Lock, WalletTemplate, read_template, write_template

SMALL = WalletTemplate(
    "small",
    "A lock with two ways to open it.",
    ("BCH_2026_05",),
    {"limit": "5"},
    {"lock": Lock("<limit> OP_EQUAL", "p2sh32", {"first": "<5>", "second": "<2> <3> OP_ADD"})},
    {"owner": "owner_key"},
)


def test_a_template_is_read_back_as_it_was_written() -> None:
    assert read_template(json.loads(json.dumps(write_template(SMALL)))) == SMALL


def test_the_text_of_a_template_is_read_by_the_strict_reader() -> None:
    text = json.dumps(write_template(SMALL))
    assert read_template(text) == read_template(f"\ufeff{text}") == SMALL
    for wrong, said in (
        (text.replace('"version": 0', '"version": 0, "version": 0'), "duplicate key 'version'"),
        (text.replace('"version": 0', '"version": NaN'), "NaN is not valid JSON"),
        (text[:-1], "not JSON"),
        ("[" * 100_000, "not JSON"),
    ):
        with pytest.raises(ContractError, match=f"not a wallet template: .*{said}"):
            read_template(wrong)


@pytest.mark.parametrize("path", export_templates.templates(), ids=lambda path: path.parent.name)
def test_the_templates_of_the_contracts_are_read_and_written_as_they_are(path: Any) -> None:
    data = json.loads(path.read_text())
    assert write_template(read_template(data)) == data


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("version",), 1, "version .1. is not supported: expected 0"),
        (("scripts",), None, '"scripts" is missing'),
        (("scripts", "lock"), [], "the script 'lock' is not an object"),
        (("scripts", "lock", "script"), 5, "\"script\" of the script 'lock' is not a string"),
        (("scripts", "lock", "lockingType"), "p2tr", "'lock' has the unknown locking type 'p2tr'"),
        (("scripts", "lock_first", "unlocks"), "door", "unlocks 'door', which is not a lock"),
        (("scripts", "lock_first", "unlocks"), [], "which is not a lock"),
        (("supported",), "BCH", '"supported" is not an array'),
        (("entities", "owner"), 1, "the entity 'owner' is not an object"),
        (("entities", "owner", "variables", "owner_key"), 1, "'owner_key' is not an object"),
    ],
)
def test_what_is_no_template_is_refused_by_its_place(
    place: tuple[str, ...], value: object, said: str
) -> None:
    data: Any = deepcopy(write_template(SMALL))
    inner = data
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    with pytest.raises(ContractError, match=said):
        read_template(data)


def test_no_object_is_no_template() -> None:
    with pytest.raises(ContractError, match="a wallet template is not an object"):
        read_template([])
