"""`%%sql` and `%%explain`: cells that are SQL."""

from __future__ import annotations

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class

from workbench.jupyter.social.notebook import LiveSocial
from workbench.jupyter.social.plan_view import ShownPlan
from workbench.jupyter.social.result import SqlResult


@magics_class
class SqlMagics(Magics):
    """The magics of the live social database."""

    def __init__(self, shell: InteractiveShell, social: LiveSocial) -> None:
        super().__init__(shell)
        self._shell, self._social = shell, social

    @line_cell_magic
    def sql(self, line: str, cell: str | None = None) -> SqlResult:
        """`%%sql [NAME]`: run the cell in the live social database, and keep its rows under that
        name. `%sql SELECT 1` runs a line."""
        if cell is None:
            return self._social.sql(line)
        found = self._social.sql(cell)
        self._keep(line, found.rows)
        return found

    @line_cell_magic
    def explain(self, line: str, cell: str | None = None) -> ShownPlan:
        """`%%explain [NAME]`: how PostgreSQL runs the cell's statement, which is rolled back; the
        plan is kept under that name."""
        if cell is None:
            return self._social.explain(line)
        found = self._social.explain(cell)
        self._keep(line, found)
        return found

    def _keep(self, line: str, value: object) -> None:
        name = line.strip()
        if name and not name.isidentifier():
            raise UsageError(
                f"{name!r} is no name for what comes back: the SQL goes below the line."
            )
        if name:
            self._shell.push({name: value})
