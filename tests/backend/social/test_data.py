"""The invented data: how much, the same everywhere, and as consistent as if it had been written."""

from datetime import UTC, datetime

import pytest

from backend.social.data import SIZES, fill_with_data
from backend.social.schema import create_social_schema

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)

ROWS = {
    "users": 200,
    "posts": 2000,
    "post_mentions": 200,
    "follows": 4031,
    "likes": 5865,
    "reposts": 598,
    "notifications": 1784,
    "activities": 1000,
}


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def social_url(make_owned_database, steps):
    url = make_owned_database()
    create_social_schema(url)
    fill_with_data(url, SIZES["small"], AT, lambda *step: steps.append(step))
    return url


@pytest.fixture
def db(social_url, session_class):
    session = session_class(social_url)
    yield session
    session.close()


def test_every_table_has_its_rows(db):
    counted = {table: db.value(f"SELECT count(*) FROM {table}") for table in ROWS}
    assert counted == ROWS


def test_the_same_rows_everywhere(db):
    db.rows("SET LOCAL timezone = 'UTC'")
    columns = (
        "id, user_id, content, hashtags, parent_post_id, thread_root_id, like_count, created_at"
    )
    digest = f"SELECT md5(string_agg(({columns})::text, ',' ORDER BY id)) FROM posts"
    assert db.value(digest) == "80d795f136378addf7e54a9a55354b3c"


def test_counts_are_those_of_the_rows(db):
    assert db.value("SELECT recount_posts()") == 0


def test_it_ends_when_it_was_to_end(db):
    for table in ("users", "posts", "follows", "likes", "reposts", "notifications", "activities"):
        first, last = db.rows(f"SELECT min(created_at), max(created_at) FROM {table}")[0]
        assert last <= AT
        assert (AT - first).days in range(800 if table == "users" else 91)
    assert db.value("SELECT max(created_at) FROM posts") == AT


def test_there_is_something_of_everything(db):
    for some in (
        "posts WHERE parent_post_id <> thread_root_id",
        "posts WHERE is_hidden",
        "posts WHERE is_flagged AND NOT is_hidden",
        "posts AS a JOIN posts AS b USING (created_at) WHERE a.id < b.id",
        "posts WHERE hashtags = '{}'",
        "posts WHERE 'SQL' = ANY (hashtags)",
        "users WHERE deleted_at IS NOT NULL",
        "users WHERE display_name IS NULL",
        "reposts WHERE comment IS NULL",
        "notifications WHERE read_at IS NULL",
        "activities WHERE user_agent IS NULL",
    ):
        assert db.value(f"SELECT count(*) FROM {some}") > 0, some


def test_the_first_users_follow_as_many_as_was_said(db):
    followed = "SELECT count(*) FROM follows WHERE follower_id = %s"
    assert [db.value(followed, user) for user in range(1, 6)] == [0, 10, 10, 196, 199]


def test_life_goes_on_afterwards(db):
    user = db.value(
        "INSERT INTO users (username, email, password_hash) VALUES ('new', 'a@b', '!') RETURNING id"
    )
    post = db.value("INSERT INTO posts (user_id, content) VALUES (%s, 'Hello') RETURNING id", user)
    assert (user, post) == (201, 2001)
    db.rows("INSERT INTO likes (user_id, post_id) VALUES (%s, %s)", user, post)
    assert db.value("SELECT like_count FROM posts WHERE id = %s", post) == 1


def test_the_statistics_are_there(db):
    assert db.value("SELECT reltuples FROM pg_class WHERE oid = 'posts'::regclass") == 2000


def test_the_progress_counts_up_to_the_end(steps):
    assert [done for done, *_ in steps] == list(range(len(steps)))
    assert {total for _, total, _ in steps} == {len(steps) - 1}
    assert steps[-1][2] == ""
    assert "likes" in {subject for *_, subject in steps}


def test_what_was_put_aside_is_there_again(db, make_owned_database, session_class):
    """Indexes, constraints and triggers are those of a schema without data."""
    url = make_owned_database()
    create_social_schema(url)
    empty = session_class(url)
    for catalogue in (
        "SELECT pg_get_indexdef(indexrelid), indisvalid FROM pg_index"
        " WHERE indrelid::regclass::text !~ '_20[0-9]{2}_|^pg_|^information_' ORDER BY 1",
        "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
        " WHERE conrelid::regclass::text !~ '_20[0-9]{2}_' AND conparentid = 0 ORDER BY 1, 2",
        "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger"
        " WHERE NOT tgisinternal ORDER BY 1",
    ):
        found = db.rows(catalogue)
        assert len(found) > 9
        assert found == empty.rows(catalogue)
    empty.close()
