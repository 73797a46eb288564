"""Coins fetched from servers and transactions handed to them, all of them on loopback."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import bitcash
import pytest
from bitcash.network.APIs.BitcoinDotComAPI import BitcoinDotComAPI
from bitcash.network.APIs.ChaingraphAPI import ChaingraphAPI
from bitcash.network.APIs.FulcrumProtocolAPI import FulcrumProtocolAPI
from bitcash.types import Network
from support.chain_answers import Refused
from support.loopback import CERTIFICATE, Loopback

from bchcov import (
    AddressError,
    BuildError,
    Capability,
    Coin,
    InvalidKey,
    Nft,
    Output,
    PrivateKey,
    ScriptUnlocker,
    Token,
    TransactionBuilder,
    assemble,
    encode_address,
    p2sh32,
)
from bchcov.errors import BroadcastRefused, NetworkError
from bchcov.network import Connection, NodeServer, Server, connect, key_from_bitcash

KEY = PrivateKey(b"\x01" * 32)
ADDRESS = encode_address(KEY.locking_bytecode, prefix="bchreg")
COVENANT = assemble("OP_ADD <7> OP_EQUAL")
Kind = Callable[[Loopback], Server]


@pytest.fixture(autouse=True)
def _trust(monkeypatch: pytest.MonkeyPatch, offline: list[str]) -> None:
    """Trust the certificate of the servers on loopback, and connect to nothing else."""
    assert not offline
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    monkeypatch.setattr("bchcov.network.electrum.context", context)


def electrum(loopback: Loopback) -> Server:
    made: Server = FulcrumProtocolAPI(loopback.electrum, network=Network.regtest)
    return made


def rest(loopback: Loopback) -> Server:
    made: Server = BitcoinDotComAPI(loopback.rest, network=Network.regtest)
    return made


def graph(loopback: Loopback) -> Server:
    made: Server = ChaingraphAPI(loopback.graph, "%regtest", network=Network.regtest)
    return made


def node(loopback: Loopback) -> Server:
    return NodeServer(loopback.node, "regtest", user="alice", password="secret")


READERS = [electrum, rest, graph, node]
SENDERS = [electrum, rest, node]
readers = pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.__name__)
senders = pytest.mark.parametrize("kind", SENDERS, ids=lambda kind: kind.__name__)


def regtest(*servers: Server, seconds: float = 5) -> Connection:
    return connect("regtest", servers=servers, timeout_seconds=seconds)


def fund(loopback: Loopback, locking: bytes = KEY.locking_bytecode) -> list[Coin]:
    """Coins with every kind of token, and without."""
    category = bytes(range(32))
    tokens = [None, Token(category, 2**63 - 1)]
    for capability in Capability:
        tokens.append(Token(category, 0, Nft(b"", capability)))
        tokens.append(Token(category, 5, Nft(bytes(range(128)), capability)))
    outputs = [Output(10_000 + each, locking, token) for each, token in enumerate(tokens)]
    return loopback.chain.fund(*outputs)


@readers
def test_the_coins_of_an_address_come_with_their_tokens(kind: Kind, loopback: Loopback) -> None:
    for locking in (KEY.locking_bytecode, p2sh32(COVENANT)):
        made = fund(loopback, locking)
        connection = regtest(kind(loopback))
        for token_aware in (False, True):
            address = encode_address(locking, prefix="bchreg", token_aware=token_aware)
            assert sorted(connection.coins(address), key=str) == sorted(made, key=str)
        assert sorted(connection.coins(locking), key=str) == sorted(made, key=str)


@readers
def test_an_address_without_coins_has_none(kind: Kind, loopback: Loopback) -> None:
    assert regtest(kind(loopback)).coins(ADDRESS) == ()


@senders
def test_a_covenant_is_paid_and_spent_through_a_server(kind: Kind, loopback: Loopback) -> None:
    loopback.chain.fund(Output(50_000, KEY.locking_bytecode))
    network = regtest(kind(loopback))
    key = key_from_bitcash(bitcash.PrivateKeyRegtest(KEY.to_wif("regtest")), network="regtest")
    paid = network.funding(key).builder().pay_to(p2sh32(COVENANT), 20_000).build()
    assert network.broadcast(paid) == paid.txid
    assert list(loopback.chain.mempool) == [paid.txid]
    loopback.chain.mine()

    (coin,) = network.coins(p2sh32(COVENANT))
    assert coin == paid.coin(0)
    spend = network.funding(key).builder().spend(coin, ScriptUnlocker((3, 4), COVENANT)).build()
    assert network.broadcast(spend) == spend.txid
    loopback.chain.mine()
    assert network.coins(p2sh32(COVENANT)) == ()
    left = sum(coin.value for coin in network.coins(ADDRESS))
    assert left == 50_000 - paid.fee - spend.fee


REASONS: dict[Kind, str] = {
    electrum: "the transaction was rejected by network rules.\n\nEVAL_FALSE (code 16)\n",
    rest: '{"error": "EVAL_FALSE (code 16)"}',
    node: "EVAL_FALSE (code 16)",
}


@senders
def test_a_refused_transaction_carries_what_the_server_says(kind: Kind, loopback: Loopback) -> None:
    (coin,) = loopback.chain.fund(Output(50_000, p2sh32(COVENANT)))
    builder = TransactionBuilder(network="regtest").change_to(ADDRESS)
    wrong = builder.spend(coin, ScriptUnlocker((3, 3), COVENANT)).build(check=False)
    with pytest.raises(
        BroadcastRefused, match=f"broadcasting {wrong.txid}: refused: .*FALSE"
    ) as it:
        regtest(kind(loopback)).broadcast(wrong)
    assert it.value.reason == REASONS[kind]
    assert it.value.answers == ((it.value.answers[0][0], REASONS[kind]),)
    assert "127.0.0.1" in it.value.answers[0][0]
    assert "\n" not in str(it.value)
    assert isinstance(it.value, NetworkError)
    assert not loopback.chain.mempool


@pytest.mark.parametrize(
    ("code", "is_refusal"),
    [(-22, True), (-25, True), (-26, True), (-27, True), (-28, False), (-32603, False)],
)
def test_a_node_refuses_by_some_codes_and_by_others_has_not_looked(
    code: int, is_refusal: bool, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = spendable(loopback)

    def submit(*_: object) -> str:
        raise Refused("said so", code)

    monkeypatch.setattr("support.chain_answers.submit", submit)
    with pytest.raises(NetworkError, match="said so") as caught:
        regtest(node(loopback)).broadcast(built)
    assert isinstance(caught.value, BroadcastRefused) is is_refusal


def test_what_pays_for_a_transaction_pays_the_rate_that_is_said(loopback: Loopback) -> None:
    loopback.chain.fund(Output(50_000, KEY.locking_bytecode))
    network = regtest(electrum(loopback))
    built = network.funding(KEY).builder().build()
    assert built.fee == built.size
    dear = network.funding(KEY, fee_rate=3).builder().build()
    assert dear.fee == 3 * dear.size


FAULTS = {
    "silent": r"within 0.4 s|[Tt]imed? ?out",
    "garbage": r"Decode|Unicode|Value|Expecting",
    "strange": r"Error",
    "cut": r"ended in the middle|IncompleteRead|Connection",
    "busy": r"503|excessive resource usage|Loading block index",
}


def spendable(loopback: Loopback) -> Any:
    (coin,) = loopback.chain.fund(Output(50_000, p2sh32(COVENANT)))
    builder = TransactionBuilder(network="regtest").change_to(ADDRESS)
    return builder.spend(coin, ScriptUnlocker((3, 4), COVENANT)).build()


@readers
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_does_not_answer_well_is_reported(
    kind: Kind, fault: str, loopback: Loopback
) -> None:
    built = spendable(loopback)
    loopback.fault = fault
    network = regtest(kind(loopback), seconds=0.4 if fault == "silent" else 5)
    with pytest.raises(NetworkError, match=FAULTS[fault]) as caught:
        network.coins(ADDRESS)
    assert not isinstance(caught.value, BroadcastRefused)
    assert len(caught.value.answers) == 1
    assert ADDRESS in str(caught.value)
    with pytest.raises(NetworkError) as caught:
        network.broadcast(built)
    assert not isinstance(caught.value, BroadcastRefused)
    assert len(str(caught.value)) < 800


@readers
def test_a_server_that_is_not_there_is_reported(kind: Kind, loopback: Loopback) -> None:
    built, server = spendable(loopback), kind(loopback)
    for each in (loopback.http, loopback.lines):
        each.shutdown()
        each.server_close()
    with pytest.raises(NetworkError, match=r"refused|there is none"):
        regtest(server).coins(ADDRESS)
    with pytest.raises(NetworkError, match=r"refused|there is none") as caught:
        regtest(server).broadcast(built)
    assert not isinstance(caught.value, BroadcastRefused)


@readers
def test_an_answer_that_never_ends_is_given_up_at_the_deadline(
    kind: Kind, loopback: Loopback
) -> None:
    built = spendable(loopback)
    loopback.fault = "dribble"
    network = regtest(kind(loopback), seconds=0.4)
    with pytest.raises(NetworkError, match=r"no answer within 0\.4 s"):
        network.coins(ADDRESS)
    with pytest.raises(NetworkError, match=r"no answer within 0\.4 s|there is none"):
        network.broadcast(built)


def test_a_late_answer_is_not_taken_for_that_of_the_next_question(loopback: Loopback) -> None:
    fund(loopback)
    network = regtest(electrum(loopback), seconds=0.4)
    loopback.fault = "silent"
    with pytest.raises(NetworkError):
        network.coins(ADDRESS)
    loopback.fault = ""
    loopback.released.set()
    assert network.coins(p2sh32(COVENANT)) == ()
    assert len(network.coins(ADDRESS)) == 8


def test_several_threads_ask_one_connection_at_once(loopback: Loopback) -> None:
    made = fund(loopback)
    others = loopback.chain.fund(Output(7_000, p2sh32(COVENANT)))
    network = regtest(electrum(loopback))
    asked = [KEY.locking_bytecode, p2sh32(COVENANT)] * 8
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(network.coins, asked))
    assert [len(each) for each in answers] == [len(made), len(others)] * 8


def test_the_servers_are_asked_in_their_order_until_one_answers(loopback: Loopback) -> None:
    (coin,) = loopback.chain.fund(Output(50_000, KEY.locking_bytecode))
    nowhere = BitcoinDotComAPI("http://127.0.0.1:9/v2/", network=Network.regtest)
    network = regtest(nowhere, graph(loopback), electrum(loopback))
    assert network.coins(ADDRESS) == (coin,)
    assert loopback.asked == ["/v1/graphql"]
    built = network.funding(KEY).builder().build()
    loopback.asked.clear()
    assert network.broadcast(built) == built.txid
    assert loopback.asked[-1] == "blockchain.transaction.broadcast"
    with pytest.raises(BroadcastRefused, match="KNOWN") as again:
        network.broadcast(built)
    assert [name for name, _ in again.value.answers] == [
        "http://127.0.0.1:9/v2/",
        loopback.electrum,
    ]


@readers
def test_a_coin_of_another_script_is_not_taken(
    kind: Kind, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    (coin,) = loopback.chain.fund(Output(50_000, KEY.locking_bytecode))
    loopback.chain.fund(Output(50_000, p2sh32(COVENANT)))
    server = kind(loopback)
    answer = type(server).get_unspent

    def other(self: Any, _address: str, **named: Any) -> Any:
        return answer(self, ADDRESS, **named)

    def twice(self: Any, address: str, **named: Any) -> Any:
        return [*answer(self, address, **named)] * 2

    monkeypatch.setattr(type(server), "get_unspent", other)
    with pytest.raises(NetworkError, match=f"a coin of another script: {coin}"):
        regtest(server).coins(p2sh32(COVENANT))
    monkeypatch.setattr(type(server), "get_unspent", twice)
    with pytest.raises(NetworkError, match="the answer has the same coin twice"):
        regtest(server).coins(ADDRESS)


def test_the_network_is_always_said() -> None:
    with pytest.raises(TypeError, match="network"):
        connect()  # type: ignore[call-arg]
    with pytest.raises(AddressError, match="unknown network 'bchn'"):
        connect("bchn")
    with pytest.raises(AddressError, match="unknown network None"):
        connect(None)  # type: ignore[arg-type]


def test_a_server_of_another_network_is_refused(loopback: Loopback) -> None:
    of_mainnet = FulcrumProtocolAPI(loopback.electrum)
    with pytest.raises(NetworkError, match="a server of mainnet, not of regtest"):
        connect("regtest", servers=[of_mainnet])
    with pytest.raises(NetworkError, match="a server of regtest, not of chipnet"):
        connect("chipnet", servers=[node(loopback)])
    with pytest.raises(NetworkError, match="a NodeServer, not a str"):
        connect("regtest", servers=["localhost"])  # type: ignore[list-item]
    with pytest.raises(NetworkError, match="servers must be a list or tuple, not"):
        connect("regtest", servers=electrum(loopback))  # type: ignore[arg-type]
    assert not loopback.asked


@pytest.mark.parametrize("network", ["mainnet", "chipnet", "testnet"])
def test_a_server_that_turns_out_to_serve_another_network_is_not_asked(
    network: str, loopback: Loopback
) -> None:
    fund(loopback)
    kind = Network.main if network == "mainnet" else Network.test
    server = FulcrumProtocolAPI(loopback.electrum, network=kind)
    mine = NodeServer(loopback.node, network, user="alice", password="secret")
    for each in (server, mine):
        with pytest.raises(NetworkError, match=f"does not serve {network}"):
            connect(network, servers=[each]).coins(KEY.locking_bytecode)
    assert loopback.asked == ["server.version", "server.features", "/"]


@pytest.mark.parametrize("name", ["testnet3", "chipnet"])
def test_any_test_network_is_testnet(name: str, loopback: Loopback) -> None:
    loopback.chain.network = name
    server = FulcrumProtocolAPI(loopback.electrum, network=Network.test)
    for network in ("testnet", name):
        mine = NodeServer(loopback.node, network, user="alice", password="secret")
        assert connect(network, servers=[server]).coins(KEY.locking_bytecode) == ()
        assert connect(network, servers=[mine]).coins(KEY.locking_bytecode) == ()


def test_addresses_and_transactions_of_another_network_are_refused(loopback: Loopback) -> None:
    built = spendable(loopback)
    network = regtest(electrum(loopback))
    with pytest.raises(AddressError, match="is an address of mainnet, expected regtest"):
        network.coins(encode_address(KEY.locking_bytecode))
    with pytest.raises(AddressError, match="no address for a script"):
        network.coins(COVENANT)
    with pytest.raises(BuildError, match="built for mainnet, not for regtest"):
        network.broadcast(replace(built, network="mainnet"))
    with pytest.raises(BuildError, match="built for testnet, not for regtest"):
        network.broadcast(replace(built, network="testnet"))
    with pytest.raises(BuildError, match="a BuiltTransaction, not a Transaction"):
        network.broadcast(built.transaction)
    with pytest.raises(BuildError, match="a Transaction, not a bytes"):
        network.broadcast_transaction(built.encoded)
    with pytest.raises(InvalidKey, match="PrivateKey"):
        network.funding(ADDRESS)  # type: ignore[arg-type]
    assert not loopback.asked
    assert network.broadcast_transaction(built.transaction) == built.txid


def test_a_node_wants_its_user_and_keeps_the_password_to_itself(loopback: Loopback) -> None:
    wrong = NodeServer(loopback.node, "regtest", user="alice", password="wrong")
    assert "wrong" not in repr(wrong)
    with pytest.raises(NetworkError, match="wrong user or password"):
        regtest(wrong).coins(ADDRESS)
    with pytest.raises(TypeError):
        NodeServer(loopback.node, "regtest", "alice", "secret")  # type: ignore[call-arg]
    for url in ("ftp://127.0.0.1", "http://", "127.0.0.1:8332", "http://[", None):
        with pytest.raises(NetworkError, match="URL"):
            NodeServer(url, "regtest")  # type: ignore[arg-type]
    with pytest.raises(NetworkError, match="must not contain user and password") as caught:
        NodeServer("http://alice:secret@127.0.0.1", "regtest")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("seconds", [0, -1, 3601, float("nan"), "5", None])
def test_a_time_out_is_a_number_of_seconds(seconds: Any, loopback: Loopback) -> None:
    with pytest.raises(NetworkError, match="timeout_seconds must be a number"):
        regtest(electrum(loopback), seconds=seconds)


@readers
def test_too_long_an_answer_is_cut(
    kind: Kind, monkeypatch: pytest.MonkeyPatch, loopback: Loopback
) -> None:
    fund(loopback)
    for place in ("electrum", "web"):
        monkeypatch.setattr(f"bchcov.network.{place}._MAX_ANSWER", 300)
    with pytest.raises(NetworkError, match="more than 300 bytes"):
        regtest(kind(loopback)).coins(ADDRESS)
