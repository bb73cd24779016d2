"""The checks as rows of text, in engineering units and in SI."""

from rack2city.report.document import VerdictRow
from rack2city.report.summary import Summary
from rack2city.report.summary.evidence import CheckRow
from rack2city.report.units import CELSIUS, KELVIN, engineering, number, quantity


def verdict_rows(summary: Summary) -> tuple[VerdictRow, ...]:
    """Every check of the verdict as texts; temperatures are counted from the coolant's supply in the used share."""
    return tuple(_row(check, summary.rack.supply_k) for check in summary.verdict.checks)


def _row(check: CheckRow, supply_k: float) -> VerdictRow:
    scale = engineering(check.unit, check.kind)
    margin = KELVIN if scale is CELSIUS else scale
    plus_minus = f" ± {number(check.uncertainty * margin.factor, 2)}" if check.uncertainty > 0.0 else ""
    bound = "at most" if check.sense == "max" else "at least"
    unit = "" if check.unit == "-" else f" {check.unit}"
    return VerdictRow(
        name=check.name,
        value=quantity(check.value, scale),
        limit=f"{bound} {quantity(check.limit, scale, trim=True)}",
        margin=quantity(check.margin, margin, 3) + plus_minus,
        si=f"{number(check.value, 5)} / {number(check.limit, 5, trim=True)}{unit}",
        share=_share_used(check, supply_k),
        holds=check.holds,
    )


def _share_used(check: CheckRow, supply_k: float) -> float:
    """Used part of what the limit allows (-)."""
    value, limit = check.value, check.limit
    if check.kind == "temperature" and limit > supply_k:
        value, limit = value - supply_k, limit - supply_k
    part, whole = (value, limit) if check.sense == "max" else (limit, value)
    return max(part / whole, 0.0) if whole > 0.0 else float(not check.holds)
