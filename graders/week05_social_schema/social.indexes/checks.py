"""Indexes are judged by what the workload's plans read, their sizes, and what a write costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.checking import CheckFailed, Plan, Social, check, expect

TIMELINE = """
    SELECT id, user_id, content, created_at FROM posts
    WHERE NOT is_hidden
    ORDER BY created_at DESC, id DESC LIMIT 20"""
TIMELINE_GOES_ON = """
    SELECT id, user_id, content, created_at FROM posts
    WHERE NOT is_hidden AND (created_at, id) < (%(created_at)s, %(id)s)
    ORDER BY created_at DESC, id DESC LIMIT 20"""
THREAD = """
    SELECT id, user_id, content, created_at FROM posts
    WHERE thread_root_id = %(root)s AND NOT is_hidden
    ORDER BY created_at, id LIMIT 20"""
THREAD_HEADING = """
    SELECT count(*) AS replies, count(DISTINCT user_id) AS people, max(created_at) AS last_at
    FROM posts
    WHERE thread_root_id = %(root)s AND NOT is_hidden"""
HASHTAG = """
    SELECT id, user_id, content, created_at FROM posts
    WHERE hashtags @> ARRAY[%(hashtag)s] AND NOT is_hidden
    ORDER BY created_at DESC, id DESC LIMIT 20"""
MODERATION = """
    SELECT id, user_id, content, created_at FROM posts
    WHERE is_flagged AND NOT is_hidden
    ORDER BY created_at, id LIMIT 20"""
BELL = """
    SELECT count(*) AS unread FROM notifications
    WHERE user_id = %(user)s AND read_at IS NULL"""
UNREAD = """
    SELECT id, actor_id, notification_type, post_id, created_at FROM notifications
    WHERE user_id = %(user)s AND read_at IS NULL
    ORDER BY created_at DESC, id DESC LIMIT 20"""
HOUR = """
    SELECT activity_type, count(*) AS n FROM activities
    WHERE created_at >= %(begins)s AND created_at < %(ends)s
    GROUP BY activity_type"""
NAMES = """
    SELECT id, username, display_name FROM users
    WHERE deleted_at IS NULL
        AND (lower(username) LIKE %(part)s OR lower(display_name) LIKE %(part)s)"""

#: The columns in which these questions count.
COUNTED = ("replies", "unread", "n")

#: When hundreds posted at once.
CROWD = "2024-01-02T12:40:00Z"
AN_HOUR = {"begins": "2024-01-10T12:00:00Z", "ends": "2024-01-10T13:00:00Z"}
IN_JANUARY = """
    SELECT tableoid::regclass::text AS name FROM notifications
    WHERE created_at < '2024-02-01' LIMIT 1"""

#: The index, or that of the whole table when it belongs to a partition.
ROOTS = """
    SELECT DISTINCT coalesce(pg_partition_root(oid)::oid, oid)::bigint AS oid FROM pg_class
    WHERE relname = ANY(%s) AND relkind IN ('i', 'I') AND relnamespace = 'public'::regnamespace"""

SIZES = """
    SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::bigint AS bytes FROM pg_index
    WHERE indrelid = %s::regclass
        AND coalesce(pg_partition_root(indexrelid)::oid, indexrelid) = ANY(%s::oid[])"""

#: ANALYZE has counted: it sees every row of a table as small as posts.
ENTRIES = """
    SELECT coalesce(max(reltuples), 0)::bigint AS n FROM pg_class WHERE oid = ANY(%s::oid[])"""

#: The indexes of the parts before: by table and columns, in the order of the index, their names.
EARLIER = {
    ("users", "id"): "users_pkey",
    ("users", "lower(username)"): "users_live_username_key",
    ("users", "lower(email)"): "users_live_email_key",
    ("posts", "id"): "posts_pkey",
    ("posts", "id, thread_id"): "posts_id_thread_id_key",
    ("posts", "user_id, created_at, id, is_hidden"): "posts_user_id_created_at_idx",
    ("posts", "parent_post_id, created_at, id"): "posts_parent_post_id_created_at_idx",
    ("posts", "search_vector"): "posts_search_vector_idx",
    ("post_mentions", "post_id, user_id"): "post_mentions_pkey",
    ("post_mentions", "user_id, post_id"): "post_mentions_user_id_post_id_idx",
    ("follows", "follower_id, followee_id"): "follows_pkey",
    ("follows", "followee_id, created_at, follower_id"): "follows_followee_id_created_at_idx",
    ("likes", "user_id, post_id"): "likes_pkey",
    ("likes", "post_id, created_at, user_id"): "likes_post_id_created_at_idx",
    ("reposts", "user_id, post_id"): "reposts_pkey",
    ("reposts", "post_id, created_at, user_id"): "reposts_post_id_created_at_idx",
    ("notifications", "id, created_at"): "notifications_pkey",
    ("notifications", "user_id, created_at, id"): "notifications_user_id_created_at_idx",
    ("notifications", "actor_id"): "notifications_actor_id_idx",
    ("notifications", "post_id"): "notifications_post_id_idx",
    ("activities", "id, created_at"): "activities_pkey",
    ("activities", "user_id, created_at, id"): "activities_user_id_created_at_idx",
    ("trending_hashtags", "hashtag"): "trending_hashtags_hashtag_key",
}
ROOM = """
    SELECT relname AS name,
        coalesce((SELECT option_value FROM pg_options_to_table(reloptions)
            WHERE option_name = 'fillfactor'), '100') AS fillfactor
    FROM pg_class WHERE oid IN ('users'::regclass, 'posts'::regclass) ORDER BY name"""

#: Every column of every index: what it is, how it is compared, and its direction.
SHAPES = """
    SELECT indexrelid::bigint AS oid, indexes.relname AS name, indrelid::bigint AS owner,
        indrelid::regclass::text AS owner_name, relam::bigint AS method, indisunique AS is_unique,
        coalesce(pg_get_expr(indpred, indrelid), '') AS condition,
        (SELECT array_agg(concat_ws(' ', pg_get_indexdef(indexrelid, n, false), indclass[n - 1],
                indcollation[n - 1], indoption[n - 1]) ORDER BY n)
            FROM generate_series(1, indnkeyatts) AS n) AS keys,
        (SELECT coalesce(array_agg(pg_get_indexdef(indexrelid, n, false)), '{}')
            FROM generate_series(1, indnatts) AS n) AS columns
    FROM pg_index JOIN pg_class AS indexes ON indexes.oid = indexrelid
    WHERE NOT indexes.relispartition AND indexes.relnamespace = 'public'::regnamespace
    ORDER BY name"""

WRITES = {
    "a like": "INSERT INTO likes (user_id, post_id) VALUES (%(user)s, %(post)s)",
    "a view": "UPDATE posts SET view_count = view_count + 1 WHERE id = %(post)s",
    "a visit": "UPDATE users SET last_active_at = now() WHERE id = %(user)s",
}
COUNTS = """
    SELECT pg_stat_get_xact_tuples_updated(oid) AS updated,
        pg_stat_get_xact_tuples_hot_updated(oid) AS hot
    FROM pg_class WHERE oid = %s::regclass"""


def busy(app: Social) -> None:
    """2,000 users, 4,000 posts, two people's notifications, and everybody's week."""
    app.sql("""
        INSERT INTO users (username, email, password_hash, display_name, bio, deleted_at)
        SELECT 'u_' || substr(md5(n::text), 1, 12), 'u' || n || '@example.org', 'x',
            CASE WHEN n % 3 > 0 THEN
                substr(md5('d' || n), 1, 8) || ' ' || substr(md5('e' || n), 1, 8)
            END,
            repeat('x', 400), CASE WHEN n % 50 = 0 THEN now() END
        FROM generate_series(1, 2000) AS n""")
    app.sql("""
        INSERT INTO users (username, email, password_hash, display_name, deleted_at) VALUES
            ('Zebra_1', 'z1@example.org', 'x', NULL, NULL),
            ('xZEBRAx', 'z2@example.org', 'x', 'Mr X', NULL),
            ('striped', 'z3@example.org', 'x', 'The Old Zebra', NULL),
            ('zebra_2', 'z4@example.org', 'x', 'Zebra', now()),
            ('bell_rings', 'z5@example.org', 'x', NULL, NULL),
            ('all_unread', 'z6@example.org', 'x', NULL, NULL)""")
    app.sql("""
        INSERT INTO posts (user_id, content, created_at)
        SELECT id, 'What do you think?', '2024-01-01' FROM users WHERE username = 'striped'""")
    # `age` goes through 0..3999 in another order than the rows.
    app.sql("""
        WITH people AS (
            SELECT array_agg(id ORDER BY id) AS ids FROM users WHERE username LIKE 'u\\_%'
        ), root AS (
            SELECT id FROM posts WHERE content = 'What do you think?'
        )
        INSERT INTO posts (user_id, content, hashtags, parent_post_id, thread_root_id, created_at,
            is_flagged, is_hidden)
        SELECT ids[1 + n % 2000], repeat('x', 400), ARRAY['sql', 't' || n % 300]
                || CASE WHEN n % 800 = 0 THEN '{rare}'::text[] ELSE '{}' END,
            CASE WHEN n % 10 = 5 THEN root.id END, CASE WHEN n % 10 = 5 THEN root.id END,
            '2024-01-01'::timestamptz + interval '1 minute'
                * CASE WHEN age BETWEEN 2200 AND 2599 THEN 2200 ELSE age END,
            age % 100 = 7 OR age % 10 = 3, age >= 3300 OR age % 10 = 3
        FROM people, root, generate_series(1, 4000) AS n,
            LATERAL (SELECT n * 7919 % 4000) AS aging (age)""")
    app.sql("SELECT create_notification_partitions('2024-01-01', '2024-03-31')")
    app.sql("""
        WITH people AS (
            SELECT array_agg(id ORDER BY id) FILTER (WHERE username LIKE 'u\\_%') AS ids,
                max(id) FILTER (WHERE username = 'bell_rings') AS bell,
                max(id) FILTER (WHERE username = 'all_unread') AS unread
            FROM users
        )
        INSERT INTO notifications (user_id, actor_id, notification_type, created_at, read_at)
        SELECT bell, ids[n], 'follow', '2024-01-02'::timestamptz + interval '10 minutes' * n,
            CASE WHEN n NOT IN (601, 1201, 1801) THEN '2024-03-01'::timestamptz END
        FROM people, generate_series(1, 2000) AS n
        UNION ALL
        SELECT unread, ids[n], 'follow', '2024-02-14', NULL
        FROM people, generate_series(1, 600) AS n""")
    # A week is filled first and attached then: that builds its indexes at once.
    app.sql("CREATE TABLE a_week (LIKE activities INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
    app.sql("""
        WITH people AS (SELECT array_agg(id) AS ids FROM users)
        INSERT INTO a_week (id, user_id, activity_type, user_agent, created_at)
        SELECT 1000000 + n, ids[1 + n * 7 % 2000],
            CASE n % 3 WHEN 0 THEN 'login' ELSE 'view' END, repeat('x', 130),
            '2024-01-08'::timestamptz + interval '20 seconds' * n
        FROM people, generate_series(0, 29999) AS n""")
    app.sql("""
        ALTER TABLE activities
        ATTACH PARTITION a_week FOR VALUES FROM ('2024-01-08') TO ('2024-01-15')""")
    app.vacuum("users", "posts", "notifications", "activities")


def user(app: Social, name: str) -> int:
    return expect.whole(app.sql("SELECT id FROM users WHERE username = %s", [name])[0]["id"], "id")


def thread(app: Social) -> dict[str, Any]:
    """The root of the long thread."""
    found = app.sql("SELECT id FROM posts WHERE content = 'What do you think?'")
    return {"root": found[0]["id"]}


def in_the_crowd(app: Social) -> dict[str, Any]:
    """A page's end among many posts of the same moment."""
    found = app.sql("SELECT created_at, id FROM posts WHERE created_at = %s AND NOT is_hidden"
                    " ORDER BY id OFFSET 200 LIMIT 1", [CROWD])  # fmt: skip
    return {"created_at": found[0]["created_at"], "id": found[0]["id"]}


def before_the_spam(app: Social) -> dict[str, Any]:
    """A page's end behind which everything is hidden for a while."""
    return {"created_at": "2030-01-01T00:00:00Z", "id": 2**62}


def within(
    app: Social, query: str, parameters: Any, *, gives: int, rows: int, pages: int, look: str
) -> Plan:
    """The question gives so many rows, or counts so many, and its plan reads and touches no more
    than this: who hides the rows reads little, too."""
    plan = app.explain(query, parameters)
    counted = [row[name] for row in plan.given for name in COUNTED if name in row]
    sent = app.sql.written_out(query, parameters)
    expect.equal(sum(counted) if counted else len(plan.given), gives, f"rows for {sent}")
    expect.that(
        plan.rows_read() <= rows and plan.buffers <= pages,
        f"at most {rows:,} rows read and {pages:,} pages touched",
        f"{plan.rows_read():,} rows and {plan.buffers:,} pages\n{plan.text}",
        sent=sent,
        look=look,
    )
    return plan


def made(app: Social, *tables: str) -> list[Any]:
    """The indexes that the answer has made, of these tables or all. CheckFailed when none."""
    found = [one for one in app.sql(SHAPES)
             if (not tables or one["owner_name"] in tables)
             and EARLIER.get(whose(one)) != one["name"]]  # fmt: skip
    if not found:
        where = f" on {' or '.join(tables)}" if tables else ""
        raise CheckFailed(f"an index of yours{where}", "there is none yet")
    return found


def whose(index: Any) -> tuple[str, str]:
    """The table of an index, and its columns."""
    return index["owner_name"], ", ".join(index["columns"])


def used(app: Social, plans: Iterable[Plan]) -> set[int]:
    """The indexes that these plans read."""
    names = sorted(set().union(*(plan.indexes for plan in plans)))
    return {row["oid"] for row in app.sql(ROOTS, [names])}


def small(
    app: Social, table: str, oids: Iterable[int], kilobytes: int, what: str, look: str
) -> None:
    """These indexes of a table, or of a partition, take no more than this."""
    taken = app.sql(SIZES, [table, sorted(oids)])[0]["bytes"] // 1024
    expect.that(
        taken <= kilobytes, f"{what} takes at most {kilobytes} KB", f"{taken} KB", look=look
    )


@check(points=2, runs="social", on=busy)
def timeline(app: Social) -> None:
    """The timeline: each page reads at most 60 rows and touches at most 60 pages, the first one
    behind a wave of hidden posts and one among hundreds of posts of the same moment alike."""
    look = "the columns of the order, and which posts are never shown"
    within(app, TIMELINE, (), gives=20, rows=60, pages=60, look=look)
    within(app, TIMELINE_GOES_ON, before_the_spam(app), gives=20, rows=60, pages=60, look=look)
    within(app, TIMELINE_GOES_ON, in_the_crowd(app), gives=20, rows=60, pages=60, look=look)


@check(points=2, runs="social", on=busy)
def thread_page(app: Social) -> None:
    """A thread's first page reads at most 60 rows and touches at most 60 pages, however long the
    thread is; its index holds only replies."""
    look = "what is equal, what is the order, and which posts have no thread_root_id"
    plan = within(app, THREAD, thread(app), gives=20, rows=60, pages=60, look=look)
    mine = used(app, [plan]) & {one["oid"] for one in made(app, "posts")}
    small(
        app, "posts", mine, 120, "the index for threads, with 400 replies among 4,000 posts,", look
    )


@check(points=2, runs="social", on=busy)
def thread_heading(app: Social) -> None:
    """A thread's heading touches at most 40 pages for 330 replies, so that posts
    cannot be read for it; one index serves the page and the heading."""
    look = "every column that this question names"
    root = thread(app)
    plan = within(app, THREAD_HEADING, root, gives=330, rows=500, pages=40, look=look)
    both = used(app, [plan, app.explain(THREAD, root)])
    names = [one["name"] for one in made(app, "posts") if one["oid"] in both]
    expect.that(
        len(names) <= 1, "one index for a thread's page and heading", ", ".join(names), look=look
    )


@check(points=2, runs="social", on=busy)
def hashtags(app: Social) -> None:
    """A rare hashtag's posts: at most 20 rows read, at most 60 pages touched."""
    within(app, HASHTAG, {"hashtag": "rare"}, gives=5, rows=20, pages=60,
           look="which kind of index looks into a list")  # fmt: skip


@check(points=2, runs="social", on=busy)
def moderation(app: Social) -> None:
    """The moderators' queue reads at most 60 rows and touches at most 60 pages; its index holds
    only what waits, neither the posts that are not flagged nor the flagged ones that are hidden."""
    look = "which posts are in the queue, and how many are not"
    plan = within(app, MODERATION, (), gives=20, rows=60, pages=60, look=look)
    mine = used(app, [plan]) & {one["oid"] for one in made(app, "posts")}
    small(app, "posts", mine, 80, "the index for the queue, with 33 posts that wait,", look)
    entries = app.sql(ENTRIES, [sorted(mine)])[0]["n"]
    expect.that(entries <= 40, "the index for the queue holds the 33 posts that wait",
                f"it holds {entries:,} posts", look=look)  # fmt: skip


@check(points=3, runs="social", on=busy)
def unread(app: Social) -> None:
    """Unread notifications, in months that were made later too: the bell reads at most 20 rows
    where 2,000 are read and 3 are not, the list at most 60 where 600 came at once; the index holds
    only what is unread."""
    look = "what is equal, what is the order, and which notifications are never asked for here"
    rings = {"user": user(app, "bell_rings")}
    for query in (BELL, UNREAD):
        within(app, query, rings, gives=3, rows=20, pages=60, look=look)
    within(app, UNREAD, {"user": user(app, "all_unread")}, gives=20, rows=60, pages=100, look=look)
    january = app.sql(IN_JANUARY)[0]["name"]
    mine = [one["oid"] for one in made(app, "notifications")]
    small(app, january, mine, 40, "your index, in a month with 3 unread notifications,", look)


@check(points=2, runs="social", on=busy)
def an_hour(app: Social) -> None:
    """An hour's activities touch at most 80 pages of a week's 700, by an index of at most 64 KB."""
    look = "the order in which activities are written"
    within(app, HOUR, AN_HOUR, gives=180, rows=6000, pages=80, look=look)
    mine = [one["oid"] for one in made(app, "activities")]
    small(app, "a_week", mine, 64, "your index, for 30,000 activities,", look)


@check(points=2, runs="social", on=busy)
def names(app: Social) -> None:
    """Part of a name, anywhere in it and in either name: at most 60 rows read, at most 100 pages
    touched."""
    within(app, NAMES, {"part": "%zebra%"}, gives=3, rows=60, pages=100,
           look="the expressions that are compared, and what an operator class knows")  # fmt: skip


@check(points=3, runs="social", on=busy)
def writes_stay_cheap(app: Social) -> None:
    """With your indexes on posts and users, a like, a view and a visit are HOT updates still: they
    touch no index."""
    made(app, "posts")
    values = {"user": user(app, "striped"), "post": thread(app)["root"]}
    for what, statement in WRITES.items():
        table = "users" if what == "a visit" else "posts"
        session = app.session()
        session("BEGIN")
        before = session(COUNTS, [table])[0]
        session(statement, values)
        after = session(COUNTS, [table])[0]
        session("ROLLBACK")
        updated, hot = (after[name] - before[name] for name in ("updated", "hot"))
        expect.that(updated == hot > 0, f"{what} is a HOT update of {table}",
                    f"{updated} rows of {table} updated, {hot} of them HOT",
                    sent=app.sql.written_out(statement, values),
                    look="which of your indexes holds a column that this changes")  # fmt: skip


@check(points=3, runs="social", on=busy)
def none_is_superfluous(app: Social) -> None:
    """Each of your indexes is read for one of the questions, and none is the beginning of another
    index."""
    mine = made(app)
    root = thread(app)
    asked = [
        (TIMELINE, ()), (TIMELINE_GOES_ON, in_the_crowd(app)),
        (THREAD, root), (THREAD_HEADING, root), (HASHTAG, {"hashtag": "rare"}), (MODERATION, ()),
        (HOUR, AN_HOUR), (NAMES, {"part": "%zebra%"}),
        *((query, {"user": user(app, name)})
          for query in (BELL, UNREAD) for name in ("bell_rings", "all_unread")),
    ]  # fmt: skip
    read_by = used(app, [app.explain(query, values) for query, values in asked])
    idle = [one["name"] for one in mine if one["oid"] not in read_by]
    expect.equal(idle, [], "your indexes that none of the questions reads",
                 look="what each is for, and what was there already")  # fmt: skip
    oids = {one["oid"] for one in mine}
    shapes = app.sql(SHAPES)
    doubled = [
        f"{short['name']} is the beginning of {long['name']}"
        for short in shapes
        for long in shapes
        if short is not long and {short["oid"], long["oid"]} & oids and begins(short, long)
    ]
    expect.equal(doubled, [], "indexes that another one makes superfluous",
                 look="which of the two can answer what both are for")  # fmt: skip


def begins(short: Any, long: Any) -> bool:
    """Whether the short index can do nothing that the long one cannot."""
    same = ("owner", "method", "condition")
    return bool(
        all(short[name] == long[name] for name in same)
        and not short["is_unique"]
        and long["keys"][: len(short["keys"])] == short["keys"]
        and set(short["columns"]) <= set(long["columns"])
    )


@check(points=1, runs="social", on=busy, hidden=True)
def earlier_questions(app: Social) -> None:
    """With your indexes there, what was there before is as it was: the earlier parts' indexes, the
    fillfactor of users and posts, and the pages of an author's posts, of a post's replies, of all
    notifications."""
    made(app)
    there = {whose(row) for row in app.sql(SHAPES)}
    gone = [f"{table} ({columns})" for table, columns in EARLIER if (table, columns) not in there]
    expect.equal(gone, [], "indexes of the earlier parts that are gone",
                 look="what your part drops")  # fmt: skip
    for row in app.sql(ROOM):
        expect.equal(row["fillfactor"], "90", f"the fillfactor of {row['name']}",
                     look="which tables your part changes")  # fmt: skip
    root, rings = thread(app)["root"], user(app, "bell_rings")
    asked = [
        ("SELECT * FROM posts WHERE user_id = %s AND NOT is_hidden"
         " ORDER BY created_at DESC, id DESC LIMIT 20", user(app, "striped"), 1),
        ("SELECT * FROM posts WHERE parent_post_id = %s ORDER BY created_at, id LIMIT 20", root,
         20),
        ("SELECT * FROM notifications WHERE user_id = %s"
         " ORDER BY created_at DESC, id DESC LIMIT 20", rings, 20),
    ]  # fmt: skip
    for query, value, gives in asked:
        within(
            app, query, [value], gives=gives, rows=60, pages=60, look="the indexes that were there"
        )
