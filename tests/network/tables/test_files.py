"""Round trips through files, and what is said about files that are none of ours."""

import json
import zipfile

import pandas as pd
import pytest

from rack2city.errors import InputError
from rack2city.network import (
    COMPONENTS,
    Network,
    create_boundaries,
    create_junctions,
    load_geojson,
    load_network,
    save_geojson,
    save_network,
    solve_steady,
)
from tests.network.tables.nets import district, everything


def same(one: Network, two: Network) -> None:
    assert (one.name, one.crs, one.liquid) == (two.name, two.crs, two.liquid)
    for name in COMPONENTS:
        pd.testing.assert_frame_equal(one.table(name), two.table(name), check_exact=True)


@pytest.mark.parametrize("network", [Network(), district(), everything()], ids=repr)
def test_one_file_round_trip_is_exact(tmp_path, network):
    path = save_network(network, tmp_path / "a.network.zip")
    same(load_network(path), network)
    assert path.read_bytes() == save_network(load_network(path), tmp_path / "b.network.zip").read_bytes()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.network.zip", "b.network.zip"]


def test_a_faulty_network_is_not_saved(tmp_path):
    network = district()
    network.pipes.loc["a", "length_m"] = 0.0
    with pytest.raises(InputError, match="row 'a', column length_m"):
        save_network(network, tmp_path / "n.zip")
    assert not list(tmp_path.iterdir())


def test_foreign_and_later_files_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.zip: there is no such file"):
        load_network(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match=r"text\.zip: it is not a network"):
        load_network(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(InputError, match=r"other\.zip: it is not a network"):
        load_network(tmp_path / "other.zip")
    path = save_network(district(), tmp_path / "n.zip")
    rewrite(path, "network.json", lambda text: text.replace(b'"version": 1', b'"version": 99'))
    with pytest.raises(InputError, match="version 99 of the format, this program reads up to 1"):
        load_network(path)


def test_a_file_of_an_earlier_program_takes_defaults(tmp_path):
    network = district()
    path = save_network(network, tmp_path / "n.zip")
    old = network.pipes.drop(columns=["depth_m", "in_service"])
    rewrite(path, "pipes.parquet", lambda _: old.to_parquet())
    same(load_network(path), network)


def rewrite(path, member, change) -> None:
    """Change one member of a zip."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[member] = change(parts[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_geojson_round_trip_is_exact(tmp_path):
    network = everything()
    path = save_geojson(network, tmp_path / "n.geojson")
    same(load_geojson(path), network)
    page = json.loads(path.read_text(encoding="utf-8"))
    assert page["crs"]["properties"]["name"] == "EPSG:31370"
    pipe = next(feature for feature in page["features"] if feature["properties"]["name"] == "b")
    assert pipe["geometry"] == {"type": "LineString", "coordinates": [[300.0, 0.0], [600.0, 0.0]]}
    assert pipe["properties"]["length_m"] == 300.0


def test_geojson_needs_coordinates(tmp_path):
    network = Network()
    create_junctions(network, "a")
    with pytest.raises(InputError, match="row 'a', column x_m: GeoJSON needs the coordinates"):
        save_geojson(network, tmp_path / "n.geojson")


def drawn(tmp_path, *features, crs="EPSG:31370"):
    """A GeoJSON file as a GIS would write it."""
    page = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
            for kind, coordinates, properties in features
        ],
    }
    if crs:
        page["crs"] = {"type": "name", "properties": {"name": crs}}
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps(page))
    return path


def test_lines_of_a_gis_become_a_network(tmp_path):
    size = {"inner_diameter_m": 0.1, "colour": "red"}
    path = drawn(
        tmp_path,
        ("Point", [0.0, 0.0, 55.0], {"name": "plant", "height_m": 3.0}),
        ("LineString", [[0.0, 0.004], [30.0, 0.0], [30.0, 40.0]], size),
        ("LineString", [[30.0, 40.0], [100.0, 40.0]], size | {"name": "east", "length_m": 75.0}),
    )
    network = load_geojson(path)
    assert network.crs == "EPSG:31370"
    assert network.junctions.index.tolist() == ["plant", "junction 2", "junction 3"]
    assert network.pipes.index.tolist() == ["pipe 1", "east"]
    assert network.pipes.length_m.tolist() == pytest.approx([70.0, 75.0], abs=1e-5)
    assert network.pipes.from_junction.tolist() == ["plant", "junction 2"]
    create_boundaries(network, "in", junction="plant", pressure_pa=1e5, supply_k=350.0)
    create_boundaries(network, "out", junction="junction 3", mass_flow_kg_per_s=-1.0)
    assert solve_steady(network).res_pipes.mdot_kg_per_s.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(("x", "y"), [(180.5, 0.0), (0.0, 90.4)])
def test_what_can_be_no_degrees_is_metres(tmp_path, x, y):
    network = load_geojson(drawn(tmp_path, ("LineString", [[0.0, 0.0], [x, y]], {"inner_diameter_m": 0.1}), crs=""))
    assert network.pipes.length_m.tolist() == pytest.approx([x + y])


def test_geojson_faults(tmp_path):
    line = ("LineString", [[4.35, 50.84], [4.36, 50.85]], {"inner_diameter_m": 0.1})
    for crs in ("", "urn:ogc:def:crs:OGC:1.3:CRS84"):
        with pytest.raises(InputError, match="feature 1: its coordinates are longitudes and latitudes"):
            load_geojson(drawn(tmp_path, line, crs=crs))
    with pytest.raises(InputError, match="feature 1: a Polygon of table '' cannot be read"):
        load_geojson(drawn(tmp_path, ("Polygon", [[[0, 0], [1, 0], [0, 1]]], {})))
    with pytest.raises(InputError, match="feature 1: a Point cannot be a row of table pipes"):
        load_geojson(drawn(tmp_path, ("Point", [0, 0], {"table": "pipes"})))
    with pytest.raises(InputError, match=r"drawn\.geojson: table pipes: the column 'inner_diameter_m' is missing"):
        load_geojson(drawn(tmp_path, ("LineString", [[0, 0], [9, 0]], {})))
    for text in ("[]", "[" * 100_000):
        (tmp_path / "x.geojson").write_text(text)
        with pytest.raises(InputError, match=r"x\.geojson: it is not a GeoJSON FeatureCollection"):
            load_geojson(tmp_path / "x.geojson")


def test_the_friction_formula_is_kept_used_and_told(tmp_path):
    network = district()
    by_default = solve_steady(network)
    network.friction = "haaland"
    assert repr(network).endswith("friction haaland")
    chosen = solve_steady(network)
    assert (by_default.friction, chosen.friction) == ("colebrook", "haaland")
    moving = by_default.res_pipes.mdot_kg_per_s.abs() > 0.1
    apart = (chosen.res_pipes.mdot_kg_per_s / by_default.res_pipes.mdot_kg_per_s - 1.0)[moving].abs()
    assert 1e-6 < apart.max() < 0.02
    assert load_network(save_network(network, tmp_path / "n.zip")).friction == "haaland"
    assert load_geojson(save_geojson(network, tmp_path / "n.geojson")).friction == "haaland"
    network.friction = "swamee"
    for use in (solve_steady, lambda faulty: save_network(faulty, tmp_path / "no.zip")):
        with pytest.raises(InputError, match="friction formula is 'swamee'; it must be one of 'colebrook', 'haaland'"):
            use(network)


def test_a_file_without_a_formula_means_colebrook(tmp_path):
    path = save_network(district(), tmp_path / "n.zip")
    friction = b',\n "friction": "colebrook"'
    with zipfile.ZipFile(path) as archive:
        assert friction in archive.read("network.json")
    rewrite(path, "network.json", lambda text: text.replace(friction, b""))
    assert load_network(path).friction == "colebrook"
