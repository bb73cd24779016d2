"""From a case file to the verdict, in Python.

A run is what `rack2city run` does: mesh, finite elements in the plate, rack, plant, a year of the city, report. Here it
is made cheap: a coarse mesh, three flow rates, a steady heat network. `run_chain` gives the summary, the typed content
of `summary.json`: every figure is an attribute with its SI unit in its name.
"""

import tempfile
from pathlib import Path

from rack2city.case import load_case
from rack2city.chain import run_chain
from rack2city.ranks import world

CASE = Path(__file__).resolve().parents[1] / "cases" / "rack-150kw"
COARSE = [f"plates.{plate}.level=coarse" for plate in ("accelerator", "cpu")]
FEW = [f"plates.{plate}.flow_factors=[0.35, 1.0, 1.7]" for plate in ("accelerator", "cpu")]
CHEAP = [*COARSE, *FEW, "city.network_model=steady"]

comm = world()  # of one rank here, of N under `mpirun -n N python examples/whole_chain.py`
with tempfile.TemporaryDirectory() as folder:  # the first rank's is the run folder of all
    summary = run_chain(load_case(CASE, CHEAP), Path(comm.bcast(folder)), comm)
    comm.Barrier()

if comm.rank == 0 and summary is not None:
    for check in summary.verdict.checks:
        print(f"{check.name:<50} {'holds' if check.holds else 'DOES NOT HOLD'}")
    print(f"{summary.city.reused_j / 3.6e9:.0f} MWh of heat reused, energy reuse factor {summary.kpi.erf:.3f}")
