"""Mistakes that people make with pools."""

from workbench.alternatives import Wrong

_MOST = "        max_size=settings.pool_max_size,\n"
_LEAST = "        min_size=settings.pool_min_size,\n"
_INIT = "        init=_prepare,\n"
_TIMEOUT = '            "statement_timeout": str(settings.statement_timeout_ms),\n'
_LEND = """        connection = await self._take()
        try:
            yield connection
        finally:
            # Rolls back and resets what the block has left, also while the task is cancelled.
            await self._pool.release(connection)
"""
_DEADLINE = """            async with asyncio.timeout(self._seconds) as deadline:
                return await self._pool.acquire()
"""
_GIVEN_UP = """        except TimeoutError:
            if not deadline.expired():
                raise  # it is the server that took too long to let us in
            raise PoolExhausted(f"no connection within {self._seconds} s") from None
        finally:
            self._waiting -= 1
"""
_OPEN = "    async with asyncpg.create_pool(\n"
_OPENED = """    ) as pool:
        yield Pool(pool, settings.pool_timeout_ms / 1000)
"""
_IDLE = '            "idle": self._pool.get_idle_size(),\n'

WRONG = [
    Wrong(
        "fifty",
        "A number that was good on a laptop, for each process, whatever the settings say.",
        fails=["opens_no_more_than_are_needed", "is_never_larger", "tells_its_state", "gives_up_the_wait", "bounds_the_wait_alone"],
        edits=[(_MOST, "        max_size=50,\n")],
    ),
    Wrong(
        "all_at_the_start",
        "Every process opens all it may ever have, and keeps others out who need them now.",
        fails=["opens_no_more_than_are_needed"],
        edits=[(_LEAST, "        min_size=settings.pool_max_size,\n")],
    ),
    Wrong(
        "waits_for_ever",
        "Who comes when all are in use is never told that there is too much to do.",
        fails=["gives_up_the_wait", "bounds_the_wait_alone"],
        edits=[(_DEADLINE, "            return await self._pool.acquire()\n"),
               (_GIVEN_UP, "        finally:\n            self._waiting -= 1\n")],
    ),
    Wrong(
        "deadline_for_the_work",
        "The deadline stands around the block: a report that takes longer is cut off in the middle.",
        fails=["gives_up_the_wait", "bounds_the_wait_alone"],
        edits=[(_LEND, """        self._waiting += 1
        waits = True
        try:
            async with asyncio.timeout(self._seconds) as deadline:
                async with self._pool.acquire() as connection:
                    self._waiting -= 1
                    waits = False
                    yield connection
        except TimeoutError:
            if not deadline.expired():
                raise
            raise PoolExhausted from None
        finally:
            self._waiting -= waits
""")],
    ),
    Wrong(
        "exhausted_is_slow",
        "The wait ends in time, but as a TimeoutError: the operator looks for a slow statement.",
        fails=["gives_up_the_wait"],
        edits=[(_GIVEN_UP, "        finally:\n            self._waiting -= 1\n")],
    ),
    Wrong(
        "every_timeout_is_its_own",
        "A TimeoutError of the block is told as if the pool were exhausted.",
        fails=["hands_on_nothing"],
        edits=[("            yield connection\n        finally:\n",
                "            yield connection\n        except TimeoutError:\n"
                "            raise PoolExhausted from None\n        finally:\n")],
    ),
    Wrong(
        "set_once",
        "The limit is set when a connection is new, and the first reset takes it away.",
        fails=["ends_slow_statements", "leaves_that_to_the_server", "hands_on_nothing"],
        edits=[(_TIMEOUT, ""),
               (_INIT, """        init=lambda connection: _prepare(connection, settings.statement_timeout_ms),
"""),
               ("async def _prepare(connection: asyncpg.Connection) -> None:\n",
                "async def _prepare(connection: asyncpg.Connection, limit: int) -> None:\n"),
               ("    await connection.set_type_codec(\n",
                '    await connection.execute(f"SET statement_timeout = {limit}")\n'
                "    await connection.set_type_codec(\n")],
    ),
    Wrong(
        "own_watch",
        "The service looks at its own watch: once it is cut off, the statement goes on for ever.",
        fails=["leaves_that_to_the_server", "hands_on_nothing"],
        edits=[(_TIMEOUT, ""),
               (_INIT, _INIT + "        command_timeout=settings.statement_timeout_ms / 1000,\n")],
    ),
    Wrong(
        "lost_by_errors",
        "A connection comes back when all has gone well.",
        fails=["is_whole_after_errors", "is_whole_after_clients_left", "hands_on_nothing"],
        edits=[(_LEND, "        connection = await self._take()\n        yield connection\n"
                       "        await self._pool.release(connection)\n")],
    ),
    Wrong(
        "lost_by_cancellation",
        "A CancelledError is no Exception: who leaves takes a connection along.",
        fails=["is_whole_after_clients_left"],
        edits=[(_LEND, """        connection = await self._take()
        try:
            yield connection
        except Exception:
            await self._pool.release(connection)
            raise
        await self._pool.release(connection)
""")],
    ),
    Wrong(
        "waits_in_the_books",
        "Who was sent away, or left, is counted among those who wait.",
        fails=["tells_its_state", "gives_up_the_wait", "is_whole_after_clients_left"],
        edits=[(_DEADLINE, """            async with asyncio.timeout(self._seconds) as deadline:
                connection = await self._pool.acquire()
            self._waiting -= 1
            return connection
"""),
               ("from None\n        finally:\n            self._waiting -= 1\n", "from None\n")],
    ),
    Wrong(
        "free_is_idle",
        "Places where nothing is open yet are told as idle connections.",
        fails=["opens_no_more_than_are_needed"],
        edits=[(_IDLE, '            "idle": self._pool.get_max_size() - self._pool.get_size()\n'
                       "            + self._pool.get_idle_size(),\n")],
    ),
    Wrong(
        "lent_is_open",
        "Lent ones are counted as they are lent and come back: one that has ended in somebody's hands is told as open.",
        fails=["hands_on_nothing"],
        edits=[("        self._waiting = 0\n", "        self._waiting = self._lent = 0\n"),
               (_LEND, _LEND.replace("        try:\n", "        self._lent += 1\n        try:\n")
                            .replace("        finally:\n", "        finally:\n            self._lent -= 1\n")),
               ('            "open": self._pool.get_size(),\n',
                '            "open": self._pool.get_idle_size() + self._lent,\n')],
    ),
    Wrong(
        "no_reset",
        "The reset is left out, because it costs a round trip.",
        fails=["hands_on_nothing"],
        edits=[(_INIT, _INIT + "        reset=_nothing,\n"),
               ("async def _prepare(", "async def _nothing(_: asyncpg.Connection) -> None:\n    pass\n\n\n"
                                       "async def _prepare(")],
    ),
    Wrong(
        "queue_of_connections",
        "A queue and nothing else: dead connections are lent again, and what one has left is found.",
        fails=["gives_out_no_dead_one", "gives_up_a_silent_server", "survives_a_cut", "hands_on_nothing"],
        edits=[("        self._waiting = 0\n", """        self._waiting = 0
        self._queue: asyncio.LifoQueue = asyncio.LifoQueue()
        self._all: list = []
        for number in range(pool.get_max_size()):
            self._queue.put_nowait(None)
"""),
               ("                return await self._pool.acquire()\n",
                """                taken = await self._queue.get()
                if taken is None:
                    taken = await self._pool.acquire()
                    self._all.append(taken)
                return taken
"""),
               ("            await self._pool.release(connection)\n",
                "            self._queue.put_nowait(connection)\n"),
               (_IDLE, '            "idle": self._pool.get_idle_size() + sum(\n'
                       "                one in self._all for one in self._queue._queue\n            ),\n"),
               ("        yield Pool(pool, settings.pool_timeout_ms / 1000)\n",
                """        mine = Pool(pool, settings.pool_timeout_ms / 1000)
        try:
            yield mine
        finally:
            for one in mine._all:
                await pool.release(one)
""")],
    ),
    Wrong(
        "json_as_text",
        "The codec is good for queries, and COPY knows no text.",
        fails=["speaks_json"],
        edits=[("        encoder=lambda value: _JSONB_VERSION + json.dumps(value).encode(),\n"
                "        decoder=lambda data: json.loads(data[len(_JSONB_VERSION) :]),\n"
                '        format="binary",\n',
                "        encoder=json.dumps,\n        decoder=json.loads,\n")],
    ),
    Wrong(
        "patient_at_the_door",
        "A server that says nothing is waited for as long as asyncpg likes: a minute.",
        fails=["gives_up_a_silent_server"],
        edits=[("        timeout=settings.connect_timeout_ms / 1000,  # for one connection to be made\n", "")],
    ),
    Wrong(
        "closed_if_all_goes_well",
        "When a later step of the start-up fails, the connections stay open.",
        fails=["closes_in_the_end"],
        edits=[(_OPEN, "    pool = await asyncpg.create_pool(\n"),
               (_OPENED, "    )\n    yield Pool(pool, settings.pool_timeout_ms / 1000)\n    await pool.close()\n")],
    ),
    Wrong(
        "left_to_the_system",
        "At the ordinary end the process just ends: PostgreSQL finds connections that were cut.",
        fails=["closes_in_the_end"],
        edits=[(_OPEN, "    pool = await asyncpg.create_pool(\n"),
               (_OPENED, "    )\n    try:\n        yield Pool(pool, settings.pool_timeout_ms / 1000)\n"
                         "    except BaseException:\n        await pool.close()\n        raise\n")],
    ),
]  # fmt: skip
