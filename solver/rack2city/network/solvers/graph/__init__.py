"""Any graph: flows by Newton's method, temperatures by one sparse solve, brought together pass by pass."""
