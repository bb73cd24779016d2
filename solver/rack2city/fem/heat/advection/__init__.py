"""How a stream carries temperature: by a velocity without divergence, and by streamline upwinding."""
