"""The schema of a plate that was measured: pressure drop and thermal resistance over the flow, no finite elements."""

from typing import Annotated, Literal

from pydantic import Field

from rack2city.case import quantities as q
from rack2city.case.coolant import Coolant
from rack2city.case.table import Faults, File, Number, Table
from rack2city.case.units import fault

FLOW = q.VOLUME_FLOW.within("0.001 L/min", "1000 L/min")
DROP = q.PRESSURE.within("1 Pa", "10 MPa")


class Curve(Table):
    """The measured curves of one plate, in lists or in a file."""

    flow: tuple[Annotated[float, FLOW], ...] = Field((), description="volume flows of the plate, increasing (m^3/s)")
    pressure_drop: tuple[Annotated[float, DROP], ...] = Field((), description="pressure drop at each flow (Pa)")
    resistance: tuple[Annotated[float, q.THERMAL_RESISTANCE], ...] = Field(
        (), description="thermal resistance at each flow (K/W)"
    )
    file: File | None = Field(
        None, description="a CSV file with these columns instead of the lists; relative to the case file"
    )
    resistance_from: Literal["case-to-inlet", "junction-to-inlet"] = Field(
        description="what was measured: (hottest case, or junction, minus coolant at the inlet) over the heat"
    )
    coolant: Coolant = Field(description="the coolant that was measured with")
    temperature: q.Temperature = Field(description="temperature of that coolant at the plate's inlet (K)")
    pressure_drop_uncertainty: q.Fraction | None = Field(
        None, description="expanded uncertainty of a pressure drop, of the reading (-)"
    )
    pressure_drop_floor: Annotated[float | None, q.PRESSURE.within("0.01 Pa", "1 MPa")] = Field(
        None, description="expanded uncertainty of a pressure drop that does not depend on the reading (Pa)"
    )
    resistance_uncertainty: q.Fraction | None = Field(
        None, description="expanded uncertainty of a resistance, of the reading (-)"
    )
    resistance_floor: Annotated[float | None, q.THERMAL_RESISTANCE.within("0.001 mK/W", "1 K/W")] = Field(
        None, description="expanded uncertainty of a resistance that does not depend on the reading (K/W)"
    )
    coverage: Number = Field(2.0, le=5.0, description="coverage factor k of these uncertainties (-)")

    def faults(self) -> Faults:
        """Lists and a file, neither, lists of unlike lengths, and a curve whose uncertainty nobody tells."""
        lists = {name: getattr(self, name) for name in ("flow", "pressure_drop", "resistance")}
        if self.file is not None and any(lists.values()):
            yield fault("has no place beside lists of flow, pressure_drop and resistance", "file")
        if self.file is None:
            for name, values in lists.items():
                if len(values) < 3:
                    yield fault(f"needs at least 3 entries, got {len(values)}; or give a file", name)
                if len(values) != len(self.flow):
                    yield fault(f"has {len(values)} entries, flow has {len(self.flow)}", name)
        for name in ("pressure_drop", "resistance") if self.file is None else ():
            if getattr(self, f"{name}_uncertainty") is None and getattr(self, f"{name}_floor") is None:
                told = f'missing; a measured value needs its uncertainty, for example "3 %", or {name}_floor'
                yield fault(told, f"{name}_uncertainty")
