"""The plates of a case in a run folder: their files, meshes, runs, figures, and plates without a rack or a city."""
