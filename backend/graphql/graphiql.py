"""GraphiQL, the page to explore the graph with: served from here, needing no other host."""

from __future__ import annotations

from flask import Blueprint, Response

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>GraphiQL</title>
<link rel="stylesheet" href="/graphiql/static/graphiql.min.css">
<style>body { margin: 0 } #graphiql { height: 100vh }</style>
</head>
<body>
<div id="graphiql"></div>
<script src="/graphiql/static/react.production.min.js"></script>
<script src="/graphiql/static/react-dom.production.min.js"></script>
<script src="/graphiql/static/graphiql.min.js"></script>
<script>
const fetcher = async (asked, { headers } = {}) => {
  const answer = await fetch("/graphql", {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", ...headers },
    body: JSON.stringify(asked),
  });
  return answer.json();
};
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, { fetcher, shouldPersistHeaders: false })
);
</script>
</body>
</html>
"""


def create_graphiql_blueprint() -> Blueprint:
    """/graphiql, and its files below it."""
    blueprint = Blueprint(
        "graphiql",
        __name__,
        url_prefix="/graphiql",
        static_folder="static",
        static_url_path="/static",
    )

    @blueprint.get("")
    def page() -> Response:
        return Response(_PAGE, content_type="text/html; charset=utf-8")

    return blueprint
