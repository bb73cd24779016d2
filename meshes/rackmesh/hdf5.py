"""HDF5 files of strangers: named for what they are; none that points elsewhere or holds more than it should is opened.

A file of some kilobytes may declare terabytes, or name other files in its links and data sets: the libraries would follow.
"""

from pathlib import Path
from typing import Any

import h5py

from rackmesh.files import MeshError

LARGEST = 4 << 30
"""Bytes that the arrays of a mesh file may take in memory."""


def check_hdf5(path: Path) -> set[str]:
    """Names in the root of a HDF5 file that is safe to read.

    Raises:
        MeshError: it cannot be read, points to another file, or declares more than `LARGEST`.
    """
    try:
        with h5py.File(path, "r") as file:
            total = _walk(path, file, set())
            if total > LARGEST:
                raise MeshError(f"{path}: it declares arrays of {total / 2**30:.3g} GiB, more than {LARGEST >> 30} GiB")
            return set(file)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise MeshError(f"{path}: not a readable HDF5 file: {str(error).splitlines()[0]}") from None


def _walk(path: Path, group: Any, seen: set[Any]) -> int:
    """Bytes that all data sets below a group declare."""
    total = 0
    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise MeshError(f"{path}: its '{name}' points to another file, '{link.filename}', which is not opened")
        if isinstance(link, h5py.SoftLink):
            continue
        item = group[name]
        if item.id in seen:
            continue
        seen.add(item.id)
        if isinstance(item, h5py.Group):
            total += _walk(path, item, seen)
        elif isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise MeshError(f"{path}: the data of its '{name}' lie in another file, which is not opened")
            total += int(item.size or 0) * item.dtype.itemsize
    return total
