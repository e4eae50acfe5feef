"""A product is fetched again only when it has changed, and no change of another is lost."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.app import create_app


@pytest.fixture
def url(make_product):
    return f"/api/v1/products/{make_product().id}"


@pytest.fixture
def tag(client, url):
    return client.get(url).headers["ETag"]


def test_the_tag_names_the_state(client, url, tag, settings):
    assert tag.startswith('"')
    assert create_app(settings).test_client().get(url).headers["ETag"] == tag
    changed = client.patch(url, json={"name": "New"})
    assert changed.headers["ETag"] == client.get(url).headers["ETag"] != tag


def test_a_script_that_forgets_updated_at_changes_the_tag(client, url, tag, session):
    session.execute(text("UPDATE products SET price = 11"))
    session.commit()
    assert client.get(url).headers["ETag"] != tag


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("header", ["{}", "W/{}", '"other", {}', "*"])
def test_what_is_known_is_not_sent_again(client, url, tag, method, header):
    answer = client.open(url, method=method, headers={"If-None-Match": header.format(tag)})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == tag


@pytest.mark.parametrize("header", ['"other"', "nonsense", ""])
def test_what_is_not_known_is_sent(client, url, tag, header):
    answer = client.get(url, headers={"If-None-Match": header})
    assert (answer.status_code, answer.headers["ETag"]) == (200, tag)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("name", "header", "met"),
    [
        ("If-Match", "{}", True),
        ("If-Match", '"other", {}', True),
        ("If-Match", "*", True),
        ("If-Match", '"other"', False),
        ("If-Match", "W/{}", False),
        ("If-Match", "", False),
        ("If-None-Match", '"other"', True),
        ("If-None-Match", "*", False),
        ("If-None-Match", "W/{}", False),
    ],
)
def test_a_change_obeys_its_conditions(client, url, tag, method, name, header, met):
    body = client.get(url).json
    sent = {key: body[key] for key in ("name", "price", "category_id")} | {"stock_quantity": 7}
    options = {} if method == "DELETE" else {"json": sent}
    answer = client.open(url, method=method, headers={name: header.format(tag)}, **options)
    if met:
        assert answer.status_code in (200, 204)
        assert client.get(url).headers.get("ETag") != tag
    else:
        assert answer.status_code == 412
        assert answer.content_type == "application/problem+json"
        assert client.get(url).headers["ETag"] == tag


def test_what_is_gone_is_404_on_any_condition(client, url, tag):
    client.delete(url)
    for header in (tag, "*", '"other"'):
        for address in (url, f"/api/v1/products/{uuid.uuid4()}"):
            answer = client.patch(address, json={}, headers={"If-Match": header})
            assert answer.status_code == 404


def test_refused_requests_hold_no_lock(client, url, tag):
    assert client.patch(url, json={"price": -1}, headers={"If-Match": tag}).status_code == 422
    assert client.patch(url, json={}, headers={"If-Match": '"other"'}).status_code == 412
    assert client.patch(url, json={"price": 1}, headers={"If-Match": tag}).status_code == 200


def test_of_two_writers_who_saw_the_same_one_succeeds(app, sign_in, engine, url, tag):
    """Both wait for the row before either has compared."""

    def change(name):
        return sign_in(app).patch(url, json={"name": name}, headers={"If-Match": tag}).status_code

    with ThreadPoolExecutor(2) as pool, Session(engine) as session:
        session.execute(text("SELECT * FROM products FOR UPDATE"))
        answers = [pool.submit(change, name) for name in ("first", "second")]
        _wait_until_blocked(engine, 2)
        session.commit()
        assert sorted(answer.result(30) for answer in answers) == [200, 412]


def _wait_until_blocked(engine, wanted):
    query = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _ in range(100_000):
            if connection.scalar(query) == wanted:
                return
    pytest.fail("they never waited for a lock")
