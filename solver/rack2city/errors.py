"""The errors a user may meet; each is one clear sentence and an exit code."""

from collections.abc import Sequence


class Rack2CityError(Exception):
    """Base of every error that is printed as a sentence, without traceback.

    `exit_code` is what the command line returns: 1 if a run failed, 2 if its input is wrong.
    """

    exit_code = 1


class InputError(Rack2CityError):
    """The user's input is wrong: names the file, the field, the fault and what is allowed."""

    exit_code = 2


class ConvergenceError(Rack2CityError):
    """A solver did not converge; the sentence says what to try."""


class UnsteadyError(ConvergenceError):
    """A steady flow was sought where there is probably none; a run in time tells its mean and its swing."""


class BalanceError(Rack2CityError):
    """A global balance does not close: the result must not be believed."""


def dotted(location: Sequence[str | int]) -> str:
    """A place in nested tables and lists as it is written in sentences, such as `rack.loads[0].power`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
