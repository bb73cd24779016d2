"""The stages of a run, in their order. A new one is declared in a file of its own and takes its place in this list."""

from rack2city.chain.stage import Stage
from rack2city.chain.stages.city import CITY
from rack2city.chain.stages.mesh import MESH
from rack2city.chain.stages.plant import PLANT
from rack2city.chain.stages.plate import PLATE
from rack2city.chain.stages.rack import RACK
from rack2city.chain.stages.report import REPORT

STAGES: tuple[Stage, ...] = (MESH, PLATE, RACK, PLANT, CITY, REPORT)
