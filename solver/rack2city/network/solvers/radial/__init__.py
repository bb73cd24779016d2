"""Radial networks: two trees of pipes that only substations join, solved by sweeps."""
