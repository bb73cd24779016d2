"""A run folder is worked in by one process at a time: a lock that the system takes away when its holder ends.

The lock is the system's (`flock`), not the file's: a file that is left by a run that was killed holds nobody up.
"""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from rack2city.errors import InputError

LOCK = ".lock"


@contextmanager
def locked(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Keep every other run out of a folder; where the file system has no locks, that is told.

    Raises:
        InputError: another run works in the folder; the sentence says which.
    """
    file = folder / LOCK
    descriptor = _own(file, tell)
    try:
        yield
    finally:
        with suppress(OSError):  # a folder that was removed meanwhile
            file.unlink()
        os.close(descriptor)


def _own(file: Path, tell: Callable[[str], None]) -> int:
    """Descriptor of the lock file, locked, with the name of this process in it."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1000).decode(errors="replace").strip()
            os.close(descriptor)
            raise InputError(
                f"{file.parent}: another run works in this folder ({holder or 'it has just begun'}); wait for its end, or "
                "name another folder with --out"
            ) from None
        except OSError as error:
            tell(f"{file.parent}: this file system cannot lock ({error.strerror}): see that no other run works here")
        if _is_still(file, descriptor):
            break
        os.close(descriptor)  # its holder has ended, and taken the file with it, between opening and locking
    os.ftruncate(descriptor, 0)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}, since {started}\n".encode())
    return descriptor


def _is_still(file: Path, descriptor: int) -> bool:
    """Whether a file that was opened is the one of that name."""
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
