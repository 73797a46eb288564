"""The fields of a contract's state, which its source declares."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.refusals import ALICE, CATEGORY, SOURCE, vault

from bchcov import Contract, Nft, Token, compile_contract
from bchcov.errors import ContractError
from bchcov.script.pushes import encode_push
from bchcov.seeing import see, spending_page, why
from bchcov.seeing.states import declared_fields, state_of


def declaring(*lines: str) -> Contract:
    """The vault, with comments in front of it."""
    constants: dict[str, bytes | int] = {
        "owner": ALICE.public_key,
        "token": CATEGORY,
        "limit": 5_000,
    }
    return compile_contract("vault", constants, source="\n".join([*lines, SOURCE]))


def test_fields_are_declared_in_comments_in_their_order() -> None:
    contract = declaring("// @state reserve:8, root : 32", "//@state flags:1")
    assert declared_fields(contract) == (("reserve", 8), ("root", 32), ("flags", 1))
    assert declared_fields(declaring()) == ()


@pytest.mark.parametrize("text", ["reserve", "reserve 8", "reserve:x", "reserve:8,", "", "1:2"])
def test_what_is_no_declaration_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ContractError, match=r"line 2: expected '@state NAME:BYTES, \.\.\.'"):
        declared_fields(declaring("// first", f"// @state {text}"))


def test_the_commitment_is_cut_into_its_fields_as_far_as_it_goes() -> None:
    contract = declaring("// @state reserve:2, root:4")
    spending = replace(vault(), contracts=(contract,))
    for data, expected in {
        "e803aabbccdd": [("reserve", "e803"), ("root", "aabbccdd")],
        "e803aabbccdd00": [("reserve", "e803"), ("root", "aabbccdd"), ("rest", "00")],
        "e803aabb": [("reserve", "e803"), ("rest", "aabb")],
        "": [],
    }.items():
        coin = contract.output(1_000, Token(CATEGORY, 0, Nft(bytes.fromhex(data))))
        assert [(name, value.hex()) for name, value in state_of(coin, spending)] == expected
    given = replace(spending, fields={"vault": (("all", 3),)})
    coin = contract.output(1_000, Token(CATEGORY, 0, Nft(b"abc")))
    assert list(state_of(coin, given)) == [("all", b"abc")]


def test_the_page_shows_declared_fields_and_constants_by_name() -> None:
    contract = declaring("// @state reserve:2, root:4")
    coin = contract.output(10_000, Token(CATEGORY, 5, Nft(bytes.fromhex("e803aabbccdd"))))
    transaction = vault().transaction
    page = spending_page(see(transaction, [coin], contracts=[contract])).html
    assert '<dt>reserve</dt><dd><span class="mono">1,000</span></dd>' in page
    assert '<dt>limit</dt><dd><span class="mono">5,000 (0x8813)</span></dd>' in page


def test_a_screen_names_items_that_are_fields_of_a_state() -> None:
    source = "// @state count:4, root:4\n" + (
        "OP_0 OP_UTXOTOKENCOMMITMENT <4> OP_SPLIT <0x01020304> OP_EQUALVERIFY OP_DROP OP_1"
    )
    contract = compile_contract("counter", source=source)
    coin = contract.output(10_000, Token(CATEGORY, 5, Nft(bytes.fromhex("0700000009080706"))))
    built = vault().transaction
    item = replace(built.inputs[0], unlocking_bytecode=encode_push(contract.code))
    explained = why(see(replace(built, inputs=(item,)), [coin], contracts=[contract]))
    assert explained is not None
    assert "(0x09080706) = root of the coin of input 0, made by OP_SPLIT, step 8" in str(explained)
