"""A migration is judged while it runs: what it locks, what it writes, and whom it lets write."""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from workbench.checking import CheckFailed, Lock, Migration, Refused, Social, Step, check, expect

POSTS, BATCH, PAGES = 2500, 1000, 60

#: The longest wait that the text allows is 5 seconds; a loaded machine is given more.
PATIENCE = 9.0

#: Posts that somebody writes beside one migration, and runs at most of one.
MOST_WRITES, MOST_RUNS = 80, 3

#: A lock as of someone who writes, and no row: a migration that goes on until it has reached the
#: newest post must reach it.
NOTHING = "UPDATE posts SET view_count = 0 WHERE false"

#: What PostgreSQL says when it goes through a whole table.
GOES_THROUGH = re.compile(
    r'(?:rewriting|verifying) table "posts"|building index ".*" on table "posts"'
)

#: What a table has that was gone through, and never without: by what it is, and what to call it.
#: A NOT NULL that is not validated (PostgreSQL 18) is none.
TRACES = """
    SELECT 'constraint ' || oid AS trace, 'verified for ' || conname AS what
    FROM pg_constraint WHERE conrelid = %(posts)s AND contype = 'c' AND convalidated
    UNION ALL
    SELECT 'index ' || relfilenode, 'built index ' || relname
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %(posts)s AND indisvalid
    UNION ALL
    SELECT 'rows ' || relfilenode, 'rewritten' FROM pg_class WHERE oid = %(posts)s
    UNION ALL
    SELECT CASE WHEN attnotnull AND proved THEN 'full ' ELSE 'nullable ' END || attnum,
        'verified for NOT NULL of ' || attname
    FROM pg_attribute, LATERAL (SELECT NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = attrelid AND contype = 'n' AND conkey[1] = attnum AND NOT convalidated
    ) AS proved) AS its_constraint
    WHERE attrelid = %(posts)s AND attnum > 0 AND NOT attisdropped
"""

#: How PostgreSQL's message of each begins. The last one says that it need not go through.
TOLD_BY = {
    "constraint": {"verifying", "rewriting"},
    "index": {"building", "rewriting"},
    "rows": {"rewriting"},
    "full": {"verifying", "rewriting", "existing"},
}
TELLS = re.compile(GOES_THROUGH.pattern + r'|existing constraints on column "posts\.')

#: Who writes which post. A savepoint gives rows an xmin of its own; it is one transaction for all.
NOTE_WRITES = """
    CREATE TABLE noted_writes (post_id bigint, writer xid8);
    CREATE FUNCTION note_write() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO public.noted_writes VALUES (NEW.id, pg_current_xact_id());
        RETURN NULL;
    END
    $$;
    CREATE TRIGGER note_write AFTER INSERT OR UPDATE ON posts
        FOR EACH ROW EXECUTE FUNCTION note_write();
"""

#: How many old posts each transaction has written; those that nobody noted are one's.
WRITES = """
    SELECT count(DISTINCT post_id) AS n
    FROM noted_writes JOIN posts ON id = post_id WHERE content LIKE 'post %%' GROUP BY writer
    UNION ALL
    SELECT count(*) FROM posts
    WHERE content LIKE 'post %%' AND xmin::text <> ALL (%(before)s)
        AND NOT EXISTS (SELECT FROM noted_writes WHERE post_id = id)
    GROUP BY CASE WHEN tableoid <> %(posts)s THEN xmin::text END
"""

#: Something old is brought in. Its content says whether the column had its default by then.
INSERT = """
    INSERT INTO posts (user_id, content, created_at)
    SELECT id, CASE WHEN EXISTS (
        SELECT FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'posts'::regclass AND attname = 'published_at'
            AND pg_get_expr(adbin, adrelid) IN ('now()', 'CURRENT_TIMESTAMP')
    ) THEN 'published now' ELSE 'written meanwhile' END, '2024-06-01'
    FROM users WHERE username = 'chen'
"""

#: Likes and replies of old posts, the first and the last one. It undoes itself.
LIKE = """
    DO $$
    DECLARE
        fan bigint := (SELECT id FROM users WHERE username = 'chen');
        old bigint[] := (SELECT ARRAY[min(id), max(id)] FROM posts WHERE content LIKE 'post %');
    BEGIN
        INSERT INTO likes (user_id, post_id) SELECT fan, unnest(old);
        INSERT INTO posts (user_id, content, parent_post_id, thread_root_id)
            SELECT fan, 'a reply', one, one FROM unnest(old) AS one;
        RAISE EXCEPTION USING ERRCODE = 'LIKED';
    END
    $$
"""

#: What comes of it when nothing is wrong with it; or it was in the way, and PostgreSQL ended it.
LIKED = ("LIKED", "40P01")

UNPUBLISHED = """
    INSERT INTO posts (user_id, content, published_at)
    SELECT id, 'x', NULL FROM users WHERE username = 'chen'
"""

PAGE = """
    SELECT id, content FROM posts WHERE user_id = %s AND published_at <= now()
    ORDER BY published_at DESC LIMIT 20
"""

#: lock_timeout, or NOWAIT.
NOT_AVAILABLE = "55P03"

#: What an index that is built concurrently waits for: the end of another's transaction.
OTHERS = "virtualxid"

#: Looks at a statement that waits for something else.
MOST_LOOKS = 200

#: The table, as PostgreSQL knows it.
SHAPE = """
    SELECT 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
        || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') AS what
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = 'posts'::regclass AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid = 'posts'::regclass
    UNION ALL
    SELECT 'index ' || indexrelid::regclass || ' ' || pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = 'posts'::regclass
    UNION ALL
    SELECT 'trigger ' || tgname FROM pg_trigger
    WHERE tgrelid = 'posts'::regclass AND NOT tgisinternal
"""


@dataclass
class Seen:
    """What was seen while a migration ran beside somebody who writes. posts: the table's oid."""

    posts: int
    trouble: str = ""
    crowded: list[str] = field(default_factory=list)
    largest: int = 0
    written: int = 0
    turned_away: list[str] = field(default_factory=list)


class Writer:
    """The application as it was before: it writes posts, and does not know the new column.

    Each post is written in a transaction that is open while a statement of the migration runs.
    """

    def __init__(self, app: Social) -> None:
        self._session, self._fan = app.session(), app.session()
        self._insertion: Future[str] | None = None
        self._liking: Future[str] | None = None
        self._given_up: dict[str, bool] = {}
        self.refused: list[str] = []
        self.written = 0

    def begin(self, step: Step) -> bool:
        """Write a post before the statement runs, unless the last one still waits for a lock.

        A statement that is tried again may have its lock now: True if that is one against writers.
        """
        if step.text in self._given_up:
            return self._given_up[step.text]
        if self._insertion is None:
            self._session("BEGIN")
            text = INSERT if self.written < MOST_WRITES else NOTHING
            self._insertion = self._session.try_out(text)
        return False

    def like(self, step: Step) -> None:
        """Like old posts and reply to them, between two transactions of the migration."""
        self._end_liking()
        if not step.was_open and self._insertion is None and self._liking is None:
            self._liking = self._fan.try_out(LIKE)
            self._end_liking()

    def _end_liking(self, *, wait: bool = False) -> None:
        if self._liking is not None and (wait or self._liking.done()):
            code, self._liking = self._liking.result(), None
            if code not in LIKED:
                self.refused.append(f"{code} (a like of an old post, or a reply)")

    def note(self, step: Step, waiting: list[Lock]) -> None:
        """The statement is answered. waiting: the locks for which it was seen to wait."""
        if step.error.startswith(NOT_AVAILABLE):
            strong = not waiting or any(lock.stops_writers for lock in waiting)
            self._given_up[step.text] = strong

    def end(self, *, wait: bool = False) -> None:
        """Commit it, if it is written by now."""
        self._end_liking(wait=wait)
        if self._insertion is None or not (wait or self._insertion.done()):
            return
        code, self._insertion = self._insertion.result(), None
        self._session("ROLLBACK" if code else "COMMIT")
        self.written += 1
        if code:
            self.refused.append(code)


def fill(app: Social, posts: int) -> None:
    """Three authors; every second post is by the first one, who has written nothing lately."""
    # Nobody else locks the table: a statement that waits, waits for somebody of this check's.
    app.sql("ALTER TABLE posts SET (autovacuum_enabled = off)")
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT name, name || '@example.org', 'x'"
        " FROM unnest(ARRAY['ada', 'bela', 'chen']) AS name"
    )
    app.sql(
        "INSERT INTO posts (user_id, content, created_at, updated_at)"
        " SELECT users.id, 'post ' || n,"
        "  CASE username WHEN 'ada' THEN timestamptz '2020-01-01' ELSE '2024-01-01' END"
        "   + mod(n * 7919, 100003) * interval '5 min',"
        "  timestamptz '2025-06-01'"
        " FROM generate_series(1, %s) AS n"
        " JOIN users ON username = (ARRAY['bela', 'ada', 'chen', 'ada'])[mod(n, 4) + 1]",
        [posts],
    )


def filled(app: Social, condition: str = "published_at = created_at") -> int:
    """How many of the old posts have their value; 0 while there is no such column."""
    try:
        found = app.sql.attempt(
            f"SELECT count(*) AS n FROM posts WHERE content LIKE 'post %' AND {condition}"
        )
    except Refused:
        return 0
    return int(found[0]["n"])


def largest_transaction(app: Social, posts: int, before: list[str]) -> int:
    """Most of the old posts that one transaction has written. before: what their xmin was."""
    found = app.sql(WRITES, {"posts": posts, "before": before})
    return max((int(row["n"]) for row in found), default=0)


def traces(app: Social, posts: int) -> dict[str, str]:
    """What says that the table with this oid was gone through; see TRACES."""
    return {row["trace"]: row["what"] for row in app.sql(TRACES, {"posts": posts})}


def go(migration: Migration, step: Step) -> list[Lock]:
    """Let the statement run until it is answered, or waits for somebody who writes: the locks for
    which it waits."""
    waiting: list[Lock] = []
    for _ in range(MOST_LOOKS):
        migration.go(step)
        waiting = [lock for lock in migration.locks(step, "public.posts") if not lock.granted]
        if step.done.is_set() or any(one.stops_writers or one.kind == OTHERS for one in waiting):
            break
    return waiting


def follow(app: Social, migration: Migration, seen: Seen, writer: Writer) -> bool:
    """Watch one run, with somebody who writes beside each statement. Did it give up a wait?"""
    gave_up, done, left = False, filled(app), traces(app, seen.posts)
    locked_out: dict[int, bool] = {}  # by connection: whether its transaction has kept writers out
    told = defaultdict[int, set[str]](set)  # and what PostgreSQL has said in it
    for step in migration:
        strong = locked_out.get(step.pid, False) and step.was_open
        if not step.was_open:
            told[step.pid].clear()
        writer.like(step)
        strong |= writer.begin(step)
        waiting = go(migration, step)
        strong |= any(lock.stops_writers for lock in waiting)
        writer.end()
        migration.finish(step)
        strong |= any(lock.stops_writers for lock in migration.locks(step, "public.posts"))
        locked_out[step.pid] = strong
        writer.note(step, waiting)
        gave_up |= step.error.startswith(NOT_AVAILABLE)
        told[step.pid] |= {one.split()[0] for one in step.notices if TELLS.match(one)}
        if strong:
            seen.crowded += [
                f"{notice}: {step.text}" for notice in step.notices if GOES_THROUGH.match(notice)
            ]
        if not step.is_open:
            now, before, left = filled(app), left, traces(app, seen.posts)
            if strong and now > done:
                seen.crowded.append(f"{now - done} rows written; it ended with: {step.text}")
            if strong:
                seen.crowded += [
                    f"{what}, and PostgreSQL's message of it was not heard: {step.text}"
                    for what in untold(before, left, told[step.pid])
                ]
            done = now
        writer.end()
    return gave_up


def untold(before: dict[str, str], after: dict[str, str], told: set[str]) -> list[str]:
    """The traces that a transaction has left and PostgreSQL has not told: its messages were turned
    off, or name another table. A column that came as NOT NULL was not gone through for that."""
    found = []
    for trace in after.keys() - before.keys():
        kind, number = trace.split()
        is_left = kind != "nullable" and (kind != "full" or f"nullable {number}" in before)
        if is_left and not TOLD_BY[kind] & told:
            found.append(after[trace])
    return sorted(found)


def busy(app: Social) -> None:
    """A table of posts, and the migration of it while somebody writes."""
    fill(app, POSTS)
    app.sql(NOTE_WRITES)
    before = [row["x"] for row in app.sql("SELECT DISTINCT xmin::text AS x FROM posts")]
    seen = Seen(app.sql("SELECT 'posts'::regclass::oid::bigint AS oid")[0]["oid"])
    writer = Writer(app)
    for _ in range(MOST_RUNS):
        with app.migration() as migration:
            gave_up = follow(app, migration, seen, writer)
            seen.trouble = migration.wait_end()
        writer.end(wait=True)
        if not (seen.trouble and gave_up):
            break
    seen.largest = largest_transaction(app, seen.posts, before)
    seen.written, seen.turned_away = writer.written, writer.refused
    app.sql("ANALYZE posts")
    app.seen["busy"] = seen


def run(app: Social, command: str = "upgrade", revision: str = "head") -> str:
    """Run Alembic and let it go its way: its trouble."""
    with app.migration(command, revision) as migration:
        return migration.wait_end()


def require(trouble: str, expected: str, look: str = "") -> None:
    expect.that(not trouble, expected, trouble[-1500:], look=look)


@check(points=1, runs="social", on=busy, seconds=60)
def upgrades(app: Social) -> None:
    """`alembic upgrade head` ends well while others write posts, and `published_at` is there."""
    require(app.seen["busy"].trouble, "alembic upgrade head ends without an error")
    found = app.sql(
        "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute"
        " WHERE attrelid = 'posts'::regclass AND attname = 'published_at' AND NOT attisdropped"
    )
    expect.equal([row["type"] for row in found], ["timestamp with time zone"],
                 "the type of posts.published_at")  # fmt: skip


@check(points=2, runs="social", on=busy, after=upgrades)
def fills_every_old_post(app: Social) -> None:
    """Each old post is published when it was created, and otherwise as it was."""
    expect.equal(filled(app), POSTS, "old posts whose published_at is their created_at",
                 look="posts that were written before the migration began")  # fmt: skip
    expect.equal(filled(app, "updated_at = '2025-06-01'"), POSTS,
                 "old posts whose updated_at is what it was")  # fmt: skip


@check(points=2, runs="social", on=busy, after=upgrades)
def the_old_application_goes_on(app: Social) -> None:
    """Whoever does not know the column writes, replies and likes before, during and after."""
    seen: Seen = app.seen["busy"]
    expect.equal(seen.turned_away, [], f"errors of {seen.written} posts written meanwhile",
                 look="what a row gets that does not name the column, and since when;"
                      " what holds for an old row that is updated")  # fmt: skip
    lost = "content = 'published now' AND published_at = created_at"
    expect.equal(app.sql(f"SELECT count(*) AS n FROM posts WHERE {lost}")[0]["n"], 0,
                 "new posts that were filled, with the older created_at that they name",
                 look="which posts the filling changes")  # fmt: skip
    found = app.sql(
        "INSERT INTO posts (user_id, content) SELECT id, 'afterwards' FROM users"
        " WHERE username = 'chen' RETURNING published_at = now() AS is_now, published_at::text"
    )
    expect.equal(found[0]["is_now"], True, "whether a new post is published at now()")
    left = app.sql("SELECT count(*) AS n FROM posts WHERE published_at IS NULL")[0]["n"]
    expect.equal(left, 0, "posts without published_at")


@check(points=2, runs="social", on=busy, after=upgrades)
def keeps_the_rules(app: Social) -> None:
    """NULL is refused, and a time before the post was created; PostgreSQL has proved it for all."""
    insert = (
        "INSERT INTO posts (user_id, content, created_at, published_at)"
        " SELECT id, 'x', '2026-01-02', %s FROM users WHERE username = 'chen'"
    )
    for taken in ("2026-01-02", "2199-01-01"):
        app.sql(insert, [taken])
    expect.refused(app.sql, insert, [None], "a post without published_at")
    expect.refused(app.sql, insert, ["2026-01-01"], "a post that is published before it is created")
    left = app.sql(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'posts'::regclass AND NOT convalidated"
    )
    expect.equal([row["conname"] for row in left], [], "constraints that are still NOT VALID")


@check(points=1, runs="social", on=busy, after=upgrades)
def serves_an_authors_page(app: Social) -> None:
    """The newest published posts of an author who has many take at most 60 pages."""
    author = app.sql("SELECT id FROM users WHERE username = 'ada'")[0]["id"]
    plan = app.explain(PAGE, [author])
    expect.equal(len(plan.given), 20, "posts of the page")
    expect.that(plan.buffers <= PAGES, f"at most {PAGES} pages", f"{plan.buffers}:\n{plan.text}",
                sent=PAGE, look="an index with what is looked for, and then the order")  # fmt: skip


@check(points=3, runs="social", on=busy, after=upgrades)
def lets_others_write(app: Social) -> None:
    """No transaction that keeps writers out goes through the table: it rewrites, reads, indexes
    and fills no rows."""
    crowded = app.seen["busy"].crowded
    expect.that(not crowded, "only short work while a lock keeps others from writing to posts",
                "\n".join(crowded[:5])[:1500],
                look="which lock the statement takes, and when its transaction ends")  # fmt: skip


@check(points=2, runs="social", on=busy, after=upgrades)
def fills_in_batches(app: Social) -> None:
    """No transaction writes more than 1,000 of the old posts."""
    largest = app.seen["busy"].largest
    expect.that(largest <= BATCH, f"at most {BATCH} rows in a transaction",
                f"{largest} of {POSTS} in one", look="when each batch is committed")  # fmt: skip


def waits_for_long(app: Social, *, after_filling: bool) -> None:
    """A transaction of somebody's stays open: a statement of the migration waits for it, and must
    end that by itself. It is the first such statement, or the first one after the filling."""
    fill(app, 300)
    writer = Writer(app)
    for _ in range(MOST_RUNS):
        with app.migration() as migration:
            if gives_up(app, migration, writer, done=not after_filling or filled(app) > 0):
                return
            trouble = migration.wait_end()
        writer.end(wait=True)
        if not trouble:
            break
    # After the filling there may be no statement that needs such a lock, if all is done without.
    expect.that(
        after_filling and not trouble,
        "a statement that waits for a lock on posts and gives up, or is refused it at once",
        f"none was seen: {trouble[-1000:] or 'the migration ended without an error'}",
        sent="a transaction that has written a post is open while each statement runs",
        look="what the migration does when somebody else is at work on posts",
    )
    done = filled(app, "published_at IS NOT NULL")
    expect.equal(done, 300, "old posts with a published_at, when nothing had to wait")
    expect.refused(app.sql, UNPUBLISHED, [], "a post without it, when nothing had to wait")


def gives_up(app: Social, migration: Migration, writer: Writer, *, done: bool) -> bool:
    """Watch a run until a statement gives up its wait for a lock against writers: was there one?

    done: whether the posts are filled, before which none is looked for.
    """
    for step in migration:
        writer.begin(step)
        waiting = go(migration, step)
        if done and any(lock.stops_writers for lock in waiting):
            over = migration.finish(step, PATIENCE)
            writer.end(wait=over)
            expect.that(
                over,
                "a statement that gives up its wait for posts after 5 seconds at most",
                f"it still waits, and whoever comes now waits behind it: {step.text[:500]}",
                sent="a transaction that has written a post and stays open",
                look="lock_timeout: for which statements it holds",
            )
            return True
        writer.end()
        migration.finish(step)
        if done and step.error.startswith(NOT_AVAILABLE):
            return True  # it does not wait at all
        writer.note(step, waiting)
        done = done or (not step.is_open and filled(app) > 0)
    return False


@check(points=2, runs="social", after=upgrades, seconds=30)
def gives_up_waiting(app: Social) -> None:
    """When another transaction on `posts` stays open, the first statement that must wait for it
    gives up."""
    waits_for_long(app, after_filling=False)


@check(points=1, runs="social", after=upgrades, seconds=30, hidden=True)
def gives_up_again(app: Social) -> None:
    """So does the first one that must wait after the old posts are filled."""
    waits_for_long(app, after_filling=True)


def require_complete(app: Social, posts: int) -> None:
    require(run(app), "the second alembic upgrade head ends without an error",
            "what the first run has left behind")  # fmt: skip
    expect.equal(filled(app, "published_at IS NOT NULL"), posts, "old posts with a published_at")


@check(points=2, runs="social", after=upgrades, seconds=30)
def goes_on_after_a_break(app: Social) -> None:
    """A run that breaks off when some posts are filled is run again, and completes them."""
    posts = BATCH + 500
    fill(app, posts)
    with app.migration() as migration:
        for step in migration:
            if not step.was_open and 0 < filled(app) < posts:
                migration.break_off(step)
                break
        migration.wait_end()
    require_complete(app, posts)


@check(points=2, runs="social", after=upgrades, seconds=30, hidden=True)
def replaces_a_broken_index(app: Social) -> None:
    """A run that breaks off while an index is being built is run again, and leaves none that is
    invalid."""
    fill(app, 300)
    writer = Writer(app)
    with app.migration() as migration:
        for step in migration:
            writer.begin(step)
            waiting = go(migration, step)
            if any(lock.kind == OTHERS for lock in waiting):
                migration.break_off(step)
            writer.end()
            migration.finish(step)
            writer.note(step, waiting)
        migration.wait_end()
    writer.end(wait=True)
    require_complete(app, 300)
    broken = app.sql(
        "SELECT indexrelid::regclass::text AS name FROM pg_index"
        " WHERE indrelid = 'posts'::regclass AND NOT (indisvalid AND indisready)"
    )
    expect.equal([row["name"] for row in broken], [], "invalid indexes",
                 look="what CREATE INDEX CONCURRENTLY leaves behind when it fails")  # fmt: skip


def shape(app: Social) -> list[Any]:
    return sorted(str(row["what"]) for row in app.sql(SHAPE))


@check(points=2, runs="social", after=upgrades, seconds=30)
def goes_down_and_up_again(app: Social) -> None:
    """`alembic downgrade 0001` leaves the table as it was, and the upgrade can be run again."""
    fill(app, 300)
    before = shape(app)
    require(run(app), "alembic upgrade head ends without an error")
    require(run(app, "downgrade", "0001"), "alembic downgrade 0001 ends without an error")
    after = shape(app)
    if after != before:
        more, less = set(after) - set(before), set(before) - set(after)
        raise CheckFailed("posts as before the upgrade",
                          f"left over: {sorted(more)}, missing: {sorted(less)}"[:1500],
                          "alembic downgrade 0001")  # fmt: skip
    require_complete(app, 300)
