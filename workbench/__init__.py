"""Backend Workbench: the tool that runs, checks and grades the course's labs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__version__ = "0.1.0"


def load_ipython_extension(shell: InteractiveShell) -> None:
    """IPython calls this for `%load_ext workbench`."""
    from workbench.jupyter.extension import load

    load(shell)
