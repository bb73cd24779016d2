"""The run from chip to city: stages, what they depend on, and the summary they end in."""

from rack2city.chain.preflight import preflight
from rack2city.chain.run import STAGES, run_chain

__all__ = ["STAGES", "preflight", "run_chain"]
