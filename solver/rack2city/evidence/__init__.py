"""What makes a number believable: balances, checks against limits, provenance."""

from rack2city.evidence.balance import Balance
from rack2city.evidence.check import Check

__all__ = ["Balance", "Check"]
