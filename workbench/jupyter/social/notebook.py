"""`social`, `%%sql` and `explain`: the learner's live social database, asked from a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.checking.plan import read_plan
from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.progress_bar import ProgressBar
from workbench.jupyter.social.loaded import Loaded
from workbench.jupyter.social.plan_view import ShownPlan
from workbench.jupyter.social.result import SqlResult
from workbench.jupyter.social.sizes import SIZES

Parameters = Sequence[Any] | Mapping[str, Any]


class LiveSocial:
    """The social network's database with every answer of yours in it."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def sql(self, text: str, parameters: Parameters = ()) -> SqlResult:
        """Run statements, one after another; the results, which show themselves.

        parameters: values for %s or %(name)s. All run in one session: a BEGIN stays open until you
        say COMMIT or ROLLBACK, also in a later cell.
        """
        try:
            order = {"text": text, "parameters": _as_data(parameters)}
            return SqlResult(self._companion.ask("social_run", **order))
        except CompanionError as error:
            return SqlResult({"results": [], "notices": [], "trouble": str(error), "open": False,
                              "note": ""})  # fmt: skip

    def explain(self, query: str, parameters: Parameters = ()) -> ShownPlan:
        """How PostgreSQL runs one statement: it is run, in a transaction of its own that is rolled
        back, so that nothing of what it changes is kept. The plan shows itself as a tree.

        Raises CompanionError, with PostgreSQL's words, when it is refused.
        """
        order = {"text": query, "parameters": _as_data(parameters)}
        plan = read_plan(self._companion.ask("social_explain", **order)["plan"])
        return ShownPlan(plan.root, plan.planning, plan.execution)

    def ask(self, query: str, /, **parameters: Any) -> SqlResult:
        """Run a query of sql/social/queries by its name, your current answer where there is one.

        Raises CompanionError for a name that is none.
        """
        return self.sql(self._text(query), parameters)

    def plan(self, query: str, /, **parameters: Any) -> ShownPlan:
        """How PostgreSQL runs it. Raises CompanionError."""
        return self.explain(self._text(query), parameters)

    def load(self, size: str) -> Loaded:
        """Have more data in the database, or less:

        "small"     200 users,     2,000 posts,  16 MB: made in 8 s, copied in 1 s
        "laptop"  2,000 users,    50,000 posts,  91 MB: made in 50 s, copied in 3 s
        "large"  20,000 users, 1,000,000 posts, 1.6 GB: made in 12 minutes, copied in 21 s

        Those times were taken on two cores with five times as much to do; twice the room is used.

        What is in the database now is gone then. It stays until the new one is whole, also when
        you interrupt the cell, and when your schema does not take the data. What was made is kept
        for as long as your schema stays as it is, two weeks at most, once for each size: the next
        time it is only copied.

        Another answer begins with the small data again. Going back to the earlier one brings its
        database back, unless you have loaded laptop or large since. reset() goes back to small.

        Raises CompanionError when the schema or the data does not fit: it says which part, and
        what PostgreSQL said.
        """
        if size not in SIZES:
            *others, last = map(repr, SIZES)
            raise CompanionError(f"There is no size {size!r}: {', '.join(others)} or {last}.")
        bar = ProgressBar(f"Loading {size!r} into the live social database")
        reply = self._companion.follow(bar.show, "social_load", size=size)
        bar.finish()
        return Loaded(size, reply["rows"], reply["bytes"], reply["seconds"])

    @property
    def url(self) -> str:
        """The database's address with your password in it, for psql or a program of your own."""
        return str(self._companion.ask("social_address")["address"])

    def reset(self) -> None:
        """Put the database back to how it is when it is new."""
        self._companion.ask("social_reset")

    def built(self) -> str:
        """Build the schema with the current answers: what does not fit, or an empty text.

        Raises CompanionError when the first answer does not run.
        """
        return str(self._companion.ask("social_ready")["note"])

    def _text(self, query: str) -> str:
        return str(self._companion.ask("social_query", name=query)["text"])

    def __repr__(self) -> str:
        return "<the live social database: %%sql asks it>"


def _as_data(parameters: Parameters) -> Any:
    """Values as they travel; moments and the like become text, which PostgreSQL reads."""
    return json.loads(json.dumps(parameters, default=str))
