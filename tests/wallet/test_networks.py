"""Addresses in place of locking bytecodes, and those and keys of another network."""

from __future__ import annotations

from typing import Any

import bitcash
import pytest

from bchcov import AddressError, BuildError, InvalidKey, Output, Token
from bchcov.encoding.addresses import Address, decode_address, encode_address, locking_bytecode_of
from bchcov.encoding.base58 import encode_base58_check
from bchcov.encoding.networks import ADDRESS_PREFIXES
from bchcov.wallet import Coin, P2pkhUnlocker, PrivateKey, TransactionBuilder, output_to
from bchcov.wallet.balance import Spend
from bchcov.wallet.funding import Funding

KEY = PrivateKey(b"\x01" * 32)
MINE = KEY.locking_bytecode
COIN = Coin(b"\x22" * 32, 1, Output(50_000, MINE))
MAIN, TEST, REG = (
    encode_address(MINE, prefix=prefix) for prefix in ("bitcoincash", "bchtest", "bchreg")
)
LEGACY, LEGACY_TEST = (
    encode_base58_check(version + KEY.public_key_hash) for version in (b"\x00", b"\x6f")
)
ADDRESSES = {
    "mainnet": (MAIN, LEGACY),
    "testnet": (TEST, LEGACY_TEST),
    "testnet4": (TEST, LEGACY_TEST),
    "chipnet": (TEST, LEGACY_TEST),
    "regtest": (REG, LEGACY_TEST),
}


def uses(network: str, address: Any) -> list[Any]:
    """Every way to name an address to a builder of a network; each gives the same script."""
    start = TransactionBuilder(network=network).spend(COIN, P2pkhUnlocker(KEY))

    def funding() -> bytes | None:
        return Funding(address, [Spend(COIN, P2pkhUnlocker(KEY))], network=network).change_bytecode

    def from_funding() -> bytes | None:
        return Funding(address, [], network=network).builder().change_bytecode

    return [
        lambda: start.change_to(address).change_bytecode,
        lambda: start.pay_to(address, 1_000).outputs[0].locking_bytecode,
        lambda: start.pay(Output(1_000, address)).outputs[0].locking_bytecode,
        lambda: output_to(address, 1_000, network=network).locking_bytecode,
        lambda: locking_bytecode_of(address, network=network),
        lambda: start.change_to(address).build().transaction.outputs[0].locking_bytecode,
        funding,
        from_funding,
    ]


@pytest.mark.parametrize("network", ADDRESSES)
@pytest.mark.parametrize("of", ADDRESSES)
def test_an_address_stands_for_its_script_on_its_own_network_only(network: str, of: str) -> None:
    for address in ADDRESSES[of]:
        forms: list[str | Address] = [address, address.partition(":")[2] or address]
        if address in (MAIN, TEST, REG):
            forms.append(decode_address(address))
        for form in forms:
            for use in uses(network, form):
                if address in ADDRESSES[network]:
                    assert use() == MINE
                    continue
                named = {MAIN: "mainnet", LEGACY: "mainnet", REG: "regtest"}.get(address, "a test")
                with pytest.raises(
                    AddressError, match=f"is an address of {named}.*expected {network}"
                ):
                    use()


def test_bytes_are_of_any_network() -> None:
    for network in ADDRESS_PREFIXES:
        for use in uses(network, MINE):
            assert use() == MINE


def test_a_network_that_is_none_is_an_error() -> None:
    start = TransactionBuilder(network="moonnet").spend(COIN, P2pkhUnlocker(KEY))
    with pytest.raises(
        AddressError, match="unknown network 'moonnet': expected one of mainnet, testnet"
    ):
        start.change_to(MAIN)
    with pytest.raises(BuildError, match="unknown network 'moonnet'"):
        start.change_to(MINE).build()


def test_tokens_go_to_token_aware_addresses_only_and_come_back_to_any() -> None:
    token = Token(b"\x33" * 32, 5)
    start = TransactionBuilder().spend(COIN, P2pkhUnlocker(KEY))
    start = start.spend(Coin(b"\x23" * 32, 1, Output(1_000, MINE, token)), P2pkhUnlocker(KEY))
    aware = encode_address(MINE, token_aware=True)
    assert start.pay(Output(1_000, aware, token)).outputs == (Output(1_000, MINE, token),)  # type: ignore[arg-type]
    for plain in (MAIN, LEGACY, decode_address(MAIN)):
        with pytest.raises(BuildError, match="not a token-aware address"):
            start.pay(Output(1_000, plain, token))  # type: ignore[arg-type]
    built = start.change_to(MAIN).build()
    assert built.transaction.outputs[0].token == token


@pytest.mark.parametrize("network", ADDRESS_PREFIXES)
def test_a_key_in_wallet_import_format_is_of_one_network(network: str) -> None:
    wif = KEY.to_wif(network)
    assert PrivateKey.from_wif(wif, network=network) == KEY
    assert PrivateKey.from_wif(wif, network=None) == KEY
    for other in ADDRESS_PREFIXES:
        if (other == "mainnet") == (network == "mainnet"):
            assert PrivateKey.from_wif(wif, network=other) == KEY
            continue
        kind = "mainnet" if network == "mainnet" else "a test network"
        with pytest.raises(InvalidKey, match=f"WIF key is of {kind}, expected {other}"):
            PrivateKey.from_wif(wif, network=other)


def test_a_key_of_a_test_network_is_not_taken_unasked() -> None:
    with pytest.raises(InvalidKey, match="WIF key is of a test network, expected mainnet"):
        PrivateKey.from_wif(bitcash.PrivateKeyTestnet(KEY.to_wif("testnet")).to_wif())


def test_an_empty_payload_is_no_key() -> None:
    with pytest.raises(InvalidKey, match="invalid WIF key"):
        PrivateKey.from_wif("3QJmnh")
