"""Backend Workbench: the tool that runs, checks and grades the course's labs."""

__version__ = "0.1.0"
