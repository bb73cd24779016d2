"""One rack: flow split, temperatures, air, and its checks against limits."""

from rack2city.rack.layout import tray_layout
from rack2city.rack.rack import junction_check, run_rack

__all__ = ["junction_check", "run_rack", "tray_layout"]
