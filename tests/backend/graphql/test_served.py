"""Streams as waitress serves them: events come at once, and a client that leaves makes room."""

import os
import subprocess
import sys

import httpx
import pytest

from backend.graphql.types import global_id

QUERY = "subscription($id: ID!) { stockChanged(id: $id) { stockStatus } }"

SERVE = """
import waitress
from backend.app import create_app
server = waitress.create_server(create_app(), host="127.0.0.1", port=0, threads=4)
print(server.effective_port, flush=True)
server.run()
"""


@pytest.fixture
def served(settings):
    """A client of a server with room for one stream, which looks for its client every second."""
    environ = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "GRAPHQL_STREAMS": "1",
        "GRAPHQL_HEARTBEAT_SECONDS": "1",
    }
    # A process of its own: threads that still stream cannot be ended from within.
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        with httpx.Client(base_url=url, timeout=20) as client:
            yield client
        process.kill()


def test_a_client_that_leaves_makes_room(served, make_product, client):
    product = make_product(stock_quantity=9)
    asked = {"query": QUERY, "variables": f'{{"id": "{global_id("Product", product.id)}"}}'}
    options = {"params": asked, "headers": {"Accept": "text/event-stream"}}
    with served.stream("GET", "/graphql", **options) as answer:
        lines = answer.iter_lines()
        assert (next(lines), "IN_STOCK" in next(lines)) == ("event: next", True)
        client.patch(f"/api/v1/products/{product.id}", json={"stock_quantity": 0})
        assert "SOLD_OUT" in next(line for line in lines if line.startswith("data:"))
        assert served.get("/graphql", **options).status_code == 503
    # Its thread notices at one of the next heartbeats; the time limit of the test is the only one.
    while True:
        with served.stream("GET", "/graphql", **options) as answer:
            if answer.status_code == 200:
                break
