"""Keys and unspents of bitcash as keys and coins, and back, held to what bitcash writes itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bitcash
import pytest
from bitcash.cashtoken import generate_cashtoken_prefix
from bitcash.network.meta import Unspent
from bitcash.types import CashTokens, NFTCapability
from hypothesis import given
from hypothesis import strategies as st

from bchcov import (
    Capability,
    Coin,
    EncodeError,
    InvalidKey,
    Nft,
    Output,
    PrivateKey,
    Token,
    decode_transaction,
    encode_address,
    locking_bytecode_of,
    p2sh32,
    verify,
)
from bchcov.network import (
    coin_from_bitcash,
    coin_to_bitcash,
    key_from_bitcash,
    key_to_bitcash,
)
from bchcov.transaction.codec import encode_token_prefix
from bchcov.transaction.constants import MAX_MONEY, MAX_TOKEN_AMOUNT

KEY = PrivateKey(b"\x01" * 32)
KINDS = {
    "mainnet": bitcash.PrivateKey,
    "testnet": bitcash.PrivateKeyTestnet,
    "chipnet": bitcash.PrivateKeyTestnet,
    "regtest": bitcash.PrivateKeyRegtest,
}
HASHES = st.binary(min_size=32, max_size=32)
NFTS = st.builds(Nft, st.binary(max_size=128), st.sampled_from(Capability))
AMOUNTS = st.integers(1, MAX_TOKEN_AMOUNT)
TOKENS = (
    st.none()
    | st.builds(Token, HASHES, AMOUNTS)
    | st.builds(Token, HASHES, st.just(0) | AMOUNTS, NFTS)
)
COINS = st.builds(
    Coin,
    HASHES,
    st.integers(0, 2**32 - 1),
    st.builds(Output, st.integers(0, MAX_MONEY), st.binary(max_size=50), TOKENS),
)


@pytest.mark.parametrize("network", KINDS)
@pytest.mark.parametrize("compressed", [True, False])
def test_a_key_goes_to_bitcash_and_back(network: str, compressed: bool) -> None:
    key = PrivateKey(KEY.secret, compressed=compressed)
    theirs: Any = key_to_bitcash(key, network=network)
    assert type(theirs) is KINDS[network]
    assert theirs.public_key == key.public_key
    assert locking_bytecode_of(theirs.address, network=network) == key.locking_bytecode
    assert key_from_bitcash(theirs, network=network) == key


@pytest.mark.parametrize("network", KINDS)
@pytest.mark.parametrize("other", ["mainnet", "chipnet", "regtest"])
def test_a_key_of_another_network_is_refused(network: str, other: str) -> None:
    # On every test network but regtest keys and addresses are written alike.
    if KINDS[network] is KINDS[other]:
        return
    with pytest.raises(InvalidKey, match=rf"a key of bitcash: .* expected {other}"):
        key_from_bitcash(KINDS[network](KEY.to_wif(network)), network=other)


def test_the_network_of_a_key_is_always_said() -> None:
    with pytest.raises(TypeError, match="network"):
        key_from_bitcash(bitcash.PrivateKey(KEY.to_wif()))  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="network"):
        key_to_bitcash(KEY)  # type: ignore[call-arg]
    with pytest.raises(InvalidKey, match="unknown network 'bchn'"):
        key_to_bitcash(KEY, network="bchn")


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(InvalidKey, match="to_wif"):
        key_from_bitcash("L1", network="mainnet")  # type: ignore[arg-type]
    with pytest.raises(InvalidKey, match="PrivateKey, not a str"):
        key_to_bitcash("L1", network="mainnet")  # type: ignore[arg-type]


@given(COINS)
def test_a_coin_goes_to_bitcash_and_back(coin: Coin) -> None:
    theirs: Any = coin_to_bitcash(coin, confirmations=3)
    assert coin_from_bitcash(theirs) == coin
    assert theirs.confirmations == 3
    assert coin_from_bitcash(Unspent.from_dict(theirs.to_dict())) == coin


@given(COINS)
def test_the_tokens_of_a_coin_are_those_that_bitcash_writes_into_an_output(coin: Coin) -> None:
    theirs: Any = coin_to_bitcash(coin)
    assert theirs.has_cashtoken is (coin.token is not None)
    if coin.token is not None:
        assert generate_cashtoken_prefix(theirs.cashtoken) == encode_token_prefix(coin.token)
        theirs.cashtoken.verify()


def test_an_unspent_of_a_server_is_its_coin() -> None:
    displayed = bytes(range(32)).hex()
    category = bytes(range(100, 132)).hex()
    script = KEY.locking_bytecode.hex()
    theirs = Unspent(1_000, 2, script, displayed, 7, category, "mutable", b"\x05", 12)
    nft = Nft(b"\x05", Capability.MUTABLE)
    token = Token(bytes(range(100, 132))[::-1], 12, nft)
    output = Output(1_000, KEY.locking_bytecode, token)
    assert coin_from_bitcash(theirs) == Coin(bytes(range(32))[::-1], 7, output)
    assert coin_from_bitcash(theirs).txid == displayed
    assert coin_from_bitcash(theirs).token == token
    assert token.category_id == category


TXID, SCRIPT = "11" * 32, "51"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"amount": -1}, "amount of an unspent -1 is out of range"),
        ({"amount": MAX_MONEY + 1}, "amount of an unspent"),
        ({"amount": 1.5}, "amount of an unspent must be an integer, not a float"),
        ({"script": "zz"}, "the script of an unspent must be hexadecimal, not 'zz'"),
        ({"script": None}, "the script of an unspent must be a str, not None"),
        ({"script": "\x1b[2J"}, r"not '\\\\x1b\[2J'"),
        ({"txid": "11" * 31}, "the txid of an unspent must be 32 bytes, not 31"),
        ({"txindex": 2**32}, "index of an unspent"),
        ({"cashtoken": None}, "cashtoken of an unspent must be a CashToken of bitcash, not None"),
        ({"cashtoken": CashTokens(None, None, None, 5)}, "tokens without a category"),
        ({"cashtoken": CashTokens("22" * 32, None, None, None)}, "an amount, an NFT or both"),
        ({"cashtoken": CashTokens("22" * 32, None, b"\x01", 5)}, "a commitment without an NFT"),
        ({"cashtoken": CashTokens("22" * 31, None, None, 5)}, "the category .* 32 bytes, not 31"),
        ({"cashtoken": CashTokens("22" * 32, None, None, 2**63)}, "token amount"),
        ({"cashtoken": CashTokens("22" * 32, "none", None, 5)}, "NFTCapability, not a str"),
        (
            {"cashtoken": CashTokens("22" * 32, NFTCapability.none, "05", 5)},
            "commitment must be bytes",
        ),
    ],
)
def test_an_unspent_that_cannot_be_is_refused(changed: dict[str, Any], message: str) -> None:
    theirs = Unspent(1_000, 0, SCRIPT, TXID, 0)
    for name, value in changed.items():
        setattr(theirs, name, value)
    with pytest.raises(EncodeError, match=message):
        coin_from_bitcash(theirs)


def test_what_is_no_coin_and_no_unspent_is_refused() -> None:
    with pytest.raises(EncodeError, match="Unspent of bitcash, not a dict"):
        coin_from_bitcash({})  # type: ignore[arg-type]
    with pytest.raises(EncodeError, match="a Coin, not None"):
        coin_to_bitcash(None)  # type: ignore[arg-type]
    broken = Coin(bytes(32), 0, Output(1_000, b"", Token(b"short", 1)))
    with pytest.raises(EncodeError, match="category"):
        coin_to_bitcash(broken)
    sound = replace(broken, output=Output(1, b""))
    with pytest.raises(EncodeError, match="outpoint index"):
        coin_to_bitcash(replace(sound, outpoint_index=2**32))
    with pytest.raises(EncodeError, match="confirmations"):
        coin_to_bitcash(sound, confirmations=-1)
    with pytest.raises(EncodeError, match="outpoint hash"):
        coin_to_bitcash(replace(broken, outpoint_hash=b"", output=Output(1, b"")))


def test_bitcash_spends_what_this_library_has_found() -> None:
    coin = Coin(b"\x11" * 32, 0, Output(10_000, KEY.locking_bytecode))
    theirs: Any = key_to_bitcash(KEY, network="regtest")
    payee = encode_address(p2sh32(b"\x51"), prefix="bchreg")
    made = theirs.create_transaction(
        [(payee, 5_000, "satoshi")], fee=1, unspents=[coin_to_bitcash(coin)]
    )
    assert verify(decode_transaction(bytes.fromhex(made)), [coin.output]).ok
