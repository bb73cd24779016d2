"""The columns of every table: one place for names, units, defaults, bounds and meanings."""

from rack2city.network.tables.columns import NONE, Column, TableSchema

_IN_SERVICE = Column("in_service", "whether it takes part; if not, nothing flows through it", "", "flag", True)
_KELVIN = 0.0


def _ends(start: str, end: str, sense: str = "flow is positive from here") -> tuple[Column, Column]:
    """The two junctions of a branch."""
    return (
        Column(start, f"junction where it starts; {sense}", "", "junction"),
        Column(end, "junction where it ends", "", "junction"),
    )


def _number(name: str, unit: str, meaning: str, default: float = NONE, low: float = 0.0, **more: float) -> Column:
    """A number that is not negative unless said otherwise."""
    return Column(name, meaning, unit, default=default, low=low, **more)  # type: ignore[arg-type]


JUNCTIONS = TableSchema(
    "junctions",
    "junction",
    "points where pipes meet",
    (
        Column("height_m", "height above the datum, for the static head", "m", default=0.0),
        Column("x_m", "east coordinate", "m", default=NONE),
        Column("y_m", "north coordinate", "m", default=NONE),
    ),
)

PIPES = TableSchema(
    "pipes",
    "pipe",
    "straight pipes",
    (
        *_ends("from_junction", "to_junction"),
        Column("length_m", "length", "m", low=0.0, above_low=True),
        Column("inner_diameter_m", "inner diameter", "m", low=0.0, above_low=True),
        _number("outer_diameter_m", "m", "outer diameter of the bare pipe, not less than the inner one"),
        _number("roughness_m", "m", "wall roughness", 4.5e-5),
        _number("minor_loss", "-", "sum of the local loss coefficients, on the velocity head in the pipe", 0.0),
        _number("conductance_w_per_m_k", "W/(m K)", "heat loss per length and kelvin above `ambient_k`", 0.0),
        _number("ambient_k", "K", "temperature of the ground or air around it", 283.15, _KELVIN, above_low=True),
        _number("wall_density_kg_per_m3", "kg/m3", "density of the wall", above_low=True),
        _number("wall_heat_capacity_j_per_kg_k", "J/(kg K)", "specific heat capacity of the wall", above_low=True),
        _number("depth_m", "m", "depth of its axis below the surface"),
        Column("pair", "the other pipe of the same trench; each names the other", "", "pipe", None),
        _number(
            "pair_w_per_m_k", "W/(m K)", "conductance to the other pipe of the trench, given on one row or on both"
        ),
        _IN_SERVICE,
    ),
)

PUMPS = TableSchema(
    "pumps",
    "pump",
    "pumps with a curve, or of constant power",
    (
        *_ends("from_junction", "to_junction", "the suction side"),
        Column("curve", "curve of the head (Pa) against the flow (m3/s) at full speed", "", "curve", None),
        _number("power_w", "W", "power given to the liquid whatever the flow, instead of a curve", above_low=True),
        _number(
            "speed", "-", "speed over full speed; given where control is 'none', the largest where it is 'worst'", 1.0
        ),
        _number("efficiency", "-", "electric to hydraulic power", 0.6, above_low=True, high=1.0),
        Column(
            "control",
            "'none': given speed; 'own': the difference between its ends; 'worst': the difference at the worst substation",
            "",
            "text",
            "none",
            choices=("none", "own", "worst"),
        ),
        _number(
            "difference_pa",
            "Pa",
            "set-point of the differential pressure where it is controlled ('worst': may be empty)",
        ),
        _IN_SERVICE,
    ),
)

VALVES = TableSchema(
    "valves",
    "valve",
    "valves",
    (
        *_ends("from_junction", "to_junction"),
        Column("kv_m3_per_h", "flow at 1 bar and 1000 kg/m3 when fully open", "m3/h", low=0.0, above_low=True),
        _number("opening", "-", "share of Kv that is open; 0 is closed", 1.0, high=1.0),
        Column("check", "whether it lets nothing flow backwards", "", "flag", False),
        _IN_SERVICE,
    ),
)

HEAT_EXCHANGERS = TableSchema(
    "heat_exchangers",
    "heat exchanger",
    "anything that heats or cools the liquid by a given power, with a pressure drop a Q + b Q|Q| or a curve",
    (
        *_ends("from_junction", "to_junction"),
        _number("linear_pa_s_per_m3", "Pa s/m3", "a of the pressure drop", 0.0),
        _number("quadratic_pa_s2_per_m6", "Pa s2/m6", "b of the pressure drop", 0.0),
        Column(
            "curve", "curve of the pressure drop (Pa) against the flow (m3/s); instead of a and b", "", "curve", None
        ),
        Column("heat_w", "heat given to the liquid; negative where it is taken", "W", default=0.0),
        _IN_SERVICE,
    ),
)

SUBSTATIONS = TableSchema(
    "substations",
    "substation",
    "where consumers take heat, each with a valve that sets its flow",
    (
        *_ends("supply_junction", "return_junction", "where it draws"),
        _number("demand_w", "W", "heat demand of the building", 0.0),
        _number("dhw_demand_w", "W", "heat demand of the domestic hot water", 0.0),
        _number("return_set_k", "K", "temperature its return is cooled to", NONE, _KELVIN, above_low=True),
        _number("mass_flow_kg_per_s", "kg/s", "given flow, instead of a return temperature"),
        _number("ua_w_per_k", "W/K", "UA of its exchanger, instead of a return temperature", above_low=True),
        _number("secondary_supply_k", "K", "temperature its exchanger heats the building's water to", above_low=True),
        _number("secondary_return_k", "K", "temperature the building's water comes back with", above_low=True),
        _number(
            "design_w",
            "W",
            "load at which UA holds; films then follow the flows (if empty: UA is constant)",
            above_low=True,
        ),
        _number("design_flow_kg_per_s", "kg/s", "primary flow at which UA holds", above_low=True),
        _number("dhw_ua_w_per_k", "W/K", "constant UA of its exchanger for hot water", above_low=True),
        _number("dhw_supply_k", "K", "temperature of the hot water that an exchanger makes", 333.15, above_low=True),
        _number("dhw_cold_k", "K", "temperature of the cold water that it heats", 283.15, above_low=True),
        _number(
            "min_difference_pa",
            "Pa",
            "difference at which its valve, fully open, passes max_flow_kg_per_s (if empty: the flow it wants)",
            0.0,
        ),
        _number(
            "min_difference_k",
            "K",
            "least difference of arriving supply and return it is made for; below, the valve opens further in proportion, up to "
            "max_flow_kg_per_s",
            0.01,
            above_low=True,
        ),
        _number("bypass_kg_per_s", "kg/s", "least flow, kept up by a by-pass", 0.0),
        _number(
            "max_flow_kg_per_s", "kg/s", "largest flow its valve lets through (with UA: each valve)", above_low=True
        ),
        _IN_SERVICE,
    ),
)

PRODUCERS = TableSchema(
    "producers",
    "producer",
    "plants that take the return, heat it and pump it into the supply",
    (
        *_ends("return_junction", "supply_junction", "where it draws"),
        Column(
            "mode",
            "'pressure': holds pressures, gives any flow; 'flow': gives a flow; 'power': gives a power; "
            "'merit': gives what those of lower merit leave",
            "",
            "text",
            choices=("pressure", "flow", "power", "merit"),
        ),
        Column("supply_k", "temperature of what it delivers", "K", low=_KELVIN, above_low=True),
        Column(
            "control",
            "where its difference is held (mode 'pressure'): 'own': between its junctions; 'worst': at the worst substation",
            "",
            "text",
            "own",
            choices=("own", "worst"),
        ),
        _number("difference_pa", "Pa", "difference it holds (mode 'pressure'; control 'worst': may be empty)"),
        _number("max_difference_pa", "Pa", "largest difference between its junctions (control 'worst')"),
        Column("return_pressure_pa", "gauge pressure held at its return junction", "Pa", default=NONE),
        _number("mass_flow_kg_per_s", "kg/s", "its flow (mode 'flow')"),
        _number("power_w", "W", "its power (mode 'power')"),
        _number("max_power_w", "W", "largest power; asked for more, it delivers colder"),
        Column("merit", "its place in the merit order, lowest first", "-", default=0.0),
        _IN_SERVICE,
    ),
)

STORAGES = TableSchema(
    "storages",
    "storage",
    "stratified tanks",
    (
        *_ends("hot_junction", "cold_junction", "its top"),
        Column("volume_m3", "volume", "m3", low=0.0, above_low=True),
        Column("tank_height_m", "height of the tank", "m", low=0.0, above_low=True),
        _number("loss_w_per_m2_k", "W/(m2 K)", "heat loss per area of its wall", 0.0),
        _number("ambient_k", "K", "temperature around it", 293.15, _KELVIN, above_low=True),
        _number("initial_k", "K", "temperature of its water when a simulation starts", NONE, _KELVIN, above_low=True),
        Column(
            "mass_flow_kg_per_s", "charging flow, from top to bottom; negative when it discharges", "kg/s", default=0.0
        ),
        _IN_SERVICE,
    ),
)

BOUNDARIES = TableSchema(
    "boundaries",
    "boundary",
    "where liquid enters or leaves the network: a given pressure, or a given flow",
    (
        Column("junction", "junction where it is", "", "junction"),
        Column("pressure_pa", "gauge pressure held there, whatever flow it takes", "Pa", default=NONE),
        Column("mass_flow_kg_per_s", "flow that enters; negative where it is drawn", "kg/s", default=NONE),
        _number("supply_k", "K", "temperature of what enters", NONE, _KELVIN, above_low=True),
        _IN_SERVICE,
    ),
)

CURVES = TableSchema(
    "curves",
    "curve",
    "points of curves: pressure against flow",
    (
        Column("x_m3_per_s", "flow", "m3/s", low=0.0),
        Column("y_pa", "pressure", "Pa"),
    ),
    named=False,
)

SCHEMA: dict[str, TableSchema] = {
    table.name: table
    for table in (
        JUNCTIONS,
        CURVES,
        PIPES,
        PUMPS,
        VALVES,
        HEAT_EXCHANGERS,
        SUBSTATIONS,
        PRODUCERS,
        STORAGES,
        BOUNDARIES,
    )
}
"""Every table, in an order in which what is referred to comes first."""


def describe(table: str) -> str:
    """The columns of a table as a Markdown table: name, unit, default, bounds, meaning.

    Args:
        table: name of the table, such as `"pipes"`.
    """
    lines = ["| column | unit | default | allowed | meaning |", "|---|---|---|---|---|"]
    for column in SCHEMA[table].columns:
        default = "(empty)" if column.optional else f"{column.default}"
        if isinstance(column.default, float) and not column.optional:
            default = f"{column.default:g}"
        lines.append(f"| `{column.name}` | {column.unit} | {default} | {column.allowed} | {column.meaning} |")
    return "\n".join(lines)
