"""Where the heat of a solution comes from and goes to, from the very expressions that stand in the equation."""

from dataclasses import dataclass

from dolfinx import fem

from rack2city.evidence.balance import Balance
from rack2city.fem.heat.forms import QUADRATURE, HeatTerms
from rack2city.fem.mesh.compilation import compiled

BALANCE_TOLERANCE = 1e-8  # of the heat put in
NOTHING_W = 1e-9  # counts as put in where nothing is, so that rounding is no fault
ROUNDING = 1e-4  # share of the right-hand side's absolute sum that counts as put in: 1e-12 of it is rounding


@dataclass(frozen=True)
class HeatReport:
    """Where the heat of a solution comes from and goes to.

    Attributes:
        inflows: heat into the domain through each surface with a condition (W); of streams, above the supply temperature
            of their first inlet. Every other exterior surface is adiabatic.
        sources, stored: heat set free in each volume with a source, and rate at which heat is stored (W).
        balance: the sum of all these, asserted.
        newton_iterations: Newton steps; one if linear.
    """

    inflows: dict[str, float]
    sources: dict[str, float]
    stored: float
    balance: Balance
    newton_iterations: int


class HeatAccount:
    """Sums up what crosses each surface, is set free in each volume and is stored."""

    def __init__(self, terms: HeatTerms, theta: fem.Function, history: fem.Function) -> None:
        self._domain = domain = terms.domain
        dx, ds, maps = domain.dx(metadata=QUADRATURE), domain.ds(metadata=QUADRATURE), terms.entity_maps
        self._inflows: dict[str, fem.Form | None] = {}
        for condition in terms.surface_conditions:
            flux, here = terms.inflow(condition, theta), ds(domain.surfaces[condition.surface])
            self._inflows[condition.surface] = None if flux is None else compiled(flux * here, maps)
        self._sources = {
            c.volume: compiled(terms.loads[c.volume] * dx(domain.volumes[c.volume]), maps) for c in terms.sources
        }
        self._stored: fem.Form | None = None
        if terms.transient:
            rise = terms.rate * theta + history
            stored = (m.heat_capacity * rise * dx(domain.volumes[name]) for name, m in terms.materials.items())
            self._stored = compiled(sum(stored), maps)

    def report(self, absolute: float, steps: int) -> HeatReport:
        """The account of the present temperature, to which so many Newton steps led (collective).

        The absolute sum of the right-hand side (W) measures rounding; more than 1e-8 lost or made is a `BalanceError`.
        """
        total = self._domain.total
        inflows = {name: 0.0 if form is None else total(form) for name, form in self._inflows.items()}
        sources = {name: total(form) for name, form in self._sources.items()}
        stored = 0.0 if self._stored is None else total(self._stored)
        gains: list[float] = [*inflows.values(), *sources.values(), -stored]
        entering, leaving = sum(g for g in gains if g > 0.0), -sum(g for g in gains if g < 0.0)
        scale = entering + ROUNDING * absolute or NOTHING_W
        balance = Balance("heat", "heat over all surfaces", entering, leaving, "W", BALANCE_TOLERANCE, scale).require()
        return HeatReport(inflows, sources, stored, balance, steps)
