"""The checks as rows of text, in engineering units and in SI."""

from rack2city.evidence import Check
from rack2city.report.document import VerdictRow
from rack2city.report.summary import Summary
from rack2city.report.summary.evidence import CheckRow
from rack2city.report.units import CELSIUS, KELVIN, Scale, engineering, number, quantity

BOUND = {"max": "at most", "min": "at least"}


def outcome(holds: bool) -> str:
    """The one pair of words for what keeps its limit and what does not."""
    return "holds" if holds else "DOES NOT HOLD"


def verdict_rows(summary: Summary) -> tuple[VerdictRow, ...]:
    """Every check of the verdict as texts; temperatures are counted from the coolant's supply in the used share."""
    return tuple(_row(check, summary.rack.supply_k) for check in summary.verdict.checks)


def check_line(check: Check) -> str:
    """A check in one line, as far as it can be told without the other results."""
    scale = engineering(check.unit, check.kind)
    value, limit = quantity(check.value, scale), quantity(check.limit, scale, trim=True)
    return f"{check.name}: {value}, {BOUND[check.sense]} {limit}: {outcome(check.holds)}"


def _row(check: CheckRow, supply_k: float) -> VerdictRow:
    scale = engineering(check.unit, check.kind)
    margin = KELVIN if scale is CELSIUS else scale
    unit = "" if check.unit == "-" else f" {check.unit}"
    return VerdictRow(
        name=check.name,
        value=quantity(check.value, scale),
        limit=f"{BOUND[check.sense]} {quantity(check.limit, scale, trim=True)}",
        margin=quantity(check.margin, margin, 3) + _plus_minus(check, margin),
        si=f"{number(check.value, 5)} / {number(check.limit, 5, trim=True)}{unit}",
        share=_share_used(check, supply_k),
        holds=check.holds,
        outcome=outcome(check.holds),
    )


def _plus_minus(check: CheckRow, scale: Scale) -> str:
    """The uncertainty of a check, or why it is not known, in short lines."""
    if check.uncertainty is None:
        return f"\n± not known:\n{' and '.join(check.lacks)}\nnot computed"
    return f" ± {number(check.uncertainty * scale.factor, 2)}" if check.uncertainty > 0.0 else ""


def contents(summary: Summary) -> str:
    """What the uncertainties beside the margins consist of, in one sentence; empty where there are none."""
    parts = dict.fromkeys(part for check in summary.verdict.checks for part in check.contains if not check.lacks)
    return f"± contains {' and '.join(parts)}; it contains no inputs and no model. " if parts else ""


def _share_used(check: CheckRow, supply_k: float) -> float:
    """Used part of what the limit allows (-)."""
    value, limit = check.value, check.limit
    if check.kind == "temperature" and limit > supply_k:
        value, limit = value - supply_k, limit - supply_k
    part, whole = (value, limit) if check.sense == "max" else (limit, value)
    return max(part / whole, 0.0) if whole > 0.0 else float(not check.holds)
