"""Fetching coins from servers of a network and broadcasting transactions, through bitcash.

No network is contacted unless the caller has named it. Keys and coins of the package bitcash
can be converted to those of this library and back.
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
