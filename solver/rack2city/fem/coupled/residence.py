"""How long the fluid has been inside: its mean age at each place, and where it lingers.

u.grad(a) - div(D grad a) = 1 with a = 0 in what enters and no flux through walls: each second, fluid is a second older
(Danckwerts 1953; Sandberg 1981): an equation of heat with capacity one and source one, and solved as such. What leaves has,
mixed, been inside for V / Q on average, whatever the flow (Danckwerts 1953): the balance of this equation, asserted to 1e-8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ufl
from dolfinx import fem

from rack2city.errors import InputError
from rack2city.evidence.balance import Balance
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Velocity
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Condition, HeatInlet, HeatOutlet, Material, Source, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import highest_temperature, mean_temperature
from rack2city.fem.mesh.quantities import flow_through
from rack2city.fem.solvers.options import Options

TIGHT = 1e-9  # of the flow that enters, what may cross a surface of given velocity


@dataclass(frozen=True)
class FluidAge:
    """How long the fluid of a steady flow has been inside.

    Attributes:
        age: mean age at each place (s), a quadratic function on the fluid mesh.
        residence_s: mean age of what leaves (s): how long fluid stays, on average.
        mean_s: mean age of what is inside (s): half of `residence_s` in plug flow, all of it if mixed, more if a part lingers.
        oldest_s: largest age (s).
        balance: volume that ages against age that leaves (m³; in two dimensions m²), asserted.
    """

    age: fem.Function
    residence_s: float
    mean_s: float
    oldest_s: float
    balance: Balance


def fluid_age(
    flow: FlowProblem,
    diffusivity: float,
    options: Mapping[str, Options] | None = None,
    log: Callable[[str], None] = lambda line: None,
) -> FluidAge:
    """Mean age of the fluid of a solved steady flow that enters through inlets and leaves through outlets (collective).

    The diffusivity (m²/s) is that of what tells the age: 2.3e-9 for water's own molecules at 25 °C, 1.4e-7 for its heat. It
    carries age into dead water, which without it would grow old without bound. Options are those of heat.

    Raises:
        BalanceError: what leaves does not have the age V / Q.
        InputError: fluid enters or leaves otherwise, or the diffusivity is not positive.
    """
    if not diffusivity > 0.0:
        raise InputError(f"age of the fluid: the diffusivity is {diffusivity:g} m²/s; it must be positive")
    fluid, velocity = flow.fluid, flow.velocity()
    entering = -sum(flow_through(fluid, velocity, b.surface) for b in flow.boundaries if isinstance(b, FlowInlet))
    normal = ufl.FacetNormal(fluid.mesh)
    for name in (b.surface for b in flow.boundaries if isinstance(b, Velocity)):
        if not fluid.integral(abs(ufl.dot(velocity, normal)) * fluid.ds(fluid.surfaces[name])) <= TIGHT * entering:
            raise InputError(
                f"age of the fluid: fluid crosses '{name}', whose velocity is given; let it enter through a FlowInlet and "
                "leave through a FlowOutlet"
            )
    if not entering > 0.0:
        raise InputError("age of the fluid: nothing enters through an inlet")
    names = tuple(fluid.volumes)
    conditions: list[Condition] = [Source(name, 1.0) for name in names]
    conditions += [HeatInlet(b.surface, 0.0) for b in flow.boundaries if isinstance(b, FlowInlet)]
    conditions += [HeatOutlet(b.surface) for b in flow.boundaries if isinstance(b, FlowOutlet)]
    materials = dict.fromkeys(names, Material(diffusivity, 1.0))
    problem = HeatProblem(fluid, materials, conditions, [Stream(names, velocity)], options=options, log=log)
    balance = problem.solve().balance
    volume, leaving = problem.heat_in(), problem.heat_out()
    balance = Balance("flow", "age of the fluid", volume, leaving, "m³", balance.tolerance).require()
    age, mean, oldest = problem.temperature, mean_temperature(problem, *names), highest_temperature(problem, *names)
    age.name = "age"
    return FluidAge(age, leaving / entering, mean, oldest, balance)
