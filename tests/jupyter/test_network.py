"""What the cells of a notebook do with the live service of the social network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest
from IPython.core.error import UsageError

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.network.notebook import LiveNetwork
from workbench.jupyter.social.notebook import LiveSocial


@pytest.fixture(scope="module")
def companion(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Companion]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WORKBENCH_WORK", str(tmp_path_factory.mktemp("work")))
        patched.setenv("DATABASE_URL", services.postgres_url)
        patched.setenv("REDIS_URL", services.redis_url)
        with Companion() as opened:
            yield opened


@pytest.fixture
def network(companion: Companion) -> LiveNetwork:
    return LiveNetwork(companion)


def test_it_serves_the_live_social_database(network: LiveNetwork, companion: Companion) -> None:
    feed = network.get("/users/3/feed")
    assert feed.status == 200
    assert len(feed.json["posts"]) == 10
    assert any("LATERAL" in text for text in feed.statements)
    written = network.post("/posts", json={"user_id": 3, "content": "From a cell"})
    assert written.status == 201
    found = LiveSocial(companion).sql(
        "SELECT content FROM posts WHERE id = %s", [written.json["id"]]
    )
    assert "From a cell" in repr(found)


def test_a_pin_finds_its_table(network: LiveNetwork) -> None:
    assert network.put("/users/1/pins/1").status in (200, 201)


def test_it_is_configured_and_stays_at_its_address(network: LiveNetwork) -> None:
    before = network.url
    network.configure(POOL_MAX_SIZE=3)
    assert (network.url, network.get("/pool").json["max_size"]) == (before, 3)
    with pytest.raises(UsageError, match="POOL_MAX_SIZE"):
        network.configure(pool_max_size=3)
    with pytest.raises(CompanionError, match="POOL_MIN_SIZE"):
        network.configure(POOL_MIN_SIZE=9)
    assert "POOL_MIN_SIZE" in repr(network.get("/pool"))
    network.configure()
    assert network.get("/pool").json["max_size"] == 8


def test_a_new_live_database_is_the_one_that_is_served(
    network: LiveNetwork, companion: Companion
) -> None:
    written = network.post("/posts", json={"user_id": 3, "content": "Soon forgotten"}).json
    LiveSocial(companion).reset()
    assert network.get(f"/posts/{written['id']}").status == 404
    assert network.put("/users/1/pins/2").status == 201


async def roles(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch("SELECT current_user")]
    finally:
        await connection.close()


def test_asyncpg_enters_the_live_database(companion: Companion) -> None:
    assert len(asyncio.run(roles(LiveSocial(companion).url))) == 1


def test_a_schema_that_does_not_fit_is_told(
    network: LiveNetwork, companion: Companion, course: Course
) -> None:
    users = course.exercise("social.users")
    text = users.part
    Answers().save(users, text.replace("CREATE TABLE users", "CREATE TABLE people"))
    try:
        companion.ask("swap")
        shown = network.get("/users/3/feed")
        assert shown.status == 0
        assert "users" in repr(shown)
    finally:
        Answers().save(users, text)
        companion.ask("swap")
    assert network.get("/posts/1").status == 200
