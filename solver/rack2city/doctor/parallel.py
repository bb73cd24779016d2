"""DOLFINx, PETSc and MPI: which of the two ways they came, and whether they fit together."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from rack2city.doctor.finding import Finding
from rack2city.doctor.probe import Probe

WHEEL, CONDA = "dolfinx-solver-real", "fenics-dolfinx"
INSTALL_WHEEL = f"pip install '{WHEEL}>=0.11,<0.12'"
_WITHOUT_DOLFINX = ("comes with DOLFINx, which does not import", "mend DOLFINx first")
INSTALL_CONDA = "conda env create -f environment.yml && conda activate rack2city"

# The wheel wants `dolfinx_solver` imported first; conda-forge's DOLFINx has no such module.
DOLFINX_PROBE = """
import importlib.util, json
if importlib.util.find_spec("dolfinx_solver"):
    import dolfinx_solver
import dolfinx
from mpi4py import MPI
from petsc4py import PETSc
names = ["mumps", "superlu_dist", "hypre", "scotch", "ptscotch", "parmetis"]
print(json.dumps({
    "dolfinx": dolfinx.__version__,
    "file": dolfinx.__file__,
    "petsc": ".".join(map(str, PETSc.Sys.getVersion())),
    "scalar": PETSc.ScalarType.__name__,
    "packages": {name: bool(PETSc.Sys.hasExternalPackage(name)) for name in names},
    "mpi": MPI.Get_library_version().split(chr(10))[0].strip(chr(0)),
    "vendor": MPI.get_vendor()[0],
}))
"""


def dolfinx(seen: Probe, wheel: str | None, conda: str | None) -> Finding:
    """Which of the two ways DOLFINx came, and whether it imports; the advice names the way that is broken.

    The versions are those of the PyPI wheel and of conda-forge's package (or of a build from source), None when absent.
    """
    found = partial(Finding, "DOLFINx")
    way = f"PyPI wheel {WHEEL} {wheel}" if wheel else f"{CONDA} {conda} (conda-forge or built here)"
    if seen.error and wheel and conda:
        text = f"two are installed, {WHEEL} {wheel} and {CONDA} {conda}, and neither imports: {seen.error}"
        return found("fail", text, f"keep one: pip uninstall {WHEEL}, or make the conda environment without it")
    if seen.error and not wheel and not conda:
        return found("fail", f"not installed: {seen.error}", f"{INSTALL_WHEEL}   or   {INSTALL_CONDA}")
    if seen.error:
        mend, other = f"conda install -c conda-forge {CONDA}", "make run in a shell without conda"
        if wheel:
            mend, other = f"pip install --force-reinstall --no-deps {WHEEL}=={wheel}", INSTALL_CONDA
        text = f"the {way} does not import: {seen.error}"
        return found("fail", text, f"{mend}; if that does not help: {other}")
    version = seen.value["dolfinx"]
    text = f"{version} from the {way}" if wheel or conda else f"{version} at {seen.value['file']}"
    if wheel and conda:
        return found("warn", f"{text}, but {CONDA} {conda} is installed too", f"pip uninstall {WHEEL}")
    if not version.startswith("0.11."):
        return found("warn", text, "rack2city is tested with 0.11")
    return found("ok", text)


def petsc(seen: Probe) -> Finding:
    """PETSc's version, scalar type, and the solvers it was built with."""
    found = partial(Finding, "PETSc")
    if seen.error:
        return found("fail", *_WITHOUT_DOLFINX)
    has, lacks = (
        [name for name, there in seen.value["packages"].items() if there is wanted] for wanted in (True, False)
    )
    text = f"{seen.value['petsc']}, {seen.value['scalar']}; gamg, {', '.join(has)}"
    text += f"; without {', '.join(lacks)}" if lacks else ""
    if seen.value["scalar"] != "float64":
        return found("fail", text, "real double scalars are needed: on conda-forge the builds petsc=*=real_*")
    if not {"mumps", "superlu_dist"} & set(has):
        return found("fail", text, "a parallel direct solver is needed, MUMPS or SuperLU_DIST")
    return found("ok", text)


def mpirun_beside_python() -> str | None:
    """Path of the mpirun that belongs to this interpreter: beside it, else the first on PATH."""
    return shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun")


def vendor_of(version_text: str) -> str:
    """Name of the MPI that `mpirun --version` speaks of, as `mpi4py.MPI.get_vendor` has it; else "unknown"."""
    marks = {"Open MPI": "Open MPI", "OpenRTE": "Open MPI", "Intel": "Intel MPI", "HYDRA": "MPICH", "MPICH": "MPICH"}
    return next((vendor for mark, vendor in marks.items() if mark in version_text), "unknown")


def mpi(seen: Probe) -> Finding:
    """MPI's library, and whether the mpirun that would be used belongs to it."""
    found = partial(Finding, "MPI")
    if seen.error:
        return found("fail", *_WITHOUT_DOLFINX)
    library, vendor, launcher = seen.value["mpi"], seen.value["vendor"], mpirun_beside_python()
    if launcher is None:
        return found("warn", f"{library}; no mpirun", "runs are serial; install the mpirun of this MPI")
    version = [launcher, "--version"]
    said = subprocess.run(version, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL).stdout
    text, other = f"{library}; {launcher}", vendor_of(said)
    if other != vendor:
        advice = "every rank would run alone: use the mpirun of the environment, or `rack2city run --np N`"
        return found("fail", f"{text} is of {other}, mpi4py of {vendor}", advice)
    if Path(launcher).parent != Path(sys.executable).parent:
        advice = "start parallel runs with the mpirun of the environment"
        return found("warn", f"{text}, which is not beside Python", advice)
    return found("ok", text)
