"""Converting unspents of the package bitcash to coins, and back."""

from __future__ import annotations

from typing import Protocol

from bitcash.network.meta import Unspent
from bitcash.types import NFTCapability

from ..encoding.expected import expect_bytes, expect_integer, kind_of
from ..encoding.printable import printable
from ..errors import EncodeError
from ..transaction.constants import MAX_MONEY, MAX_UINT32
from ..transaction.fields import check_output
from ..transaction.model import Capability, Nft, Output, Token
from ..wallet.coins import Coin

__all__ = ["BitcashUnspent", "coin_from_bitcash", "coin_to_bitcash"]

_CAPABILITIES = {
    NFTCapability.none: Capability.NONE,
    NFTCapability.mutable: Capability.MUTABLE,
    NFTCapability.minting: Capability.MINTING,
}
_NAMES = {capability: theirs.name for theirs, capability in _CAPABILITIES.items()}


class BitcashUnspent(Protocol):
    """An unspent of the package bitcash; txid and category are in displayed, reversed order."""

    amount: int
    confirmations: int
    script: str
    txid: str
    txindex: int
    cashtoken: object


def coin_from_bitcash(unspent: BitcashUnspent) -> Coin:
    """Convert an unspent to a coin, with its tokens. Raises EncodeError for invalid fields."""
    if not isinstance(unspent, Unspent):
        raise EncodeError(f"unspent must be an Unspent of bitcash, not {kind_of(unspent)}")
    value = expect_integer(unspent.amount, "amount of an unspent", MAX_MONEY)
    index = expect_integer(unspent.txindex, "index of an unspent", MAX_UINT32)
    output = Output(value, _hexadecimal(unspent.script, "the script"), _token(unspent.cashtoken))
    check_output(output, "an unspent")
    return Coin(_hash(unspent.txid, "the txid"), index, output)


def coin_to_bitcash(coin: Coin, *, confirmations: int = 0) -> BitcashUnspent:
    """Convert a coin to an unspent, with its tokens. Raises EncodeError for invalid fields."""
    if not isinstance(coin, Coin):
        raise EncodeError(f"coin must be a Coin, not {kind_of(coin)}")
    check_output(coin.output, "a coin")
    expect_bytes(coin.outpoint_hash, "outpoint hash", size=32)
    expect_integer(coin.outpoint_index, "outpoint index", MAX_UINT32)
    expect_integer(confirmations, "confirmations", MAX_UINT32)
    token = coin.token
    nft = None if token is None else token.nft
    made: BitcashUnspent = Unspent(
        coin.value,
        confirmations,
        coin.locking_bytecode.hex(),
        coin.txid,
        coin.outpoint_index,
        None if token is None else token.category_id,
        None if nft is None else _NAMES[nft.capability],
        (nft and nft.commitment) or None,
        (token and token.amount) or None,
    )
    return made


def _token(theirs: object) -> Token | None:
    """Read an unspent's token; bitcash has None for no amount and for an empty commitment."""
    names = ("category_id", "nft_capability", "nft_commitment", "token_amount")
    try:
        category, capability, commitment, amount = (getattr(theirs, name) for name in names)
    except AttributeError:
        raise EncodeError(
            f"cashtoken of an unspent must be a CashToken of bitcash, not {kind_of(theirs)}"
        ) from None
    if category is None:
        if (capability, commitment, amount) != (None, None, None):
            raise EncodeError("an unspent has tokens without a category")
        return None
    nft = None
    if capability is not None:
        if capability not in _CAPABILITIES:
            raise EncodeError(
                f"capability of an unspent must be an NFTCapability, not {kind_of(capability)}"
            )
        nft = Nft(b"" if commitment is None else commitment, _CAPABILITIES[capability])
    elif commitment is not None:
        raise EncodeError("an unspent has a commitment without an NFT")
    return Token(_hash(category, "the category"), 0 if amount is None else amount, nft)


def _hexadecimal(text: object, what: str) -> bytes:
    if not isinstance(text, str):
        raise EncodeError(f"{what} of an unspent must be a str, not {kind_of(text)}")
    try:
        return bytes.fromhex(text)
    except ValueError:
        shown = printable(text[:80])
        raise EncodeError(f"{what} of an unspent must be hexadecimal, not {shown!r}") from None


def _hash(text: object, what: str) -> bytes:
    """Decode a hash in displayed, reversed order."""
    data = _hexadecimal(text, what)
    if len(data) != 32:
        raise EncodeError(f"{what} of an unspent must be 32 bytes, not {len(data)}")
    return data[::-1]
