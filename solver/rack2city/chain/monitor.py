"""What a run tells whoever watches it."""


class Monitor:
    """Receives the progress of a run, on the first rank only; this one keeps it to itself."""

    def begin(self, stage: str, steps: int) -> None:
        """A stage begins that will take a number of steps."""

    def step(self, text: str) -> None:
        """The stage goes on to its next step."""

    def tell(self, text: str) -> None:
        """Something that whoever reads the results should know, in one line."""

    def end(self, seconds: float, reused: bool) -> None:
        """The stage is done; `reused` if nothing had changed since an earlier run."""
