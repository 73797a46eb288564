"""A guard that lets a test speak to loopback only, and tells what it has tried beyond."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

__all__ = ["loopback_only"]

# What was tried while the guard is up; None while it is not.
_TRIED: list[list[str] | None] = [None]
_HOOKED: list[bool] = []


def _is_loopback(host: object) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in ("localhost", None):
        return True
    try:
        return ip_address(str(text)).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Stop a connection, and the look-up of a name, that leaves this machine."""
    tried = _TRIED[0]
    if tried is None or event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        return
    place = arguments[:1] if event == "socket.getaddrinfo" else arguments[1]
    # Sockets of the file system have a path in place of a host and a port.
    if isinstance(place, tuple) and not _is_loopback(place[0]):
        tried.append(f"{event} {place[0]!r}")
        raise PermissionError(f"a test speaks to {place[0]!r}")


@contextmanager
def loopback_only() -> Iterator[list[str]]:
    """Refuse every connection but to loopback in the block, and note what was tried."""
    if not _HOOKED:
        # It sees every socket, whatever library opens it, and cannot be taken away again.
        sys.addaudithook(_watch)
        _HOOKED.append(True)
    tried: list[str] = []
    _TRIED[0] = tried
    try:
        yield tried
    finally:
        _TRIED[0] = None
