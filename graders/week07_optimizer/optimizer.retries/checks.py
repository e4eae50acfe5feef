"""A trigger of the check's own ends transactions as PostgreSQL does, and counts them in a sequence,
which no rollback undoes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from workbench.checking import App, Reply, SocialService, check, expect

ATTEMPTS = 3
#: All connections are there from the beginning: whoever may have one has it at once.
POOL = 8
SETTINGS = {
    "RETRY_ATTEMPTS": str(ATTEMPTS), "RETRY_BASE_MS": "1", "STATEMENT_TIMEOUT_MS": "60000",
    "POOL_MIN_SIZE": str(POOL), "POOL_MAX_SIZE": str(POOL), "POOL_TIMEOUT_MS": "20000",
    "CONNECT_TIMEOUT_MS": "20000",
}  # fmt: skip

#: Whoever loses has lost to one that was committed, and there can only be three of those.
ENOUGH = {**SETTINGS, "RETRY_ATTEMPTS": "8"}

#: What work may raise that is no reason either. Who has lost the connection at COMMIT does not know
#: whether the work is done; and what another database says is not about this transaction.
RAISED = (
    "LookupError", "ConnectionResetError", "TimeoutError", "asyncpg.InterfaceError",
    "OtherDatabaseError",
)  # fmt: skip

#: SQLSTATEs that are no reason to try again, and what the service answers.
OTHERS = {
    "23505": 409, "22012": 422, "57014": 504, "55P03": 500, "P0001": 500,
    "40000": 500, "40002": 500, "40003": 500,
}  # fmt: skip

PIN = "PUT /users/{id}/pins/{post_id}"
NUMBERS = count(1)

BREAK_OFF = """
    CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        this_try bigint := nextval('tries');
    BEGIN
        PERFORM setval(
            format('try_%s', least(this_try, 4))::regclass, pg_current_xact_id()::text::bigint
        );
        IF this_try <= TG_ARGV[1]::bigint THEN
            RAISE EXCEPTION 'try %', this_try USING ERRCODE = TG_ARGV[0];
        END IF;
        RETURN NEW;
    END $$
"""
_SEQUENCES = ("tries", "try_1", "try_2", "try_3", "try_4")
BEGIN_COUNTING = "; ".join(f"CREATE SEQUENCE {name}" for name in _SEQUENCES)
END_COUNTING = f"DROP SEQUENCE {', '.join(_SEQUENCES)}"

#: While a check holds these, requests for posts wait, and so does a pause of the route below.
LOCKS = "LOCK TABLE posts; SELECT pg_advisory_xact_lock(7)"

#: A route that does the work it is sent, tells what became of it, and notes the pauses instead of
#: making them. In one of them it waits, on a connection that is not the pool's.
ROUTE = '    app.router.add_put("/users/{user_id}/pins/{post_id}", pin)\n'
NOTED = [
    (ROUTE, ROUTE +
     "\n"
     "    class OtherDatabaseError(Exception):\n"
     "        sqlstate = '40001'\n\n"
     "    known = {'asyncpg': asyncpg, 'OtherDatabaseError': OtherDatabaseError}\n\n"
     "    async def run(request: web.Request) -> web.Response:\n"
     "        asked = await request.json()\n"
     "        told, ended = {'pauses': [], 'calls': 0}, []\n\n"
     "        async def note(seconds):\n"
     "            told['pauses'].append(float(seconds))\n"
     "            if len(told['pauses']) == asked.get('waits_in'):\n"
     "                waiting = await asyncpg.connect(settings.database_url)\n"
     "                await waiting.execute('SELECT pg_advisory_xact_lock_shared(7)')\n"
     "                await waiting.close()\n\n"
     "        async def work(connection):\n"
     "            told['calls'] += 1\n"
     "            for statement in asked.get('statements', []):\n"
     "                await connection.execute(statement)\n"
     "            if asked.get('raises'):\n"
     "                raise eval(asked['raises'], known)('no more')\n"
     "            if told['calls'] <= asked.get('broken_off', 0):\n"
     "                ended.append(asyncpg.SerializationError('once more'))\n"
     "                raise ended[-1]\n"
     "            return asked.get('result')\n\n"
     "        try:\n"
     "            told['result'] = await in_transaction(\n"
     "                pool, work, asked['attempts'], asked['base'], sleep=note)\n"
     "        except Exception as error:\n"
     "            told['raised'] = type(error).__name__\n"
     "            cause = error.__cause__\n"
     "            told['cause'] = (\n"
     "                f'the error of try {ended.index(cause) + 1}' if cause in ended\n"
     "                else repr(cause))\n"
     "        return web.json_response(told)\n\n"
     '    app.router.add_post("/work", run)\n'),
]  # fmt: skip


def network(_: SocialService) -> None:
    """The service on an empty network; each check has its own people."""


def crowd(_: SocialService) -> None:
    """The same, where a request has more tries."""


def person(app: SocialService, posts: int = 1) -> tuple[int, list[int]]:
    """The id of somebody new, and those of posts of theirs."""
    name = f"pinner_{next(NUMBERS)}"
    user = app.sql(
        "INSERT INTO users (username, email, password_hash) VALUES (%s, %s, 'x') RETURNING id",
        [name, f"{name}@example.org"],
    )[0]["id"]
    rows = app.sql(
        "INSERT INTO posts (user_id, content)"
        " SELECT %s, 'post ' || n FROM generate_series(1, %s) AS n"
        " RETURNING id",
        [user, posts],
    )
    return user, sorted(row["id"] for row in rows)


def pin(app: SocialService, user: int, post: int) -> Reply:
    return app.put(f"/users/{user}/pins/{post}")


def pinned(app: SocialService, user: int) -> list[int]:
    rows = app.sql("SELECT post_id FROM pins WHERE user_id = %s ORDER BY post_id", [user])
    return [row["post_id"] for row in rows]


class Tries:
    """The tries that the trigger has seen."""

    def __init__(self, app: SocialService) -> None:
        self._app = app

    @property
    def made(self) -> int:
        return int(self._last("tries"))

    @property
    def transactions(self) -> list[int]:
        """The number of the transaction of each try, up to the third."""
        return [self._last(f"try_{number}") for number in range(1, min(self.made, 3) + 1)]

    def _last(self, sequence: str) -> int:
        row = self._app.sql(f"SELECT last_value, is_called FROM {sequence}")[0]
        return int(row["last_value"]) if row["is_called"] else 0


@contextmanager
def broken_off(
    app: SocialService, code: str, times: int, *, at_commit: bool = False
) -> Iterator[Tries]:
    """Meanwhile the first so many transactions that store a pin are ended with this SQLSTATE: at
    the INSERT, or not before COMMIT."""
    kind, when = ("TRIGGER", "BEFORE INSERT ON pins")
    if at_commit:
        kind, when = ("CONSTRAINT TRIGGER", "AFTER INSERT ON pins DEFERRABLE INITIALLY DEFERRED")
    app.sql(
        f"{BEGIN_COUNTING}; {BREAK_OFF};"
        f"CREATE {kind} break_off {when}"
        f" FOR EACH ROW EXECUTE FUNCTION break_off('{code}', '{times}')"
    )
    try:
        yield Tries(app)
    finally:
        app.sql(f"DROP FUNCTION break_off() CASCADE; {END_COUNTING}")


def story(reply: Reply, code: str, times: int, where: str = "the INSERT") -> str:
    """What was sent, and what a trigger did meanwhile."""
    return f"{reply.sent}\nwhile {where} was refused with SQLSTATE {code}, {times} times"


def taken(
    app: SocialService, code: str, times: int, *, at_commit: bool = False, look: str
) -> list[int]:
    """A pin is stored in the end, once; the transactions of the tries."""
    where = "the COMMIT" if at_commit else "the INSERT"
    user, [post] = person(app)
    with broken_off(app, code, times, at_commit=at_commit) as tries:
        reply = pin(app, user, post)
        made, transactions = tries.made, tries.transactions
    sent = story(reply, code, times, where)
    expect.that(reply.status == 201, "status 201", reply.shown, sent=sent, look=look)
    expect.that(made == times + 1, f"{times + 1} tries", f"{made}", sent=sent, look=look)
    expect.equal(pinned(app, user), [post], "the user's pins", reply=reply, look=look)
    return transactions


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def tries_again(app: SocialService) -> None:
    """Work that PostgreSQL ends with 40001 or 40P01 is done again, and then the client has its
    201."""
    for code in ("40001", "40P01"):
        taken(app, code, 1, look=f"what happens after SQLSTATE {code}")
    user, [post] = person(app)
    expect.status(pin(app, user, post), 201, "what happens when nothing goes wrong")
    expect.status(pin(app, user, post), 200, "what in_transaction returns")


@check(points=2, runs="social_service", after=tries_again, on=network, settings=SETTINGS)
def each_try_is_a_transaction(app: SocialService) -> None:
    """Each try is a transaction of its own: nothing of the one before is in it."""
    transactions = taken(app, "40001", 2, look="where the transaction begins")
    expect.that(len(set(transactions)) == 3, "three tries in three transactions",
                f"three tries in the transactions {transactions}",
                sent=f"{PIN}, whose INSERT was refused with SQLSTATE 40001, 2 times",
                look="what is inside the loop, and what around it")  # fmt: skip


@check(points=3, runs="social_service", on=network, settings=SETTINGS)
def the_commit_counts_too(app: SocialService) -> None:
    """The same when it is the COMMIT that is refused: only then is the work done."""
    for times in (1, 2):
        taken(app, "40001", times, at_commit=True,
              look="where the COMMIT runs, and who catches what it raises")  # fmt: skip


@check(points=2, runs="social_service", after=tries_again, on=network, settings=SETTINGS)
def gives_up(app: SocialService) -> None:
    """After so many attempts it gives up: 503 with Retry-After, and nothing is stored."""
    taken(app, "40001", ATTEMPTS - 1, look=f"whether there is a try number {ATTEMPTS}")
    look = f"RETRY_ATTEMPTS={ATTEMPTS}: the first one is one of them"
    end = "what is raised in the end: the service makes 503 of a GaveUp"
    for code in ("40001", "40P01"):
        user, [post] = person(app)
        with broken_off(app, code, 1000) as tries:
            reply = pin(app, user, post)
            made = tries.made
        sent = story(reply, code, 1000)
        expect.that(made == ATTEMPTS, f"{ATTEMPTS} tries", f"{made}", sent=sent, look=look)
        expect.that(reply.status == 503, "status 503", reply.shown, sent=sent, look=end)
        expect.header(reply, "retry-after")
        expect.equal(pinned(app, user), [], "the user's pins", reply=reply)


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def other_errors_come_at_once(app: SocialService) -> None:
    """Any other error is raised as it came, after one try: those of class 40 that say no "try
    again", a constraint, a bad value, a lock that is not to be had, a timeout."""
    end = "the exception that reaches the service: it must be the one that came"
    for code, status in OTHERS.items():
        user, [post] = person(app)
        with broken_off(app, code, 1) as tries:
            reply = pin(app, user, post)
            made = tries.made
        sent = story(reply, code, 1)
        look = f"what SQLSTATE {code} means, and whether that is another thing the next time"
        expect.that(made == 1, "one try", f"{made}", sent=sent, look=look)
        expect.that(reply.status == status, f"status {status}", reply.shown, sent=sent, look=end)
        expect.equal(pinned(app, user), [], "the user's pins", reply=reply, look=look)


@check(points=3, runs="social_service", after=the_commit_counts_too, on=crowd, settings=ENOUGH)
def three_pins_remain(app: SocialService) -> None:
    """Six PUTs of one user at once, each of which has read that there is room: exactly three pins
    remain, three replies are 201, and the others 409."""
    user, posts = person(app, 6)
    with app.sql.holding("LOCK TABLE pins IN SHARE MODE") as held:
        held.send_together(*(partial(pin, app, user, post) for post in posts))
    replies = held.replies
    look = "the isolation of the transaction, and what becomes of those that it ends"
    sent = f"six times {PIN} at once, each for another post of the same user"
    stored = len(pinned(app, user))
    expect.that(stored == 3, "three pins in the table", f"{stored}", sent=sent, look=look)
    statuses = sorted(reply.status for reply in replies)
    got = ", ".join(map(str, statuses))
    wanted = "201 three times, 409 three times"
    expect.that(statuses == [201] * 3 + [409] * 3, wanted, got, sent=sent, look=look)


def ask(app: App, **asked: Any) -> Any:
    """What the work of this request comes to, in a service with a route for it."""
    reply = app.post("/work", json=asked)
    expect.status(reply, 200)
    return reply.json


@contextmanager
def locked(app: SocialService) -> Iterator[tuple[Any, ThreadPoolExecutor]]:
    """The locks, held until the block ends, and threads for what waits for them meanwhile."""
    with ThreadPoolExecutor(POOL + 1) as threads, app.sql.holding(LOCKS) as held:
        yield held, threads


def all_are_had(
    app: SocialService, service: App, held: Any, threads: ThreadPoolExecutor, when: str, look: str,
    *, beside: int = 0,
) -> None:  # fmt: skip
    """As many requests as the service's pool has connections get to PostgreSQL at once, where they
    wait for the lock, beside others that wait. What the pool tells of itself is not asked for."""
    for _ in range(POOL):
        threads.submit(service.get, "/posts/1")
    expected = f"all {POOL} connections of the pool can be had {when}: {POOL} requests at once run"
    app.wait_until(lambda: held.waiting == POOL + beside, expected, look)


def in_vain(app: App, attempts: int, base: float) -> tuple[Any, str]:
    """What so many attempts come to, each of which is ended; and what was sent."""
    told = ask(app, attempts=attempts, base=base, broken_off=attempts)
    sent = f"in_transaction(pool, work, {attempts}, {base}, sleep=...), in vain"
    made, wanted = len(told["pauses"]), attempts - 1
    look = "before which tries it sleeps, and with which function"
    expect.that(made == wanted, f"{wanted} pauses", f"{made}", sent=sent, look=look)
    return told, sent


@check(points=2, runs="social_service", on=network, settings=SETTINGS, seconds=30)
def keeps_nothing_in_the_pause(app: SocialService) -> None:
    """Between two tries it pauses, with the `sleep` that it is given, and keeps no connection of
    the pool meanwhile. After the last try there is no pause."""
    with app.altered("backend/social/service/pins.py", NOTED) as other:
        for attempts in (4, 1):
            in_vain(other, attempts, 0.001)
        for pause in (1, 3):
            with locked(app) as (held, threads):
                vain = partial(ask, other, attempts=4, base=0.001, broken_off=4, waits_in=pause)
                threads.submit(vain)
                app.wait_until(lambda held=held: held.waiting == 1, f"pause {pause} of 4 tries")
                all_are_had(app, other, held, threads, f"in pause {pause} of 4 tries",
                            "which block the sleep stands in", beside=1)  # fmt: skip


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def pauses_grow_and_vary(app: SocialService) -> None:
    """A pause is a random time, whose limit is `base_seconds` at first and doubles each time."""
    base, tries, runs = 1.0, 7, 24  # far enough for a limit that ends somewhere
    limits = [base * 2**number for number in range(tries - 1)]
    seen: list[list[float]] = []
    with app.altered("backend/social/service/pins.py", NOTED) as other:
        in_vain(other, 2, 0.001)  # who does not use the `sleep` that is given would really wait
        for _ in range(runs):
            told, sent = in_vain(other, tries, base)
            pauses = told["pauses"]
            fits = all(
                0 <= pause <= limit + 1e-9 for pause, limit in zip(pauses, limits, strict=True)
            )
            wanted = f"pauses of at most {expect.show(limits)} s"
            look = "the limit of each pause"
            expect.that(fits, wanted, expect.show(pauses), sent=sent, look=look)
            seen.append(pauses)
    for limit, pauses in zip(limits, zip(*seen, strict=True), strict=True):
        what = f"{sent}, {runs} times: the pauses whose limit is {limit} s"
        got = ", ".join(f"{pause:.4f}" for pause in pauses[:8])
        expect.that(len(set(pauses)) > runs // 2, "pauses that differ", got, sent=what,
                    look="where chance comes in")  # fmt: skip
        # Of 24 random parts of a limit one is more than half of it: all but once in 16 million.
        longest = max(pauses)
        expect.that(longest > limit / 2, f"pauses of up to {limit} s", f"{longest:.4f} s at most",
                    sent=what, look="how the limit grows")  # fmt: skip


@check(points=2, runs="social_service", on=network, settings=SETTINGS, seconds=30, hidden=True)
def raises_what_it_should(app: SocialService) -> None:
    """What the work itself raises is raised as it is, and rolls the transaction back; what it
    returns is returned, also None. A GaveUp has the last error as its cause."""
    user, [post] = person(app)
    store = f"INSERT INTO pins (user_id, post_id) VALUES ({user}, {post})"
    with app.altered("backend/social/service/pins.py", NOTED) as other:
        for error in RAISED:
            told = ask(other, attempts=4, base=0.001, statements=[store], raises=error)
            name = error.removeprefix("asyncpg.")
            what = f"what is raised for a {name} of the work, and calls of it"
            expect.equal([told.get("raised"), told["calls"]], [name, 1], what)
        expect.equal(pinned(app, user), [], "the pins that such work has stored",
                     look="whether it commits, however the block is left")  # fmt: skip
        for result in (None, 0, [], "pinned"):
            told = ask(other, attempts=4, base=0.001, result=result)
            expect.equal(
                [told.get("raised"), told.get("result"), told["calls"]], [None, result, 1],
                "nothing raised, what the work has returned, and calls of it",
            )  # fmt: skip
        for attempts in (1, 2, 3):
            told = ask(other, attempts=attempts, base=0.001, broken_off=attempts)
            expect.equal(
                [told.get("raised"), told.get("cause")],
                ["GaveUp", f"the error of try {attempts}"],
                f"what is raised when the last of {attempts} is in vain, too, and its cause",
                look="`raise ... from ...`",
            )
        with locked(app) as (held, threads):
            all_are_had(app, other, held, threads, "after work that has failed",
                        "what gives the connection back")  # fmt: skip


@check(points=2, runs="social_service", on=network, settings=SETTINGS, seconds=30)
def who_leaves_is_not_worked_for(app: SocialService) -> None:
    """When the client leaves, its statement ends in PostgreSQL, too, and nothing of it is
    stored."""
    user, [post] = person(app)
    path = f"/users/{user}/pins/{post}"
    look = "what becomes of the CancelledError, and of the task that runs the work"
    with app.sql.holding("LOCK TABLE pins IN SHARE MODE") as held:
        with app.leaving("PUT", path):
            app.wait_until(lambda: held.waiting == 1, "an INSERT that waits for a lock")
        ended = (
            f"no statement of PUT {path} in PostgreSQL once the client has closed its connection"
        )
        app.wait_until(lambda: held.waiting == 0, ended, look)
    with locked(app) as (held, threads):
        all_are_had(app, app, held, threads, "when the client has left",
                    "what gives the connection back")  # fmt: skip
    expect.equal(pinned(app, user), [], "pins of the user", look="who goes on without the client")
