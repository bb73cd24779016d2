"""Runs OpenFOAM on a case and reads what it found: CPU seconds until its answers are settled, memory, and the answers.

Counted are meshing, flow and energy, each up to the iteration after which its answers stay within 0.05 % of the last ones
(the flow's residuals below 1e-5 as well, if they ever are), not the rest of the run, nor writing or reading of files by
us. That is kind to OpenFOAM: a user does not know beforehand when to stop.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from openfoam_case import Grid, Physics, write_energy, write_flow, write_mesh

HOME = Path(os.environ.get("WM_PROJECT_DIR", "/usr/share/openfoam"))
PROGRAMS = ("blockMesh", "splitMeshRegions", "simpleFoam", "chtMultiRegionSimpleFoam")
ITERATIONS = 3000
SETTLED = 5e-4  # of the answer
RESIDUAL = 1e-5
STEP, REMAINING = 30, 3e-5  # iterations between looks at the energy, and what is left to come when it is stopped
PATIENCE = 500  # iterations within SETTLED after which a flow whose residuals stall is taken as it is
POLL_S = 0.2


@dataclass(frozen=True)
class PeerResult:
    """What OpenFOAM found and needed.

    Attributes:
        cells: fluid and solid.
        fluid_cells: fluid alone.
        pressure_drop_pa: cell: from 5 mm after the inlet to the outlet; plate: from inlet to outlet.
        max_k: highest temperature of the heated face.
        mean_k: its mean.
        bulk_k: of what leaves.
        mesh_cpu_s: CPU seconds of the mesh.
        flow_cpu_s: of the flow.
        energy_cpu_s: of the energy on the frozen flow.
        flow_iterations: until settled.
        energy_iterations: until settled.
        residuals_stalled: the flow's residuals never fell below 1e-5.
        peak_mb: largest memory of its programs.
    """

    cells: int
    fluid_cells: int
    pressure_drop_pa: float
    max_k: float
    mean_k: float
    bulk_k: float
    mesh_cpu_s: float
    flow_cpu_s: float
    energy_cpu_s: float
    flow_iterations: int
    energy_iterations: int
    residuals_stalled: bool
    peak_mb: float

    @property
    def cpu_s(self) -> float:
        """All together."""
        return self.mesh_cpu_s + self.flow_cpu_s + self.energy_cpu_s


def openfoam_missing() -> str | None:
    """Why OpenFOAM cannot be run here; None if it can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"not installed ({', '.join(missing)} not found; Debian's package is `openfoam`)"
    return None if (HOME / "etc" / "controlDict").is_file() else f"{HOME} has no etc/controlDict; set WM_PROJECT_DIR"


def run_openfoam(grid: Grid, physics: Physics, folder: Path, developed_m: float | None = None) -> PeerResult:
    """Write a case, run it, read it.

    Args:
        grid: the mesh.
        physics: liquid, solid and loads.
        folder: an empty folder.
        developed_m: take the pressure drop from this place on; a fluid of one block only.

    Raises:
        RuntimeError: one of its programs failed; with the end of what it said.
    """
    energy, flow = folder / "energy", folder / "flow"
    write_mesh(grid, energy)
    write_energy(physics, energy, 2 * ITERATIONS)
    write_flow(physics, flow, ITERATIONS)
    used = [_run(["blockMesh"], energy), _run(["splitMeshRegions", "-cellZones", "-overwrite"], energy)]
    _copy_fluid_mesh(energy, flow)
    used.append(_run(["simpleFoam"], flow, lambda: _flow_settled(flow)))
    flow_cpu, flow_iterations, stalled = _flow_cost(flow)
    last = max((p for p in flow.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
    for name in ("U", "phi"):
        text = (last / name).read_text()
        (energy / "0" / "fluid" / name).write_text(_mass_flux(text, physics.density) if name == "phi" else text)
    used.append(_run(["chtMultiRegionSimpleFoam"], energy, lambda: _energy_settled(energy, physics.inlet_k)))
    answers = {name: _series(energy, name) for name in ("max_k", "mean_k", "bulk_k")}
    energy_iterations = max(_settle(v[:, 1] - physics.inlet_k) for v in answers.values())
    drop = _pressure(flow)[-1] if developed_m is None else _drop_from(flow, last, developed_m)
    cells = [_cell_count(energy / "constant" / region) for region in ("fluid", "solid")]
    return PeerResult(
        cells=sum(cells),
        fluid_cells=cells[0],
        pressure_drop_pa=physics.density * drop,
        **{name: float(values[-1, 1]) for name, values in answers.items()},
        mesh_cpu_s=used[0][0] + used[1][0],
        flow_cpu_s=flow_cpu,
        energy_cpu_s=_cpu_at(_log(energy, "chtMultiRegionSimpleFoam"), energy_iterations),
        flow_iterations=flow_iterations,
        energy_iterations=energy_iterations,
        residuals_stalled=stalled,
        peak_mb=max(peak for _, peak in used),
    )


def _run(command: list[str], folder: Path, done: Callable[[], bool] = lambda: False) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a program; it is asked to stop as soon as `done`."""
    log = folder / f"log.{command[0]}"
    with log.open("w") as out:
        environment = {**os.environ, "WM_PROJECT_DIR": str(HOME)}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        stopping, ended = False, 0
        while not ended:
            time.sleep(POLL_S)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if not ended and not stopping and done():
                (folder / "STOP").touch()
                stopping = True
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        end = "\n".join(log.read_text().splitlines()[-12:])
        raise RuntimeError(f"{command[0]} ended with {process.returncode}:\n{end}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


def _copy_fluid_mesh(energy: Path, flow: Path) -> None:
    """The fluid's mesh, its wall to the solid as a plain one."""
    shutil.copytree(energy / "constant" / "fluid" / "polyMesh", flow / "constant" / "polyMesh")
    boundary = flow / "constant" / "polyMesh" / "boundary"
    text = boundary.read_text().replace("mappedWall", "wall")
    boundary.write_text(re.sub(r"sample\w+\s+\w+;", "", text))


def _mass_flux(text: str, density: float) -> str:
    """A field of volume fluxes as mass fluxes."""

    def scaled(found: re.Match[str]) -> str:
        values = [f"{float(value) * density:.12g}" for value in found[2].split()]
        return found[1] + "\n".join(values) + found[3]

    text = text.replace("[0 3 -1 0 0 0 0]", "[1 0 -1 0 0 0 0]")
    text = re.sub(r"(List<scalar>\s*\d+\s*[({])([^)}]*)([)}])", scaled, text)
    return re.sub(r"(value\s+uniform )([^;]+)(;)", scaled, text)


def _series(folder: Path, name: str) -> np.ndarray:
    """Iterations and values of a monitor, shape (n, 2)."""
    files = sorted((folder / "postProcessing").glob(f"**/{name}/**/*.dat"))
    lines = files[0].read_text().split("\n")[:-1] if files else []
    rows = [line.split() for line in lines if not line.startswith("#")]
    return np.array([row for row in rows if len(row) == 2], dtype=float).reshape(-1, 2)


def _pressure(flow: Path) -> np.ndarray:
    """Kinematic pressure drop at each iteration (m2/s2)."""
    inlet, outlet = (_series(flow, name)[:, 1] for name in ("inlet", "outlet"))
    n = min(len(inlet), len(outlet))
    return inlet[:n] - outlet[:n]


def _log(folder: Path, program: str) -> list[tuple[int, float, float]]:
    """Iteration, CPU seconds so far and largest initial residual of each iteration."""
    rows: list[tuple[int, float, float]] = []
    iteration, worst = 0, 0.0
    for line in (folder / f"log.{program}").read_text().splitlines():
        if line.startswith("Time = "):
            iteration, worst = int(float(line.split()[2])), 0.0
        elif found := re.search(r"Solving for \w+, Initial residual = ([^,]+),", line):
            worst = max(worst, float(found[1]))
        elif line.startswith("ExecutionTime") and iteration:
            rows.append((iteration, float(line.split()[2]), worst))
    return rows


def _settle(values: np.ndarray, tolerance: float = SETTLED) -> int:
    """Iteration after which values stay within the tolerance of the last one."""
    away = np.flatnonzero(np.abs(values - values[-1]) > tolerance * abs(values[-1]))
    return int(away[-1]) + 2 if away.size else 1


def _flow_settled(flow: Path) -> bool:
    drop = _pressure(flow)
    if len(drop) < 50 or _settle(drop) > len(drop) - 20:
        return False
    return min(row[2] for row in _log(flow, "simpleFoam")) < RESIDUAL or _settle(drop) < len(drop) - PATIENCE


def _flow_cost(flow: Path) -> tuple[float, int, bool]:
    """CPU seconds and iterations until settled, and whether the residuals stalled before 1e-5."""
    rows, settled = _log(flow, "simpleFoam"), _settle(_pressure(flow))
    small = next((iteration for iteration, _, worst in rows if worst < RESIDUAL), None)
    iterations = max(settled, small or 0)
    return _cpu_at(rows, iterations), iterations, small is None


def _cpu_at(rows: list[tuple[int, float, float]], iteration: int) -> float:
    return next((cpu for i, cpu, _ in rows if i >= iteration), rows[-1][1])


def _energy_settled(energy: Path, inlet_k: float) -> bool:
    """Whether every temperature has little left to go, if it goes on as it did."""
    for name in ("max_k", "mean_k", "bulk_k"):
        values = _series(energy, name)[:, 1]
        if len(values) < 4 * STEP:
            return False
        rise = abs(values[-1] - inlet_k)
        before, now = abs(values[-1 - STEP] - values[-1 - 2 * STEP]), abs(values[-1] - values[-1 - STEP])
        ratio = now / max(before, 1e-30)
        left = now * (ratio / (1.0 - ratio) if ratio < 0.98 else 50.0) + 0.2 * now
        if left > REMAINING * rise and now > 1e-7 * rise:
            return False
    return True


def _cell_count(region: Path) -> int:
    with (region / "polyMesh" / "owner").open() as file:
        found = re.search(r"nCells:\s*(\d+)", file.read(2000))
    return int(found[1]) if found else 0


def _numbers(text: str, after: str) -> np.ndarray:
    """The list of numbers that follows a word."""
    start = text.index("(", text.index(after))
    return np.array(text[start : text.index("\n)", start)].replace("(", " ").replace(")", " ").split(), dtype=float)


def _drop_from(flow: Path, last: Path, x: float) -> float:
    """Kinematic pressure at a place, the mean of the section, of a fluid that is one block; zero at the outlet."""
    from scipy.interpolate import CubicSpline

    text = (flow / "constant" / "polyMesh" / "points").read_text()
    points = _numbers(text[text.index("\n(\n") :], "(").reshape(-1, 3)
    lines = []
    for axis in range(3):
        values = np.unique(points[:, axis])
        lines.append(values[np.concatenate([[True], np.diff(values) > 1e-9])])
    along, across, up = (np.diff(values) for values in lines)
    pressure = _numbers((last / "p").read_text(), "internalField").reshape(len(up), len(across), len(along))
    weights = np.outer(up, across) / (up.sum() * across.sum())
    middles = 0.5 * (lines[0][1:] + lines[0][:-1])
    return float(CubicSpline(middles, np.einsum("kj,kji->i", weights, pressure))(x))
