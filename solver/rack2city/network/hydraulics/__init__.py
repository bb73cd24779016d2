"""Flows and pressures on graphs of branches with laws; arrays in, arrays out."""
