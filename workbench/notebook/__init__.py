"""Notebooks as files: a lab's story text and its exercises made into .ipynb, deterministically."""
