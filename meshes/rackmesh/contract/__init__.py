"""The naming contract: what the names of bodies and surfaces say, and the rules that a mesh must keep."""
