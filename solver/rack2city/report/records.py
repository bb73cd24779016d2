"""The tables that make the figures believable: balances, inputs with their sources, versions, options and times."""

from collections.abc import Iterable, Iterator
from typing import Any

from rack2city.case import ASSUMED, STATUSES, CaseInput
from rack2city.report.document import Table
from rack2city.report.summary import Summary
from rack2city.report.summary.evidence import BalanceRow
from rack2city.report.summary.provenance import Counts, PlateRecord, Provenance
from rack2city.report.units import KELVIN, LITRE_PER_MINUTE, PERCENT, Scale, number, quantity
from rack2city.report.verdict import outcome
from rack2city.results.plate import PlateCurves, PlateRuns

TOLD = 0.01  # of the largest rise: less than that is not worth a sentence


def balances(found: Iterable[BalanceRow]) -> Table:
    """Every conserved quantity of every stage, counted on both sides."""
    rows = tuple(
        (
            row.stage,
            row.name,
            f"{number(row.entering, 7)} {row.unit}",
            f"{number(row.leaving, 7)} {row.unit}",
            number(row.relative, 2),
            number(row.tolerance, 1),
            outcome(row.holds),
        )
        for row in found
    )
    head = ("stage", "balance of", "entering", "leaving", "relative residual", "tolerance", "")
    return Table("What enters each stage must leave it or be stored there.", head, rows, "llrrrrl")


def inputs(found: Iterable[CaseInput]) -> Table:
    """Inputs of a case with their sources."""
    rows = tuple(
        (row.field, row.given, f"{_plain(row.si)} {row.unit.removeprefix('-')}".strip(), row.status, row.source or "–")
        for row in found
    )
    head = ("field", "given", "SI", "status", "source")
    return Table("Inputs as given, in SI, and where they come from.", head, rows, "lllll")


def assumed(summary: Summary) -> str:
    """How many of the case's quantities are assumed, in one sentence."""
    quantities = [row.status for row in summary.case.inputs if row.status]
    others = [f"{quantities.count(status)} {status}" for status in STATUSES if status != ASSUMED]
    return f"{quantities.count(ASSUMED)} of {len(quantities)} input quantities are assumed ({', '.join(others)})."


def refinement(pressure_drop: float | None, case_to_inlet: float | None) -> str:
    """What the next finer mesh has changed (-), or that nobody knows."""
    if pressure_drop is None or case_to_inlet is None:
        return (
            "No coarser mesh was computed: how much the figures change on refinement is not known, and no uncertainty "
            "contains it."
        )
    return (
        f"From the next coarser mesh to this one the pressure drop changes by {quantity(pressure_drop, PERCENT, 2)} and the "
        f"case-to-inlet resistance by {quantity(case_to_inlet, PERCENT, 2)}, at the design flow."
    )


def out_of_bounds(plate: PlateCurves, runs: PlateRuns) -> Iterator[str]:
    """Sentences on temperatures that heat alone cannot make, where they are beyond `TOLD` of the plate's largest rise."""
    for beyond, told in (
        (runs.below_inlet_k, "the coldest place is {} colder than the coolant that enters"),
        (runs.above_base_k, "the hottest place is {} hotter than the heated face"),
    ):
        if beyond is None:
            continue
        rises = [plate.power_w * rise for rise in runs.base_to_inlet_max_k_per_w]
        share, kelvin, flow = max(
            (k / rise if rise > 0.0 else 0.0, k, flow)
            for k, rise, flow in zip(beyond, rises, plate.flow_m3_per_s, strict=True)
        )
        if share > TOLD:
            yield (
                f"At {quantity(flow, LITRE_PER_MINUTE)} {told.format(quantity(kelvin, KELVIN, 2))}, "
                f"{quantity(share, PERCENT, 2)} of the largest rise, which no heat can do: the mesh is too coarse for the "
                "layers of temperature there."
            )


def provenance(p: Provenance) -> tuple[Table, ...]:
    """Versions, how the finite elements were solved, solver options and the time each stage took."""
    seconds = tuple((stage, quantity(value, Scale("s"), 3)) for stage, value in p.seconds.items())
    libraries = {name: version for plate in p.plates.values() for name, version in plate.solver.libraries.items()}
    versions = (("commit of rack2city", p.commit or "not known"), *(p.versions | libraries).items())
    solved = [table for name, record in p.plates.items() for table in _solved(name, record)]
    return (
        Table("Versions of the software.", ("package", "version"), versions, "ll"),
        *solved,
        Table(f"Time of each stage on {p.ranks} rank(s).", ("stage", "time"), seconds, "lr"),
    )


def _solved(name: str, record: PlateRecord) -> tuple[Table, Table]:
    options = tuple(
        (prefix, ", ".join(f"{key} {'' if value is None else value}".strip() for key, value in chosen.items()))
        for prefix, chosen in record.solver_options.items()
    )
    told = f"Options of the linear and nonlinear solvers (PETSc) for the plate '{name}', by prefix."
    return (
        Table(f"How flow and heat of the plate '{name}' were solved.", ("solver", ""), _solver_rows(record), "ll"),
        Table(told, ("prefix", "options"), options, "ll"),
    )


def _solver_rows(record: PlateRecord) -> tuple[tuple[str, str], ...]:
    flow, heat, counts = record.solver.flow, record.solver.heat, record.iterations

    def runs(of_each: Counts) -> str:
        return ", ".join(map(str, of_each))

    return (
        ("flow: method", flow.method),
        ("flow: unknowns", number(flow.unknowns)),
        ("flow: linear pressure", flow.pressure),
        ("flow: stabilisation", ", ".join(f"{name} {_plain(value)}" for name, value in flow.stabilisation.items())),
        ("flow: Newton steps of each run", runs(counts.newton)),
        ("flow: factorisations of each run", runs(counts.flow_factorisations)),
        ("heat: method", heat.method),
        ("heat: unknowns", number(heat.unknowns)),
        ("heat: factorisations of each run", runs(counts.heat_factorisations)),
        ("exchanges of viscosity and temperature of each run", runs(counts.outer)),
    )


def _plain(value: Any) -> str:
    """A value as text, a number in the report's look."""
    return str(value) if isinstance(value, bool | str) else number(value, 6, trim=True)
