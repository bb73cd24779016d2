"""The finite-element runs behind a plate's map."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

from rack2city.case import PlatesCase, Zone
from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem.solvers.newton import Log
from rack2city.materials import Coolant
from rack2city.plate.gci import grid_convergence
from rack2city.plate.laminar import beyond_laminar
from rack2city.plate.laminar import over_the_flow as narrows_over_the_flow
from rack2city.plate.models import MESH, PlateModel
from rack2city.plate.plate_map import INTERPOLATION, PlateMap, Record
from rack2city.plate.plate_map import MESH as MESH_ERROR
from rack2city.plate.point import PlatePoint, ZonePoint
from rack2city.plate.problem import PlateProblem, plate_problem
from rack2city.plate.readings import over_the_flow
from rack2city.plate.repeating import RepeatingProblem, repeating_problem
from rack2city.results.plate import Holdout, PlateRuns, ZoneCurves

type Step = Callable[[str], None]


def run_plate(
    case: PlatesCase,
    model: PlateModel,
    coolant: Coolant,
    meshes: Path,
    comm: MPI.Comm,
    log: Log = lambda line: None,
    step: Step = lambda text: None,
) -> PlateMap:
    """Run a plate's model at every flow of its table, at one held out, and at design on coarser meshes (collective).

    Where the first of the coarser meshes is coarser in every direction and each other one in a single direction, the
    uncertainty is the sum of the single changes, each by its magnitude: coarsened together the directions hide each other. The
    base alone raises the case-to-inlet resistance of the reference cell by 3e-4 from coarse to medium, the height alone lowers
    it by as much, and what remains is a difference of no meaning. Else the meshes are a family, and it is the grid convergence
    index. Without coarser meshes neither is known.

    Args:
        case: the case.
        model: what is computed in place of the plate.
        coolant: what flows.
        meshes: the folder of the plate's meshes; the fields at design go to `fields` in it.
        comm: all of its ranks work.
        log: receives a line for each solver step.
        step: receives a few words before each run.

    Raises:
        ConvergenceError: a run does not converge.
    """
    design, name = model.design, model.design.name
    set_up = plate_problem if model.repeats is None else repeating_problem
    plate = set_up(case, model, coolant, meshes / MESH, comm, log)

    def solve(factor: float) -> PlatePoint:
        step(f"{name} at {factor:g} x design flow")
        try:
            return plate.point(factor * design.flow)
        except ConvergenceError as error:
            raise type(error)(_advised(name, factor, factor * design.flow, error)) from None

    factors, points = sorted(model.plate.flow_factors), dict[float, PlatePoint]()
    for factor in model.factors:  # upwards, so that each start is close to its end
        points[factor] = solve(factor)
        if factor == 1.0:
            step(f"{name}: fields")
            plate.write_fields(meshes / "fields")
    plate_map = _map(plate, [points[factor] for factor in factors], factors)
    plate_map = _held_out(plate_map, points[model.held_out])
    if not model.coarser:
        return plate_map
    solved = [(plate, points[1.0])]
    for file in model.coarser:
        step(f"{name} on a coarser mesh")
        coarse = set_up(case, model, coolant, meshes / file, comm, log)
        solved.append((coarse, coarse.point(design.flow)))
    values = [(point.pressure_drop_pa, point.case_max_k - design.inlet_k) for _, point in solved]
    return _refined(plate_map, model, values, [each.cells for each, _ in solved])


def _advised(name: str, factor: float, flow: float, error: ConvergenceError) -> str:
    """Sentence on a plate that was not solved at a flow (m³/s), with what to do."""
    told = f"plates.{name}: at {flow * 6e4:.4g} L/min, {factor:.4g} times its design flow"
    if not isinstance(error, UnsteadyError):
        return f"{told}: {error}"
    return (
        f"{told}, the flow is probably unsteady, so that steady curves do not reach there: keep plates.{name}.flow_factors "
        f"and the design below {factor:.4g}, or widen or round what the flow turns in; {error}"
    )


def _map(plate: PlateProblem | RepeatingProblem, points: list[PlatePoint], factors: list[float]) -> PlateMap:
    """The map through the points, without its errors."""
    model, design = plate.model, plate.model.design
    power, inlet = design.power, design.inlet_k
    flows = tuple(factor * design.flow for factor in factors)

    def column(read: Callable[[PlatePoint], Any]) -> tuple[Any, ...]:
        return tuple(read(point) for point in points)

    def counts(key: str) -> tuple[Any, ...]:
        return column(lambda point: point.counts[key])

    zones = tuple(_zone(model, zone, [point.zones[zone.name] for point in points]) for zone in model.plate.zones)

    def known(column: tuple[Any, ...]) -> tuple[float, ...] | None:
        return None if None in column else column

    ports, section = narrows_over_the_flow([point.narrows for point in points])
    runs = PlateRuns(
        copies=plate.copies,
        base_to_bulk_k_per_w=column(lambda p: (p.base_mean_k - p.bulk_k) / power),
        base_to_inlet_max_k_per_w=column(lambda p: (p.base_max_k - inlet) / power),
        case_to_inlet_mean_k_per_w=column(lambda p: (p.case_mean_k - inlet) / power),
        case_max_k=column(lambda p: p.case_max_k),
        outlet_bulk_k=column(lambda p: p.outlet_bulk_k),
        reynolds=column(lambda p: p.reynolds),
        speed_max_m_per_s=column(lambda p: p.reading.speed.value),
        grid_pressure_drop_change=None,
        grid_case_to_inlet_change=None,
        holdout=Holdout(float("nan"), float("nan"), float("nan")),
        readings=over_the_flow(model, [(point.reading, point.bulk_k) for point in points]),
        ports=ports,
        section=section,
        below_inlet_k=known(column(lambda p: p.below_inlet_k)),
        above_base_k=known(column(lambda p: p.above_base_k)),
    )
    record = Record(
        solver_options=plate.solver_options(),
        solver_record=plate.solver_record(),
        mass_tolerance=plate.mass_tolerance,
        **{key: counts(key) for key in points[0].counts},
    )
    return PlateMap(
        name=design.name,
        kind=model.plate.kind,
        model=model.plate.model,
        leaves_out=(*model.leaves_out, *beyond_laminar(runs, flows), *beyond_mesh(model, runs, flows)),
        power_w=power,
        inlet_k=inlet,
        area_m2=plate.area,
        channels=model.channels,
        design_flow_m3_per_s=design.flow,
        flow_m3_per_s=flows,
        pressure_drop_pa=column(lambda p: p.pressure_drop_pa),
        resistance_from="case-to-inlet",
        case_to_inlet_max_k_per_w=column(lambda p: (p.case_max_k - inlet) / power),
        zones=zones,
        uncertainty={INTERPOLATION: None, MESH_ERROR: None},
        pressure_drop_uncertainty={INTERPOLATION: None, MESH_ERROR: None},
        runs=runs,
        record=record,
    )


def beyond_mesh(model: PlateModel, runs: PlateRuns, flows: Sequence[float]) -> Iterator[str]:
    """A sentence on what the mesh does not resolve at the highest Reynolds number, if that is known."""
    reynolds, flow = max(zip(runs.reynolds, flows, strict=True))
    if (lacks := model.resolves(reynolds)) is not None:
        yield f"resolution: at {flow * 6e4:.3g} L/min and a Reynolds number of {reynolds:.0f} the mesh has {lacks}"


def _zone(model: PlateModel, zone: Zone, points: Sequence[ZonePoint]) -> ZoneCurves:
    """A zone over the flow."""
    power, junction = zone.heat * model.design.power / sum(other.heat for other in model.plate.zones), None
    if zone.junction_to_case is not None:
        junction = tuple(point.case_max_k + zone.junction_to_case * power for point in points)
    return ZoneCurves(
        name=zone.name,
        power_w=power,
        area_m2=zone.area,
        tim_m2k_per_w=points[0].tim,
        junction_to_case_k_per_w=zone.junction_to_case,
        base_mean_k=tuple(point.base_mean_k for point in points),
        base_max_k=tuple(point.base_max_k for point in points),
        case_mean_k=tuple(point.case_mean_k for point in points),
        case_max_k=tuple(point.case_max_k for point in points),
        bulk_k=None if any(point.bulk_k is None for point in points) else tuple(float(p.bulk_k or 0.0) for p in points),
        hot_spot_at_m=tuple(point.hot_spot_at_m for point in points),
        junction_max_k=junction,
    )


def _held_out(plate_map: PlateMap, point: PlatePoint) -> PlateMap:
    """The map with its error against a run that is not in it."""
    assert plate_map.runs is not None
    drop = float(plate_map.pressure_drop(point.flow)) / point.pressure_drop_pa - 1.0
    resistance = (point.case_max_k - plate_map.inlet_k) / plate_map.power_w
    thermal = float(plate_map.case_to_inlet(point.flow)) / resistance - 1.0
    return replace(
        plate_map,
        runs=replace(plate_map.runs, holdout=Holdout(point.flow, drop, thermal)),
        uncertainty=plate_map.uncertainty | {INTERPOLATION: abs(thermal)},
        pressure_drop_uncertainty=plate_map.pressure_drop_uncertainty | {INTERPOLATION: abs(drop)},
    )


def _refined(
    plate_map: PlateMap, model: PlateModel, values: Sequence[tuple[float, float]], cells: Sequence[int]
) -> PlateMap:
    """The map with what its mesh leaves uncertain: pressure drop and rise on it and on the coarser ones, and their cells."""
    assert plate_map.runs is not None
    fine, *coarser = values
    changes = [tuple(value / other - 1.0 for value, other in zip(fine, each, strict=True)) for each in coarser]
    if model.single:
        drop, thermal = (float(sum(abs(change[i]) for change in changes[1:])) for i in (0, 1))
    else:
        drop, thermal = (grid_convergence([value[i] for value in values], cells) for i in (0, 1))
    return replace(
        plate_map,
        runs=replace(plate_map.runs, grid_pressure_drop_change=changes[0][0], grid_case_to_inlet_change=changes[0][1]),
        uncertainty=plate_map.uncertainty | {MESH_ERROR: thermal},
        pressure_drop_uncertainty=plate_map.pressure_drop_uncertainty | {MESH_ERROR: drop},
    )
