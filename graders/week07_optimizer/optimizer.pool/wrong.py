"""Mistakes that people make with pools."""

from workbench.alternatives import Wrong

WRONG: list[Wrong] = []
