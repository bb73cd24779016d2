"""Pipes, pumps and valves of an EPANET file as tables.

EPANET's pumps, and pipes of status CV, let nothing flow backwards: each becomes two rows, itself and a check valve behind it,
joined at a junction of its own.

Source: Rossman et al. (2020), EPANET 2.2 User Manual, sections 3.1 and 12.1 and appendix C.
"""

from itertools import pairwise

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.formats.epanet.text import Inp, Row, number
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.tables.create import (
    create_curve,
    create_junctions,
    create_pipes,
    create_pumps,
    create_substations,
    create_valves,
)
from rack2city.network.tables.network import Network

_POINTS = 61  # of a head curve that EPANET knows as a formula, or between which it draws straight lines
_CHECK_KV = 3600.0 * 0.5 * 316.0  # m3/h: a check valve behind a pump drops 1 Pa at 0.5 m3/s
_NO_LOSS = 1e-3  # coefficient of a valve that has none in the file
_WORDS = ("OPEN", "CLOSED", "CV")


def add_links(network: Network, inp: Inp) -> None:
    """Add the pipes, pumps and valves of a file to a network that has its junctions."""
    known = {row[0] for section in ("PIPES", "PUMPS", "VALVES") for row in inp.rows(section)}
    status = {}
    for row in inp.rows("STATUS", 2):
        if row[0] not in known:
            raise InputError(f"{row.where}: there is no such pipe, pump or valve")
        status[row[0]] = row[1].upper()
    _pipes(network, inp, status)
    points: dict[str, list[list[float]]] = {}
    for row in inp.rows("CURVES", 3):
        points.setdefault(row[0], []).append([row.number(1), row.number(2)])
    curves = {name: np.array(rows) * [inp.units.flow, inp.units.length] for name, rows in points.items()}
    for row in inp.rows("PUMPS", 5):
        _pump(network, inp, row, *_status(row, status), curves)
    for row in inp.rows("VALVES", 6):
        _valve(network, inp, row, *_status(row, status))


def _status(row: Row, status: dict[str, str]) -> tuple[str, float | None]:
    """What [STATUS] says of a pump or valve, and that as a number: the speed of a pump, the setting of a valve."""
    word = status.get(row[0], "")
    if word in ("", "OPEN", "CLOSED"):
        return word, None
    try:
        return word, float(word)
    except ValueError:
        raise InputError(f"[STATUS] {row[0]}: {word!r} must be Open, Closed or a number") from None


def _check_valve(network: Network, name: str, end: str, in_service: bool = True) -> str:
    """Adds a check valve before a junction, if there is one; returns the new junction where what it guards must end."""
    if end not in network.junctions.index:
        return end
    place = {str(column): value for column, value in network.junctions.loc[end].items()}
    middle = create_junctions(network, f"{name} outlet", **place)[0]
    ends = {"from_junction": middle, "to_junction": end}
    create_valves(network, f"{name} check", **ends, kv_m3_per_h=_CHECK_KV, check=True, in_service=in_service)
    return middle


def _pipes(network: Network, inp: Inp, status: dict[str, str]) -> None:
    """Pipes and their status."""
    rows, units = inp.rows("PIPES", 6), inp.units
    words = {row[0]: row[-1].upper() if row[-1][0].isalpha() and len(row) > 6 else "OPEN" for row in rows}
    for name in words:
        if name in status:
            if words[name] == "CV":
                raise InputError(f"[STATUS] {name}: a pipe with a check valve (CV) has no other status")
            words[name] = status[name]
        if words[name] not in _WORDS:
            raise InputError(f"[PIPES] {name}: its status {words[name]!r} must be Open, Closed or CV")
    create_pipes(
        network,
        [row[0] for row in rows],
        from_junction=[row[1] for row in rows],
        to_junction=[_check_valve(network, row[0], row[2]) if words[row[0]] == "CV" else row[2] for row in rows],
        length_m=[units.length * row.number(3) for row in rows],
        inner_diameter_m=[units.diameter * row.number(4) for row in rows],
        roughness_m=[units.roughness * row.number(5) for row in rows],
        minor_loss=[row.number(6) if len(row) > 6 and row[6].upper() not in _WORDS else 0.0 for row in rows],
        in_service=[words[row[0]] != "CLOSED" for row in rows],
    )


def _pump(network: Network, inp: Inp, row: Row, status: str, set_to: float | None, curves: dict[str, Array]) -> None:
    """A pump by its head curve and speed, or by its power."""
    where, words = row.where, row.words[3:]
    if len(words) % 2:
        raise InputError(f"{where}: {words[-1]!r} has no value; HEAD, POWER and SPEED each need one")
    told = {key.upper(): value for key, value in zip(words[::2], words[1::2], strict=True)}
    for key in told:
        if key not in ("HEAD", "POWER", "SPEED"):
            what = "patterns of speed are not supported" if key == "PATTERN" else "it must be HEAD, POWER or SPEED"
            raise InputError(f"{where}: {key} {told[key]}: {what}")
    if ("HEAD" in told) == ("POWER" in told):
        raise InputError(f"{where}: give either HEAD with a curve or POWER")
    speed = number(told.get("SPEED", "1"), where)
    speed = speed if set_to is None else set_to
    runs = status != "CLOSED" and speed > 0.0
    columns: dict[str, object] = {}
    if "POWER" in told:
        if speed not in (0.0, 1.0):
            raise InputError(f"{where}: a pump of constant power has no SPEED")
        columns["power_w"] = inp.units.power * number(told["POWER"], where)
    else:
        name = told["HEAD"]
        if name not in curves:
            raise InputError(f"{where}: there is no curve '{name}'")
        if name not in network.curves.index:
            flow, head = _head_curve(curves[name], f"[CURVES] {name}")
            create_curve(network, name, flow, network.liquid.density * GRAVITY * head)
        columns = {"curve": name, "speed": speed}
    end = _check_valve(network, row[0], row[2], runs)
    create_pumps(network, row[0], from_junction=row[1], to_junction=end, in_service=runs, **columns)


def _head_curve(points: Array, where: str) -> tuple[Array, Array]:
    """Flows (m3/s) and heads (m) close enough to join smoothly, from the points of the file.

    One point is the design point of `h = h1 (4 - (q/q1)^2) / 3`; three that begin at no flow give `h = a - b q^c`; any others
    are joined by straight lines.
    """
    flow, head = points.T
    if len(points) == 1:
        flow, head = np.array([0.0, 1.0, 2.0]) * flow[0], np.array([4.0, 3.0, 0.0]) * head[0] / 3.0
    if np.any(np.diff(flow) <= 0.0) or np.any(np.diff(head) >= 0.0) or flow[0] < 0.0 or head[0] <= 0.0:
        raise InputError(f"{where}: the head of a pump must fall as its flow rises")
    if len(flow) == 3 and flow[0] == 0.0:
        power = float(np.log((head[0] - head[2]) / (head[0] - head[1])) / np.log(flow[2] / flow[1]))
        factor = float((head[0] - head[1]) / flow[1] ** power)
        fine = np.linspace(0.0, (head[0] / factor) ** (1.0 / power), _POINTS)
        return fine, head[0] - factor * fine**power
    fine = np.concatenate([*(np.linspace(a, b, 20, endpoint=False) for a, b in pairwise(flow)), flow[-1:]])
    heads = np.interp(fine, flow, head)
    if fine[0] == 0.0:
        return fine, heads
    shutoff = head[0] + (head[0] - head[1]) / (flow[1] - flow[0]) * flow[0]  # the first line goes on to no flow
    return np.append(0.0, fine), np.append(shutoff, heads)


def _valve(network: Network, inp: Inp, row: Row, status: str, set_to: float | None) -> None:
    """A throttle (TCV) by its kv, a flow control valve (FCV) as a given flow; others are refused."""
    kind, density = row[4].upper(), network.liquid.density
    if kind not in ("TCV", "FCV"):
        raise InputError(f"{row.where}: valves of type {kind} are not supported, only TCV and FCV")
    setting = row.number(5) if set_to is None else set_to
    minor, area = row.number(6, 0.0), np.pi / 4.0 * (inp.units.diameter * row.number(3)) ** 2
    if setting < 0.0 or minor < 0.0 or not area > 0.0:
        raise InputError(f"{row.where}: its setting and loss must not be negative, its diameter must be above zero")
    serves = status != "CLOSED"
    if kind == "FCV" and status != "OPEN":
        flow = inp.units.flow * setting
        loss = 0.5 * density * max(minor, _NO_LOSS) * (flow / area) ** 2
        ends = {"supply_junction": row[1], "return_junction": row[2]}
        held = {"mass_flow_kg_per_s": density * flow, "min_difference_pa": loss}
        create_substations(network, row[0], **ends, **held, in_service=serves)
        return
    loss = max(minor if status == "OPEN" else setting, _NO_LOSS)
    # K on the velocity head, as kv: 1e5 / 1000 (3600 Q / kv)^2 = K / 2 (Q / A)^2
    kv = 3600.0 * area * np.sqrt(200.0 / loss)
    create_valves(network, row[0], from_junction=row[1], to_junction=row[2], kv_m3_per_h=kv, in_service=serves)
