"""Electrum servers' lists of unspent outputs, with tokens, as coins."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bchcov import Coin, EncodeError, FormatError, Nft, Output, Token, locking_bytecode_of
from bchcov.formats import read_unspent, read_utxo_info, script_hash, write_unspent
from bchcov.testing import outputs
from bchcov.transaction.model import Capability

GENESIS = locking_bytecode_of("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
CATEGORY = "8fd6a2f713beaa5907a776b8b3060cddd1c6ff0588554c2364698ae271321ce9"
TXID = "87489c43bae69c297bbaf65276573b0001c20c647a3d54d2842a4425ff87bacc"
# The example of the protocol's documentation.
LISTED = [
    {
        "height": 37146,
        "tx_hash": "9f2c45a12db0144909b5db269415f7319179105982ac70ed80d76ea79d923ebf",
        "tx_pos": 0,
        "value": 45318048,
    },
    {
        "height": 126184,
        "token_data": {
            "amount": "1000000",
            "category": CATEGORY,
            "nft": {"capability": "minting", "commitment": "f00fd00fb33f"},
        },
        "tx_hash": TXID,
        "tx_pos": 1,
        "value": 1000000,
    },
]
TOKEN = Token(
    bytes.fromhex(CATEGORY)[::-1],
    1_000_000,
    Nft(bytes.fromhex("f00fd00fb33f"), Capability.MINTING),
)


def test_the_script_hash_is_that_of_the_protocols_example() -> None:
    expected = "8b01df4e368ea28f8dc0423bcf7a4923e3a12d307c875e47a0cfbf90b5c39161"
    assert script_hash(GENESIS) == expected
    with pytest.raises(EncodeError, match="locking bytecode must be bytes"):
        script_hash(GENESIS.hex())  # type: ignore[arg-type]


def test_the_list_of_the_protocols_example_becomes_coins() -> None:
    first, second = read_unspent(LISTED, GENESIS)
    assert (str(first), first.output) == (f"{LISTED[0]['tx_hash']}:0", Output(45318048, GENESIS))
    assert (str(second), second.output) == (f"{TXID}:1", Output(1_000_000, GENESIS, TOKEN))
    assert second.token is not None
    assert second.token.category_id == CATEGORY


@given(
    st.lists(
        st.builds(
            lambda outpoint, index, output: Coin(
                outpoint, index, Output(output.value, GENESIS, output.token)
            ),
            st.binary(min_size=32, max_size=32),
            st.integers(0, 2**32 - 1),
            outputs(),
        )
    )
)
def test_any_coins_are_read_back(coins: list[Coin]) -> None:
    text = json.dumps(write_unspent(coins))
    assert read_unspent(json.loads(text), GENESIS) == tuple(coins)
    assert all(each["height"] == 0 for each in write_unspent(coins))
    assert all(each["height"] == 5 for each in write_unspent(coins, height=5))


INFO = {"confirmed_height": 5, "scripthash": script_hash(GENESIS), "value": 7}


def test_the_information_on_one_output_becomes_a_coin() -> None:
    coin = read_utxo_info({**INFO, "token_data": LISTED[1]["token_data"]}, TXID, 1, GENESIS)
    assert (str(coin), coin.output) == (f"{TXID}:1", Output(7, GENESIS, TOKEN))


def test_another_script_than_the_one_asked_for_is_refused() -> None:
    with pytest.raises(FormatError, match=r'"scripthash" is not .* locked by another script'):
        read_utxo_info(INFO, TXID, 1, b"\x51")
    with pytest.raises(FormatError, match=r"is null: .*:1 is spent, or was never there"):
        read_utxo_info(None, TXID, 1, GENESIS)
    with pytest.raises(FormatError, match='"scripthash" is missing'):
        read_utxo_info({"value": 7}, TXID, 1, GENESIS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tx_hash": "00"}, r'"\[0\].tx_hash" has 1 bytes, not 32'),
        ({"tx_pos": -1}, r'"\[0\].tx_pos" is -1: expected 0 to'),
        ({"value": 0.5}, r'"\[0\].value" is a number, not an integer'),
        ({"value": None}, r'"\[0\].value" is missing'),
        ({"token_data": []}, r'"\[0\].token_data" is an array, not an object'),
        ({"token_data": {"category": CATEGORY}}, r'token_data.amount" is missing'),
    ],
)
def test_a_field_that_is_wrong_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        read_unspent([{**LISTED[0], **change}], GENESIS)
    with pytest.raises(FormatError, match="the JSON is an object, not an array"):
        read_unspent(LISTED[0], GENESIS)
