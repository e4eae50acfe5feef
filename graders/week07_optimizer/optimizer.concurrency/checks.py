"""Overviews of users whose queries wait, fail or are slow, as a policy on their posts has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from workbench.checking import App, CheckFailed, Reply, SocialService, check, expect

AT_MOST = 3
POOL = 7
#: All connections are there from the beginning: whoever begins a query has one at once.
PATIENT = {
    "OVERVIEW_AT_MOST": str(AT_MOST), "OVERVIEW_TIMEOUT_MS": "60000",
    "STATEMENT_TIMEOUT_MS": "60000",
    "POOL_MIN_SIZE": str(POOL), "POOL_MAX_SIZE": str(POOL), "POOL_TIMEOUT_MS": "5000",
}  # fmt: skip
HASTY = {**PATIENT, "OVERVIEW_TIMEOUT_MS": "600"}
NUMBERS = count(1)

#: Who reads a user's posts waits while somebody holds the advisory lock of this number, and then is
#: slow or fails with an SQLSTATE, if the user has such a trouble.
GATE = """
    CREATE FUNCTION gate(reader_of bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE COST 10000 AS $$
    DECLARE
        trouble text;
    BEGIN
        PERFORM pg_advisory_xact_lock_shared(reader_of), nextval('passed');
        SELECT code INTO trouble FROM troubles WHERE user_id = reader_of;
        IF trouble = 'slow' THEN
            PERFORM pg_sleep(0.05);
        ELSIF trouble IS NOT NULL THEN
            RAISE EXCEPTION 'trouble with %', reader_of USING ERRCODE = trouble;
        END IF;
        RETURN true;
    END $$
"""

WAITING = """
    SELECT objid::bigint AS user_id FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ORDER BY user_id
"""

#: A route that runs jobs which wait for nobody but for each other, and tells what becomes of them.
#: A minute passes at once in an event loop whose selector puts the clock on instead of waiting; a
#: little also when there is nothing to wait for, as some look again and again.
ROUTE = '    app.router.add_get("/overview", show)\n'
WATCHED = [
    ("from collections.abc import Awaitable, Callable\n",
     "import asyncio\nimport selectors\nfrom collections.abc import Awaitable, Callable\n"),
    (ROUTE, ROUTE +
     "\n"
     "    class Ahead(selectors.DefaultSelector):\n"
     "        seconds = 0.0\n\n"
     "        def select(self, timeout=None):\n"
     "            self.seconds += timeout or 0.001\n"
     "            return super().select(timeout and 0)\n\n"
     "    class Hasty(asyncio.SelectorEventLoop):\n"
     "        def __init__(self):\n"
     "            self.ahead = Ahead()\n"
     "            super().__init__(self.ahead)\n\n"
     "        def time(self):\n"
     "            return super().time() + self.ahead.seconds\n\n"
     "    def run_hastily(asked):\n"
     "        with asyncio.Runner(loop_factory=Hasty) as runner:\n"
     "            return runner.run(watch(asked))\n\n"
     "    async def run(request: web.Request) -> web.Response:\n"
     "        asked = await request.json()\n"
     "        if asked['hasty']:\n"
     "            told = await asyncio.to_thread(run_hastily, asked)\n"
     "        else:\n"
     "            told = await watch(asked)\n"
     "        return web.json_response(told)\n\n"
     "    async def watch(asked):\n"
     "        told = {'begun': [], 'running': 0, 'most': 0}\n"
     "        errors = {'fails': LookupError('nobody'), 'is_late': TimeoutError('no reply')}\n"
     "        found = RuntimeError('a result')\n\n"
     "        def job(name):\n"
     "            async def work():\n"
     "                told['begun'].append(name)\n"
     "                told['running'] += 1\n"
     "                told['most'] = max(told['most'], told['running'])\n"
     "                try:\n"
     "                    if name in errors:\n"
     "                        await asyncio.sleep(0)\n"
     "                        raise errors[name]\n"
     "                    if name in ('waits', 'waits_and_breaks', 'waits_and_tidies'):\n"
     "                        await asyncio.Event().wait()\n"
     "                    await asyncio.sleep(0)\n"
     "                    return {'none': None, 'finds_an_error': found}.get(name, name)\n"
     "                finally:\n"
     "                    try:\n"
     "                        for _ in range(50):  # as cleaning up takes a while\n"
     "                            await asyncio.sleep(0)\n"
     "                        if name == 'waits_and_tidies':\n"
     "                            await asyncio.sleep(60)\n"
     "                        if name == 'waits_and_breaks':\n"
     "                            raise ValueError('there is nothing to clean up')\n"
     "                    finally:  # who is in a hurry may have cancelled it twice\n"
     "                        told['running'] -= 1\n\n"
     "            return work\n\n"
     "        by_name = {name: job(name) for name in asked['jobs']}\n"
     "        jobs = tuple(by_name[name] for name in asked['jobs'])\n"
     "        task = asyncio.create_task(run_all(jobs, asked['at_most'], asked['seconds']))\n"
     "        if asked['cancel']:\n"
     "            while not told['running'] and not task.done():\n"
     "                await asyncio.sleep(0)\n"
     "            task.cancel()\n"
     "        try:\n"
     "            results = await task\n"
     "            told['results'] = ['an error' if one is found else one for one in results]\n"
     "        except asyncio.CancelledError:\n"
     "            told['raised'] = 'CancelledError'\n"
     "        except Exception as raised:\n"
     "            told['raised'] = type(raised).__name__\n"
     "            told['same'] = any(raised is error for error in errors.values())\n"
     "        told['left'] = told['running']\n"
     "        return told\n\n"
     '    app.router.add_post("/jobs", run)\n'),
]  # fmt: skip


def network(app: SocialService) -> None:
    """Users with a post each, behind a gate."""
    app.sql("CREATE TABLE troubles (user_id bigint PRIMARY KEY, code text NOT NULL)")
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'one_' || n, 'one_' || n || '@example.org', 'x' FROM generate_series(1, 200) AS n"
    )
    app.sql("INSERT INTO posts (user_id, content) SELECT id, 'hello' FROM users")
    app.sql("CREATE SEQUENCE passed")
    app.sql(GATE)
    app.sql("CREATE POLICY gate ON posts USING (gate(user_id))")
    app.sql("ALTER TABLE posts ENABLE ROW LEVEL SECURITY")
    app.sql("ALTER TABLE posts FORCE ROW LEVEL SECURITY")


def hasty(app: SocialService) -> None:
    """The same, with little time for an overview."""
    network(app)


def people(app: SocialService, number: int) -> list[int]:
    """The ids of some that no other check has had."""
    names = [f"one_{next(NUMBERS) % 200 + 1}" for _ in range(number)]
    rows = app.sql("SELECT id FROM users WHERE username = ANY(%s)", [names])
    found = sorted(row["id"] for row in rows)
    app.sql("DELETE FROM troubles WHERE user_id = ANY(%s)", [found])
    return found


def trouble(app: SocialService, users: Sequence[int], code: str) -> None:
    """From now on queries for these users are slow, or fail so."""
    app.sql("INSERT INTO troubles SELECT unnest(%s), %s", [list(users), code])


def path(users: Sequence[int]) -> str:
    return f"/overview?users={','.join(map(str, users))}"


def asked(users: Sequence[int]) -> str:
    return f"GET {path(users)}\nat most {AT_MOST} at once"


class Gates:
    """Gates that are closed: queries for these users wait until theirs is opened."""

    def __init__(self, app: SocialService, users: Sequence[int]) -> None:
        self._keeper = app.session()
        self._keeper("BEGIN")
        for user in users:
            self._keeper("SELECT pg_advisory_lock(%s)", [user])

    def open(self, user: int) -> None:
        self._keeper("SELECT pg_advisory_unlock(%s)", [user])

    def open_all(self) -> None:
        self._keeper("SELECT pg_advisory_unlock_all()")
        self._keeper("ROLLBACK")


@contextmanager
def closed(app: SocialService, users: Sequence[int]) -> Iterator[tuple[Gates, ThreadPoolExecutor]]:
    """The gates, and threads to send requests from; in the end all gates are opened, and the
    requests waited for."""
    with ThreadPoolExecutor(4) as threads:
        gates = Gates(app, users)
        try:
            yield gates, threads
        finally:
            gates.open_all()


@contextmanager
def failed(app: SocialService, users: Sequence[int], bad: int) -> Iterator[Reply]:
    """The reply to an overview when the query for `bad`, one of the first, has failed while all
    others wait. All that have begun run before: PostgreSQL forgets the cancellation of a query that
    has not."""
    first = set(users[:AT_MOST])

    def all_run() -> bool:
        found = {row["user_id"] for row in app.sql(WAITING)}
        return first <= found and len(found) == POOL - free(app)

    with closed(app, users) as (gates, threads):
        sent = threads.submit(app.get, path(users))
        app.wait_until(all_run, f"the queries for the users {expect.show(sorted(first))} run",
                       "how many jobs run at once")  # fmt: skip
        gates.open(bad)
        yield sent.result()


def all_free(app: SocialService, look: str) -> None:
    app.wait_until(lambda: free(app) == POOL, "all connections are back in the pool", look)


def passed(app: SocialService) -> int:
    """How many queries have come through a gate."""
    row = app.sql("SELECT last_value, is_called FROM passed")[0]
    return int(row["last_value"]) if row["is_called"] else 0


def free(app: SocialService) -> int:
    """How many connections of the pool are in nobody's hands. All are open, so that it is known at
    once how many jobs have begun."""
    return int(app.get("/pool")["idle"])


def until(app: SocialService, wanted: Sequence[int], users: Sequence[int], look: str) -> None:
    """Look until the queries for `wanted` are those that wait; raises CheckFailed when it never
    becomes so."""
    found: list[int] = []

    def as_wanted() -> bool:
        found[:] = [row["user_id"] for row in app.sql(WAITING)]
        return found == sorted(wanted)

    try:
        app.wait_until(as_wanted, "")
    except CheckFailed:
        pass
    else:
        return
    which = (
        f"the queries for the users {expect.show(sorted(wanted))} run"
        if wanted
        else "no query runs"
    )
    got = f"those for {expect.show(found)} run" if found else "none runs"
    raise CheckFailed(f"{which} in PostgreSQL", got, asked(users), look)


def overview(reply: Reply, users: Sequence[int], look: str = "") -> None:
    """The overview of these users, who have a post each, in this order."""
    expect.status(reply, 200, look)
    wanted = [{"id": user, "posts": 1, "followers": 0} for user in users]
    expect.equal(reply["users"], wanted, "users", reply=reply, look=look)


def bounded(app: SocialService, users: Sequence[int]) -> None:
    """No job has begun beyond those that run."""
    busy = POOL - free(app)
    expect.that(busy == AT_MOST, f"{AT_MOST} connections of the pool are in use", f"{busy} are",
                sent=asked(users), look="what holds the other jobs back")  # fmt: skip


@check(points=2, runs="social_service", on=network, settings=PATIENT)
def results_in_order(app: SocialService) -> None:
    """The results come in the order of the jobs, also when the first one ends last."""
    a, b, c, *others = people(app, 9)
    for users in ([a], [a, b, c], [a, b, a, a], [c, *others, b, a]):
        overview(app.get(path(users)), users, "a result for each job, in the order of the jobs")
    users, before = [c, a, b, *others], passed(app)
    with closed(app, [c]) as (_, threads):
        sent = threads.submit(app.get, path(users))
        until(app, [c], users, "what else runs while one job waits")
        with suppress(CheckFailed):  # until all others have ended, if they do
            app.wait_until(lambda: (passed(app), free(app)) == (before + 8, POOL - 1), "")
    overview(sent.result(), users, "the order when the first job ends last")


@check(points=2, runs="social_service", on=network, settings=PATIENT)
def runs_at_once(app: SocialService) -> None:
    """As many jobs as `at_most` says run at the same time."""
    users = people(app, AT_MOST)
    with closed(app, users) as (_, threads):
        sent = threads.submit(app.get, path(users))
        until(app, users, users, "what is waited for before the next job begins")
    expect.status(sent.result(), 200)


@check(points=2, runs="social_service", after=runs_at_once, on=network, settings=PATIENT)
def never_more(app: SocialService) -> None:
    """And never more of them."""
    users = people(app, 7)
    with closed(app, users) as (_, threads):
        sent = threads.submit(app.get, path(users))
        until(app, users[:AT_MOST], users, "what holds the other jobs back")
        bounded(app, users)
    expect.status(sent.result(), 200)


@check(points=3, runs="social_service", after=never_more, on=network, settings=PATIENT)
def each_end_lets_the_next_begin(app: SocialService) -> None:
    """As soon as one job ends, the next of the list begins, however long the others take."""
    users = people(app, 6)
    a, b, c, d, e, f = users
    with closed(app, users) as (gates, threads):
        sent = threads.submit(app.get, path(users))
        look = "what the next job waits for: for one that ends, or for all that run"
        until(app, [a, b, c], users, look)
        for opened, running in ((b, [a, c, d]), (d, [a, c, e]), (a, [c, e, f])):
            gates.open(opened)
            until(app, running, users, look)
            bounded(app, users)
    expect.status(sent.result(), 200)


@check(points=1, runs="social_service", after=runs_at_once, on=network, settings=PATIENT)
def each_call_has_its_own(app: SocialService) -> None:
    """The bound is that of one call: two overviews at once have twice as many."""
    users = people(app, 2 * AT_MOST)
    with closed(app, users) as (_, threads):
        sent = [threads.submit(app.get, path(half)) for half in (users[:AT_MOST], users[AT_MOST:])]
        until(app, users, users, "what two calls have in common")
    for reply in sent:
        expect.status(reply.result(), 200)


@check(points=3, runs="social_service", after=runs_at_once, on=network, settings=PATIENT)
def a_failure_ends_the_rest(app: SocialService) -> None:
    """When a job fails, the others are cancelled, and their queries end in PostgreSQL as well."""
    users = people(app, 7)
    bad, *others = users
    trouble(app, [bad], "22012")
    look = "what becomes of the other jobs once one has failed"
    for order in (users, [*others[:2], bad, *others[2:]]):
        with failed(app, order, bad) as reply:
            expect.that(reply.status >= 400, "an error", reply.shown, sent=reply.sent, look=look)
            until(app, [], order, look)
            all_free(app, look)


@check(points=2, runs="social_service", after=runs_at_once, on=network, settings=PATIENT)
def the_first_failure_as_it_is(app: SocialService) -> None:
    """The first failure is what is raised, as it is: the service knows what to answer to it."""
    users = people(app, 4)
    bad, other, *fine = users
    trouble(app, [other], "P0001")
    for code, status in (("22012", 422), ("23505", 409), ("57014", 504)):
        app.sql("DELETE FROM troubles WHERE user_id = %s", [bad])
        trouble(app, [bad], code)
        with failed(app, [other, bad, *fine], bad) as reply:
            pass
        look = f"the exception that reaches the service: a query has failed with SQLSTATE {code}"
        expect.status(reply, status, look)
        if status != 504:
            told = reply["detail"]
            message = f"trouble with {bad}"
            expect.that(message in str(told), f"the error's own message, {message}", reply.shown,
                        sent=reply.sent, look=look)  # fmt: skip


@check(points=2, runs="social_service", on=hasty, settings=HASTY)
def the_deadline_ends_all(app: SocialService) -> None:
    """At the deadline a TimeoutError is raised, which is 504, and the queries end in PostgreSQL as
    well."""
    users = people(app, 5)
    look = "what becomes of the jobs when the time is over"
    with closed(app, users):
        expect.status(app.get(path(users)), 504, look)
        until(app, [], users, look)
        all_free(app, look)


@check(points=2, runs="social_service", on=hasty, settings=HASTY)
def one_deadline_for_all(app: SocialService) -> None:
    """The time is that of all jobs together: many of them, each of which is quick enough, are too
    late."""
    users = people(app, 10)
    trouble(app, users, "slow")
    reply = app.get(path(users * 20))
    expect.status(reply, 504, "200 queries of 50 ms each in 600 ms: what the time is for")


@check(points=2, runs="social_service", after=runs_at_once, on=network, settings=PATIENT)
def who_leaves_ends_all(app: SocialService) -> None:
    """When the client leaves, the call is cancelled: so are the jobs, and their queries end in
    PostgreSQL."""
    users = people(app, AT_MOST)
    look = "what runs when this call itself is cancelled"
    with closed(app, users):
        with app.leaving("GET", path(users)):
            until(app, users, users, "how many jobs run at once")
        until(app, [], users, look)
        all_free(app, look)


def run(
    app: App, jobs: Sequence[str], at_most: int, seconds: float = 60, *, cancel: bool = False,
    hasty: bool = False,
) -> Any:  # fmt: skip
    """What these jobs come to, in a service that has a route for them; the same function for each
    that has the same name. cancel: once they run; hasty: where a minute passes at once."""
    asked_for = {
        "jobs": list(jobs), "at_most": at_most, "seconds": seconds, "cancel": cancel,
        "hasty": hasty,
    }  # fmt: skip
    reply = app.post("/jobs", json=asked_for)
    expect.status(reply, 200)
    return reply.json


@check(
    points=3, runs="social_service", after=runs_at_once, on=network, settings=PATIENT, hidden=True
)
def nothing_is_left_behind(app: SocialService) -> None:
    """When the call ends, no job runs any more, not even one that takes its time to clean up. What
    it raises is the very exception of the job that failed first. No jobs have no results, and a
    result may be None or an exception."""
    look = "who waits for what was cancelled"
    with app.altered("backend/social/service/overview.py", WATCHED) as other:
        for jobs, at_most in (
            ([], 3), (["a"], 3), (["none", "b", "none", "a"], 2), ([*"abcdefgh"], 1),
            (["a", "finds_an_error", "b"], 2),
        ):  # fmt: skip
            told = run(other, jobs, at_most)
            special = {"none": None, "finds_an_error": "an error"}
            wanted = [special.get(name, name) for name in jobs]
            what = f"results of the jobs {expect.show(jobs)}"
            expect.equal(told.get("results"), wanted, what)
            what = "the jobs in the order in which they began, and how many still run"
            expect.equal([told["begun"], told["left"]], [jobs, 0], what)
        for jobs, hasty, error, when in (
            (["waits", "fails", "waits", "waits"], False, "LookupError", ""),
            (["waits", "is_late", "waits"], False, "TimeoutError", ", long before the time is up"),
            (["waits_and_breaks", "fails", "waits"], False, "LookupError",
             ", and the first job, being cancelled, raises a ValueError"),
            (["waits_and_tidies", "fails"], True, "LookupError",
             ", and the first job, being cancelled, cleans up for a minute (of the event loop's)"),
        ):  # fmt: skip
            told = run(other, jobs, 3, 3600 if hasty else 60, hasty=hasty)
            got = [told.get("raised"), told.get("same"), told["left"]]
            what = f"what is raised when job 2 of {len(jobs)} has raised a {error}{when}; whether "
            what += "it is the same object, and how many jobs still run then"
            expect.equal(got, [error, True, 0], what, look=look)
        told = run(other, ["waits", "waits", "waits"], 2, 0.05)
        what = "what is raised after the time, and how many jobs still run then"
        expect.equal([told.get("raised"), told["left"]], ["TimeoutError", 0], what, look=look)
        told = run(other, ["waits", "waits", "waits"], 2, cancel=True)
        what = "what is raised when the call is cancelled, and how many jobs still run then"
        expect.equal([told.get("raised"), told["left"]], ["CancelledError", 0], what, look=look)
