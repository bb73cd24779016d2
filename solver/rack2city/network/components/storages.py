"""Storages: stratified tanks."""

from rack2city.network.components.columns import ANY, IN_SERVICE, REQUIRED, Quantity, ends, number
from rack2city.network.components.component import Component

STORAGES = Component(
    "storages",
    "storage",
    "stratified tanks",
    (
        *ends("hot_junction", "cold_junction", "its top"),
        number("volume_m3", "m3", "volume", REQUIRED, above=True),
        number("tank_height_m", "m", "height of the tank", REQUIRED, above=True),
        number("loss_w_per_m2_k", "W/(m2 K)", "heat loss per area of its wall", 0.0),
        number("ambient_k", "K", "temperature around it", 293.15, above=True, varies=True),
        number("initial_k", "K", "temperature of its water when a simulation starts", above=True),
        number(
            "mass_flow_kg_per_s",
            "kg/s",
            "charging flow, from top to bottom; negative when it discharges",
            0.0,
            ANY,
            varies=True,
        ),
        IN_SERVICE,
    ),
    results=(
        Quantity("mdot_kg_per_s", "kg/s", "charging flow", in_time=True),
        Quantity("heat_w", "W", "heat taken up from the network", in_time=True),
        Quantity("t_in_k", "K", "temperature of what flows in", in_time=True),
        Quantity("t_out_k", "K", "temperature of what flows out", in_time=True),
        Quantity("t_top_k", "K", "temperature of its top at the end of the step", in_time=True),
        Quantity("t_mean_k", "K", "mean temperature at the end of the step", in_time=True),
        Quantity("t_bottom_k", "K", "temperature of its bottom at the end of the step", in_time=True),
        Quantity("loss_w", "W", "heat lost to the surroundings", in_time=True),
        Quantity("stored_w", "W", "growth of the heat in it", in_time=True),
    ),
)
