"""The components that networks are made of, one file each. A new one is its file and its place in the list here."""

from rack2city.network.components.boundaries import BOUNDARIES
from rack2city.network.components.component import Component
from rack2city.network.components.curves import CURVES
from rack2city.network.components.heat_exchangers import HEAT_EXCHANGERS
from rack2city.network.components.junctions import JUNCTIONS
from rack2city.network.components.pipes import PIPES
from rack2city.network.components.producers import PRODUCERS
from rack2city.network.components.pumps import PUMPS
from rack2city.network.components.storages import STORAGES
from rack2city.network.components.substations import SUBSTATIONS
from rack2city.network.components.valves import VALVES

__all__ = ["COMPONENTS", "Component", "branches", "describe"]

_ALL = (JUNCTIONS, CURVES, PIPES, VALVES, HEAT_EXCHANGERS, PUMPS, SUBSTATIONS, PRODUCERS, STORAGES, BOUNDARIES)
COMPONENTS: dict[str, Component] = {component.name: component for component in _ALL}
"""Every component by the name of its table; what is referred to comes first."""


def branches() -> dict[str, Component]:
    """The components whose rows are branches, in the order of the branches."""
    return {name: component for name, component in COMPONENTS.items() if component.law is not None}


def describe(table: str) -> str:
    """The columns of a table and of its results as Markdown tables: name, unit, default, bounds, meaning.

    Args:
        table: name of the table, such as `"pipes"`.
    """
    component = COMPONENTS[table]
    lines = ["| column | unit | default | allowed | in time | meaning |", "|---|---|---|---|---|---|"]
    for column in component.columns:
        default = "(empty)" if column.optional else f"{column.default}"
        if isinstance(column.default, float) and not column.optional:
            default = f"{column.default:g}"
        varies = "may change" if column.varies else ""
        lines.append(
            f"| `{column.name}` | {column.unit} | {default} | {column.allowed} | {varies} | {column.meaning} |"
        )
    if component.results:
        lines += ["", "| result | unit | meaning |", "|---|---|---|"]
    for result in component.results:
        only = " (`simulate` only)" if result.in_time else ""
        lines.append(f"| `{result.name}` | {result.unit} | {result.meaning}{only} |")
    return "\n".join(lines)
