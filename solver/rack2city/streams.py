"""Standard output that may be lost: a reader that goes away, or a full device, costs what is told and not the run."""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO

MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
}
"""Errors of the system that are the machine's, not the program's."""


class Lasting:
    """A text stream that goes on when what is behind it cannot be written; the first error is kept in `lost`."""

    def __init__(self, stream: TextIO) -> None:
        """Stand before a stream."""
        self._stream = stream
        self.lost: OSError | None = None

    def write(self, text: str) -> int:
        """Write a text; each line goes out at once, so that what is lost is known while it can be told."""
        self._try(lambda: self._stream.write(text))
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Pass on what is held back."""
        self._try(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        """All else is the stream's."""
        return getattr(self._stream, name)

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self.lost = self.lost or error
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())  # what is still held back goes there, at the end too
            os.close(nowhere)


@contextmanager
def lasting_output() -> Iterator[Lasting | None]:
    """Make standard output last; None if there is none."""
    if sys.stdout is None:
        yield None
        return
    lasting, pipe = Lasting(sys.stdout), {signal.SIGPIPE}
    # Python ignores the signal of a reader that went away, but Gmsh and PETSc undo that when they are loaded.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, pipe)
    try:
        with redirect_stdout(lasting):
            yield lasting
    finally:
        while signal.sigtimedwait(pipe, 0):
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def why_lost(output: Lasting | None) -> str:
    """What to say of output that was not written; nothing where its reader went away, as `head` does."""
    if output is None:
        return ""
    output.flush()
    if output.lost is None or output.lost.errno in (errno.EPIPE, errno.ESHUTDOWN):
        return ""
    return f"standard output: {output.lost.strerror}; what was computed is complete, what was told is not"
