"""Posts are found by their words and hashtags, and nothing else makes the words anew."""

import pytest


@pytest.fixture
def found(db):
    def found(words):
        rows = db.rows(
            "SELECT id FROM posts, websearch_to_tsquery('english', %s) AS wanted"
            " WHERE search_vector @@ wanted ORDER BY ts_rank(search_vector, wanted) DESC, id",
            words,
        )
        return [post for (post,) in rows]

    return found


def test_words_in_any_form_and_hashtags(db, add_post, found):
    by_tag = add_post(content="Hello", hashtags=["Databases", "日本語"])
    by_text = add_post(content="A database!")
    assert found("database") == [by_text, by_tag]
    assert found("DATABASES -hello") == [by_text]
    assert found("日本語") == [by_tag]
    assert found("the") == []


def test_the_words_follow_the_post(db, add_post, found):
    post = add_post(content="old")
    db.rows("UPDATE posts SET content = 'new' WHERE id = %s", post)
    assert (found("old"), found("new")) == ([], [post])
    db.rows("UPDATE posts SET hashtags = ARRAY['tagged'] WHERE id = %s", post)
    assert found("tagged") == [post]
    db.rows("UPDATE posts SET search_vector = 'forged' WHERE id = %s", post)
    assert (found("forged"), found("new")) == ([], [post])


def test_without_hashtags_there_are_words_as_well(db, add_post, found):
    assert found("hello") == []
    post = add_post(content="Hello", hashtags=[])
    assert found("hello") == [post]


def test_the_language_is_not_the_session_s(db, add_post, found):
    db.rows("SET LOCAL default_text_search_config = 'pg_catalog.simple'")
    post = add_post(content="running")
    assert found("run") == [post]


def test_counts_views_and_moderation_compute_nothing(db, add_post):
    post = add_post()
    # Whoever computes the words again stumbles.
    db.rows(
        "CREATE OR REPLACE FUNCTION set_post_search_vector() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'computed again'; END $$"
    )
    db.rows("UPDATE posts SET view_count = view_count + 1, is_flagged = true WHERE id = %s", post)
    db.rows("INSERT INTO likes (user_id, post_id) SELECT user_id, id FROM posts")
    assert db.value("SELECT like_count FROM posts WHERE id = %s", post) == 1


def test_a_search_uses_the_index(db, add_post):
    db.rows("SET LOCAL enable_seqscan = off")
    plan = db.rows("EXPLAIN SELECT FROM posts WHERE search_vector @@ to_tsquery('english', 'cat')")
    assert any("posts_search_vector_idx" in line for (line,) in plan)
