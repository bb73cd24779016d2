"""Measured plates: curves of other people's tests in place of finite elements."""
