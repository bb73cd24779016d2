"""EPANET input files: the hydraulics of pipes, pumps, valves, reservoirs, tanks and demands.

A room of its own, beside the components: a line of a file makes rows of several tables (a pump, its curve, a check valve and
the junction between them), and what a valve becomes hangs on its type, its status and its setting.

Source: Rossman et al. (2020), EPANET 2.2 User Manual, appendices A and C.
"""

from pathlib import Path

from rack2city.network.formats.archive import naming
from rack2city.network.formats.epanet.links import add_links
from rack2city.network.formats.epanet.nodes import add_nodes
from rack2city.network.formats.epanet.text import Inp
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.network import Network

_VISCOSITY = 1.1e-5 * 0.3048**2  # m2/s: what EPANET multiplies VISCOSITY with


def load_epanet(path: str | Path) -> Network:
    """Read the hydraulics of an EPANET file, as they are at its first time step.

    Junctions, with their demands as boundaries; reservoirs and tanks as junctions of held pressure; pipes with Darcy-Weisbach
    roughness, closed ones out of service. Demands take the first multiplier of their patterns. Solve with
    `solve_steady(network, heat=False)`; heads are in `res_junctions.head_m`.

    Pumps have a head curve and speed, or a power, and behind each, as behind pipes of status CV, stands a check valve with a
    junction of its own ("<name> check" and "<name> outlet"). Throttles (TCV) are valves. A flow control valve (FCV) is a
    substation of given flow, less where the pressure does not suffice; both its sides need a held pressure.

    Args:
        path: the `.inp` file, in any of EPANET's units.

    Returns:
        The network, in SI units.

    Raises:
        InputError: a fault in the file with its line, or what is not supported: Hazen-Williams and Chezy-Manning roughness,
            demands that depend on pressure, patterns of pump speed, valves other than TCV and FCV, emitters, controls and
            rules.
    """
    with naming(path):
        inp = Inp.of(Path(path).read_text(encoding="utf-8", errors="replace"))
        density = 1000.0 * inp.option("SPECIFIC GRAVITY", 1.0)
        viscosity = inp.option("VISCOSITY", 1.0)
        # above 1e-3 it is relative to water's, below it is absolute, in the file's length squared per second
        viscosity *= _VISCOSITY if viscosity > 1e-3 else inp.units.length**2
        network = Network(Path(path).stem, Liquid(density, 4182.0, viscosity * density))
        add_nodes(network, inp)
        add_links(network, inp)
        return network
