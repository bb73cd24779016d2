"""Print, one a line, the requirements of a pyproject.toml that the running Python does not fulfil.

`hpc/bootstrap.sh` asks this of an active conda environment. The extra `solver` is left out: there DOLFINx comes from
conda-forge. Only the standard library and pip are used, since nothing else is sure to be there.
"""

import importlib.util
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement

# Some conda packages bring the module without the metadata that pip would look for.
MODULES = {"coolprop": "CoolProp", "gmsh": "gmsh", "vtk": "vtkmodules", "typst": "typst"}


def is_missing(requirement: Requirement) -> bool:
    """Tell whether no installed distribution, nor a module standing in for one, fulfils a requirement.

    Args:
        requirement: name and allowed versions, as written in pyproject.toml.

    Returns:
        True when pip has to install something.
    """
    if requirement.marker is not None and not requirement.marker.evaluate():
        return False
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        module = MODULES.get(requirement.name.lower())
        return module is None or importlib.util.find_spec(module) is None
    return not requirement.specifier.contains(version, prereleases=True)


def missing(pyproject: Path) -> list[str]:
    """List what the running Python lacks of the dependencies and the extra `dev` of a project.

    Args:
        pyproject: the project's pyproject.toml.

    Returns:
        Requirements as pip takes them, without blanks, in the order of the file.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]
    return [str(requirement).replace(" ", "") for requirement in wanted if is_missing(requirement)]


if __name__ == "__main__":
    print("\n".join(missing(Path(sys.argv[1]))))
