"""Syntax tree → filter."""
