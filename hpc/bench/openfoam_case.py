"""OpenFOAM's cases: the same domains, liquid, conditions and loads as ours, with the settings that serve it best.

SIMPLEC with momentum relaxed by 0.9 and the pressure by conjugate gradients with algebraic multigrid: about 19 times
faster here than the settings of its tutorials. Convection is second order (`linearUpwind`), diffusion central. The flow
is solved first, by simpleFoam; its fluxes are then frozen while chtMultiRegionSimpleFoam solves the energy, which is
right for a constant viscosity and the fastest way. All files are of version 1912 (Debian's).
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rackmesh.published.peer_cases import (
    BASE,
    CELL_LENGTH,
    CHANNEL,
    FIN,
    HALF_FIN,
    HEIGHT,
    PLATE_LENGTH,
    PLENUM,
    SIDE_WALL,
    CellMesh,
    PlateMesh,
    cell_blocks,
    plate_blocks,
)
from rackmesh.tensor import BlockMesh, Face, Segment

VERTICES = {  # of a block's face, by axis and side, with normals that point out
    (0, -1): ((0, 0, 0), (0, 0, 1), (0, 1, 1), (0, 1, 0)),
    (0, 1): ((1, 0, 0), (1, 1, 0), (1, 1, 1), (1, 0, 1)),
    (1, -1): ((0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 1)),
    (1, 1): ((0, 1, 0), (0, 1, 1), (1, 1, 1), (1, 1, 0)),
    (2, -1): ((0, 0, 0), (0, 1, 0), (1, 1, 0), (1, 0, 0)),
    (2, 1): ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)),
}
CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))
TYPES = {"inlet": "patch", "outlet": "patch", "symmetry": "symmetryPlane"}
BOTH_ENDS = "((0.2 0.33333 5) (0.6 0.33334 1) (0.2 0.33333 0.2))"


@dataclass(frozen=True)
class Physics:
    """Constant properties and loads, SI units; `speed` is that of the uniform inflow."""

    density: float
    specific_heat: float
    fluid_conductivity: float
    solid_conductivity: float
    viscosity: float
    inlet_k: float
    flux: float
    speed: float


@dataclass(frozen=True)
class Stretch:
    """A block's length (m), its cells and how blockMesh grades them."""

    length: float
    cells: int
    grading: str = "1"


@dataclass(frozen=True)
class Grid:
    """The peer's mesh: our blocks with its own cells.

    Attributes:
        blocks: which block is what.
        axes: stretches along x, y and z.
    """

    blocks: BlockMesh
    axes: tuple[tuple[Stretch, ...], ...]


def _grid(blocks: BlockMesh, axes: tuple[tuple[Stretch, ...], ...]) -> Grid:
    x, y, z = (tuple(Segment(s.length, s.cells) for s in axis) for axis in axes)
    return Grid(replace(blocks, axes=(x, y, z)), axes)


def cell_grid(n: float) -> Grid:
    """Case A at refinement n: of the families tried the one that reaches 0.4 % with the fewest cells."""
    along, height, across = _counts(n, 20, 12, 8)
    base, fin = _counts(n, 5, 2)
    x = (Stretch(CELL_LENGTH, along, "((0.125 0.3 6) (0.875 0.7 2))"),)
    y = (Stretch(0.5 * CHANNEL, across, "0.5"), Stretch(HALF_FIN, fin, "1.5"))
    z = (Stretch(BASE, base, "0.25"), Stretch(HEIGHT, height, BOTH_ENDS))
    return _grid(cell_blocks(CellMesh()), (x, y, z))


def plate_grid(n: float, channels: int = 3) -> Grid:
    """Case C at refinement n."""
    plenum, along, half, fin, half_fin, height, base = _counts(n, 10, 30, 3, 2, 1, 10, 5)
    x = (
        Stretch(PLENUM, plenum, "((0.6 0.4 0.5) (0.4 0.6 0.15))"),
        Stretch(PLATE_LENGTH, along, "((0.2 0.4 8) (0.6 0.3 1) (0.2 0.3 0.125))"),
        Stretch(PLENUM, plenum, "((0.4 0.6 6.667) (0.6 0.4 2))"),
    )
    y = [Stretch(HALF_FIN, half_fin)]
    for number in range(1, channels + 1):
        y += [
            Stretch(CHANNEL, 2 * half, "((0.5 0.5 2) (0.5 0.5 0.5))"),
            Stretch(FIN if number < channels else SIDE_WALL, fin),
        ]
    z = (Stretch(BASE, base, "0.25"), Stretch(HEIGHT, height, "((0.2 0.3 5) (0.6 0.4 1) (0.2 0.3 0.2))"))
    return _grid(plate_blocks(PlateMesh(), channels=channels), (x, tuple(y), z))


def _counts(n: float, *numbers: int) -> list[int]:
    return [max(1, round(number * n)) for number in numbers]


def _write(folder: Path, path: str, kind: str, text: str) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"FoamFile {{ version 2.0; format ascii; class {kind}; object {file.name}; }}\n{text}\n")


def write_mesh(grid: Grid, folder: Path) -> None:
    """Write blockMeshDict: zones `fluid` and `solid`, patches by our names, `adiabatic` where the solid has none."""
    ticks = [np.concatenate([[0.0], np.cumsum([s.length for s in axis])]) for axis in grid.axes]
    ticks = [tick + start for tick, start in zip(ticks, grid.blocks.origin, strict=True)]
    size = [len(tick) for tick in ticks]

    def vertex(block: tuple[int, ...], corner: tuple[int, ...]) -> int:
        i, j, k = (b + c for b, c in zip(block, corner, strict=True))
        return (i * size[1] + j) * size[2] + k

    points = [f"({x:.9g} {y:.9g} {z:.9g})" for x in ticks[0] for y in ticks[1] for z in ticks[2]]
    blocks: list[str] = []
    patches: dict[str, list[str]] = {}
    named = grid.blocks.blocks()
    for block, volume in named.items():
        here = [axis[b] for axis, b in zip(grid.axes, block, strict=True)]
        numbers = " ".join(str(vertex(block, corner)) for corner in CORNERS)
        cells, grading = " ".join(str(s.cells) for s in here), " ".join(s.grading for s in here)
        blocks.append(f"hex ({numbers}) {volume} ({cells}) simpleGrading ({grading})")
        for (axis, side), corners in VERTICES.items():
            other = tuple(b + side * (a == axis) for a, b in enumerate(block))
            if other not in named:
                name = grid.blocks.surface(Face(block, axis, side, volume, None)) or "adiabatic"
                patches.setdefault(name, []).append(f"({' '.join(str(vertex(block, c)) for c in corners)})")
    boundary = [
        f"{name} {{ type {TYPES.get(name, 'wall')}; faces ({' '.join(faces)}); }}" for name, faces in patches.items()
    ]
    _write(
        folder,
        "system/blockMeshDict",
        "dictionary",
        "convertToMeters 1;\nvertices (\n{}\n);\nblocks (\n{}\n);\nedges ();\nboundary (\n{}\n);\nmergePatchPairs ();".format(
            *("\n".join(part) for part in (points, blocks, boundary))
        ),
    )


STEADY = """ddtSchemes {{ default steadyState; }} gradSchemes {{ default Gauss linear; }}
divSchemes {{ default none; {} }}
laplacianSchemes {{ default Gauss linear orthogonal; }} interpolationSchemes {{ default linear; }}
snGradSchemes {{ default orthogonal; }}"""
MULTIGRID = """solver PCG; preconditioner { preconditioner GAMG; smoother DICGaussSeidel; agglomerator algebraicPair;
nCellsInCoarsestLevel 30; tolerance 1e-12; relTol 0; }"""


def _monitor(name: str, region: str, patch: str, operation: str, field: str, extra: str = "") -> str:
    where = f"region {region};" if region else ""
    return f"""{name} {{ type surfaceFieldValue; libs ("libfieldFunctionObjects.so"); {where} writeFields no; log no;
writeControl timeStep; writeInterval 1; operation {operation}; fields ({field}); {extra} regionType patch; name {patch}; }}"""


def _control(application: str, iterations: int, monitors: list[str]) -> str:
    """A file called STOP in the case's folder ends the run."""
    functions = "\n".join(monitors)
    return f"""application {application}; startFrom startTime; startTime 0; stopAt endTime; endTime {iterations};
deltaT 1; writeControl timeStep; writeInterval 1000000; writeFormat ascii; writePrecision 12; timePrecision 8;
timeFormat general; runTimeModifiable true;
functions {{ stop {{ type abort; libs ("libutilityFunctionObjects.so"); file "<case>/STOP"; action writeNow; }}
{functions} }}"""


def write_flow(physics: Physics, folder: Path, iterations: int) -> None:
    """Write simpleFoam's case, whose mesh is the fluid's."""
    monitors = [_monitor(name, "", name, "areaAverage", "p") for name in ("inlet", "outlet")]
    _write(folder, "system/controlDict", "dictionary", _control("simpleFoam", iterations, monitors))
    convection = "div(phi,U) bounded Gauss linearUpwind grad(U); div((nuEff*dev2(T(grad(U))))) Gauss linear;"
    _write(folder, "system/fvSchemes", "dictionary", STEADY.format(convection))
    _write(
        folder,
        "system/fvSolution",
        "dictionary",
        f"""solvers {{ p {{ {MULTIGRID} tolerance 1e-12; relTol 0.1; }}
U {{ solver PBiCGStab; preconditioner DILU; tolerance 1e-13; relTol 0.05; }} }}
SIMPLE {{ consistent yes; nNonOrthogonalCorrectors 0; residualControl {{ p 1e-6; U 1e-6; }} }}
relaxationFactors {{ equations {{ U 0.9; }} fields {{ p 1; }} }}""",
    )
    viscosity = physics.viscosity / physics.density
    _write(folder, "constant/transportProperties", "dictionary", f"transportModel Newtonian; nu {viscosity:.12g};")
    _write(folder, "constant/turbulenceProperties", "dictionary", "simulationType laminar;")
    sides = 'symmetry { type symmetryPlane; } "(wetted|fluid_to_solid)"'
    _write(
        folder,
        "0/U",
        "volVectorField",
        f"""dimensions [0 1 -1 0 0 0 0]; internalField uniform ({physics.speed:.12g} 0 0);
boundaryField {{ inlet {{ type fixedValue; value uniform ({physics.speed:.12g} 0 0); }} outlet {{ type zeroGradient; }}
{sides} {{ type noSlip; }} }}""",
    )
    _write(
        folder,
        "0/p",
        "volScalarField",
        f"""dimensions [0 2 -2 0 0 0 0]; internalField uniform 0;
boundaryField {{ inlet {{ type zeroGradient; }} outlet {{ type fixedValue; value uniform 0; }}
{sides} {{ type zeroGradient; }} }}""",
    )


def write_energy(physics: Physics, folder: Path, iterations: int) -> None:
    """Write chtMultiRegionSimpleFoam's case with frozen flow; its velocity and fluxes are put in by the runner."""
    monitors = [
        _monitor("max_k", "solid", "heated", "max", "T"),
        _monitor("mean_k", "solid", "heated", "areaAverage", "T"),
        _monitor("bulk_k", "fluid", "outlet", "weightedAverage", "T", "weightField phi;"),
    ]
    _write(folder, "system/controlDict", "dictionary", _control("chtMultiRegionSimpleFoam", iterations, monitors))
    empty = (
        "ddtSchemes { } gradSchemes { } divSchemes { } laplacianSchemes { } interpolationSchemes { } snGradSchemes { }"
    )
    _write(folder, "system/fvSchemes", "dictionary", empty)
    _write(folder, "system/fvSolution", "dictionary", "SIMPLE { } PIMPLE { nOuterCorrectors 1; }")
    _write(folder, "constant/regionProperties", "dictionary", "regions ( fluid (fluid) solid (solid) );")
    for place in ("constant", "constant/fluid"):
        rest = "dimensions [0 1 -2 0 0 0 0]; value (0 0 0);"
        _write(folder, f"{place}/g", "uniformDimensionedVectorField", rest)
    _write(folder, "constant/fluid/turbulenceProperties", "dictionary", "simulationType laminar;")
    for region in ("fluid", "solid"):
        _write(folder, f"constant/{region}/radiationProperties", "dictionary", "radiation off; radiationModel none;")
    _write_materials(physics, folder)
    convection = """div(phi,U) bounded Gauss linearUpwind grad(U); div(phi,h) bounded Gauss linearUpwind grad(h);
div(phi,K) bounded Gauss linear; div(phi,Ekp) bounded Gauss linear; div(((rho*nuEff)*dev2(T(grad(U))))) Gauss linear;"""
    _write(folder, "system/fluid/fvSchemes", "dictionary", STEADY.format(convection))
    _write(folder, "system/solid/fvSchemes", "dictionary", STEADY.format(""))
    _write(
        folder,
        "system/fluid/fvSolution",
        "dictionary",
        f"""solvers {{ rho {{ solver PCG; preconditioner DIC; tolerance 1e-9; relTol 0.1; }}
p_rgh {{ {MULTIGRID} tolerance 1e-12; relTol 0.05; }}
U {{ solver PBiCGStab; preconditioner DILU; tolerance 1e-13; relTol 0.1; }}
h {{ solver PBiCGStab; preconditioner DILU; tolerance 1e-12; relTol 0.01; maxIter 100; }} }}
SIMPLE {{ frozenFlow true; nNonOrthogonalCorrectors 0; momentumPredictor yes; rhoMin 100; rhoMax 2000; }}
relaxationFactors {{ fields {{ rho 1; p_rgh 0.3; }} equations {{ U 0.7; h 1; }} }}""",
    )
    _write(
        folder,
        "system/solid/fvSolution",
        "dictionary",
        """solvers { h { solver GAMG; smoother DICGaussSeidel; tolerance 1e-10; relTol 0.01; maxIter 30;
nCellsInCoarsestLevel 30; } } SIMPLE { nNonOrthogonalCorrectors 0; } relaxationFactors { equations { h 1; } }""",
    )
    _write_temperatures(physics, folder)


def _write_materials(physics: Physics, folder: Path) -> None:
    common = "mixture pureMixture; thermo hConst; equationOfState rhoConst; specie specie; energy sensibleEnthalpy;"
    prandtl = physics.viscosity * physics.specific_heat / physics.fluid_conductivity
    _write(
        folder,
        "constant/fluid/thermophysicalProperties",
        "dictionary",
        f"""thermoType {{ type heRhoThermo; transport const; {common} }}
mixture {{ specie {{ molWeight 18; }} equationOfState {{ rho {physics.density:g}; }}
thermodynamics {{ Cp {physics.specific_heat:g}; Hf 0; }} transport {{ mu {physics.viscosity:g}; Pr {prandtl:.12g}; }} }}""",
    )
    _write(
        folder,
        "constant/solid/thermophysicalProperties",
        "dictionary",
        f"""thermoType {{ type heSolidThermo; transport constIso; {common} }}
mixture {{ specie {{ molWeight 63.5; }} equationOfState {{ rho 8960; }}
thermodynamics {{ Cp 385; Hf 0; }} transport {{ kappa {physics.solid_conductivity:g}; }} }}""",
    )


def _write_temperatures(physics: Physics, folder: Path) -> None:
    inlet = f"{physics.inlet_k:g}"
    coupled = f"type compressible::turbulentTemperatureRadCoupledMixed; Tnbr T; value uniform {inlet}; kappaMethod"
    symmetry = "symmetry { type symmetryPlane; }"
    _write(
        folder,
        "0/fluid/T",
        "volScalarField",
        f"""dimensions [0 0 0 1 0 0 0]; internalField uniform {inlet};
boundaryField {{ inlet {{ type fixedValue; value uniform {inlet}; }} outlet {{ type zeroGradient; }}
wetted {{ type zeroGradient; }} fluid_to_solid {{ {coupled} fluidThermo; }} {symmetry} }}""",
    )
    _write(
        folder,
        "0/solid/T",
        "volScalarField",
        f"""dimensions [0 0 0 1 0 0 0]; internalField uniform {physics.inlet_k + 12:g};
boundaryField {{ heated {{ type externalWallHeatFluxTemperature; kappaMethod solidThermo; mode flux;
q uniform {physics.flux:g}; value uniform {physics.inlet_k + 12:g}; }} solid_to_fluid {{ {coupled} solidThermo; }}
adiabatic {{ type zeroGradient; }} }}""",
    )
    pressure = "dimensions [1 -1 -2 0 0 0 0]; internalField uniform 1e5; boundaryField {"
    given = "value uniform 1e5;"
    for region in ("fluid", "solid"):
        sides = symmetry if region == "fluid" else ""
        text = f'{pressure} {sides} ".*" {{ type calculated; {given} }} }}'
        _write(folder, f"0/{region}/p", "volScalarField", text)
    text = f'{pressure} outlet {{ type fixedValue; {given} }} {symmetry} ".*" {{ type fixedFluxPressure; {given} }} }}'
    _write(folder, "0/fluid/p_rgh", "volScalarField", text)
