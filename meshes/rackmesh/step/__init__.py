"""Cold plates from a STEP file: bodies and faces named by label, point or box, meshed with curved tetrahedra."""
