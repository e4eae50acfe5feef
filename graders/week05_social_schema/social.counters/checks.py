"""Counts are judged after every statement, while others write, and by what they cost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import uuid4

from workbench.checking import Session, Social, check, expect

COLUMN = {"likes": "like_count", "reposts": "repost_count", "replies": "reply_count"}
TABLES = ("likes", "reposts")
MANY = 60

TRIGGERS = "which triggers the table has, and what each of them sees"


def network(app: Social) -> None:
    """A network without anybody; every check brings its own people."""


def people(app: Social, number: int) -> list[int]:
    """The ids of new users."""
    name = f"u{uuid4().hex[:12]}_"
    made = app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT %(name)s || n, %(name)s || n || '@example.org', 'x'"
        " FROM generate_series(1, %(number)s) AS n RETURNING id",
        {"name": name, "number": number},
    )
    return ids_of(made, number)


def posts(app: Social, author: int, number: int) -> list[int]:
    """The ids of new posts that answer nothing, ascending."""
    made = app.sql(
        "INSERT INTO posts (user_id, content) SELECT %s, 'Hello' FROM generate_series(1, %s)"
        " RETURNING id",
        [author, number],
    )
    return ids_of(made, number)


def ids_of(made: Any, number: int) -> list[int]:
    """The ids of these rows, which are so many, ascending."""
    expect.equal(len(made), number, "rows that an INSERT returned", look="what takes rows away")
    return sorted(expect.whole(row["id"], "id") for row in made)


def like(kind: str, users: list[int], liked: list[int]) -> tuple[str, list[Any]]:
    """A statement in which each of the users likes, reposts or answers each of the posts: in the
    order of the list. Only posts that answer nothing are answered with it."""
    if kind == "replies":
        return (
            "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
            " SELECT u, 'Yes', p, p FROM unnest(%s::bigint[]) WITH ORDINALITY AS liked (p, n),"
            " unnest(%s::bigint[]) AS liking (u) ORDER BY n",
            [liked, users],
        )
    return (
        f"INSERT INTO {kind} (user_id, post_id)"
        " SELECT u, p FROM unnest(%s::bigint[]) WITH ORDINALITY AS liked (p, n),"
        " unnest(%s::bigint[]) AS liking (u) ORDER BY n",
        [liked, users],
    )


def unlike(kind: str, users: list[int], liked: list[int]) -> tuple[str, list[Any]]:
    """A statement that takes all of that back."""
    if kind == "replies":
        return (
            "DELETE FROM posts WHERE user_id = ANY (%s) AND parent_post_id = ANY (%s)",
            [users, liked],
        )
    return f"DELETE FROM {kind} WHERE user_id = ANY (%s) AND post_id = ANY (%s)", [users, liked]


def counts(sql: Callable[..., Any], kind: str, ids: list[int]) -> list[int]:
    """That count of these posts, in the order of their ids."""
    query = f"SELECT {COLUMN[kind]} AS n FROM public.posts WHERE id = ANY (%s) ORDER BY id"
    return [row["n"] for row in sql(query, [ids])]


def expect_counts(
    sql: Callable[..., Any],
    kind: str,
    ids: list[int],
    wanted: list[int],
    when: str,
    look: str = TRIGGERS,
) -> None:
    got = counts(sql, kind, ids)
    expect.equal(got, wanted, f"{COLUMN[kind]} of {len(ids)} posts after {when}", look=look)


def expect_untouched(sql: Callable[..., Any], ids: list[int], touched: str, when: str) -> None:
    """No updated_at of these posts says that they were touched."""
    query = f"SELECT id FROM public.posts WHERE id = ANY (%s) AND {touched}"
    expect.equal(len(sql(query, [ids])), 0, f"posts with another updated_at after {when}",
                 look="which columns of posts your functions set")  # fmt: skip


def counting(app: Social, kind: str) -> None:
    """The plainest thing is counted; who does not count at all cannot be cheap or without locks."""
    users = people(app, 2)
    (post,) = posts(app, users[0], 1)
    app.sql(*like(kind, users[1:], [post]))
    expect_counts(app.sql, kind, [post], [1], f"one row more in {kind}")


@check(points=2, runs="social", on=network)
def counts_likes_and_reposts(app: Social) -> None:
    """A post knows its likes and reposts after every statement, also within a transaction; its
    updated_at stays."""
    for kind in TABLES:
        users = people(app, 4)
        made = posts(app, users[0], 3)
        app.sql(*like(kind, users[:1], made[:1]))
        expect_counts(app.sql, kind, made, [1, 0, 0], "the first INSERT")
        app.sql(*unlike(kind, users[:1], made))
        expect_counts(app.sql, kind, made, [0, 0, 0], "a DELETE")
        app.sql(*like(kind, users, made[:2]))
        expect_counts(app.sql, kind, made, [4, 4, 0], "one INSERT of eight rows")
        statement, values = like(kind, users[:2], made)
        app.sql(f"{statement} ON CONFLICT DO NOTHING", values)
        expect_counts(app.sql, kind, made, [4, 4, 2], "an INSERT of two rows that were new")
        app.sql(*unlike(kind, users[:1], [made[0], made[2]]))
        expect_counts(app.sql, kind, made, [3, 4, 1], "one DELETE of two rows")
        app.sql(f"DELETE FROM {kind} WHERE user_id = %s AND post_id = 0", users[:1])
        app.sql(*like(kind, [], made))
        expect_counts(app.sql, kind, made, [3, 4, 1], "statements without any row")
        other = "reposts" if kind == "likes" else "likes"
        expect_counts(app.sql, other, made, [0, 0, 0], f"changes of {kind} only")
        with closing(app.session()) as session:
            session("BEGIN")
            session(*like(kind, users[:1], made[:1]))
            look = "when your triggers run"
            expect_counts(session, kind, made, [4, 4, 1], "an INSERT before the COMMIT", look)
            session("ROLLBACK")
        expect_counts(app.sql, kind, made, [3, 4, 1], "the ROLLBACK of an INSERT")
        expect_untouched(app.sql, made, "updated_at <> created_at", f"changes of {kind} only")


@check(points=2, runs="social", on=network)
def counts_replies(app: Social) -> None:
    """A post knows how many posts answer it: directly, hidden ones too."""
    users = people(app, 3)
    made = posts(app, users[0], 3)
    app.sql(*like("replies", users[1:2], made[:1]))
    expect_counts(app.sql, "replies", made, [1, 0, 0], "one reply")
    app.sql(*like("replies", users, made[:2]))
    expect_counts(app.sql, "replies", made, [4, 3, 0], "six replies in one statement")
    app.sql(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id, is_hidden)"
        " VALUES (%(u)s, 'a', NULL, NULL, false), (%(u)s, 'b', %(p)s, %(p)s, true),"
        " (%(u)s, 'c', NULL, NULL, false), (%(u)s, 'd', %(p)s, %(p)s, false)",
        {"u": users[0], "p": made[2]},
    )
    expect_counts(app.sql, "replies", made, [4, 3, 2], "two replies among four posts")
    below = app.sql(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
        " SELECT user_id, 'Why?', id, thread_root_id FROM posts"
        " WHERE parent_post_id = %s AND user_id = %s RETURNING parent_post_id AS id",
        [made[1], users[2]],
    )[0]["id"]
    expect_counts(app.sql, "replies", [*made, below], [4, 3, 2, 1], "a reply to a reply")
    app.sql("UPDATE posts SET is_hidden = true, content = 'Hm' WHERE parent_post_id = %s",
            [made[0]])  # fmt: skip
    expect_counts(app.sql, "replies", [*made, below], [4, 3, 2, 1], "replies were hidden")
    app.sql(*unlike("replies", users[:1], made[:2]))
    expect_counts(app.sql, "replies", [*made, below], [3, 2, 2, 1], "a DELETE of replies to both")
    for kind in TABLES:
        expect_counts(app.sql, kind, made, [0, 0, 0], "replies only")


@check(points=2, runs="social", on=network)
def follows_what_moves(app: Social) -> None:
    """A like, a repost or a reply that goes to another post is counted there, and there only."""
    for kind in TABLES:
        users = people(app, 3)
        made = posts(app, users[0], 3)
        app.sql(*like(kind, users[:2], made[:1]))
        move = f"UPDATE {kind} SET post_id = %s WHERE user_id = %s"
        app.sql(move, [made[1], users[0]])
        expect_counts(app.sql, kind, made, [1, 1, 0], "one of two has moved")
        app.sql(
            f"UPDATE {kind} SET post_id = CASE post_id WHEN %s THEN %s::bigint ELSE %s END"
            " WHERE user_id = ANY (%s)",
            [made[0], made[1], made[2], users],
        )
        expect_counts(app.sql, kind, made, [0, 1, 1], "two have moved in one statement")
        app.sql(f"UPDATE {kind} SET user_id = %s, created_at = now() WHERE user_id = %s",
                [users[2], users[0]])  # fmt: skip
        expect_counts(app.sql, kind, made, [0, 1, 1], "an UPDATE that moves nothing")
        statement, values = like(kind, users, made[2:])
        app.sql(f"{statement} ON CONFLICT (user_id, post_id) DO UPDATE SET created_at = now()",
                values)  # fmt: skip
        expect_counts(app.sql, kind, made, [0, 1, 3],
                      "INSERT ... ON CONFLICT DO UPDATE: one of three was there")  # fmt: skip
        app.sql(f"UPDATE {kind} SET post_id = %s WHERE post_id = %s", [made[0], made[2]])
        expect_counts(app.sql, kind, made, [3, 1, 0], "three have moved to one post, in one go")
    users = people(app, 2)
    made = posts(app, users[0], 2)
    answers = posts(app, users[1], 1)
    move = "UPDATE posts SET parent_post_id = %(p)s, thread_root_id = %(p)s WHERE id = %(id)s"
    steps = (
        (made[0], [1, 0], "a post has become a reply"),
        (made[1], [0, 1], "a reply has moved"),
        (made[1], [0, 1], "a reply has stayed where it was"),
        (None, [0, 0], "a reply has become a post of its own"),
    )
    for parent, wanted, when in steps:
        app.sql(move, {"p": parent, "id": answers[0]})
        expect_counts(app.sql, "replies", made, wanted, when)


@check(points=2, runs="social", on=network)
def notices_what_goes_along(app: Social) -> None:
    """What is deleted along with a user or a post is no longer counted, and any post can go."""
    users = people(app, 4)
    made = posts(app, users[0], 2)
    everybody = [*made, reply(app, users[1], made[0])]
    everybody += [reply(app, users[2], everybody[2], root=made[0])]
    reply(app, users[3], made[0])
    for kind in TABLES:
        app.sql(*like(kind, users, everybody))
    app.sql("DELETE FROM users WHERE id = %s", [users[3]])
    for kind, wanted in (("likes", [3, 3, 3, 3]), ("reposts", [3] * 4), ("replies", [1, 0, 1, 0])):
        expect_counts(app.sql, kind, everybody, wanted, "a user was deleted")
    app.sql("DELETE FROM users WHERE id = %s", [users[1]])  # one reply, and the one below it
    for kind, wanted in (("likes", [2, 2]), ("reposts", [2, 2]), ("replies", [0, 0])):
        expect_counts(app.sql, kind, made, wanted, "a user and all replies below hers were deleted")
    answer = reply(app, users[2], made[0])
    reply(app, users[2], answer, root=made[0])
    look = "which rows a statement that deletes a post changes as well, and when"
    # The reply first, and then the post that it answers: as a plan may come across them.
    attempt(app, f"{IN_THIS_ORDER} DELETE FROM posts USING unnest(%s::bigint[]) AS doomed (id)"
                 " WHERE posts.id = doomed.id", [[answer, made[0]]], look)  # fmt: skip
    attempt(app, "DELETE FROM posts WHERE id = %s", [made[1]], look)
    attempt(app, "DELETE FROM users WHERE id = ANY (%s)", [users], look)
    left = app.sql("SELECT id FROM posts WHERE id = ANY (%s)", [[*everybody, answer]])
    expect.equal(len(left), 0, "posts that are left", look=look)


#: One row of the list after the other.
IN_THIS_ORDER = (
    "SET LOCAL jit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
    " SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
)


def reply(app: Social, user: int, parent: int, root: int | None = None) -> int:
    insert = (
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
        " VALUES (%s, 'Yes', %s, %s) RETURNING id"
    )
    return expect.whole(app.sql(insert, [user, parent, root or parent])[0]["id"], "id")


def attempt(app: Social, text: str, values: list[Any], look: str) -> None:
    with closing(app.session()) as session:
        code = session.try_out(text, values).result()
    expect.that(code == "", "the database takes this statement", f"SQLSTATE {code}",
                sent=app.sql.written_out(text, values), look=look)  # fmt: skip


@check(points=1, runs="social", on=network)
def starts_anew_after_truncate(app: Social) -> None:
    """After TRUNCATE of likes or reposts their count is 0 everywhere, and nothing else has changed;
    posts can be truncated too."""
    for kind in TABLES:
        counting(app, kind)
    users = people(app, 2)
    made = posts(app, users[0], 2)
    for kind in COLUMN:
        app.sql(*like(kind, users, made))
    with closing(app.session()) as session:
        for emptied in (["likes"], ["reposts"], ["likes", "reposts"]):
            session("BEGIN")
            session(f"TRUNCATE {', '.join(emptied)}")
            for kind in COLUMN:
                wanted = [0, 0] if kind in emptied else [2, 2]
                expect_counts(session, kind, made, wanted, f"TRUNCATE {', '.join(emptied)}",
                              "which event TRUNCATE is, and what its trigger sees")  # fmt: skip
            # now(): when this transaction began.
            expect_untouched(session, made, "updated_at >= now()", f"TRUNCATE {', '.join(emptied)}")
            session("ROLLBACK")
        session("BEGIN")
        session("TRUNCATE posts CASCADE")
        session("ROLLBACK")


@check(points=2, runs="social", on=network)
def loses_no_count(app: Social) -> None:
    """Likes and replies that come, and likes that go, while another transaction likes the same
    post: all are counted."""
    for kind in COLUMN:
        users = people(app, 3)
        made = posts(app, users[0], 1)
        app.sql(*like(kind, users[:1], made))
        with closing(app.session()) as first, closing(app.session()) as second:
            first("BEGIN")
            first(*like(kind, users[1:2], made))
            late = second.send(*like(kind, users[2:], made))
            first("COMMIT")
            late.result()
            look = "what the second one reads, before and after it has waited"
            expect_counts(app.sql, kind, made, [3], f"three rows in {kind}, two of them at once",
                          look)  # fmt: skip
            first("BEGIN")
            first(*unlike(kind, users[:1], made))
            late = second.send(*unlike(kind, users[1:2], made))
            first("COMMIT")
            late.result()
            expect_counts(app.sql, kind, made, [1], f"two of three left {kind} at once",
                          look)  # fmt: skip


#: Plans that run through the posts in different orders: by their place in the table, and as they
#: come out of the grouping, which may hash. Until PostgreSQL 17 what is off only costs a lot, and
#: what costs a lot is compiled.
PLANS = (
    "SET LOCAL jit = off; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off;"
    " SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;",
    "SET LOCAL jit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
    " SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
    " SET LOCAL enable_sort = off;",
)


@check(points=3, runs="social", on=network)
def does_not_deadlock(app: Social) -> None:
    """Two statements that like, repost or answer the same posts, in any order and with any plan,
    never deadlock; nor do two likes or replies that move in opposite directions."""
    for kind in COLUMN:
        counting(app, kind)
        for number, plans in ((3, ("", "")), (40, PLANS)):
            users = people(app, 2)
            made = posts(app, users[0], number)
            for one in made[::-1] if plans == PLANS else []:  # where they lie is in another order
                app.sql("UPDATE posts SET view_count = 1 WHERE id = %s", [one])
            app.sql("ANALYZE posts")
            ways = (made, made[::-1])
            statements = [
                (f"{plan} {text}", values)
                for plan, user, way in zip(plans, users, ways, strict=True)
                for text, values in [like(kind, [user], way)]
            ]
            together(app, made[number // 2], statements)
            expect_counts(app.sql, kind, made, [2] * number, f"two statements in {kind} at once")
    for kind in TABLES:
        users = people(app, 2)
        made = posts(app, users[0], 2)
        for user, post in zip(users, made, strict=True):
            app.sql(*like(kind, [user], [post]))
        move = f"UPDATE {kind} SET post_id = %s WHERE user_id = %s"
        there = [(move, [made[1], users[0]]), (move, [made[0], users[1]])]
        together(app, made[0], there)
    users = people(app, 1)
    made = posts(app, users[0], 2)
    answers = [reply(app, users[0], one) for one in made]
    move = "UPDATE posts SET parent_post_id = %(p)s, thread_root_id = %(p)s WHERE id = %(id)s"
    together(app, made[0], [(move, {"p": made[1], "id": answers[0]}),
                            (move, {"p": made[0], "id": answers[1]})])  # fmt: skip


def together(app: Social, held: int, statements: list[tuple[str, Any]]) -> None:
    """Both statements are under way, and wait for a post that another session holds and lets go."""
    with closing(app.session()) as holder, closing(app.session()) as one, \
            closing(app.session()) as two:  # fmt: skip
        holder("BEGIN")
        holder("SELECT FROM posts WHERE id = %s FOR NO KEY UPDATE", [held])
        late = [session.try_out(*statement)
                for session, statement in zip((one, two), statements, strict=True)]  # fmt: skip
        holder("COMMIT")
        codes = [future.result() for future in late]
    sent = "\n".join(app.sql.written_out(*statement) for statement in statements)
    expect.that(
        codes == ["", ""],
        "both statements are taken, one after the other",
        "40P01: a deadlock, PostgreSQL has ended one of the two"
        if "40P01" in codes
        else f"SQLSTATE {' and '.join(code or '00000' for code in codes)}",
        sent=f"at the same time, in two sessions:\n{sent}",
        look="which locks each holds when it waits for the next: in which order, and how strong",
    )


@check(points=1, runs="social", on=network)
def lets_others_pass(app: Social) -> None:
    """Who likes, reposts or answers a post, or takes that back, does not hold up those who do so
    with other posts."""
    for kind in COLUMN:
        users = people(app, 2)
        made = posts(app, users[0], 2)
        for change, wanted, when in ((like, [1, 1], "one each"), (unlike, [0, 0], "both left")):
            ours, theirs = change(kind, users[:1], made[:1]), change(kind, users[1:], made[1:])
            with closing(app.session()) as first, closing(app.session()) as second:
                first("BEGIN")
                first(*ours)
                late = second.send(*theirs)
                passed = late.done()
                first("COMMIT")
                late.result()
            expect.that(passed, "it is done before the first transaction ends", "it waits",
                        sent=f"{app.sql.written_out(*theirs)}\nwhile a transaction was open that"
                             f" had run\n{app.sql.written_out(*ours)}",
                        look="what your trigger locks beside what it counts for")  # fmt: skip
            expect_counts(app.sql, kind, made, wanted, when)


@check(points=2, runs="social", on=network)
def updates_each_post_once(app: Social) -> None:
    """An INSERT or DELETE of many likes, reposts or replies updates each post once, not once a
    row."""
    users = people(app, MANY)
    for kind in COLUMN:
        made = posts(app, users[0], 3)
        with closing(app.session()) as session:
            session("BEGIN")
            for statement in (like(kind, users, made), unlike(kind, users, made)):
                before = updated(session)
                session(*statement)
                found = updated(session) - before
                expect.that(found <= 2 * len(made), "3 posts are updated, once each",
                            f"{found} updates of posts", sent=session.written_out(*statement),
                            look="how often your trigger runs in one statement")  # fmt: skip
            session("ROLLBACK")
        app.sql(*like(kind, users, made))
        expect_counts(app.sql, kind, made, [MANY] * 3, f"{3 * MANY} rows in one statement")


def updated(session: Session) -> int:
    """Rows of posts that this transaction has updated so far, each as often as it was."""
    row = session("SELECT pg_stat_get_xact_tuples_updated('public.posts'::regclass) AS n")[0]
    return int(row["n"])


@check(points=1, runs="social", on=network, hidden=True)
def costs_the_same_for_the_famous(app: Social) -> None:
    """One like more or less reads hardly any other likes, however many the post has."""
    users = people(app, 300)
    made = posts(app, users[0], 1)
    for kind in TABLES:
        app.sql(*like(kind, users[1:], made))
        app.sql(f"ANALYZE {kind}")
        # Found by its key, so that the statement itself reads nothing else.
        delete = f"DELETE FROM {kind} WHERE user_id = %s AND post_id = %s"
        delete = f"SET LOCAL jit = off; SET LOCAL enable_seqscan = off; {delete}"
        with closing(app.session()) as session:
            session("BEGIN")
            for statement in (like(kind, users[:1], made), (delete, [users[0], made[0]])):
                before = read(session, kind)
                session(*statement)
                found = read(session, kind) - before
                expect.that(found <= 50, f"at most 50 entries of {kind} and its indexes are read",
                            f"{found} are read; the post has 299 others",
                            sent=session.written_out(*statement),
                            look="what your trigger has to know about the other likes")  # fmt: skip
            session("ROLLBACK")
        expect_counts(app.sql, kind, made, [299], f"299 rows in {kind}")


def read(session: Session, table: str) -> int:
    """Rows and index entries of a table that this transaction has read so far."""
    row = session(
        "SELECT pg_stat_get_xact_tuples_returned(%(table)s::regclass) + coalesce(sum("
        "pg_stat_get_xact_tuples_returned(indexrelid)), 0) AS n"
        " FROM pg_index WHERE indrelid = %(table)s::regclass",
        {"table": f"public.{table}"},
    )[0]
    return int(row["n"])


@check(points=1, runs="social", on=network, hidden=True)
def counts_for_any_session(app: Social) -> None:
    """Everything is counted in a session whose `search_path` is empty, too."""
    users = people(app, 2)
    made = posts(app, users[0], 2)
    move = "UPDATE public.{} SET {} WHERE user_id = %s AND {} = %s"
    with closing(app.session()) as session:
        for kind in COLUMN:
            table = "posts" if kind == "replies" else kind
            column = "parent_post_id" if kind == "replies" else "post_id"
            moved = f"{column} = {made[1]}"
            if kind == "replies":
                moved += f", thread_root_id = {made[1]}"
            insert, values = like(kind, users[1:], made[:1])
            delete, gone = unlike(kind, users[1:], made)
            steps: list[tuple[str, list[Any], list[int]]] = [
                (insert.replace(f"INTO {table}", f"INTO public.{table}"), values, [1, 0]),
                (move.format(table, moved, column), [users[1], made[0]], [0, 1]),
                (delete.replace(f"FROM {table}", f"FROM public.{table}"), gone, [0, 0]),
            ]
            if kind != "replies":
                steps.append((f"TRUNCATE public.{kind}", [], [0, 0]))
            session("BEGIN")
            for text, parameters, wanted in steps:
                session(f"SET LOCAL search_path = ''; {text}", parameters)
                when = f"SET search_path = ''; {text[:60]} ..."
                expect_counts(session, kind, made, wanted, when,
                              "which names your functions use, and who looks them up")  # fmt: skip
            session("ROLLBACK")


@check(points=2, runs="social", on=network)
def recounts(app: Social) -> None:
    """`recount_posts()` mends every wrong count, in any session, and returns how many posts had
    one."""
    users = people(app, 3)
    made = posts(app, users[0], 5)
    app.sql(*like("likes", users, made[:2]))
    app.sql(*like("reposts", users[:2], made[1:3]))
    app.sql(*like("replies", users, made[1:2]))
    app.sql(*like("replies", users[:1], made[3:4]))
    app.sql("UPDATE posts SET is_hidden = true WHERE user_id = %s AND parent_post_id = %s",
            [users[0], made[1]])  # fmt: skip
    truth = {"likes": [3, 3, 0, 0, 0], "reposts": [0, 2, 2, 0, 0], "replies": [0, 3, 0, 1, 0]}
    app.sql("SELECT recount_posts() AS n")
    look = "what there is of each kind, counted on its own, and posts that have none of it"
    for broken, wanted in (
        ("like_count = 9, repost_count = 9, reply_count = 9", 5),
        ("like_count = like_count + CASE WHEN id = %(first)s THEN 1 ELSE 0 END", 1),
        ("repost_count = 0, reply_count = 0", 3),
        ("view_count = view_count + 1", 0),
    ):
        text = f"UPDATE posts SET {broken} WHERE id = ANY (%(ids)s)"
        app.sql(text, {"ids": made, "first": made[0]})
        found = app.sql("SELECT recount_posts() AS n")[0]["n"]
        for kind in COLUMN:
            expect_counts(app.sql, kind, made, truth[kind], f"SET {broken}, and recount_posts()",
                          look)  # fmt: skip
        what = f"what recount_posts() returns when {wanted} of 5 posts are wrong"
        expect.equal(found, wanted, what, look=look)
    app.sql(*unlike("likes", users[:1], made))
    expect_counts(app.sql, "likes", made, [2, 2, 0, 0, 0], "recount_posts() and a DELETE")
    app.sql("UPDATE posts SET like_count = 9 WHERE id = ANY (%s)", [made])
    with closing(app.session()) as session:
        session("BEGIN")
        session("SET LOCAL search_path = ''; SELECT public.recount_posts() AS n")
        session("COMMIT")
    expect_counts(app.sql, "likes", made, [2, 2, 0, 0, 0],
                  "SET search_path = ''; SELECT public.recount_posts()",
                  "which names your function uses, and who looks them up")  # fmt: skip


@check(points=1, runs="social", on=network)
def is_built_on(app: Social) -> None:
    """The later parts of the schema can be built on yours, which counts."""
    counting(app, "likes")
    app.complete()
