"""Meshes with named regions and surfaces, and what is read off fields on any of them."""
