"""The tables solved: flows and temperatures brought together, steady and through time."""
