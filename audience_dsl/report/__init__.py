"""Diagnostics, made readable: for people, and in the forms that other programs read."""

from .findings import FORMATS, Format, render_findings
from .text import render, summary

__all__ = ["FORMATS", "Format", "render", "render_findings", "summary"]
