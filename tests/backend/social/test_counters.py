"""The counts of a post are right after every statement, whoever writes at the same time."""

import itertools

import psycopg2
import pytest

LIKE = "INSERT INTO likes (user_id, post_id) VALUES (%s, %s)"

# For every post what is stored and what there is.
WRONG = """
    SELECT id FROM posts WHERE (like_count, repost_count, reply_count) IS DISTINCT FROM (
        (SELECT count(*) FROM likes WHERE post_id = posts.id),
        (SELECT count(*) FROM reposts WHERE post_id = posts.id),
        (SELECT count(*) FROM posts AS reply WHERE reply.parent_post_id = posts.id)
    )
"""


@pytest.fixture
def users(add_user):
    return [add_user() for _ in range(4)]


@pytest.fixture
def posts(add_post, users):
    return [add_post(user_id=users[0]) for _ in range(3)]


def counts(db, column="like_count"):
    return [count for (count,) in db.rows(f"SELECT {column} FROM posts ORDER BY id")]


@pytest.fixture(params=["likes", "reposts"])
def kind(request):
    return request.param


@pytest.fixture
def counted(db, kind):
    return lambda: counts(db, f"{kind.removesuffix('s')}_count")


def test_inserts_and_deletes_of_any_number_of_rows(db, users, posts, kind, counted):
    add = (
        f"INSERT INTO {kind} (user_id, post_id) SELECT u, p"
        " FROM unnest(%s::bigint[]) AS u, unnest(%s) AS p"
    )
    db.rows(add, users, posts[:2])
    assert counted() == [4, 4, 0]
    db.rows(f"{add} ON CONFLICT DO NOTHING", users[:2], posts)
    assert counted() == [4, 4, 2]
    db.rows(f"DELETE FROM {kind} WHERE user_id = %s AND post_id <> %s", users[0], posts[1])
    assert counted() == [3, 4, 1]
    db.rows(f"DELETE FROM {kind} WHERE false")
    db.rows(add, [], posts)
    assert counted() == [3, 4, 1]
    assert db.rows(WRONG) == []


def test_moves(db, users, posts, kind, counted):
    db.rows(f"INSERT INTO {kind} (user_id, post_id) SELECT unnest(%s), %s", users[:2], posts[0])
    db.rows(f"UPDATE {kind} SET post_id = %s WHERE user_id = %s", posts[1], users[0])
    assert counted() == [1, 1, 0]
    db.rows(f"UPDATE {kind} SET post_id = CASE post_id WHEN %s THEN %s::bigint ELSE %s END",
            posts[0], posts[1], posts[2])  # fmt: skip
    assert counted() == [0, 1, 1]
    written = "SELECT pg_stat_get_xact_tuples_updated('posts'::regclass)"
    before = db.value(written)
    db.rows(f"UPDATE {kind} SET user_id = %s WHERE user_id = %s", users[3], users[0])
    db.rows(f"UPDATE {kind} SET created_at = now()")
    assert db.value(written) == before  # what moves no like writes no post
    assert counted() == [0, 1, 1]


def test_an_upsert_counts_once(db, users, posts, kind, counted):
    upsert = (
        f"INSERT INTO {kind} (user_id, post_id) SELECT unnest(%s), %s"
        " ON CONFLICT (user_id, post_id) DO UPDATE SET created_at = now()"
    )
    db.rows(upsert, users[:1], posts[0])
    db.rows(upsert, users[:3], posts[0])
    assert counted() == [3, 0, 0]


def test_truncate(db, users, posts, kind, counted):
    for table in ("likes", "reposts"):
        db.rows(f"INSERT INTO {table} (user_id, post_id) VALUES (%s, %s)", users[1], posts[1])
    db.rows(f"TRUNCATE {kind}")
    assert counted() == [0, 0, 0]
    assert db.rows(WRONG) == []


def test_what_fails_or_is_rolled_back_counts_nothing(db, users, posts, kind, counted):
    db.rows(f"INSERT INTO {kind} (user_id, post_id) VALUES (%s, %s)", users[0], posts[0])
    twice = f"INSERT INTO {kind} (user_id, post_id) VALUES (%s, %s), (%s, %s)"
    db.refuses(f"{kind}_pkey", twice, users[1], posts[0], users[0], posts[0])
    assert counted() == [1, 0, 0]


def test_deletions_that_cascade(db, users, add_post, posts):
    reply = add_post(reply_to=posts[0], user_id=users[1])
    add_post(reply_to=reply, user_id=users[2])
    add_post(reply_to=posts[0], user_id=users[2])
    for user, post in itertools.product(users, [*posts, reply]):
        db.rows(LIKE, user, post)
        db.rows("INSERT INTO reposts (user_id, post_id) VALUES (%s, %s)", user, post)
    assert (counts(db), counts(db, "reply_count")) == ([4, 4, 4, 4, 0, 0], [2, 0, 0, 1, 0, 0])
    db.rows("DELETE FROM users WHERE id = %s", users[3])  # who has only liked and reposted
    assert counts(db) == [3, 3, 3, 3, 0, 0]
    db.rows("DELETE FROM users WHERE id = %s", users[1])  # a reply goes, and the one below it
    assert (counts(db), counts(db, "reply_count")) == ([2, 2, 2, 0], [1, 0, 0, 0])
    assert db.rows(WRONG) == []
    db.rows("DELETE FROM users")
    assert counts(db) == []


def test_replies_of_one_statement(db, users, posts):
    db.rows(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
        " SELECT %s, 'Yes', post, post FROM unnest(%s) AS post, generate_series(1, 2)",
        users[0], posts[:2],
    )  # fmt: skip
    assert counts(db, "reply_count")[:3] == [2, 2, 0]
    db.rows("DELETE FROM posts WHERE parent_post_id = %s", posts[0])
    assert counts(db, "reply_count")[:3] == [0, 2, 0]


def test_replies_that_move(db, users, add_post, posts):
    reply = add_post(reply_to=posts[0], user_id=users[1])
    move = "UPDATE posts SET parent_post_id = %s, thread_root_id = %s WHERE id = %s"
    db.rows(move, posts[1], posts[1], reply)
    assert counts(db, "reply_count") == [0, 1, 0, 0]
    db.rows(move, None, None, reply)
    assert counts(db, "reply_count") == [0, 0, 0, 0]
    db.rows(move, posts[2], posts[2], reply)
    db.rows(move, posts[2], posts[2], reply)
    assert counts(db, "reply_count") == [0, 0, 1, 0]


def test_any_search_path_will_do(db, users, add_post, posts):
    db.rows("SET LOCAL search_path = ''")
    db.rows("INSERT INTO public.likes (user_id, post_id) VALUES (%s, %s)", users[0], posts[0])
    db.rows(
        "INSERT INTO public.posts (user_id, content, hashtags, parent_post_id, thread_root_id)"
        " VALUES (%s, 'Yes', ARRAY['sql'], %s, %s)",
        users[1], posts[0], posts[0],
    )  # fmt: skip
    db.rows("UPDATE public.posts SET content = 'No', thread_root_id = NULL, parent_post_id = NULL"
            " WHERE parent_post_id IS NOT NULL")  # fmt: skip
    db.rows("TRUNCATE public.likes")
    assert db.value("SELECT public.recount_posts()") == 0
    db.rows("SELECT public.refresh_trending_hashtags()")


def test_a_count_leaves_updated_at_alone(db, users, posts):
    db.rows("UPDATE posts SET updated_at = '2020-01-01T00:00Z'")
    db.rows(LIKE, users[0], posts[0])
    assert db.value("SELECT count(*) FROM posts WHERE updated_at > '2021-01-01T00:00Z'") == 0


def test_likes_at_once_are_all_counted(db, open_session, users, posts, start_waiting):
    db.commit()
    db.rows(LIKE, users[0], posts[0])
    late = [start_waiting(open_session(), LIKE, user, posts[0]) for user in users[1:]]
    db.commit()
    for one in late:
        one.result(30)
    assert counts(db)[0] == 4


def test_a_like_and_its_withdrawal_at_once(db, open_session, users, posts, start_waiting):
    db.rows(LIKE, users[0], posts[0])
    db.commit()
    db.rows(LIKE, users[1], posts[0])
    late = start_waiting(open_session(), "DELETE FROM likes WHERE user_id = %s", users[0])
    db.commit()
    late.result(30)
    assert counts(db)[0] == 1


def test_opposite_orders_do_not_deadlock(db, open_session, users, posts, start_waiting):
    """Each holds what the other wants only if somebody locks in the order of the rows."""
    db.commit()
    # Both statements get to their locks while the middle post is held.
    blocker = open_session()
    blocker.rows("SELECT FROM posts WHERE id = %s FOR NO KEY UPDATE", posts[1])
    ways = [posts, list(reversed(posts))]
    both = [
        start_waiting(
            open_session(), "INSERT INTO likes (user_id, post_id) SELECT %s, unnest(%s)", user, way
        )
        for user, way in zip(users[:2], ways, strict=True)
    ]
    blocker.commit()
    for one in both:
        one.result(30)
    assert counts(db) == [2, 2, 2]


def test_posts_are_locked_in_the_order_of_their_ids(db, open_session, users, posts, start_waiting):
    """Whatever the order of the list, and of the plan that writes them."""
    db.commit()
    blocker = open_session()
    blocker.rows("SELECT FROM posts WHERE id = %s FOR NO KEY UPDATE", posts[1])
    both = []
    for way in (posts, list(reversed(posts))):
        session = open_session()
        for join in ("hashjoin", "mergejoin", "seqscan", "bitmapscan"):
            session.rows(f"SET enable_{join} = off")  # one post after the other, as they are listed
        both.append(
            start_waiting(session, "SELECT change_post_counts('likes', %s, '{1,1,1}')", way)
        )
    blocker.commit()
    for one in both:
        one.result(30)
    assert counts(db) == [2, 2, 2]


def test_who_has_just_liked_does_not_hold_up_the_next(
    db, open_session, users, posts, start_waiting
):
    """A like shares its post's key until it commits: a count must not need that key alone."""
    db.commit()
    db.rows(LIKE, users[0], posts[0])
    late = start_waiting(open_session(), LIKE, users[1], posts[0])  # shares the key by now as well
    db.rows("INSERT INTO reposts (user_id, post_id) VALUES (%s, %s)", users[0], posts[0])
    db.commit()
    late.result(30)
    assert (counts(db)[0], counts(db, "repost_count")[0]) == (2, 1)


def test_a_post_that_goes_while_it_is_liked(db, open_session, users, posts, start_waiting):
    db.commit()
    db.rows(LIKE, users[0], posts[0])
    gone = start_waiting(open_session(), "DELETE FROM posts WHERE id = %s", posts[0])
    db.commit()
    gone.result(30)
    assert db.rows("SELECT FROM likes") == []

    db.rows("DELETE FROM posts WHERE id = %s", posts[1])
    late = start_waiting(open_session(), LIKE, users[0], posts[1])
    db.commit()
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        late.result(30)


def test_a_truncate_waits_for_likes(db, open_session, users, posts, start_waiting):
    db.commit()
    db.rows(LIKE, users[0], posts[0])
    late = start_waiting(open_session(), "TRUNCATE likes")
    db.commit()
    late.result(30)
    assert counts(db) == [0, 0, 0]


def test_recount_mends_and_says_how_much(db, users, posts):
    db.rows(LIKE, users[0], posts[0])
    assert db.value("SELECT recount_posts()") == 0
    db.rows("ALTER TABLE likes DISABLE TRIGGER USER")
    db.rows(LIKE, users[1], posts[0])
    db.rows(LIKE, users[1], posts[1])
    db.rows("ALTER TABLE likes ENABLE TRIGGER USER")
    assert db.value("SELECT recount_posts()") == 2
    assert db.rows(WRONG) == []
