"""Every case of cases/plates, computed on its coarse mesh: heat and mass are closed, and no figure moves unseen.

The figures are this code's own of the day when each case was written; what they are worth, docs/plates.md says.
"""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.chain.plates.meshes import make_meshes
from rack2city.chain.plates.runs import run_plates
from rack2city.chain.stages.plate import plate_balances
from rack2city.plate import PlateMap

CASES = Path(__file__).resolve().parents[2] / "cases" / "plates"
EXPECTED = {
    "curve": {"gpu": (9200.0, 0.028)},
    "k16": {"baseline": (2240.10, 0.0440518), "skived": (2682.96, 0.0382412), "split": (1334.13, 0.0319954)},
    "offset-strip": {"gpu": (210.595, 0.0688748)},
    "own-mesh": {"duct": (20.5883, 4.20779)},
    "pin-fin": {"gpu": (338.966, 0.276808)},
    "pin-fin-whole": {"pins": (23.7636, 3.75247)},
    "serpentine": {"block": (21.375, 1.27064)},
    "skived": {"gpu": (12430.3, 0.0777941)},
    "skived-whole": {"pair": (180.6, 1.45086)},
    "split-flow": {"gpu": (3373.4, 0.0807869)},
    "step": {"u": (12.3282, 1.88053)},
    "tuckerman-pease": {
        "sink-81": (89202.6, 0.117582),
        "sink-82": (140655.0, 0.107765),
        "sink-83": (186761.0, 0.0958343),
    },
}
"""By case and plate: pressure drop (Pa) and largest case-to-inlet resistance (K/W) at the flow next to the design's."""


def computed(case_file: Path, out: Path) -> dict[str, PlateMap]:
    case = load_plates(case_file).case
    coarse = [
        f"plates.{name}.level=coarse" for name, plate in case.plates.items() if plate.kind not in ("mesh", "curve")
    ]
    case = load_plates(case_file, coarse).case
    make_meshes(case, out)
    maps: dict[str, PlateMap] = {}
    run_plates(case, out, MPI.COMM_SELF, lambda plate: maps.update({plate.name: plate}))
    return maps


def test_every_case_is_here() -> None:
    assert sorted(EXPECTED) == sorted(file.stem for file in CASES.glob("*.toml"))


LONG = ("k16", "skived-whole", "tuckerman-pease")  # half a minute each


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(file.stem, marks=[pytest.mark.slow] if file.stem in LONG else [])
        for file in sorted(CASES.glob("*.toml"))
    ],
)
def test_a_case_closes_and_keeps_its_figures(name: str, tmp_path: Path) -> None:
    maps = computed(CASES / f"{name}.toml", tmp_path)
    for plate in maps.values():
        balances = plate_balances(plate)  # raises where heat or mass is not conserved
        assert len(balances) == (0 if plate.runs is None else 2 * len(plate.flow_m3_per_s))
        assert all(
            plate.pressure_drop_pa[i] < plate.pressure_drop_pa[i + 1] for i in range(len(plate.pressure_drop_pa) - 1)
        )
    found = {
        plate.name: (plate.pressure_drop_pa[row], plate.case_to_inlet_max_k_per_w[row])
        for plate, row in ((plate, plate.design_row) for plate in maps.values())
    }
    assert found.keys() == EXPECTED[name].keys()
    for plate, figures in found.items():
        assert figures == pytest.approx(EXPECTED[name][plate], rel=1e-3)
