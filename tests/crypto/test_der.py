"""DER: the strict form of today, and what was let pass once."""

from __future__ import annotations

import pytest
from ecdsa.util import sigencode_der
from hypothesis import given
from hypothesis import strategies as st

from bchcov.crypto.der import is_strict_der, parse_lax_der
from bchcov.crypto.secp256k1 import GROUP_ORDER

NUMBERS = st.integers(1, GROUP_ORDER - 1) | st.integers(1, 300)


@given(NUMBERS, NUMBERS)
def test_a_written_signature_is_strict_and_reads_back(r: int, s: int) -> None:
    signature = sigencode_der(r, s, GROUP_ORDER)
    assert is_strict_der(signature)
    assert parse_lax_der(signature) == (r, s)


@given(NUMBERS, NUMBERS, st.data())
def test_a_signature_is_not_strict_with_a_byte_more_or_less(
    r: int, s: int, data: st.DataObject
) -> None:
    signature = sigencode_der(r, s, GROUP_ORDER)
    at = data.draw(st.integers(0, len(signature)))
    assert not is_strict_der(signature[:at] + b"\x00" + signature[at:])
    if at < len(signature):
        assert not is_strict_der(signature[:at] + signature[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "30",
        "3006020101020101"[:14],
        "3106020101020101",
        "3007020101020101",
        "3006030101020101",
        "3006020001020101",
        "3006020181020101",
        "300702020001020101",
        "3006020101030101",
        "3006020101020001",
        "3006020101020181",
        "300702010102020001",
        "3006020501020101",
    ],
)
def test_every_departure_from_strict_der_is_seen(text: str) -> None:
    assert is_strict_der(bytes.fromhex("3006020101020101"))
    assert not is_strict_der(bytes.fromhex(text))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3006020101020102", (1, 2)),
        ("30ff020101020102", None),
        ("3000020101020102", (1, 2)),
        ("3081060201010201020000", (1, 2)),
        ("300602028001020102", (0x8001, 2)),
        ("30060202000102020002", (1, 2)),
        ("3006028101010201" + "02", (1, 2)),
        ("30060284000000010102" + "0102", (1, 2)),
        ("3006028401000000010201" + "02", None),
        ("3006020001" + "0201", None),
        ("30060200020102", (0, 2)),
        ("3006020501020102", None),
        ("31", None),
        ("", None),
        ("3006", None),
        ("300602", None),
        ("30060201", None),
        ("3006020101", None),
    ],
)
def test_old_signatures_are_read_as_they_were(text: str, numbers: tuple[int, int] | None) -> None:
    assert parse_lax_der(bytes.fromhex(text)) == numbers


@given(st.binary(max_size=80))
def test_any_bytes_have_two_numbers_or_none(data: bytes) -> None:
    numbers = parse_lax_der(data)
    assert numbers is None or len(numbers) == 2
    if is_strict_der(data):
        assert numbers is not None
