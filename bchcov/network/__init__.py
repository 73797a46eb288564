"""Coins fetched from servers of a network and transactions handed to them, through bitcash.

Nothing speaks to a network that the caller has not named. Keys and coins of the package bitcash
become those of this library here, and back.
"""

from __future__ import annotations

from .coins import coin_from_bitcash, coin_to_bitcash
from .connection import Connection, connect
from .keys import key_from_bitcash, key_to_bitcash
from .node import NodeServer
from .servers import Server

__all__ = [
    "Connection",
    "NodeServer",
    "Server",
    "coin_from_bitcash",
    "coin_to_bitcash",
    "connect",
    "key_from_bitcash",
    "key_to_bitcash",
]
