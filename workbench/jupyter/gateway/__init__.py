"""The gateway, live in a notebook."""
