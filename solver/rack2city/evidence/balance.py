"""Global balances: what goes in must come out, to a stated tolerance."""

from dataclasses import dataclass
from math import inf

from rack2city.errors import BalanceError


@dataclass(frozen=True)
class Balance:
    """A conserved quantity of one stage, counted independently on both sides.

    Attributes:
        stage: stage that owns the balance, such as `"rack"`.
        name: what is balanced, such as `"heat into the coolant"`.
        entering: sum of what enters (in `unit`).
        leaving: sum of what leaves or is stored (in `unit`).
        unit: SI unit of both sums.
        tolerance: largest accepted residual relative to `scale` (-).
        scale: magnitude the residual is compared with (in `unit`); the larger side if not given.
    """

    stage: str
    name: str
    entering: float
    leaving: float
    unit: str
    tolerance: float
    scale: float | None = None

    @property
    def relative(self) -> float:
        """Residual relative to the scale (-): zero where the sides are equal, NaN where one of them is."""
        residual = abs(self.entering - self.leaving)
        if residual == 0.0:
            return 0.0
        scale = max(abs(self.entering), abs(self.leaving)) if self.scale is None else self.scale
        return residual / scale if scale != 0.0 else inf

    @property
    def holds(self) -> bool:
        """Whether the residual is within the tolerance (a NaN is not)."""
        return self.relative <= self.tolerance

    def require(self) -> "Balance":
        """Return the balance itself.

        Raises:
            BalanceError: the residual exceeds the tolerance.
        """
        if not self.holds:
            raise BalanceError(
                f"{self.stage}: the balance of {self.name} does not close: {self.entering:.9g} {self.unit} enter, "
                f"{self.leaving:.9g} {self.unit} leave (relative residual {self.relative:.2e}, allowed "
                f"{self.tolerance:.0e}); the results of this run must not be used"
            )
        return self
