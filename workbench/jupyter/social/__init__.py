"""The social network's database, live in a notebook."""
