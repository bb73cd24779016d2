"""What all ways to solve share: how a simulation starts, the loop of the valves, and results read as rows of the tables."""
