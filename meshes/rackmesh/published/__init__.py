"""Domains of published benchmarks and of comparisons with other programs."""
