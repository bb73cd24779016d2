"""The city: weather, heat demand, the district network of a case, and what of the heat is reused."""
