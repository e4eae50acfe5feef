"""Posts are judged by what the table takes and refuses, alone and while others write."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from workbench.checking import Plan, Refused, Social, check, expect

#: What a constraint or a trigger of the answer's refuses with: bad data, a broken rule, RAISE.
REFUSALS = ("22", "23", "P0")

#: Ids that no sequence gives here.
FAR = 1_000_000_000

#: Rows of one author and below one post; asked for; rows and pages read for them at most.
MANY, PAGE, MOST_READ, MOST_PAGES = 1000, 20, 100, 40

#: Users whom each post of many mentions: a walk through all mentions is long.
MENTIONED = 8

#: What an edit may change in a post that has but a content: columns and new values.
EDITS = {
    "content": "Edited", "post_type": "link", "media_urls": '["https://example.org/a.png"]',
    "hashtags": ["sql"], "is_flagged": True, "is_hidden": True,
}  # fmt: skip

#: White space around a text belongs to it.
FRAMED = ("\n a\n\tb \n", " \na\n\tb\n ")

POST = "INSERT INTO posts (user_id, content) VALUES (%s, %s) RETURNING id"
REPLY = (
    "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)"
    " VALUES (%s, 'No', %s, %s) RETURNING id"
)
MOVE = "UPDATE posts SET parent_post_id = %s, thread_root_id = %s WHERE id = %s"
NEW_PARENT = "UPDATE posts SET parent_post_id = %s WHERE id = %s"
NEW_ROOT = "UPDATE posts SET thread_root_id = %s WHERE id = %s"
MENTION = "INSERT INTO post_mentions (post_id, user_id) VALUES (%s, %s)"

#: The author's posts that stand wrong, or below no beginning of a thread.
BROKEN = """
    WITH RECURSIVE standing AS (
        SELECT id, id AS root FROM posts
        WHERE user_id = %(author)s AND parent_post_id IS NULL AND thread_root_id IS NULL
        UNION
        SELECT reply.id, standing.root FROM posts AS reply
        JOIN standing ON reply.parent_post_id = standing.id AND reply.thread_root_id = standing.root
    )
    SELECT id, parent_post_id, thread_root_id FROM posts
    WHERE user_id = %(author)s AND id NOT IN (SELECT id FROM standing)
    ORDER BY id
"""


def network(app: Social) -> None:
    """A few posts of somebody else's."""
    author = somebody(app)
    for number in range(5):
        a_post(app, author, f"Post {number}")


def somebody(app: Social) -> int:
    """A new user's id."""
    name = f"u{uuid4().hex[:20]}"
    insert = "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, '!') RETURNING id"
    return expect.whole(app.sql(insert, [name, f"{name}@example.org"])[0]["id"], "id")


def a_post(app: Social, author: int, content: str = "Hello") -> int:
    """A new post that answers nothing."""
    return expect.whole(app.sql(POST, [author, content])[0]["id"], "id")


def a_reply(app: Social, author: int, parent: int, root: int) -> int:
    """A new reply, which stands in the thread that began with `root`."""
    return expect.whole(app.sql(REPLY, [author, parent, root])[0]["id"], "id")


def refused(app: Social, text: str, parameters: Any, why: str, look: str = "") -> None:
    """The statement is refused because of its data, whoever does it: constraint, type, trigger."""
    try:
        app.sql.attempt(text, parameters)
    except Refused as error:
        got = f"an error of another kind: {error}"
        if error.code[:2] in REFUSALS:
            return
    else:
        got = "the database took it"
    expect.that(False, f"the database refuses {why}", got,
                sent=app.sql.written_out(text, parameters), look=look)  # fmt: skip


def takes(app: Social, column: str, good: list[Any], bad: list[Any], look: str = "") -> None:
    """A post takes the good values in this column and refuses the bad ones, and NULL."""
    author = somebody(app)
    if column == "content":
        insert = "INSERT INTO posts (user_id, content) VALUES (%s, %s)"
    else:
        insert = f"INSERT INTO posts (user_id, content, {column}) VALUES (%s, 'Hello', %s)"
    post = a_post(app, author)
    update = f"UPDATE posts SET {column} = %s WHERE id = %s"
    for value in good:
        app.sql(insert, [author, value])
        app.sql(update, [value, post])
    for value in [*bad, None]:
        why = f"the {column} {expect.show(value)}"
        refused(app, insert, [author, value], why, look)
        refused(app, update, [value, post], why, look)


def whole(app: Social, author: int, story: str, look: str) -> None:
    """All threads among the posts of this author's are right."""
    rows = app.sql(BROKEN, {"author": author})
    shown = "\n".join(
        f"post {row['id']}: parent_post_id {row['parent_post_id']},"
        f" thread_root_id {row['thread_root_id']}"
        for row in rows[:4]
    )
    expect.that(
        not rows,
        "the statement is refused, or every reply still stands in the thread of what it answers,"
        " below a post that answers nothing",
        f"wrong now:\n{shown}",
        sent=story,
        look=look,
    )


@check(points=2, runs="social", on=network)
def keeps_what_is_given(app: Social) -> None:
    """An author and a content are enough. Counts are never NULL and never negative, and an edit
    changes `updated_at`, a like does not."""
    author = somebody(app)
    post = a_post(app, author)
    row = app.sql(
        "SELECT post_type::text, media_urls, hashtags, like_count, repost_count, reply_count,"
        " view_count, created_at > now() - interval '1 day' AS is_new FROM posts WHERE id = %s",
        [post],
    )[0]
    wanted = {"post_type": "text", "media_urls": [], "hashtags": [], "like_count": 0,
              "repost_count": 0, "reply_count": 0, "view_count": 0, "is_new": True}  # fmt: skip
    expect.equal(dict(row), wanted, "the values of a post with only an author and a content")
    insert = (
        "INSERT INTO posts (user_id, content, created_at, updated_at)"
        " VALUES (%s, 'Hello', '2020-01-01T00:00Z', '2020-01-01T00:00Z') RETURNING id"
    )
    post = app.sql(insert, [author])[0]["id"]
    for count in ("like_count", "repost_count", "reply_count", "view_count"):
        update = f"UPDATE posts SET {count} = %s WHERE id = %s"
        app.sql(update, [2, post])
        for value in (None, -1):
            refused(app, update, [value, post], f"{count} {expect.show(value)}")
    year = "SELECT extract(year FROM updated_at)::integer AS year FROM posts WHERE id = %s"
    expect.equal(app.sql(year, [post])[0]["year"], 2020,
                 "the year of updated_at after changes of counts")  # fmt: skip
    for column, value in EDITS.items():
        post = app.sql(insert, [author])[0]["id"]
        edit = f"UPDATE posts SET {column} = %s WHERE id = %s"
        app.sql(edit, [value, post])
        edited_in = expect.number(app.sql(year, [post])[0]["year"], "the year of updated_at")
        expect.that(edited_in > 2020, "updated_at is now, after an edit",
                    "updated_at is as old as before",
                    sent=app.sql.written_out(edit, [value, post]))  # fmt: skip


@check(points=2, runs="social", on=network)
def limits_what_a_post_is(app: Social) -> None:
    """Content says something in at most 500 characters and is stored as it is written, a post has
    one of four types, and `media_urls` is a list of anything."""
    takes(app, "content", ["x", "\U0001f642" * 500, " a\n\tb ", "é" * 500, "x" * 500],
          ["", "   ", " \n\t", "x" * 501, "é" * 501],
          "characters are not bytes, and a space is not a word")  # fmt: skip
    author = somebody(app)
    post = a_post(app, author)
    for content in FRAMED:
        stored = app.sql(POST.replace(" id", " content"), [author, content])[0]["content"]
        expect.equal(stored, content, "the content as stored")
        update = "UPDATE posts SET content = %s WHERE id = %s RETURNING content"
        stored = app.sql(update, [content, post])[0]["content"]
        expect.equal(stored, content, "the content as stored by an UPDATE")
    takes(app, "post_type", ["text", "image", "video", "link"], ["", "poll", "TEXT", "Image"])
    takes(app, "media_urls",
          ["[]", '["https://example.org/a.png", "https://example.org/b.png"]',
           '[{"url": "https://example.org/a.png", "alt": "A cat"}]'],
          ["{}", '"https://example.org/a.png"', "null", "1"],
          "JSON's null is a value of jsonb, and not NULL")  # fmt: skip


@check(points=2, runs="social", on=network)
def limits_hashtags(app: Social) -> None:
    """At most 30 hashtags of 1 to 100 characters, in any script, without white space, # and
    NULL."""
    good = [[], ["sql"], ["Ünïcode", "日本語", "c++"], ["a" * 100], ["\U0001f642" * 100],
            ["same", "same", "SAME"], [f"t{n}" for n in range(30)]]  # fmt: skip
    bad = [[None], ["ok", None], [""], ["ok", ""], [" "], ["ok", "a b"], ["#a"], ["a#b"], ["a\tb"],
           ["a\n"], ["\na"], ["ok", "a" * 101], [f"t{n}" for n in range(31)]]  # fmt: skip
    takes(app, "hashtags", good, bad, "each of the list's elements, and what NULL compares to")
    author = somebody(app)
    insert = (
        "INSERT INTO posts (user_id, content, hashtags) VALUES (%s, 'x', %s) RETURNING hashtags"
    )
    for tags in (["SQL", "sql", "Ünïcode"], []):
        expect.equal(app.sql(insert, [author, tags])[0]["hashtags"], tags, "the hashtags as stored")


@check(points=1, runs="social", on=network)
def knows_whether_it_is_hidden(app: Social) -> None:
    """`is_flagged` and `is_hidden` are true or false, never NULL, and false unless said."""
    author = somebody(app)
    insert = POST.replace("RETURNING id", "RETURNING is_flagged, is_hidden")
    expect.equal(dict(app.sql(insert, [author, "Hello"])[0]),
                 {"is_flagged": False, "is_hidden": False}, "a new post")  # fmt: skip
    takes(app, "is_flagged", [True, False], [], "a post that is neither hidden nor visible")
    takes(app, "is_hidden", [True, False], [], "a post that is neither hidden nor visible")


@check(points=3, runs="social", on=network)
def puts_replies_into_their_thread(app: Social) -> None:
    """A reply names the post that it answers and that post's thread; half a reply, another thread,
    and posts that are not there are refused."""
    author = somebody(app)
    root, other = a_post(app, author), a_post(app, author)
    reply, elsewhere = a_reply(app, author, root, root), a_reply(app, author, other, other)
    deep = a_reply(app, somebody(app), reply, root)
    a_reply(app, author, deep, root)
    a_reply(app, author, root, root)
    refused(app, POST, [FAR, "Hello"], "a post of nobody's")
    refused(app, POST, [None, "Hello"], "a post without an author")
    look = "what a foreign key does when one of its columns is NULL"
    for parent, named in ((root, None), (None, root), (reply, None), (None, reply)):
        refused(app, REPLY, [author, parent, named],
                f"a reply with the parent {parent} and the root {named}", look)  # fmt: skip
    refused(app, NEW_PARENT, [None, deep], "a reply that has lost its parent alone", look)
    refused(app, NEW_ROOT, [None, deep], "a reply that has lost its root alone", look)
    look = "which two values must stand in one row of posts"
    for parent, named, why in (
        (root, other, "another post that began a thread"),
        (reply, other, "another thread than that of the reply which it answers"),
        (reply, reply, "a reply as the root of a thread"),
        (deep, reply, "a reply as the root of a thread"),
        (reply, elsewhere, "a reply in another thread as the root"),
        (root, reply, "a reply to the first post as the root"),
        (root, FAR, "a root that is not there"),
        (FAR, root, "a parent that is not there"),
        (FAR, FAR, "posts that are not there"),
    ):
        refused(app, REPLY, [author, parent, named], f"a reply that names {why}", look)


@check(points=3, runs="social", on=network)
def stays_a_tree(app: Social) -> None:
    """No post answers itself, no circle closes, and no UPDATE tears a thread apart."""
    insert = (
        "INSERT INTO posts (id, user_id, content, parent_post_id, thread_root_id)"
        " OVERRIDING SYSTEM VALUE VALUES "
    )
    row = "(%s, %s, 'No', %s, %s)"
    look = "what a foreign key says when the row that it needs is the one that is written"
    author = somebody(app)
    refused(app, insert + row, [FAR + 1, author, FAR + 1, FAR + 1],
            "a post that answers itself", look)  # fmt: skip
    for at, root in ((FAR + 10, FAR + 12), (FAR + 20, FAR + 20), (FAR + 30, FAR + 31)):
        both = [at, author, at + 1, root, at + 1, author, at, root]
        refused(app, f"{insert}{row}, {row}", both, "two posts that answer each other", look)
    beginning = a_post(app, author)
    both = [FAR + 40, author, FAR + 41, beginning, FAR + 41, author, FAR + 40, beginning]
    refused(app, f"{insert}{row}, {row}", both,
            "two posts that answer each other, in a thread that is there", look)  # fmt: skip
    for move in range(13):
        _tried_to_move(app, move)


def _tried_to_move(app: Social, move: int) -> None:
    """One UPDATE that would break a small tree is tried; the tree is right afterwards."""
    author = somebody(app)
    other, root = a_post(app, author), a_post(app, author)
    reply = a_reply(app, author, root, root)
    deep = a_reply(app, author, reply, root)
    update, values = [
        (MOVE, (root, root, root)),
        (MOVE, (reply, root, reply)),
        (MOVE, (deep, root, reply)),
        (MOVE, (deep, root, root)),
        (MOVE, (other, other, reply)),
        (MOVE, (None, None, reply)),
        (MOVE, (other, other, root)),
        (MOVE, (reply, other, deep)),
        (NEW_ROOT, (other, reply)),
        (NEW_ROOT, (other, deep)),
        (NEW_ROOT, (reply, deep)),
        (NEW_PARENT, (other, deep)),
        (NEW_PARENT, (deep, deep)),
    ][move]
    tried = app.sql.written_out(update, values)
    try:
        app.sql.attempt(update, values)
    except Refused as error:
        expect.that(error.code[:2] in REFUSALS, "it is refused because of its data, or done",
                    f"an error of another kind: {error}", sent=tried)  # fmt: skip
    story = (
        f"{tried}\nwhere {other} and {root} answer nothing, {reply} answers {root},"
        f" and {deep} answers {reply}"
    )
    whole(app, author, story, "the posts below the one that moves, and the ids of a chain")


@check(points=3, runs="social", on=network)
def holds_while_others_write(app: Social) -> None:
    """A reply that comes while the post which it answers is being deleted or moved leaves no broken
    thread, whichever is first."""
    look = "a trigger sees what is committed; what does a foreign key do?"
    delete = "DELETE FROM posts WHERE id = %s"
    for what in ("delete", "move"):
        for change_first in (True, False):
            author = somebody(app)
            other, root = a_post(app, author), a_post(app, author)
            reply = a_reply(app, author, root, root)
            change = (delete, [reply]) if what == "delete" else (MOVE, [other, other, reply])
            answer = (REPLY, [author, reply, root])
            first, second = (change, answer) if change_first else (answer, change)
            one, two = app.session(), app.session()
            one("BEGIN")
            if not one.try_out(*first).result():
                later = two.try_out(*second)
                one.try_out("COMMIT").result()  # what is looked at in the end is refused here
                later.result()
            else:
                one("ROLLBACK")
            one.close()
            two.close()
            story = (
                f"BEGIN; {app.sql.written_out(*first)}\nand before its COMMIT, in another session:"
                f"\n{app.sql.written_out(*second)}"
            )
            whole(app, author, story, look)


@check(points=2, runs="social", on=network, hidden=True)
def counts_without_waiting(app: Social) -> None:
    """A change of counts does not wait for those who hold a foreign key's lock on the post."""
    author = somebody(app)
    root = a_post(app, author)
    reply = a_reply(app, author, root, root)
    there = app.sql("SELECT * FROM posts WHERE id = %s", [root])[0].keys()
    counts = ", ".join(
        f"{count} = {count} + 1"
        for count in ("like_count", "repost_count", "reply_count", "view_count")
        if count in there  # another check asks for their names
    )
    for post in (root, reply):
        one, two = app.session(), app.session()
        one("BEGIN")
        one("SELECT id FROM posts WHERE id = %s FOR KEY SHARE", [post])
        update = f"UPDATE posts SET {counts} WHERE id = %s"
        counted = two.send(update, [post])
        waited = two.waits
        one("ROLLBACK")
        counted.result()
        one.close()
        two.close()
        expect.that(not waited, "the UPDATE does not wait", "it waits for the other session",
                    sent=f"{app.sql.written_out(update, [post])}\nwhile another session had run"
                         " SELECT ... FOR KEY SHARE, as a foreign key does",
                    look="which columns of a key PostgreSQL believes to change")  # fmt: skip


@check(points=2, runs="social", on=network)
def goes_with_what_it_stands_on(app: Social) -> None:
    """With a post go the replies below it and its mentions, with a user all that they wrote and
    their mentions, and nothing else."""
    author, friend = somebody(app), somebody(app)
    other, root = a_post(app, author), a_post(app, friend)
    reply, sibling = a_reply(app, author, root, root), a_reply(app, author, root, root)
    a_reply(app, author, reply, root)

    def left() -> list[Any]:
        found = app.sql("SELECT id FROM posts WHERE user_id IN (%s, %s) ORDER BY id",
                        [author, friend])  # fmt: skip
        return [row["id"] for row in found]

    app.sql("DELETE FROM posts WHERE id = %s", [reply])
    expect.equal(left(), [other, root, sibling], f"the posts after {reply} was deleted")
    app.sql("DELETE FROM users WHERE id = %s", [friend])
    expect.equal(left(), [other], f"the posts after the author of {root} was deleted")


@check(points=2, runs="social", on=network)
def mentions_somebody_once(app: Social) -> None:
    """A mention names a post and a user who are there, once, and goes with either of them."""
    author, friend, third = somebody(app), somebody(app), somebody(app)
    post, other = a_post(app, author), a_post(app, author)
    for pair in ((post, friend), (post, third), (other, friend)):
        app.sql(MENTION, pair)
    app.sql(MENTION, [a_post(app, author), author])
    refused(app, MENTION, [post, friend], "a mention that is there already")
    refused(app, MENTION, [post, FAR], "a mention of nobody")
    refused(app, MENTION, [FAR, friend], "a mention in no post")
    refused(app, MENTION, [post, None], "a mention without a user")
    refused(app, MENTION, [None, friend], "a mention without a post")

    def left() -> list[Any]:
        found = app.sql("SELECT post_id, user_id FROM post_mentions WHERE post_id IN (%s, %s)"
                        " ORDER BY post_id, user_id", [post, other])  # fmt: skip
        return [[row["post_id"], row["user_id"]] for row in found]

    app.sql("DELETE FROM users WHERE id = %s", [third])
    expect.equal(left(), [[post, friend], [other, friend]], "the mentions after a user was deleted")
    app.sql("DELETE FROM posts WHERE id = %s", [post])
    expect.equal(left(), [[other, friend]], "the mentions after a post was deleted")


@check(points=2, runs="social")
def reads_what_a_page_needs(app: Social) -> None:
    """A page of an author's posts, of a post's replies and of somebody's mentions reads at most 100
    rows and 40 pages, however many there are."""
    author, friend, seldom = somebody(app), somebody(app), somebody(app)
    often = [somebody(app) for _ in range(MENTIONED)]
    root = a_post(app, friend)
    app.sql("UPDATE posts SET created_at = now() - interval '1 year' WHERE id = %s", [root])
    # Both are the oldest: who reads backwards in time comes to them last.
    app.sql(
        "INSERT INTO posts (user_id, content, created_at)"
        " SELECT CASE WHEN n > %(many)s THEN %(friend)s ELSE %(author)s END, 'Post ' || n,"
        " now() - interval '1 hour' * (3 * %(many)s - n)"
        " FROM generate_series(1, 2 * %(many)s) AS n",
        {"many": MANY, "friend": friend, "author": author},
    )
    app.sql(
        "INSERT INTO posts (user_id, content, parent_post_id, thread_root_id, created_at)"
        " SELECT %s, 'Reply ' || n, %s, %s, now() - interval '1 minute' * n"
        " FROM generate_series(1, %s) AS n",
        [friend, root, root, MANY],
    )
    app.sql(
        "INSERT INTO post_mentions (post_id, user_id)"
        " SELECT id, mentioned FROM posts, unnest(%s::bigint[]) AS mentioned"
        " WHERE parent_post_id IS NULL ORDER BY 1, 2",
        [often],
    )
    app.sql(
        "INSERT INTO post_mentions (post_id, user_id)"
        " SELECT id, %s FROM posts WHERE user_id = %s ORDER BY id LIMIT 3",
        [seldom, author],
    )
    app.sql("ANALYZE posts, post_mentions")
    for what, query, value, rows in (
        ("an author's posts",
         "SELECT id, content FROM posts WHERE user_id = %s"
         f" ORDER BY created_at DESC, id DESC LIMIT {PAGE}", author, PAGE),
        ("a post's replies",
         "SELECT id, content FROM posts WHERE parent_post_id = %s"
         f" ORDER BY created_at, id LIMIT {PAGE}", root, PAGE),
        ("the posts that mention somebody",
         f"SELECT post_id FROM post_mentions WHERE user_id = %s ORDER BY post_id DESC LIMIT {PAGE}",
         seldom, 3),
        ("whom a post mentions", "SELECT user_id FROM post_mentions WHERE post_id = %s", root,
         MENTIONED),
        ("the replies to a post without any",
         "SELECT id FROM posts WHERE parent_post_id = %s", root + 1, 0),
    ):  # fmt: skip
        plan = app.explain(query, [value])
        expect.equal(len(plan.given), rows, f"rows of {what}")
        expect.that(
            rows_read(plan) <= MOST_READ and plan.buffers <= MOST_PAGES,
            f"{what}: at most {MOST_READ} rows and {MOST_PAGES} pages (buffers) are read",
            f"{rows_read(plan)} rows, {plan.buffers} pages:\n{plan.text}",
            sent=app.sql.written_out(query, [value]),
            look="in which order an index would have to give the rows",
        )


def rows_read(plan: Plan) -> int:
    """Rows that the nodes at the leaves of the plan have read, thrown away or not."""
    return sum(node.rows + node.removed for node in plan.nodes if not node.children)


@check(points=1, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it: names and types are those of the text."""
    app.complete()
