"""The figures of a run, SI units: what `summary.json` holds and the report is made of.

Every attribute is a key of the file, its unit at the end of its name; docs/summary.md says what each one means.
"""

from dataclasses import dataclass

from rack2city.case import CaseInput
from rack2city.report.summary.evidence import BalanceRow, Kpi, Verdict
from rack2city.report.summary.provenance import Provenance
from rack2city.results.city import CityFigures
from rack2city.results.plant import PlantFigures
from rack2city.results.plate import MeshFigures, PlateFigures
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
    mesh: MeshFigures
    plate: PlateFigures
    rack: RackFigures
    plant: PlantFigures
    city: CityFigures
    kpi: Kpi
    balances: tuple[BalanceRow, ...]
    assumptions: tuple[str, ...]
    provenance: Provenance

    @property
    def plate_load(self) -> LoadResult:
        """The load in the rack whose plate the finite elements have computed."""
        return next(load for load in self.rack.loads if load.name == self.plate.load)

    def __post_init__(self) -> None:
        """Refuse a plate whose load is not in the rack, as it would be in a damaged file."""
        if self.plate.load not in [load.name for load in self.rack.loads]:
            raise ValueError(f"`plate.load` is '{self.plate.load}', which is not the name of an item of `rack.loads`")
