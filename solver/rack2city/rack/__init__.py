"""One rack: flow split, temperatures, air, and its checks against limits."""

from rack2city.rack.layout import TrayLayout, tray_layout
from rack2city.rack.rack import LoadResult, RackResult, run_rack

__all__ = ["LoadResult", "RackResult", "TrayLayout", "run_rack", "tray_layout"]
