"""The figures of a run, SI units: what `summary.json` holds and the report is made of.

Every attribute is a key of the file, its unit at the end of its name; docs/summary.md says what each one means.
"""

from dataclasses import dataclass

from rack2city.case import CaseInput
from rack2city.report.summary.evidence import BalanceRow, Kpi, Verdict
from rack2city.report.summary.provenance import Provenance
from rack2city.results.city import CityFigures
from rack2city.results.plant import PlantFigures
from rack2city.results.plate import PlateFigures
from rack2city.results.rack import LoadResult, RackFigures


@dataclass(frozen=True)
class CaseRecord:
    """What was computed: the case and all its inputs."""

    name: str
    title: str
    file: str
    inputs: tuple[CaseInput, ...]


@dataclass(frozen=True)
class Summary:
    """Every figure of a run."""

    schema_version: int
    case: CaseRecord
    verdict: Verdict
    plates: dict[str, PlateFigures]
    rack: RackFigures
    plant: PlantFigures
    city: CityFigures
    kpi: Kpi
    balances: tuple[BalanceRow, ...]
    assumptions: tuple[str, ...]
    provenance: Provenance

    def loads_with(self, plate: str) -> tuple[LoadResult, ...]:
        """The loads of the rack that have a plate."""
        return tuple(load for load in self.rack.loads if load.plate == plate)

    def __post_init__(self) -> None:
        """Refuse a load whose plate is not told of, as it would be in a damaged file."""
        for number, load in enumerate(self.rack.loads):
            if load.plate not in self.plates:
                raise ValueError(
                    f"`rack.loads[{number}].plate` is '{load.plate}', which is not the name of an item of `plates`"
                )
