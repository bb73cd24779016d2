"""Laminar incompressible flow: conditions, weak form, methods, steady and in time."""
