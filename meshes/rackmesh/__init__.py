"""Gmsh geometry of cold plates: meshes whose physical groups follow the naming contract of `meshes/README.md`."""
