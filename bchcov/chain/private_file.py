"""The file of a chain in the file system: readable by its owner only, and whether it is open."""

from __future__ import annotations

import os
from contextlib import suppress

from ..errors import DamagedStore, StoreError

__all__ = ["is_open_here", "make_private"]

_MIN_BYTES = 512


def make_private(path: str) -> None:
    """Make a new file readable by its owner only, or refuse it: keys may be in it.

    Nor may others read one that is there and empty, or that a link names which is not there.
    """
    if path == ":memory:":
        return
    try:
        try:
            size = os.stat(path).st_size
        except FileNotFoundError:
            # Not exclusively: a link to nothing is a new file as well.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            return
        if not size:
            os.chmod(path, 0o600)
        elif size < _MIN_BYTES:
            # SQLite takes what is shorter than a page for nothing, and makes a new database.
            raise DamagedStore(f"{path}: damaged: it has {size} bytes, a page has {_MIN_BYTES}")
    except PermissionError as error:
        raise StoreError(f"{path}: it cannot be made private: {error.strerror}") from error
    except OSError:
        # What is wrong with the path the database says.
        return


def is_open_here(path: str) -> bool:
    """Whether this process has the file open already, where the system tells."""
    with suppress(OSError):
        wanted = os.stat(path)
        for number in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                found = os.stat(int(number))
                if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                    return True
    return False
