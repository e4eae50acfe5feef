"""Automatic persisted queries: known by their digests, for a while, and not needed."""

import hashlib
import json
from dataclasses import replace

import pytest
from redis import Redis

from backend.app import create_app
from backend.graphql.persisted_queries import INDEX

QUERY = "{ __typename }"


@pytest.fixture
def redis(settings):
    redis = Redis.from_url(settings.redis_url)
    redis.delete(INDEX, *redis.keys("graphql:query:*"))
    yield redis
    redis.close()


def digest(query=QUERY):
    return hashlib.sha256(query.encode()).hexdigest()


def extensions(query=QUERY, **more):
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(query), **more}}


def ask(app, **body):
    answer = app.test_client().post("/graphql", json=body)
    found = json.loads(answer.data)
    return found.get("data") or found["errors"][0]["extensions"]["code"]


def test_is_sent_once(app, settings, redis):
    answer = app.test_client().post("/graphql", json={"extensions": extensions()})
    assert json.loads(answer.data)["errors"][0]["message"] == "PersistedQueryNotFound"
    assert ask(app, extensions=extensions()) == "PERSISTED_QUERY_NOT_FOUND"
    assert ask(app, query=QUERY, extensions=extensions()) == {"__typename": "Query"}
    # Another process knows it as well, by GET too.
    other = create_app(settings)
    assert ask(other, extensions=extensions()) == {"__typename": "Query"}
    asked = {"extensions": json.dumps(extensions())}
    answer = other.test_client().get("/graphql", query_string=asked)
    assert json.loads(answer.data) == {"data": {"__typename": "Query"}}


def test_a_digest_of_something_else_is_refused(app, redis):
    wrong = extensions("{ products { name } }")
    assert ask(app, query=QUERY, extensions=wrong) == "PERSISTED_QUERY_HASH_MISMATCH"
    assert ask(app, extensions=wrong) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "named",
    [1, {}, {"version": 2, "sha256Hash": digest()}, {"version": 1}]
    + [{"version": 1, "sha256Hash": bad} for bad in (None, 1, "x", digest().upper(), "*")],
)
def test_another_extension_is_the_clients_mistake(app, redis, named):
    assert ask(app, query=QUERY, extensions={"persistedQuery": named}) == "BAD_REQUEST"


def test_is_kept_for_a_while(app, settings, redis):
    ask(app, query=QUERY, extensions=extensions())
    key = f"graphql:query:{digest()}"
    assert 0 < redis.ttl(key) <= settings.persisted_query_seconds
    redis.expire(key, 5)
    redis.expire(INDEX, 5)
    ask(app, extensions=extensions())
    assert redis.ttl(INDEX) >= redis.ttl(key) > 5


def test_the_least_used_make_room(settings, redis):
    app = create_app(replace(settings, persisted_queries=2))
    queries = [f"{{ {name}: __typename }}" for name in "abc"]
    for query in queries[:2]:
        ask(app, query=query, extensions=extensions(query))
    ask(app, extensions=extensions(queries[0]))
    ask(app, query=queries[2], extensions=extensions(queries[2]))
    assert ask(app, extensions=extensions(queries[0])) == {"a": "Query"}
    assert ask(app, extensions=extensions(queries[1])) == "PERSISTED_QUERY_NOT_FOUND"
    assert len(redis.keys("graphql:query:*")) == redis.zcard(INDEX) == 2


def test_a_long_one_is_answered_and_not_kept(app, redis):
    query = QUERY + " " * 10_000
    assert ask(app, query=query, extensions=extensions(query)) == {"__typename": "Query"}
    assert redis.keys("graphql:query:*") == []


def test_without_redis_whole_queries_are_answered(settings, unused_port):
    app = create_app(replace(settings, redis_url=f"redis://127.0.0.1:{unused_port}/0"))
    assert ask(app, extensions=extensions()) == "PERSISTED_QUERY_NOT_FOUND"
    assert ask(app, query=QUERY, extensions=extensions()) == {"__typename": "Query"}
