"""Flow in blocks of velocity and pressure, for meshes too large to factor: forms, preconditioner, Newton's method."""
