"""`app`: the learner's live system, asked from a notebook. Each request shows all that happened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import JsonLexer, SqlLexer

from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.headers import Headers
from workbench.jupyter.verbs import Verbs

_MOST_SHOWN = 4000

#: An exchange without an answer.
NOTHING: dict[str, Any] = {
    "status": 0,
    "headers": [],
    "body": "",
    "seconds": 0.0,
    "statements": [],
    "log": "",
}

FORMATTER = HtmlFormatter(noclasses=True, nobackground=True, style="friendly", wrapcode=False)

_STYLE = """<style>
.wbx{font:13px/1.5 var(--jp-content-font-family,system-ui,sans-serif);max-width:62rem;
 border:1px solid var(--jp-border-color2,#d5dae0);border-radius:8px;overflow:hidden;
 color:var(--jp-content-font-color1,#1b1f24)}
.wbx>div{padding:.4rem 1rem;border-top:1px solid var(--jp-border-color3,#e8ebee)}
.wbx>div:first-child{border:0;background:var(--jp-layout-color2,#f3f5f7)}
.wbx .highlight{background:none!important}
.wbx pre{margin:0!important;background:none!important;white-space:pre-wrap;overflow-wrap:anywhere;
 font:12.5px/1.5 var(--jp-code-font-family,ui-monospace,monospace)}
.wbx small{opacity:.7}
</style>"""


class Exchange:
    """One request and its answer: `.status`, `.headers`, `.text`, `.json`, `.statements`."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.sent: str = data["sent"]
        self.status: int = data["status"]
        self.headers = Headers(data["headers"])
        self.text: str = data["body"]
        self.seconds: float = data["seconds"]
        self.statements: list[str] = [one["text"] for one in data["statements"]]
        self._ran: list[dict[str, Any]] = data["statements"]
        self._log: str = data["log"]
        self._note: str = data["note"]

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.text)

    def __repr__(self) -> str:
        sql = "\n".join(f"  {_shorten(one['text'])}  -- {one['tag']}" for one in self._ran)
        parts = [self.sent, f"{self.status} in {self.seconds * 1000:.0f} ms", self._pretty(), sql,
                 self._log.strip(), self._note]  # fmt: skip
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        head = (
            f"<b>{escape(self.sent)}</b><br>"
            f"<small>{self._summary()}, {len(self._ran)} SQL statements</small>"
        )
        ran = [
            f"<small>{escape(one['tag'])} in {one['seconds'] * 1000:.1f} ms</small>"
            + highlight(_shorten(one["text"]), SqlLexer(), FORMATTER)
            for one in self._ran
        ]
        return as_box([head, *self._body(), *ran, *preformatted(self._log, self._note)])

    def _body(self) -> list[str]:
        """HTML of the body, if there is one."""
        try:
            self.json  # noqa: B018 - is it any?
        except ValueError:
            return preformatted(self._pretty())
        return [highlight(self._pretty(), JsonLexer(), FORMATTER)]

    def _summary(self) -> str:
        return f"{self.status or 'no answer'} in {self.seconds * 1000:.0f} ms"

    def _pretty(self) -> str:
        try:
            return _shorten(json.dumps(self.json, indent=2, ensure_ascii=False))
        except ValueError:
            return _shorten(self.text)


class LiveApp(Verbs[Exchange]):
    """The learner's live system. Options of a request are httpx's: params, json, headers."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def graphql(
        self, query: str, variables: dict[str, Any] | None = None, **options: Any
    ) -> Exchange:
        """Send an operation to /graphql. Options are those of a request (role, headers)."""
        body = {"query": query, "variables": variables or {}}
        return self.request("POST", "/graphql", json=body, **options)

    def request(self, method: str, path: str, **options: Any) -> Exchange:
        """Send a request; the exchange, which shows itself. Its status is 0 when none came back."""
        try:
            return Exchange(self._companion.ask("ask", method=method, path=path, options=options))
        except CompanionError as error:
            return Exchange({**NOTHING, "sent": f"{method} {path}", "note": str(error)})

    @property
    def url(self) -> str:
        """Where the live system listens, for a browser: `/docs` below it is the API's reference."""
        return str(self._companion.ask("address")["address"])

    def configure(self, **settings: object) -> None:
        """Start the live system anew with these settings, `CACHE_SECONDS=60` say, and the others
        at their defaults."""
        chosen = {name: str(value) for name, value in settings.items()}
        self._companion.ask("configure", settings=chosen)

    def reset(self) -> None:
        """Put the live database back to its demo data."""
        self._companion.ask("reset")

    def __repr__(self) -> str:
        return f"<the live system at {self.url}; its documentation is at {self.url}/docs>"


def as_box(rows: Sequence[str]) -> str:
    """HTML: a box with these rows, which are HTML."""
    return _STYLE + '<div class="wbx">' + "".join(f"<div>{row}</div>" for row in rows) + "</div>"


def preformatted(*texts: str) -> list[str]:
    """HTML of each text that says anything."""
    return [f"<pre>{escape(text.strip())}</pre>" for text in texts if text.strip()]


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}\n[...]"
