"""Each border says what was expected: text, bytes or a number, and what it was given instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import bchcov
from bchcov import (
    AddressError,
    AssemblyError,
    BchcovError,
    ContractError,
    EncodeError,
    RulesError,
)
from bchcov.assembly import (
    assemble,
    assemble_notation,
    assemble_with_map,
    disassemble_lines,
    parse,
)
from bchcov.encoding.expected import kind_of
from bchcov.errors import FormatError

WRONG: list[Any] = [None, 5, 1.5, [], {}, object(), bytearray(b"1"), True]
TEXT: dict[str, tuple[type[BchcovError], Callable[[Any], object]]] = {
    "assemble": (AssemblyError, assemble),
    "assemble_with_map": (AssemblyError, assemble_with_map),
    "assemble_notation": (AssemblyError, assemble_notation),
    "parse": (AssemblyError, parse),
    "decode_address": (AddressError, bchcov.decode_address),
    "find_rules": (RulesError, bchcov.find_rules),
    "load_contract": (ContractError, bchcov.load_contract),
    "read_transaction": (FormatError, bchcov.read_transaction),
    "read_wallet_template": (FormatError, bchcov.read_wallet_template),
}
BYTES: dict[str, tuple[type[BchcovError], Callable[[Any], object]]] = {
    "disassemble": (EncodeError, bchcov.disassemble),
    "disassemble_lines": (EncodeError, lambda code: list(disassemble_lines(code))),
    "pattern_name": (EncodeError, bchcov.pattern_name),
    "decode_number": (EncodeError, bchcov.decode_number),
}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
@pytest.mark.parametrize("name", TEXT)
def test_what_reads_text_says_what_it_was_given_instead(name: str, wrong: Any) -> None:
    kind, read = TEXT[name]
    with pytest.raises(kind, match=f"not {kind_of(wrong)}"):
        read(wrong)


@pytest.mark.parametrize("wrong", [*WRONG, "51"], ids=lambda wrong: type(wrong).__name__)
@pytest.mark.parametrize("name", BYTES)
def test_what_reads_bytes_says_what_it_was_given_instead(name: str, wrong: Any) -> None:
    kind, read = BYTES[name]
    with pytest.raises(kind, match=f"not {kind_of(wrong)}"):
        read(wrong)


@pytest.mark.parametrize("wrong", [None, 1.0, 5e30, "5", b"\x05", []])
def test_a_number_that_is_none_is_not_encoded(wrong: Any) -> None:
    with pytest.raises(EncodeError, match=f"number must be an integer, not {kind_of(wrong)}"):
        bchcov.encode_number(wrong)
