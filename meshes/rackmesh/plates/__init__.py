"""Generators of cold plates: one file a kind, a frozen dataclass of parameters each, and one function that writes its mesh."""
