"""Backend Workbench: the tool that runs, checks and grades the course's labs."""

__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """IPython calls this for `%load_ext workbench`."""
    from workbench.jupyter.extension import load

    load(shell)
