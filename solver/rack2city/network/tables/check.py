"""Whether the tables make sense; every fault is told by table, row and column."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import require_formula
from rack2city.network.pipes.pairs import check_pairs
from rack2city.network.tables.columns import Column, TableSchema
from rack2city.network.tables.network import Network
from rack2city.network.tables.schema import SCHEMA


def check_network(network: Network) -> None:
    """Check all tables.

    Raises:
        InputError: a column is missing or unknown, a name stands twice, a value is empty, no number or out of bounds, or a
            junction, curve or pipe that is named does not exist, two pipes do not make a pair, or the friction formula is
            unknown.
    """
    require_formula(network.friction)
    for name, schema in SCHEMA.items():
        check_table(schema, network.table(name), known_names(network))
    check_pairs(network.pipes)


def known_names(network: Network) -> dict[str, Collection[str]]:
    """The names that other tables may refer to."""
    return {"junction": network.junctions.index, "curve": network.curves.index, "pipe": network.pipes.index}


def check_table(schema: TableSchema, frame: pd.DataFrame, known: dict[str, Collection[str]]) -> None:
    """Check one table, or rows to be added to one; arguments as `check_network` builds them."""
    missing = [column.name for column in schema.columns if column.name not in frame.columns]
    if missing:
        raise InputError(f"table {schema.name}: the column '{missing[0]}' is missing")
    unknown = [name for name in frame.columns if name not in {column.name for column in schema.columns}]
    if unknown:
        raise InputError(unknown_column(schema, str(unknown[0])))
    for name in frame.index:
        if not isinstance(name, str) or not name:
            raise InputError(f"table {schema.name}: {name!r} is not a name; names are texts that are not empty")
    if schema.named and not frame.index.is_unique:
        name = frame.index[frame.index.duplicated()][0]
        raise InputError(f"table {schema.name}: the name '{name}' stands twice; names are unique")
    for column in schema.columns:
        _check_column(schema, frame, column, known)
    check_together(schema, frame)


def unknown_column(schema: TableSchema, name: str) -> str:
    """The sentence about a column that the table does not have."""
    return f"table {schema.name} has no column '{name}'; it has {', '.join(column.name for column in schema.columns)}"


def _fail(schema: TableSchema, row: object, column: str, sentence: str) -> None:
    raise InputError(f"table {schema.name}, row '{row}', column {column}: {sentence}")


def _check_column(schema: TableSchema, frame: pd.DataFrame, column: Column, known: dict[str, Collection[str]]) -> None:
    """One column: kind, emptiness, bounds, references."""
    values = frame[column.name]
    if column.kind == "number":
        if values.dtype != np.float64:
            try:
                values = values.astype(float)
            except (TypeError, ValueError):
                place, bad = next((i, value) for i, value in enumerate(values) if not isinstance(value, (int, float)))
                _fail(schema, frame.index[place], column.name, f"{bad!r} is not a number")
        array = values.to_numpy(dtype=float)
        wrong = np.isinf(array) | (False if column.optional else np.isnan(array))
        if wrong.any():
            row = int(np.argmax(wrong))
            _fail(schema, frame.index[row], column.name, f"the value is {array[row]}; a finite number is needed")
        outside = (array < column.low) | (array > column.high) | (column.above_low & (array == column.low))
        if outside.any():
            row = int(np.argmax(outside))
            _fail(
                schema, frame.index[row], column.name, f"{array[row]:g} is out of bounds; it must be {column.allowed}"
            )
        return
    for row, value in zip(frame.index, values.tolist(), strict=True):
        if column.kind == "flag":
            if not isinstance(value, bool):
                _fail(schema, row, column.name, f"{value!r} is not True or False")
        elif is_empty(value):
            if not column.optional:
                _fail(schema, row, column.name, "it is empty; a text is needed")
        elif column.choices and value not in column.choices:
            _fail(schema, row, column.name, f"{value!r} is not allowed; it must be {column.allowed}")
        elif column.refers and value not in known[column.kind]:
            _fail(schema, row, column.name, f"there is no {column.kind} '{value}'")


def check_together(schema: TableSchema, frame: pd.DataFrame) -> None:
    """What columns of one row must fulfil together."""
    if len(schema.ends) == 2 and (same := (frame[schema.ends[0]] == frame[schema.ends[1]]).to_numpy()).any():
        row = int(np.argmax(same))
        _fail(schema, frame.index[row], schema.ends[1], f"both ends are junction '{frame[schema.ends[0]].iloc[row]}'")
    if schema.name == "pipes":
        thin = (frame.outer_diameter_m < frame.inner_diameter_m).to_numpy()
        if thin.any():
            row = frame.index[int(np.argmax(thin))]
            _fail(schema, row, "outer_diameter_m", "it is less than the inner diameter")
    if schema.name == "boundaries":
        both = (frame.pressure_pa.notna() == frame.mass_flow_kg_per_s.notna()).to_numpy()
        if both.any():
            row = frame.index[int(np.argmax(both))]
            _fail(schema, row, "pressure_pa", "give either a pressure or a mass flow")
    if schema.name == "producers":
        for mode, column in (("pressure", "difference_pa"), ("flow", "mass_flow_kg_per_s"), ("power", "power_w")):
            needs = (frame["mode"] == mode) & ((mode != "pressure") | (frame.control == "own"))
            lacks = (needs & frame[column].isna()).to_numpy()
            if lacks.any():
                _fail(schema, frame.index[int(np.argmax(lacks))], column, f"mode '{mode}' needs it")
        elsewhere = ((frame.control == "worst") & (frame["mode"] != "pressure")).to_numpy()
        if elsewhere.any():
            _fail(schema, frame.index[int(np.argmax(elsewhere))], "control", "'worst' is for mode 'pressure'")
    if schema.name == "pumps":
        both = (frame.curve.map(is_empty) == frame.power_w.isna()).to_numpy()
        if both.any():
            _fail(schema, frame.index[int(np.argmax(both))], "curve", "give either a curve or a power")
        for wrong, column, sentence in (
            (frame.power_w.notna() & (frame.control != "none"), "control", "a pump of constant power has none"),
            ((frame.control == "own") & frame.difference_pa.isna(), "difference_pa", "control 'own' needs it"),
        ):
            if wrong.any():
                _fail(schema, frame.index[int(np.argmax(wrong))], column, sentence)
    if schema.name == "substations":
        many = (frame.bypass_kg_per_s > frame.max_flow_kg_per_s).to_numpy()
        if many.any():
            _fail(schema, frame.index[int(np.argmax(many))], "bypass_kg_per_s", "it exceeds the largest flow")
    if schema.name == "curves":
        for name, points in frame.groupby(level=0, sort=False):
            if len(points) < 2 or not np.all(np.diff(points.x_m3_per_s) > 0.0):
                _fail(schema, name, "x_m3_per_s", "a curve needs two points or more, of rising flow")


def is_empty(value: object) -> bool:
    """Whether a value is none: None, an empty text, or NaN."""
    return value is None or value == "" or value != value
