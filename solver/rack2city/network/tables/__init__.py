"""Networks as tables: their columns, their checks, and tables of results."""
