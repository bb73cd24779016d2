"""What a run tells whoever watches it."""

from typing import Protocol


class Monitor(Protocol):
    """Receives the progress of a run, on the first rank only."""

    def begin(self, stage: str, steps: int) -> None:
        """A stage begins that will take a number of steps."""

    def step(self, text: str) -> None:
        """The stage goes on to its next step."""

    def end(self, seconds: float, reused: bool) -> None:
        """The stage is done; `reused` if nothing had changed since an earlier run."""


class Silent:
    """A monitor that says nothing: for other ranks and for tests."""

    def begin(self, stage: str, steps: int) -> None:
        """See `Monitor`."""

    def step(self, text: str) -> None:
        """See `Monitor`."""

    def end(self, seconds: float, reused: bool) -> None:
        """See `Monitor`."""
