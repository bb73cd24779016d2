"""The run from chip to city: stages, what they depend on, and the summary they end in."""

from rack2city.chain.plates.alone import run_plates_alone
from rack2city.chain.run import preflight, rewrite_report, run_chain, stage_figures
from rack2city.chain.stage import Session, Stage
from rack2city.chain.stages import STAGES

__all__ = [
    "STAGES",
    "Session",
    "Stage",
    "preflight",
    "rewrite_report",
    "run_chain",
    "run_plates_alone",
    "stage_figures",
]
