"""The probes tell a living process from one that can work."""

import pytest

from backend.app import create_app
from backend.settings import Settings


def test_alive_and_ready(client):
    assert client.get("/healthz").json == {"status": "alive"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    ("postgres", "redis", "told"),
    [
        (False, True, "No answer from PostgreSQL."),
        (True, False, "No answer from Redis."),
        (False, False, "No answer from PostgreSQL and Redis."),
    ],
)
def test_says_which_service_is_missing_and_nothing_internal(
    settings, unused_port, postgres, redis, told
):
    lost = f"someone:secret@127.0.0.1:{unused_port}"
    client = create_app(
        Settings(
            settings.database_url if postgres else f"postgresql://{lost}/catalog",
            settings.redis_url if redis else f"redis://{lost}/0",
        )
    ).test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert answer.json["detail"] == told
    assert "127.0.0.1" not in answer.text
    assert client.get("/healthz").status_code == 200
