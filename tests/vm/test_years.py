"""When each opcode came: the years of the network's upgrades."""

from __future__ import annotations

import pytest

from bchcov import BCH_2026, BCH_SPEC, InputFailed, run_script
from bchcov.vm.reference import describe_opcodes

# Year 0 is that of drafts. May 2018, November 2018 and 2019, May 2020, 2022, 2023, 2026.
LATER = {
    0: {0x62, 0xB0},
    2015: {0xB1},
    2016: {0xB2},
    2018: {*range(0x7E, 0x82), *range(0x84, 0x87), 0x96, 0x97, 0xBA, 0xBB},
    2020: {0xBC},
    2022: {0x95, *range(0xC0, 0xCE)},
    2023: {*range(0xCE, 0xD4)},
    2026: {0x65, 0x66, 0x83, 0x89, 0x8A, 0x8D, 0x8E, 0x98, 0x99},
}


def test_every_opcode_has_the_year_in_which_it_came() -> None:
    years = {code: year for year, codes in LATER.items() for code in codes}
    for entry in describe_opcodes(BCH_SPEC):
        assert entry.year == years.get(entry.code, 2009), entry.name


def test_an_input_that_had_to_be_accepted_says_why_it_was_not() -> None:
    result = run_script(b"\x00\x69", BCH_2026)
    with pytest.raises(InputFailed) as caught:
        result.require()
    assert str(caught.value) == str(result)
    assert str(result).startswith("VERIFY: the top stack item is false")
