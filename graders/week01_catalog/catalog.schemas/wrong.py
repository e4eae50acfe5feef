"""Mistakes that people make at the border."""

from workbench.alternatives import Wrong

WRONG: list[Wrong] = []
