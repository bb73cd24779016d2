"""Writes cells and faces that are known by their points as a mesh file with physical groups; bad cells are refused."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gmsh
import numpy as np

from rackmesh.cells.quality import Quality, quality_of, refuse_below
from rackmesh.files import MeshError, session, write_whole

Groups = Mapping[str, np.ndarray]
"""Points of each element of a group, elements x points, in Gmsh's order."""


def write_groups(
    path: Path,
    points: np.ndarray,
    volumes: Groups,
    surfaces: Groups,
    kinds: tuple[int, int],
    across: dict[str, int] | None = None,
) -> Quality:
    """Write a mesh with its physical groups as `writing` does; its cells have to be good.

    Args:
        path: the `.msh` file.
        points: coordinates (n x 3, m).
        volumes: cells of each volume group.
        surfaces: faces of each surface group.
        kinds: Gmsh's numbers of the types of cells and faces.
        across: cells across gaps, to be told with the quality.

    Raises:
        MeshError: a cell is too distorted, or Gmsh failed.
    """
    with writing(path, points, volumes, surfaces, kinds) as model:
        quality = quality_of(model, across)
        refuse_below(quality, path)
    return quality


@contextmanager
def writing(path: Path, points: np.ndarray, volumes: Groups, surfaces: Groups, kinds: tuple[int, int]) -> Iterator[Any]:
    """Gmsh's model of a mesh, which is written at the end (MSH 4.1, binary): one entity a group, points of cells alone.

    Arguments as of `write_groups`.

    Raises:
        OSError: the file cannot be written, or not whole.
        MeshError: Gmsh failed.
    """
    used = np.unique(np.concatenate([cells.ravel() for cells in volumes.values()]))
    number = np.zeros(len(points), dtype=np.uint64)
    number[used] = np.arange(1, used.size + 1)
    try:
        with session() as model:
            gmsh.option.setNumber("Mesh.Binary", 1)
            model.add("groups")
            first = True
            for dim, kind, groups in ((3, kinds[0], volumes), (2, kinds[1], surfaces)):
                for tag, (name, elements) in enumerate(groups.items(), start=1):
                    model.addDiscreteEntity(dim, tag)
                    if first:
                        model.mesh.addNodes(dim, tag, number[used], points[used].ravel())
                        first = False
                    model.mesh.addElementsByType(tag, kind, [], number[elements].ravel())
                    model.addPhysicalGroup(dim, [tag], name=name)
            yield model
            write_whole(path)
    except (OSError, MeshError):  # of the disk, and of the cells
        raise
    except Exception as error:  # gmsh raises bare Exception
        raise MeshError(f"{path}: Gmsh could not write the mesh: {error}") from None
