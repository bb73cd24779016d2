"""Linear and nonlinear solvers: PETSc options by prefix, Newton's method, ways to a start, steps in time."""
