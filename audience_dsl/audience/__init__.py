"""Filters and the connected audience JSON of Braze, one from the other."""
