"""Imports run one way: the layer order of design.md, section 2."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Highest first. A room may import those below it; siblings of one line do not know each other.
LAYERS = [
    {"__main__"},
    {"cli"},
    {"console", "ranks"},
    {"doctor"},
    {"chain"},
    {"report", "city"},
    {"grid", "plant", "rack"},
    {"plate", "network"},
    {"fem", "materials"},
    {"case", "evidence"},
    {"errors", "arrays"},
]
LEVEL = {room: len(LAYERS) - i for i, rooms in enumerate(LAYERS) for room in rooms}
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


def room_of(dotted: str) -> str:
    """Second part of a dotted name: the room of rack2city that it lies in, "" for the package itself."""
    return [*dotted.split("."), ""][1]


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
        for line, name in imports(file, package):
            top, target = name.split(".")[0], room_of(name)
            if top in FINITE_ELEMENTS and (parts[0], room) != ("rack2city", "fem"):
                found.append(f"{at}:{line}: only fem may import {top}")
            if parts[0] == "rackmesh" and top == "rack2city":
                found.append(f"{at}:{line}: rackmesh may not import rack2city")
            if parts[0] == "rack2city" and top == "rack2city" and target in LEVEL and target != room:
                if LEVEL[target] == LEVEL.get(room, 0):
                    found.append(f"{at}:{line}: {room} may not import its sibling {target}")
                elif LEVEL[target] > LEVEL.get(room, 0):
                    found.append(
                        f"{at}:{line}: {room or 'rack2city itself'} may not import {target}, which is above it"
                    )
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
            "solver/rack2city/network/a.py",
            "def f():\n    from rack2city.rack import x",
            "network may not import rack, which is above",
        ),
        ("solver/rack2city/fem/flow.py", "from rack2city import rack", "fem may not import rack, which is above it"),
        ("solver/rack2city/case/a.py", 'import_module("rack2city.fem")', "case may not import fem, which is above it"),
        ("solver/rack2city/errors.py", "import rack2city.case", "errors may not import case, which is above it"),
        ("solver/rack2city/__init__.py", "from rack2city.case import x", "rack2city itself may not import case"),
        ("solver/rack2city/chain.py", "import dolfinx.fem", "only fem may import dolfinx"),
        ("solver/rack2city/plate/a.py", "from petsc4py import PETSc", "only fem may import petsc4py"),
        ("solver/rack2city/magic.py", "", "'magic' has no place in the layer order"),
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
        ("solver/rack2city/fem/heat.py", "import dolfinx\nfrom petsc4py import PETSc\nfrom rack2city.errors import E"),
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
