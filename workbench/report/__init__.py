"""A page on how a class did in a lab."""
