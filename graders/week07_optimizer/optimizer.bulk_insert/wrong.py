"""Mistakes that people make with many rows."""

from workbench.alternatives import Wrong

WRONG: list[Wrong] = []
