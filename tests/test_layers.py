"""Imports run one way: the layer order of design.md, section 2."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Highest first. A room may import those below it; siblings of one line do not know each other.
LAYERS = [
    {"__main__"},
    {"cli"},
    {"console", "ranks", "streams"},
    {"doctor"},
    {"chain"},
    {"report", "city"},
    {"grid", "plant", "rack"},
    {"plate", "network"},
    {"fem", "materials"},
    {"case", "results"},
    {"evidence"},
    {"places"},
    {"errors", "arrays"},
]
# Rooms inside a room, highest first. Only the room's door, its `__init__`, stands above them all.
INNER = {
    "fem": [{""}, {"periodic"}, {"coupled"}, {"flow", "heat"}, {"solvers"}, {"mesh"}],
    "network": [{""}, {"solvers", "formats"}, {"tables"}, {"components"}, {"consumers", "pipes"}, {"hydraulics"}],
    "network.solvers": [{""}, {"radial"}, {"graph"}, {"steps"}, {"build"}],
}


def levels(layers: list[set[str]]) -> dict[str, int]:
    """Height of each room."""
    return {room: len(layers) - i for i, rooms in enumerate(layers) for room in rooms}


LEVEL = levels(LAYERS)
FINITE_ELEMENTS = {"dolfinx", "dolfinx_solver", "ufl", "basix", "ffcx", "petsc4py", "slepc4py"}


def imports(file: Path, package: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, wherever in it, also by `import_module("...")`.

    Args:
        file: the module's source.
        package: dotted name of the package that holds it, to resolve relative imports.
    """
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *filter(None, [node.module])])
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"import_module", "__import__"}:
                yield node.lineno, str(node.args[0].value)


def room_of(dotted: str, depth: int = 1) -> str:
    """Second part of a dotted name: the room of rack2city that it lies in, "" for the package itself; third: the inner room."""
    return [*dotted.split("."), "", ""][depth]


def own_part(parts: Sequence[str], house: str) -> str | None:
    """What follows a house's name in the parts of a dotted name; "" for the house itself, None for what is not in it."""
    rooms = ["rack2city", *house.split(".")]
    return [*parts, ""][len(rooms)] if list(parts[: len(rooms)]) == rooms else None


def wrong_way(own: str, target: str, level: dict[str, int], door: str) -> str | None:
    """What is wrong with an import from one room into another; None if nothing is.

    Args:
        own: room that imports.
        target: room that is imported.
        level: height of each room.
        door: name of what is in no room.
    """
    if target == own or target not in level or level[target] < level.get(own, 0):
        return None
    if level[target] == level.get(own, 0):
        return f"{own} may not import its sibling {target}"
    return f"{own or door} may not import {target or door}, which is above it"


def offences(solver: Path, meshes: Path) -> list[str]:
    """Every import that runs the wrong way, as `file:line: sentence`.

    Args:
        solver: source root that holds rack2city.
        meshes: source root that holds rackmesh.
    """
    found = []
    for root, file in [(top, file) for top in (solver, meshes) for file in sorted(top.rglob("*.py"))]:
        parts = file.relative_to(root).with_suffix("").parts
        package, room = ".".join(parts[:-1]), room_of(".".join(parts)).removeprefix("__init__")
        at = file.relative_to(root).as_posix()
        if parts[0] == "rack2city" and room and room not in LEVEL:
            found.append(f"{at}: '{room}' has no place in the layer order")
            continue
        for house, layers in INNER.items():
            inside = own_part(parts, house)
            if inside and inside not in levels(layers) and len(parts) > 2 + len(house.split(".")):
                found.append(f"{at}: '{inside}' has no place in the order of {house}")
        for line, name in imports(file, package):
            top, target = name.split(".")[0], room_of(name)
            if top in FINITE_ELEMENTS and (parts[0], room) != ("rack2city", "fem"):
                found.append(f"{at}:{line}: only fem may import {top}")
            if parts[0] == "rackmesh" and top == "rack2city":
                found.append(f"{at}:{line}: rackmesh may not import rack2city")
            if parts[0] != "rack2city" or top != "rack2city":
                continue
            wrong = wrong_way(room, target, LEVEL, "rack2city itself")
            for house, layers in INNER.items():
                within, beyond = own_part(parts, house), own_part(name.split("."), house)
                if within is not None and beyond is not None:
                    inner = levels(layers)
                    ends = (part if part in inner else "" for part in (within, beyond))
                    wrong = wrong or wrong_way(*ends, inner, f"{house} itself")
            if wrong:
                found.append(f"{at}:{line}: {wrong}")
    return found


def test_imports_run_one_way() -> None:
    assert offences(ROOT / "solver", ROOT / "meshes") == []


def test_the_sources_are_really_read() -> None:
    files = list((ROOT / "solver").rglob("*.py")) + list((ROOT / "meshes").rglob("*.py"))
    seen = {name.split(".")[0] for file in files for _, name in imports(file, file.parent.name)}
    assert {"rack2city", "dolfinx", "gmsh", "numpy"} <= seen


@pytest.mark.parametrize(
    ("file", "source", "sentence"),
    [
        (
            "solver/rack2city/rack/flow.py",
            "from rack2city.city import x",
            "rack may not import city, which is above it",
        ),
        ("solver/rack2city/rack/flow.py", "from rack2city import city", "rack may not import city, which is above it"),
        ("solver/rack2city/rack/flow.py", "import rack2city.plant.cdu", "rack may not import its sibling plant"),
        ("solver/rack2city/report/html.py", "from ..city import x", "report may not import its sibling city"),
        ("solver/rack2city/report/html.py", "from .. import cli", "report may not import cli, which is above it"),
        (
            "solver/rack2city/network/solvers/a.py",
            "def f():\n    from rack2city.rack import x",
            "network may not import rack, which is above",
        ),
        ("solver/rack2city/fem/flow/a.py", "from rack2city import rack", "fem may not import rack, which is above it"),
        (
            "solver/rack2city/network/tables/a.py",
            "from rack2city.network.solvers.simulate import simulate",
            "tables may not import solvers, which is above it",
        ),
        (
            "solver/rack2city/network/formats/a.py",
            "from ..solvers import x",
            "formats may not import its sibling solvers",
        ),
        (
            "solver/rack2city/network/components/a.py",
            "from ..tables import x",
            "components may not import tables, which",
        ),
        ("solver/rack2city/network/pipes/a.py", "from ..components import x", "pipes may not import components, which"),
        (
            "solver/rack2city/network/pipes/a.py",
            "from ..consumers import x",
            "pipes may not import its sibling consumers",
        ),
        ("solver/rack2city/network/hydraulics/a.py", "from ..pipes import x", "hydraulics may not import pipes, which"),
        (
            "solver/rack2city/network/tables/a.py",
            "from rack2city.network import x",
            "tables may not import network itself",
        ),
        ("solver/rack2city/network/magic/a.py", "", "'magic' has no place in the order of network"),
        (
            "solver/rack2city/network/solvers/graph/a.py",
            "from ..radial import x",
            "graph may not import radial, which is above it",
        ),
        (
            "solver/rack2city/network/solvers/build/a.py",
            "from rack2city.network.solvers.steady import x",
            "build may not import network.solvers itself",
        ),
        ("solver/rack2city/network/solvers/magic/a.py", "", "'magic' has no place in the order of network.solvers"),
        (
            "solver/rack2city/fem/flow/a.py",
            "from rack2city.fem.heat.problem import x",
            "flow may not import its sibling heat",
        ),
        (
            "solver/rack2city/fem/heat/a.py",
            "from rack2city.fem import coupled",
            "heat may not import coupled, which is",
        ),
        ("solver/rack2city/fem/solvers/a.py", "from ..flow import x", "solvers may not import flow, which is above it"),
        ("solver/rack2city/fem/mesh/a.py", "import rack2city.fem.solvers.linear", "mesh may not import solvers, which"),
        ("solver/rack2city/fem/mesh/a.py", "from rack2city.fem import x", "mesh may not import fem itself, which is"),
        ("solver/rack2city/case/a.py", 'import_module("rack2city.fem")', "case may not import fem, which is above it"),
        ("solver/rack2city/errors.py", "import rack2city.case", "errors may not import case, which is above it"),
        ("solver/rack2city/__init__.py", "from rack2city.case import x", "rack2city itself may not import case"),
        ("solver/rack2city/chain.py", "import dolfinx.fem", "only fem may import dolfinx"),
        ("solver/rack2city/plate/a.py", "from petsc4py import PETSc", "only fem may import petsc4py"),
        ("solver/rack2city/magic.py", "", "'magic' has no place in the layer order"),
        ("solver/rack2city/fem/magic/a.py", "", "'magic' has no place in the order of fem"),
        ("meshes/rackmesh/plate.py", "import rack2city.case", "rackmesh may not import rack2city"),
        ("meshes/rackmesh/plate.py", "import ufl", "only fem may import ufl"),
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, file: str, source: str, sentence: str) -> None:
    plant(tmp_path, file, source)
    found = offences(tmp_path / "solver", tmp_path / "meshes")
    assert len(found) == 1
    assert sentence in found[0]
    assert found[0].startswith(file.split("/", 1)[1])


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("solver/rack2city/chain.py", "from rack2city import __version__, city, rack\nimport rackmesh"),
        ("solver/rack2city/cli.py", "from rack2city import chain, doctor"),
        (
            "solver/rack2city/rack/flow.py",
            "from rack2city.rack.limits import x\nfrom .limits import y\nfrom ..plate import z",
        ),
        (
            "solver/rack2city/fem/heat/a.py",
            "import dolfinx\nfrom petsc4py import PETSc\nfrom rack2city.errors import E",
        ),
        ("solver/rack2city/fem/heat/a.py", "from rack2city.fem.solvers.linear import x\nfrom .conditions import y"),
        ("solver/rack2city/fem/coupled/a.py", "from rack2city.fem import flow, heat\nfrom ..mesh import domain"),
        (
            "solver/rack2city/fem/__init__.py",
            "from rack2city.fem.coupled.problem import x\nfrom .flow.problem import y",
        ),
        ("solver/rack2city/rack/__init__.py", "from rack2city.network import x"),
        ("meshes/rackmesh/plate.py", "import gmsh\nfrom rackmesh.names import x"),
    ],
)
def test_a_right_import_passes(tmp_path: Path, file: str, source: str) -> None:
    plant(tmp_path, file, source)
    assert offences(tmp_path / "solver", tmp_path / "meshes") == []


def plant(tree: Path, file: str, source: str) -> None:
    """Put one module into an otherwise empty tree."""
    (tree / file).parent.mkdir(parents=True)
    (tree / file).write_text(source, encoding="utf-8")
