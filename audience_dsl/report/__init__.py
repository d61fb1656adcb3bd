"""Diagnostics, made readable: for a terminal today, each further form in a file of its own."""

from .text import render, summary

__all__ = ["render", "summary"]
