"""From tables to the graph that is solved."""
