"""Mistakes that people make when they do a transaction again."""

from workbench.alternatives import Wrong

_PASSING = "PASSING = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)\n"
_BLOCK = """            async with (
                pool.connection() as connection,
                connection.transaction(isolation="serializable"),
            ):
                return await work(connection)
"""
_LOOP = "    for tried in range(attempts):\n"
_SLEEP = """        if tried:
            limit = base_seconds * 2 ** (tried - 1)
            await sleep(random.uniform(limit / 2, limit))  # noqa: S311 - no secret
"""
_TRY = "        try:\n" + _BLOCK
_EXCEPT = """        except PASSING as error:
            failure = error
"""
_REST = _SLEEP + _TRY + _EXCEPT
_GAVE_UP = '    raise GaveUp(f"The transaction could not be completed in {attempts} attempts.") from failure\n'

WRONG = [
    Wrong(
        "all_of_class_40",
        "TransactionRollbackError is the class of all 40xxx: after 40003 the work may have been done, and is done twice.",
        fails=["other_errors_come_at_once"],
        edits=[(_PASSING, "PASSING = asyncpg.exceptions.TransactionRollbackError\n")],
    ),
    Wrong(
        "whoever_has_a_sqlstate",
        "Other libraries' errors have a `sqlstate` as well: what another database has refused is done again in this one.",
        fails=["raises_what_it_should"],
        edits=[(_EXCEPT, """        except Exception as error:
            if getattr(error, "sqlstate", None) not in ("40001", "40P01"):
                raise
            failure = error
""")],
    ),
    Wrong(
        "lost_connections_too",
        "Whoever loses the connection at COMMIT does not know whether the work is done, and does it again.",
        fails=["raises_what_it_should"],
        edits=[(_PASSING, _PASSING + "PASSING = (*PASSING, OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError)\n")],
    ),
    Wrong(
        "no_deadlocks",
        "Only 40001: of two that wait for each other, one gets a 500.",
        fails=["tries_again"],
        edits=[(_PASSING, "PASSING = (asyncpg.SerializationError,)\n")],
    ),
    Wrong(
        "commit_outside",
        "Only the work is guarded: what COMMIT raises goes to the client.",
        fails=["the_commit_counts_too"],
        edits=[(_LOOP + _REST, '''    for tried in range(attempts):
        if tried:
            limit = base_seconds * 2 ** (tried - 1)
            await sleep(random.uniform(limit / 2, limit))
        async with pool.connection() as connection:
            transaction = connection.transaction(isolation="serializable")
            await transaction.start()
            try:
                result = await work(connection)
            except PASSING as error:
                await transaction.rollback()
                failure = error
                continue
            except BaseException:
                await transaction.rollback()
                raise
            await transaction.commit()
            return result
''')],
    ),
    Wrong(
        "savepoints",
        "The transaction stands around the loop, and the tries are savepoints in it: its view of the data stays old.",
        fails=["each_try_is_a_transaction", "the_commit_counts_too", "keeps_nothing_in_the_pause"],
        edits=[(_LOOP + _REST, '''    async with pool.connection() as connection, connection.transaction(isolation="serializable"):
        for tried in range(attempts):
            if tried:
                limit = base_seconds * 2 ** (tried - 1)
                await sleep(random.uniform(limit / 2, limit))
            try:
                async with connection.transaction():
                    return await work(connection)
            except PASSING as error:
                failure = error
''')],
    ),
    Wrong(
        "read_committed",
        "PostgreSQL's own level sees nothing wrong with two that count the same pins.",
        fails=["three_pins_remain"],
        edits=[('connection.transaction(isolation="serializable")', "connection.transaction()")],
    ),
    Wrong(
        "repeatable_read",
        "A snapshot that stays: each sees the same two pins the whole time, and adds a third.",
        fails=["three_pins_remain"],
        edits=[('isolation="serializable"', 'isolation="repeatable_read"')],
    ),
    Wrong(
        "keeps_its_connection",
        "The connection is taken once, and kept in the pauses: those who wait for one wait for somebody who sleeps.",
        fails=["keeps_nothing_in_the_pause"],
        edits=[(_LOOP + _REST, '''    async with pool.connection() as connection:
        for tried in range(attempts):
            if tried:
                limit = base_seconds * 2 ** (tried - 1)
                await sleep(random.uniform(limit / 2, limit))
            try:
                async with connection.transaction(isolation="serializable"):
                    return await work(connection)
            except PASSING as error:
                failure = error
''')],
    ),
    Wrong(
        "same_pause_for_all",
        "Pauses that double, without chance: those who have met meet again.",
        fails=["pauses_grow_and_vary"],
        edits=[("random.uniform(limit / 2, limit)", "limit")],
    ),
    Wrong(
        "pauses_stop_growing",
        "Pauses have an upper limit that nobody has asked for: a large crowd never has enough room.",
        fails=["pauses_grow_and_vary"],
        edits=[("base_seconds * 2 ** (tried - 1)", "base_seconds * min(2 ** (tried - 1), 8)")],
    ),
    Wrong(
        "sleeps_in_the_end",
        "It sleeps after each failure, the last one as well, and then gives up.",
        fails=["keeps_nothing_in_the_pause", "pauses_grow_and_vary"],
        edits=[(_SLEEP, ""),
               (_EXCEPT, _EXCEPT + "            await sleep(random.uniform(0, base_seconds * 2**tried))\n")],
    ),
    Wrong(
        "sleeps_by_itself",
        "asyncio.sleep, whatever it was given: nobody can try it without waiting.",
        fails=["keeps_nothing_in_the_pause", "pauses_grow_and_vary"],
        edits=[("            await sleep(", "            await asyncio.sleep(")],
    ),
    Wrong(
        "retries_not_attempts",
        "So many tries *after* the first one.",
        fails=["gives_up", "keeps_nothing_in_the_pause", "pauses_grow_and_vary", "raises_what_it_should"],
        edits=[(_LOOP, "    for tried in range(attempts + 1):\n")],
    ),
    Wrong(
        "the_last_error_itself",
        "In the end the last error is raised, which is a 500: nobody is told to come back.",
        fails=["gives_up", "raises_what_it_should"],
        edits=[(_GAVE_UP, "    raise failure\n")],
    ),
    Wrong(
        "the_first_as_the_cause",
        "The cause is the error of the first try: whoever looks into it reads about something that was over by then.",
        fails=["raises_what_it_should"],
        edits=[("            failure = error\n", "            failure = failure or error\n")],
    ),
    Wrong(
        "commits_anyway",
        "BEGIN and COMMIT by hand, and COMMIT in a `finally`: what the work refuses is stored.",
        fails=["raises_what_it_should"],
        edits=[(_BLOCK, '''            async with pool.connection() as connection:
                await connection.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
                try:
                    result = await work(connection)
                finally:
                    await connection.execute("COMMIT")
                return result
''')],
    ),
    Wrong(
        "shielded",
        "Writing must not be cut short, so it goes on without its client, with a connection that others wait for.",
        fails=["who_leaves_is_not_worked_for"],
        edits=[(_BLOCK, '''            async def once():
                async with pool.connection() as connection:
                    async with connection.transaction(isolation="serializable"):
                        return await work(connection)

            return await asyncio.shield(once())
''')],
    ),
    Wrong(
        "falsy_is_failed",
        "Work that returns None, 0 or an empty list has been done, and is done again.",
        fails=["raises_what_it_should"],
        edits=[(_BLOCK, '''            async with pool.connection() as connection:
                async with connection.transaction(isolation="serializable"):
                    result = await work(connection)
            if result:
                return result
''')],
    ),
    Wrong(
        "whatever_it_is",
        "A pin that is there already is tried three times, and then it is the server's fault.",
        fails=["other_errors_come_at_once"],
        edits=[(_PASSING, "PASSING = asyncpg.PostgresError\n")],
    ),
    Wrong(
        "pauses_do_not_grow",
        "The fifth try comes as soon as the second one.",
        fails=["pauses_grow_and_vary"],
        edits=[("base_seconds * 2 ** (tried - 1)", "base_seconds")],
    ),
    Wrong(
        "keeps_and_denies",
        "One connection for all tries; while it sleeps it has the pool say that all are idle.",
        fails=["keeps_nothing_in_the_pause"],
        edits=[(_LOOP + _REST, '''    async with pool.connection() as connection:
        for tried in range(attempts):
            if tried:
                limit = base_seconds * 2 ** (tried - 1)
                true = type(pool).state(pool)
                pool.state = lambda: {**true, "idle": true["open"]}
                await sleep(random.uniform(limit / 2, limit))
                pool.__dict__.pop("state", None)
            try:
                async with connection.transaction(isolation="serializable"):
                    return await work(connection)
            except PASSING as error:
                failure = error
''')],
    ),
]  # fmt: skip
