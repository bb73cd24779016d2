"""What stands between the racks, the grid and the heat network: CDU, heat pump, pumps, UPS."""

from rack2city.plant.cdu import cdu_state, counterflow_effectiveness
from rack2city.plant.heat_pump import HeatPumpCycle, check_refrigerant, heat_pump_cycle, needs_no_lift
from rack2city.plant.plant import cdu_point, run_plant
from rack2city.plant.ups import ups_loss

__all__ = [
    "HeatPumpCycle",
    "cdu_point",
    "cdu_state",
    "check_refrigerant",
    "counterflow_effectiveness",
    "heat_pump_cycle",
    "needs_no_lift",
    "run_plant",
    "ups_loss",
]
