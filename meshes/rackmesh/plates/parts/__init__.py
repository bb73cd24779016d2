"""What the generators of plates are made of: stretches and axes, patches, layers, names of the heated face, sizes of cells."""
