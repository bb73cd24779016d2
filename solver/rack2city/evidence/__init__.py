"""What makes a number believable: balances, checks against limits, and results that are kept as they were."""

from rack2city.evidence.balance import Balance
from rack2city.evidence.check import Check
from rack2city.evidence.storage import load, read_json, restore, store, view, write_json

__all__ = ["Balance", "Check", "load", "read_json", "restore", "store", "view", "write_json"]
