"""The ways to a flow: from rest, from the last one, upwards over a curve, and in steps of time."""
