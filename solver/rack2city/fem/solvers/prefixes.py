"""Option prefixes of the solvers: what may stand under `[solver.options]` of a case."""

FLOW = "flow_"
HEAT = "heat_"
INFLOW = "inflow_"
COUPLED = "coupled_"
OUTER = (FLOW, HEAT, INFLOW, COUPLED)
PREFIXES = (FLOW, HEAT, INFLOW)  # of a case, whose plates need no Newton's method on flow and heat at once
