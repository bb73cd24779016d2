"""One number for a plate against a baseline, as the challenge K-16 of ASME and ITherm counts it."""

THERMAL, HYDRAULIC = 0.7, 0.3


def figure_of_merit(
    resistance: float, pressure_drop: float, baseline_resistance: float, baseline_pressure_drop: float
) -> float:
    """What a plate gains over a baseline (-): 0 is as good, above 0 better, 1 would take neither temperature nor pressure.

    FoM = 0.7 (Rb - R) / Rb + 0.3 (dPb - dP) / dPb: the hydraulic part has no lower end, so a baseline of very wide channels
    decides more than any plate does. State it.

    Args:
        resistance: R = max(T_chip - T_in) / q, from the hottest chip to the inlet, over the heat of the whole plate (K/W).
        pressure_drop: of the plate at the same flow (Pa).
        baseline_resistance: Rb, of the baseline (K/W).
        baseline_pressure_drop: dPb, of the baseline (Pa).

    Raises:
        ValueError: a value of the baseline is not positive.

    Source: ASME K-16 / IEEE ITherm cold plate design challenge, in a secondary text.
    """
    if not (baseline_resistance > 0.0 and baseline_pressure_drop > 0.0):
        raise ValueError("the resistance and the pressure drop of a baseline must be positive")
    thermal = (baseline_resistance - resistance) / baseline_resistance
    hydraulic = (baseline_pressure_drop - pressure_drop) / baseline_pressure_drop
    return THERMAL * thermal + HYDRAULIC * hydraulic
