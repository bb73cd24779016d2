"""Meshes of other programs: read safely, their groups listed, mapped to the naming contract, joined and checked."""
