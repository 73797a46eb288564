"""Creating a chain's file, complete and readable by its owner only, and whether it is open."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ..errors import DamagedStore, StoreError

__all__ = ["is_open_here", "is_there", "new_file"]

_MIN_BYTES = 512


def is_there(path: str) -> bool:
    """Whether the file exists. Raises StoreError for what cannot be a chain's file.

    An empty file is damaged: a new chain's file appears only when it is complete.
    """
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return False
    except ValueError as error:
        raise StoreError(f"{path!r}: not a file name") from error
    except OSError:
        # Opening the database reports what is wrong with the path.
        return True
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path}: unable to open it: not a regular file")
    if not found.st_size:
        said = "the file is empty; delete it to start a new chain"
        raise DamagedStore(f"{path}: damaged: {said}")
    if found.st_size < _MIN_BYTES:
        # SQLite would take a file shorter than a page as empty and overwrite it.
        said = f"{found.st_size} bytes, expected at least {_MIN_BYTES}"
        raise DamagedStore(f"{path}: damaged: {said}")
    return True


@contextmanager
def new_file(path: str) -> Iterator[str]:
    """Give the name of an empty file that is moved to `path` when the block ends.

    The file is readable by its owner only, since it may hold keys. After an error or a crash
    there is no file at `path`. A file that appears there meanwhile is kept. Raises StoreError
    if the file cannot be created.
    """
    # The target of a symbolic link to a missing file is a new file as well.
    target = os.path.realpath(path)
    folder, name = os.path.split(target)
    try:
        number, made = tempfile.mkstemp(prefix=f".{name[:100]}-", dir=folder)
    except OSError as error:
        raise StoreError(f"{path}: unable to open it: {error.strerror}") from error
    os.close(number)
    try:
        yield made
        with suppress(FileExistsError):
            _move(made, target)
    except OSError as error:
        raise StoreError(f"{path}: unable to create it: {error.strerror}") from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(made)


def _move(made: str, target: str) -> None:
    """Move a file to a name that is free. Raises FileExistsError if it is taken."""
    try:
        # Unlike a rename, a link never replaces a file that another process has just made.
        os.link(made, target)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems have no hard links: reserve the name, then replace.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(made, target)


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
