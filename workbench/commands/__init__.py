"""The commands of `workbench`, grouped by who uses them. cli.py composes them."""
