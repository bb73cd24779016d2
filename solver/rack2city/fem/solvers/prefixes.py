"""Option prefixes of the solvers: what may stand under `[solver.options]` of a case."""

FLOW = "flow_"
HEAT = "heat_"
INFLOW = "inflow_"
PREFIXES = (FLOW, HEAT, INFLOW)
