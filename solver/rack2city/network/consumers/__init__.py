"""Exchangers with control valves."""
