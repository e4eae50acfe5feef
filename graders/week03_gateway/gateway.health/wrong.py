"""Mistakes that people make with health and readiness."""

from workbench.alternatives import Wrong

_ALIVE = '        return web.json_response({"status": "alive"})\n'
_HANDLER = "    async def alive(_: web.Request) -> web.Response:\n"
_BEGUN = "        if shutdown.has_begun:\n"
_ENDING = '            raise web.HTTPServiceUnavailable(text="The process is about to end.")\n'
_CIRCUITS = "        circuits = {name: breaker.state.value for name, breaker in breakers.items()}\n"
_READY = '        return web.json_response({"status": "ready", "circuits": circuits})\n'

WRONG = [
    Wrong(
        "asks_the_services",
        "Ready is who can reach all services: one that is down takes every gateway out.",
        fails=["asks_nobody", "blames_itself_for_nobody"],
        edits=[(_CIRCUITS, _CIRCUITS +
                "        import os\n\n        import aiohttp\n\n"
                "        async with aiohttp.ClientSession() as session:\n"
                "            for name in breakers:\n"
                "                try:\n"
                '                    async with session.get(os.environ[f"{name.upper()}_URL"]):\n'
                "                        pass\n"
                "                except aiohttp.ClientError:\n"
                '                    return web.json_response({"status": "not ready"}, status=503)\n')],
    ),
    Wrong(
        "asks_redis",
        "A rate limiter that lets everybody pass without Redis, and a probe that lets nobody.",
        fails=["asks_nobody", "blames_itself_for_nobody"],
        edits=[(_CIRCUITS, _CIRCUITS +
                "        import os\n\n        from redis.asyncio import Redis\n\n"
                '        async with Redis.from_url(os.environ["REDIS_URL"]) as redis:\n'
                "            await redis.ping()\n")],
    ),
    Wrong(
        "open_is_unready",
        "A circuit is open: nobody is sent here any more, not for what still works either.",
        fails=["blames_itself_for_nobody"],
        edits=[(_READY, '        status = 503 if "open" in circuits.values() else 200\n'
                        '        shown = {"status": "ready", "circuits": circuits}\n'
                        "        return web.json_response(shown, status=status)\n")],
    ),
    Wrong(
        "restarts_for_others",
        "The process is killed again and again because of a service that is down.",
        fails=["blames_itself_for_nobody"],
        edits=[(_ALIVE, '        if all(one.state == "open" for one in breakers.values()):\n'
                        "            raise web.HTTPServiceUnavailable\n" + _ALIVE)],
    ),
    Wrong(
        "as_it_was_at_the_start",
        "The circuits are read once, when all of them were closed.",
        fails=["tells_the_circuits"],
        edits=[(_CIRCUITS, ""),
               (_HANDLER, "    circuits = {name: breaker.state.value for name, breaker in breakers.items()}\n\n"
                          + _HANDLER)],
    ),
    Wrong(
        "ends_unannounced",
        "Whether the process ends is looked at once, when it began.",
        fails=["is_not_ready_before_it_ends"],
        edits=[(_BEGUN, "        if ending:\n"),
               (_HANDLER, "    ending = shutdown.has_begun\n\n" + _HANDLER)],
    ),
    Wrong(
        "says_so_with_200",
        "Load balancers read the status and not the body.",
        fails=["is_not_ready_before_it_ends"],
        edits=[(_ENDING, '            return web.json_response({"status": "ending"})\n')],
    ),
    Wrong(
        "dead_before_it_ends",
        "Who is about to end is not alive: it is killed in the middle of its last requests.",
        fails=["is_alive_until_it_ends"],
        edits=[(_ALIVE, "        if shutdown.has_begun:\n            raise web.HTTPServiceUnavailable\n" + _ALIVE)],
    ),
    Wrong(
        "one_probe_for_both",
        "The same handler at both addresses.",
        fails=["is_alive", "is_alive_until_it_ends"],
        edits=[('    app.router.add_get("/healthz", alive)\n', '    app.router.add_get("/healthz", ready)\n')],
    ),
    Wrong(
        "only_what_is_bad",
        "Circuits that are closed are left out: who reads it cannot tell good from forgotten.",
        fails=["is_ready"],
        edits=[(_CIRCUITS, '        circuits = {n: b.state.value for n, b in breakers.items() if b.state != "closed"}\n')],
    ),
    Wrong(
        "get_only",
        "HEAD goes on to whatever stands behind, which has no such path.",
        fails=["answers_head"],
        edits=[('    app.router.add_get("/healthz", alive)\n',
                '    app.router.add_get("/healthz", alive, allow_head=False)\n'),
               ('    app.router.add_get("/readyz", ready)\n',
                '    app.router.add_get("/readyz", ready, allow_head=False)\n')],
    ),
]  # fmt: skip
