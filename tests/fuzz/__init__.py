"""Anything at all, handed to everything that reads something: only the errors of this project may come out."""
