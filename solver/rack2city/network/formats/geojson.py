"""GeoJSON in and out: junctions as points, everything with two ends as lines.

Coordinates are metres in `network.crs`, told in the member `crs` as GDAL and QGIS write and read it. (RFC 7946 knows only
longitudes and latitudes; a drawing in metres would lose its lengths.)
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import KDTree

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.components.component import is_empty
from rack2city.network.formats.archive import naming, require_writable, whole
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.create import create, made_names
from rack2city.network.tables.network import WATER, Network

SNAP_M = 0.01
"""Ends of lines that name no junction belong to one that is nearer than this (m)."""
_PLACES = {("junctions", "x_m"), ("junctions", "y_m")}  # told by the geometry
_LONG_LAT = ("CRS84", "EPSG::4326", "EPSG:4326")


def save_geojson(network: Network, path: str | Path) -> Path:
    """Write a network as a GeoJSON FeatureCollection; every feature's properties are its row.

    Curves, the liquid, the friction formula and the name stand in the member `rack2city`. Read again it gives the same network.

    Args:
        network: the network; every junction needs `x_m` and `y_m`.
        path: file to write; returned.

    Raises:
        InputError: a fault in the tables, a junction without coordinates, or laws given as objects.
    """
    require_writable(network)
    places = network.junctions[["x_m", "y_m"]]
    if places.isna().any(axis=None):
        name = places.index[places.isna().any(axis=1)][0]
        raise InputError(f"table junctions, row '{name}', column x_m: GeoJSON needs the coordinates of every junction")
    at = {str(name): [x, y] for name, x, y in places.itertuples()}
    features = []
    for table, component in COMPONENTS.items():
        if not component.named:
            continue
        for row in network.table(table).reset_index().to_dict("records"):
            ends = [at[row[end]] for end in component.ends] or [at[row["name"]]]
            kind, drawn = ("LineString", ends) if len(ends) == 2 else ("Point", ends[0])
            told = {key: value for key, value in row.items() if not is_empty(value) and (table, key) not in _PLACES}
            shape = {"type": kind, "coordinates": drawn}
            features.append({"type": "Feature", "geometry": shape, "properties": {"table": table, **told}})
    more = {"name": network.name, "liquid": asdict(network.liquid), "friction": network.friction}
    curves = network.curves.reset_index().to_dict("list")
    page: dict[str, Any] = {"type": "FeatureCollection", "rack2city": {**more, "curves": curves}}
    if network.crs:
        page["crs"] = {"type": "name", "properties": {"name": network.crs}}
    text = json.dumps({**page, "features": features}, ensure_ascii=False, allow_nan=False)
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return Path(path)


def load_geojson(path: str | Path) -> Network:
    """Read a network from GeoJSON, ours or one drawn in a GIS, and check it.

    A feature's property `table` names its table; without it, points are junctions and lines pipes. Lines that name no
    junctions take those within `SNAP_M` of their ends, or new ones. Pipes without `length_m` get the length of their line,
    bends included; the bends themselves are not kept. Properties that no table knows are ignored, as a GIS adds its own.

    Raises:
        InputError: not GeoJSON, coordinates in degrees, a geometry that does not fit its table, or a fault in the rows.
    """
    with naming(path, "a GeoJSON FeatureCollection"):
        page = json.loads(Path(path).read_text(encoding="utf-8"))
        features = page["features"]
    with naming(path):
        return _read(page, features)


def _read(page: dict[str, Any], features: list[dict[str, Any]]) -> Network:
    """The network of a parsed page."""
    own = page.get("rack2city", {})
    crs = str(page.get("crs", {}).get("properties", {}).get("name", ""))
    liquid = Liquid(**own["liquid"]) if "liquid" in own else WATER
    network = Network(own.get("name", "network"), liquid, crs, own.get("friction", "colebrook"))
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in COMPONENTS}
    lines: list[tuple[str, dict[str, Any], np.ndarray]] = []
    for number, feature in enumerate(features, 1):
        table, row, points = _row(number, feature, crs, foreign="rack2city" not in page)
        if len(COMPONENTS[table].ends) == 2:
            lines.append((table, row, points))
        rows[table].append(row)
    _name(rows)
    _join(rows, lines)
    if own.get("curves", {}).get("name"):
        curves = dict(own["curves"])
        create(network, "curves", curves.pop("name"), **curves)
    for table, found in rows.items():
        if found:
            keys = dict.fromkeys(key for row in found for key in row if key != "name")
            columns = {key: [_value(table, key, row) for row in found] for key in keys}
            create(network, table, [str(row["name"]) for row in found], **columns)
    return network


def _row(number: int, feature: dict[str, Any], crs: str, foreign: bool) -> tuple[str, dict[str, Any], np.ndarray]:
    """Table, row and points of a feature."""
    geometry, properties = feature.get("geometry") or {}, feature.get("properties") or {}
    kind = geometry.get("type")
    table = properties.get("table", {"Point": "junctions", "LineString": "pipes"}.get(str(kind), ""))
    if table not in COMPONENTS or kind not in ("Point", "LineString"):
        raise InputError(
            f"feature {number}: a {kind} of table {table!r} cannot be read; give points and lines, and tables of: "
            f"{', '.join(name for name in COMPONENTS if COMPONENTS[name].named)}"
        )
    if (kind == "LineString") != (len(COMPONENTS[table].ends) == 2):
        raise InputError(f"feature {number}: a {kind} cannot be a row of table {table}")
    points = np.atleast_2d(np.asarray(geometry["coordinates"], dtype=float))[:, :2]
    if _in_degrees(points, crs, foreign):
        raise InputError(
            f"feature {number}: its coordinates are longitudes and latitudes; bring the file to a system in metres, "
            "named in its member crs (for example `ogr2ogr -t_srs EPSG:31370 metres.geojson degrees.geojson`)"
        )
    known = {column.name for column in COMPONENTS[table].columns} | {"name"}
    row = {key: value for key, value in properties.items() if key in known}
    if table == "junctions":
        row |= {"x_m": float(points[0, 0]), "y_m": float(points[0, 1])}
    return table, row, points


def _value(table: str, key: str, row: dict[str, Any]) -> Any:
    """A property, or the default where only other features have it."""
    if row.get(key) is not None:
        return row[key]
    column = COMPONENTS[table].column(key)
    return None if column.required else column.default


def _in_degrees(points: np.ndarray, crs: str, foreign: bool) -> bool:
    """Whether coordinates are degrees: the system says so, or, by RFC 7946, says nothing and they could be."""
    if crs:
        return any(known in crs for known in _LONG_LAT)
    return foreign and bool((np.abs(points) <= [180.0, 90.0]).all())


def _name(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Give names to rows without."""
    for table, found in rows.items():
        made = made_names(COMPONENTS[table], {str(row["name"]) for row in found if row.get("name") is not None})
        for row in found:
            if row.get("name") is None:
                row["name"] = next(made)


def _join(rows: dict[str, list[dict[str, Any]]], lines: list[tuple[str, dict[str, Any], np.ndarray]]) -> None:
    """Name the junctions at the ends of lines and the lengths of pipes where the file does not."""
    junctions = rows["junctions"]
    loose = [
        (row, end, point)
        for table, row, points in lines
        for end, point in zip(COMPONENTS[table].ends, (points[0], points[-1]), strict=True)
        if row.get(end) is None
    ]
    places = [*((row["x_m"], row["y_m"]) for row in junctions), *(point for _, _, point in loose)]
    named: dict[int, Any] = {number: row["name"] for number, row in enumerate(junctions)}  # of the places
    near = KDTree(places).query_ball_point(places[len(named) :], SNAP_M, return_sorted=True) if loose else []
    for number, ((row, end, (x, y)), around) in enumerate(zip(loose, near, strict=True), len(named)):
        name = next((named[place] for place in around if place in named), None)
        if name is None:
            name = named[number] = f"junction {len(junctions) + 1}"
            junctions.append({"name": name, "x_m": float(x), "y_m": float(y)})
        row[end] = str(name)
    for table, row, points in lines:
        if table == "pipes" and row.get("length_m") is None:
            row["length_m"] = float(np.hypot(*np.diff(points, axis=0).T).sum())
