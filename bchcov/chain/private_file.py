"""Making a chain's file readable by its owner only, and finding out whether it is open."""

from __future__ import annotations

import os
from contextlib import suppress

from ..errors import DamagedStore, StoreError

__all__ = ["is_open_here", "make_private"]

_MIN_BYTES = 512


def make_private(path: str) -> None:
    """Make a new or empty file readable by its owner only, since it may hold keys.

    Raises StoreError where that is not permitted, DamagedStore for a file too short to be a
    database.
    """
    if path == ":memory:":
        return
    try:
        try:
            size = os.stat(path).st_size
        except FileNotFoundError:
            # Without O_EXCL: a symbolic link to a missing file is a new file as well.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            return
        if not size:
            os.chmod(path, 0o600)
        elif size < _MIN_BYTES:
            # SQLite would take a file shorter than a page as empty and overwrite it.
            raise DamagedStore(f"{path}: damaged: {size} bytes, expected at least {_MIN_BYTES}")
    except PermissionError as error:
        raise StoreError(f"{path}: it cannot be made private: {error.strerror}") from error
    except OSError:
        # Opening the database reports what is wrong with the path.
        return


def is_open_here(path: str) -> bool:
    """Return whether this process has the file open; False where the system does not tell."""
    with suppress(OSError):
        wanted = os.stat(path)
        for number in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                found = os.stat(int(number))
                if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                    return True
    return False
