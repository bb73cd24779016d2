"""The district network of a case: pipes and substations from two CSV tables."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rack2city.case.csv_table import Row, read_rows
from rack2city.city.demand import check_building
from rack2city.errors import InputError

ROOT = "plant"
"""Name of the node where the heat is put in."""
_PIPE_NAMES = ("name", "start", "end", "nominal_diameter")
_PIPE_NUMBERS = {
    "length_m": {"above": 0.0},
    "inner_diameter_mm": {"above": 0.0},
    "outer_diameter_mm": {},  # above the inner one
    "loss_w_per_m_k": {"least": 0.0},
    "roughness_mm": {"least": 0.0},
    "x_m": {},
    "y_m": {},
}
_SUBSTATION_COLUMNS = ("name", "node", "building", "building_class", "share_percent")


@dataclass(frozen=True)
class NetworkLayout:
    """A radial district network, checked.

    Attributes:
        pipes: the pipe table as read, indexed by name, one row per pair.
        nodes: `x_m`, `y_m` per node (m east and north of the plant), the plant first.
        substations: columns `name`, `node`, `building`, `building_class`, `share_percent`, in the order of the file.
    """

    pipes: pd.DataFrame
    nodes: pd.DataFrame
    substations: pd.DataFrame

    @property
    def trench_m(self) -> float:
        """Length of all trenches (m)."""
        return float(self.pipes["length_m"].sum())


def load_layout(pipes_csv: Path, substations_csv: Path) -> NetworkLayout:
    """Read and check a district network.

    Args:
        pipes_csv: one line per pipe pair: `name, start, end` (towards the consumers), `length_m, inner_diameter_mm,
            outer_diameter_mm` (of the steel pipe), `nominal_diameter, loss_w_per_m_k` (of one pipe to the ground),
            `roughness_mm`, and `x_m, y_m` of the end, from the plant.
        substations_csv: one line per substation: `name, node, building, building_class, share_percent` (of the
            demand).

    Returns:
        The layout, rooted at the node `plant`.

    Raises:
        InputError: a file cannot be read, a column is missing, a value is out of bounds, a name stands twice, a node is
            unknown, is fed by two pipes or is not connected to the plant, or the shares do not sum to 100.
    """
    rows = read_rows(pipes_csv, (*_PIPE_NAMES, *_PIPE_NUMBERS))
    _refuse_repeated(rows, "pipe")
    numbers = {name: [row.number(name, **bounds) for row in rows] for name, bounds in _PIPE_NUMBERS.items()}
    for row, inner in zip(rows, numbers["inner_diameter_mm"], strict=True):
        row.number("outer_diameter_mm", above=inner)
    names = _connected_nodes(rows)
    table = pd.DataFrame([row.cells for row in rows]).set_index("name").assign(**numbers)
    nodes = table.set_index("end")[["x_m", "y_m"]].rename_axis("node")
    nodes.loc[ROOT] = 0.0
    return NetworkLayout(table, nodes.loc[names], _substations(substations_csv, set(names), pipes_csv))


def _connected_nodes(rows: list[Row]) -> list[str]:
    """Names of all nodes, the plant first, each fed by one pipe and connected to the plant."""
    feeding: dict[str, Row] = {}
    for row in rows:
        start, end = row.text("start"), row.text("end")
        if end == ROOT:
            raise row.error("end", f"is {ROOT!r}; pipes run away from the plant")
        if end == start:
            raise row.error("end", f"is {end!r}, the pipe's own start")
        if end in feeding:
            raise row.error("end", f"node {end!r} is already fed by pipe {feeding[end].text('name')!r}")
        feeding[end] = row
    for row in rows:
        start, seen = row.text("start"), {row.text("end")}
        while start != ROOT:
            if start not in feeding:
                raise row.error("start", f"node {start!r} is not connected to {ROOT!r}")
            if start in seen:
                raise row.error("start", f"node {start!r} lies on a loop that is not connected to {ROOT!r}")
            seen.add(start)
            start = feeding[start].text("start")
    return [ROOT, *feeding]


def _substations(path: Path, nodes: set[str], pipes_csv: Path) -> pd.DataFrame:
    """The substation table, checked."""
    rows = read_rows(path, _SUBSTATION_COLUMNS)
    _refuse_repeated(rows, "substation")
    classes = []
    for row in rows:
        if row.text("node") not in nodes:
            raise row.error("node", f"node {row.text('node')!r} is not in {pipes_csv}")
        building_class = row.number("building_class", least=0.0)
        if building_class != int(building_class):
            raise row.error("building_class", f"is {building_class}; a whole number is needed")
        classes.append(int(building_class))
        check_building(row.text("building"), classes[-1], f"{path}, line {row.line}")
    shares = [row.number("share_percent", least=0.0) for row in rows]
    if abs(sum(shares) - 100.0) > 1e-6:
        raise InputError(f"{path}, column share_percent: the shares sum to {sum(shares):.6g}; they must sum to 100")
    texts = pd.DataFrame([row.cells for row in rows])[["name", "node", "building"]]
    return texts.assign(building_class=classes, share_percent=shares)


def _refuse_repeated(rows: list[Row], what: str) -> None:
    """Refuse a name that stands twice."""
    lines: dict[str, int] = {}
    for row in rows:
        name = row.text("name")
        if name in lines:
            raise row.error("name", f"{what} {name!r} stands already in line {lines[name]}")
        lines[name] = row.line
