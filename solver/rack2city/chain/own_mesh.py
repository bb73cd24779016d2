"""A user's own mesh against what the case says of its channel."""

from pathlib import Path

from rack2city.case import Case
from rack2city.errors import InputError
from rackmesh.contract import PLATE_CHANNEL, check_contract
from rackmesh.files import MeshError
from rackmesh.statistics import mesh_sizes

_TOLERANCE = 0.01  # of a size: facets of curved walls cost some


def check_own_mesh(case: Case) -> None:
    """Refuse an own mesh that does not keep the naming contract, or is not of the channel that the case states.

    Compared are the extent along the flow, the heated area and the inlet's, by a hundredth.

    Raises:
        InputError: names the file, what it has and what the case says.
    """
    file, channel = case.mesh.file, case.channel
    if file is None:
        return
    try:
        check_contract(file, PLATE_CHANNEL)
        extent, areas = mesh_sizes(file)
    except MeshError as error:
        raise InputError(f"mesh.file: {error}") from None
    length, pitch = channel.length, channel.pitch
    inlet = channel.width / 2 * channel.fin_height
    _compare(file, "it is {} mm long", max(extent), 1, length, "channel.length is {} mm")
    _compare(
        file,
        "its group 'heated' has {} mm^2",
        areas["heated"],
        2,
        length * pitch / 2,
        "half a pitch times length is {} mm^2",
    )
    _compare(
        file, "its group 'inlet' has {} mm^2", areas["inlet"], 2, inlet, "half a width times fin_height is {} mm^2"
    )


def _compare(file: Path, has: str, found: float, power: int, stated: float, says: str) -> None:
    """Refuse a length or an area (power 1 or 2, in m or m2) that is not what the case states."""
    ratio = found / stated
    if abs(ratio - 1.0) <= _TOLERANCE:
        return
    why = ""
    if abs(ratio / 1e3**power - 1.0) < 0.1:
        why = "; it seems to be in millimetres, a mesh is in metres"
    elif abs(ratio / 2.0 - 1.0) < 0.1 and power > 1:
        why = "; it seems to be a whole channel, of which one half is meshed, mirrored at the group 'symmetry'"
    told, wanted = (f"{value * 1e3**power:.4g}" for value in (found, stated))
    raise InputError(f"mesh.file: {file}: {has.format(told)} where {says.format(wanted)}{why}")
