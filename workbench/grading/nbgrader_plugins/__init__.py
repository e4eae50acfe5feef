"""What nbgrader_config.py puts into nbgrader, so that its stock commands do this course's work."""
