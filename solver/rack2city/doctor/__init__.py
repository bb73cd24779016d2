"""What is installed here, does it work, and how to mend what does not.

Only the standard library is imported, and where compiled forms are kept: the doctor must be able to speak when all
else is broken. Printing what it finds is left to the command line.
"""

import os
from concurrent.futures import ThreadPoolExecutor

from rack2city.doctor.finding import Finding, Status, healthy, render
from rack2city.doctor.machine import available_memory, compiler, jit_cache, memory, python, threads
from rack2city.doctor.parallel import CONDA, DOLFINX_PROBE, WHEEL, dolfinx, mpi, mpirun_beside_python, petsc
from rack2city.doctor.parts import GMSH_PROBE, VERSION_PROBE, gmsh, part
from rack2city.doctor.probe import installed, probe

__all__ = ["Finding", "Status", "diagnose", "healthy", "mpirun_beside_python", "render"]


PARTS = {"CoolProp": "CoolProp", "PyVista": "pyvista", "typst": "typst"}  # by topic, as pip and Python know them


def diagnose() -> list[Finding]:
    """Look at everything a run needs.

    Returns:
        One finding per topic, in the order in which trouble is best mended. Takes a few seconds, since the large
        packages are imported, each in a process of its own.
    """
    with ThreadPoolExecutor() as pool:
        codes = [DOLFINX_PROBE, GMSH_PROBE, *(VERSION_PROBE.format(name=name) for name in PARTS.values())]
        fem, mesher, *others = pool.map(probe, codes)
    return [
        python(),
        dolfinx(fem, installed(WHEEL), installed(CONDA)),
        petsc(fem),
        mpi(fem),
        compiler(),
        jit_cache(),
        threads(len(os.sched_getaffinity(0)), os.environ.get("OMP_NUM_THREADS")),
        gmsh(mesher),
        *(part(topic, name, seen) for (topic, name), seen in zip(PARTS.items(), others, strict=True)),
        memory(available_memory()),
    ]
