"""Everything that a notebook calls."""
