"""What servers of the network answer, made from a chain: REST, Chaingraph, Electrum Cash, node."""

from __future__ import annotations

from typing import Any

from bchcov import Chain, Coin, DecodeError, Output, Token, decode_transaction
from bchcov.encoding.addresses import encode_address
from bchcov.encoding.networks import ADDRESS_PREFIXES
from bchcov.transaction.constants import COIN

__all__ = ["Refused", "electrum", "graph", "node", "rest_get", "rest_post"]

GENESIS = {
    "mainnet": "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
    "testnet3": "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
    "chipnet": "000000001dd410c49a788668ce26751718cc797474d3152a5fc073dd44fd9f7b",
    "regtest": "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
}
CHAINS = {"mainnet": "main", "testnet3": "test", "chipnet": "chip", "regtest": "regtest"}


class Refused(Exception):
    """The chain refuses a transaction; the reason and the code are those that a node gives."""

    def __init__(self, reason: str, code: int = -26) -> None:
        super().__init__(reason)
        self.code = code


def submit(chain: Chain, encoded: str) -> str:
    try:
        transaction = decode_transaction(bytes.fromhex(encoded))
    except (DecodeError, ValueError):
        raise Refused("TX decode failed") from None
    submission = chain.submit(transaction)
    if submission.error is not None:
        raise Refused(f"{submission.error.reason} (code 16)")
    return submission.txid


def token_data(token: Token) -> dict[str, Any]:
    """Tokens as nodes and Electrum servers write them: the category as it is displayed."""
    made: dict[str, Any] = {"category": token.category_id, "amount": str(token.amount)}
    if token.nft is not None:
        capability = token.nft.capability.name.lower()
        made["nft"] = {"capability": capability, "commitment": token.nft.commitment.hex()}
    return made


def height_of(chain: Chain, coin: Coin) -> int:
    confirmations = chain.confirmations(coin)
    return chain.height - confirmations + 1 if confirmations else 0


def address_of(chain: Chain, locking_bytecode: bytes) -> str:
    return encode_address(locking_bytecode, prefix=ADDRESS_PREFIXES[chain.network])


def electrum(chain: Chain, method: str, parameters: list[Any]) -> Any:
    """Source: Electrum Cash Protocol 1.5."""
    if method == "server.version":
        return ["Fulcrum 2.1.0", "1.5.0"]
    if method == "server.features":
        return {"genesis_hash": GENESIS[chain.network], "hash_function": "sha256"}
    if method == "blockchain.headers.get_tip":
        return {"height": chain.height, "hex": "00" * 80}
    if method == "blockchain.transaction.broadcast":
        try:
            return submit(chain, parameters[0])
        except Refused as error:
            message = f"the transaction was rejected by network rules.\n\n{error}\n"
            raise Refused(message) from None
    assert method == "blockchain.address.listunspent", method
    found = []
    for coin in chain.coins(parameters[0]):
        place = {"tx_hash": coin.txid, "tx_pos": coin.outpoint_index}
        one = {**place, "height": height_of(chain, coin), "value": coin.value}
        if coin.token is not None:
            one["token_data"] = token_data(coin.token)
        found.append(one)
    return found


def node(chain: Chain, method: str, parameters: list[Any]) -> Any:
    """Source: Bitcoin Cash Node 28, the help of each method."""
    if method == "getblockchaininfo":
        return {"chain": CHAINS[chain.network], "blocks": chain.height}
    if method == "sendrawtransaction":
        return submit(chain, parameters[0])
    assert method == "scantxoutset", method
    assert parameters[0] == "start", parameters
    script = bytes.fromhex(parameters[1][0].removeprefix("raw(").removesuffix(")"))
    found = []
    for coin in chain.coins(script):
        if not chain.confirmations(coin):
            continue
        place = {"txid": coin.txid, "vout": coin.outpoint_index, "scriptPubKey": script.hex()}
        one = {**place, "amount": coin.value / COIN, "height": height_of(chain, coin)}
        if coin.token is not None:
            one["tokenData"] = token_data(coin.token)
        found.append(one)
    return {"success": True, "height": chain.height, "unspents": found}


def rest_get(chain: Chain, path: str) -> Any:
    """Source: rest.bitcoin.com, version 2."""
    if path == "blockchain/getBlockCount":
        return chain.height
    kind, _, address = path.removeprefix("address/").partition("/")
    coins = chain.coins(address)
    if kind == "details":
        settled = sum(coin.value for coin in coins if chain.confirmations(coin))
        pending = sum(coin.value for coin in coins) - settled
        return {"balanceSat": settled, "unconfirmedBalanceSat": pending}
    return {
        "utxos": [
            {
                "txid": coin.txid,
                "vout": coin.outpoint_index,
                "amount": coin.value / COIN,
                "satoshis": coin.value,
                "confirmations": chain.confirmations(coin),
            }
            for coin in coins
        ],
        "cashAddress": address,
        "scriptPubKey": coins[0].locking_bytecode.hex() if coins else "",
    }


def rest_post(chain: Chain, path: str, body: Any) -> Any:
    if path == "rawtransactions/sendRawTransaction":
        return [submit(chain, each) for each in body["hexes"]]
    assert path == "transaction/details/", path
    if not body:
        raise Refused("txids needs to be an array. Use GET for single transaction.")
    return [details(chain, txid) for txid in body["txids"]]


def details(chain: Chain, txid: str) -> Any:
    outputs = []
    for index in range(8):
        coin = chain.coin((bytes.fromhex(txid)[::-1], index))
        output = Output(0, b"") if coin is None else coin.output
        one: dict[str, Any] = {"n": index, "value": f"{output.value / COIN:.8f}"}
        if output.token is not None:
            one["tokenData"] = token_data(output.token)
        outputs.append(one)
    return {"txid": txid, "vout": outputs}


def graph(chain: Chain, body: Any) -> Any:
    """Source: the schema of Chaingraph 1."""
    script = bytes.fromhex(body["variables"]["lb"].strip("{}"))
    found = []
    for coin in chain.coins(script):
        token = coin.token
        nft = None if token is None else token.nft
        height = height_of(chain, coin)
        found.append(
            {
                "transaction_hash": f"\\x{coin.txid}",
                "output_index": str(coin.outpoint_index),
                "value_satoshis": str(coin.value),
                "token_category": None if token is None else f"\\x{token.category_id}",
                "fungible_token_amount": None if token is None else str(token.amount),
                "nonfungible_token_capability": nft and nft.capability.name.lower(),
                "nonfungible_token_commitment": nft and f"\\x{nft.commitment.hex()}",
                "locking_bytecode": f"\\x{script.hex()}",
                "transaction": {
                    "block_inclusions": [{"block": {"height": str(height)}}] if height else []
                },
            }
        )
    block = [{"height": str(chain.height)}]
    return {"data": {"block": block, "search_output": found}}
