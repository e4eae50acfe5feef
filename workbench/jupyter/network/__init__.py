"""The social network's service in a notebook."""
