"""Putting the attacker in the place of somebody who takes part in a transaction."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from ...crypto.hashes import hash160
from ...script.patterns import p2pkh
from ...transaction.model import Output
from ...wallet.keys import PrivateKey
from .draft import Draft, Item, Serialized, Signed, SignedMessage, SignedSerialization
from .parties import Party

__all__ = ["Where", "put_in_place"]


class Where(Enum):
    """Where the attacker's keys stand in the place of others, in words."""

    EVERYWHERE = "everywhere"
    """In signatures, coins, pushes, states and outputs, and within scripts that are pushed."""
    IN_COINS = "in the coins"
    """In all of these but states and outputs."""
    IN_SIGNATURES = "in signatures"
    """In signatures, the keys beside them and the party's own coins; scripts stay as they are."""


def put_in_place(draft: Draft, party: Party, attacker: Party, where: Where) -> Draft:
    """Put the attacker in a party's place: their keys, and what these lock."""
    swaps: list[tuple[bytes, bytes]] = []
    keys: dict[PrivateKey, PrivateKey] = {}
    for at, key in enumerate(party.keys):
        own = attacker.keys[at % len(attacker.keys)]
        keys[key] = own
        swaps += [
            (key.public_key, own.public_key),
            (key.public_key_hash, own.public_key_hash),
            (p2pkh(key.public_key_hash), p2pkh(own.public_key_hash)),
            (hash160(p2pkh(key.public_key_hash)), hash160(p2pkh(own.public_key_hash))),
        ]
    whole = dict(swaps)

    def swap(data: bytes) -> bytes:
        if where is Where.IN_SIGNATURES:
            return whole.get(data, data)
        for old, new in swaps:
            if old in data:
                data = data.replace(old, new)
        return data

    def item_of(item: Item) -> Item:
        if isinstance(item, (Signed, SignedSerialization)):
            return replace(item, key=keys.get(item.key, item.key))
        if isinstance(item, Serialized):
            return item
        if isinstance(item, SignedMessage):
            message = swap(item.message) if where is Where.EVERYWHERE else item.message
            return SignedMessage(keys.get(item.key, item.key), message, item.scheme)
        return swap(item)

    def output_of(output: Output) -> Output:
        token = output.token
        if token is not None and token.nft is not None:
            nft = replace(token.nft, commitment=swap(token.nft.commitment))
            token = replace(token, nft=nft)
        return Output(output.value, swap(output.locking_bytecode), token)

    inputs = tuple(
        place._replace(
            items=tuple(map(item_of, place.items)),
            coin=replace(place.coin, locking_bytecode=swap(place.coin.locking_bytecode))
            if party.has(place.coin)
            else place.coin,
        )
        for place in draft.inputs
    )
    outputs = draft.outputs
    if where is Where.EVERYWHERE:
        outputs = tuple(map(output_of, outputs))
    return (
        draft.with_inputs(inputs)
        .with_outputs(outputs)
        .after(f"the attacker stands in the place of {party.name} {where.value}")
    )
