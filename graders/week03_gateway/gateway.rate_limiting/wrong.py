"""Mistakes that people make when they count requests at the edge."""

from workbench.alternatives import Wrong

_OPERATORS = "        if is_for_operators(request):\n"
_CAUGHT = "        except (RedisError, OSError) as error:\n"
_PIPELINE = """    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.pttl(key)
        used, _, milliseconds = await pipeline.execute()
"""
_TELL = "    response.headers.update(request.get(RATE_LIMIT, {}))\n"
_BYTES = 'client.encode(errors="surrogatepass")'
_KEY = '    key = f"gateway:ratelimit:{digest}"\n'
_IMPORT = "import hashlib\n"
_SENT = '    sent = ",".join(request.headers.getall("X-Forwarded-For", []))\n'
_BELIEVED = """    if trusted_proxies and len(hops) >= trusted_proxies:
        return hops[-trusted_proxies]
"""
_REFUSED = "        if used > limit:\n"
_LAST = """        return await handler(request)

    return limit_requests
"""

WRONG = [
    Wrong(
        "in_memory",
        "Each gateway counts for itself, in a dictionary that forgets nothing.",
        fails=["a_window_ends", "counts_for_all_gateways", "counts_in_one_step", "keeps_no_names",
               "knows_its_clients_by_name", "operators_are_free", "says_when_to_come_back", "serves_without_redis",
               "tells_what_is_left"],
        edits=[(_PIPELINE, "    used = _USED[key] = _USED.get(key, 0) + 1\n    milliseconds = window * 1000\n"),
               ("async def _count(", "_USED: dict[str, int] = {}\n\n\nasync def _count(")],
    ),
    Wrong(
        "expiry_afterwards",
        "The expiry is set by a second command: a process that dies in between locks the client out for ever.",
        fails=["counts_in_one_step"],
        edits=[(_PIPELINE, "    used = await redis.incr(key)\n    if used == 1:\n        await redis.expire(key, window)\n"
                           "    milliseconds = await redis.pttl(key)\n")],
    ),
    Wrong(
        "pythons_own_hash",
        "hash() of a text is another number in every process, and in every one after a restart.",
        fails=["counts_for_all_gateways"],
        edits=[(_KEY, '    key = f"gateway:ratelimit:{hash(client)}"\n')],
    ),
    Wrong(
        "never_expires",
        "Nothing ever forgets the count.",
        fails=["a_window_ends"],
        edits=[("        pipeline.expire(key, window, nx=True)\n", "        pipeline.exists(key)\n"),
               ("max(1, -(-milliseconds // 1000))", "window if milliseconds < 0 else max(1, -(-milliseconds // 1000))")],
    ),
    Wrong(
        "window_begins_anew",
        "Every request sets the expiry again: who asks on is never let in.",
        fails=["a_window_ends", "says_when_to_come_back", "tells_what_is_left"],
        edits=[("pipeline.expire(key, window, nx=True)", "pipeline.expire(key, window)")],
    ),
    Wrong(
        "windows_of_the_clock",
        "The number of the window is part of the key: all windows end together, when the gateway's own clock says so.",
        fails=["counts_for_all_gateways"],
        edits=[(_KEY, '    key = f"gateway:ratelimit:{int(time.time() // window)}:{digest}"\n'),
               (_IMPORT, _IMPORT + "import time\n")],
    ),
    Wrong(
        "no_retry_after",
        "The client is refused and not told for how long.",
        fails=["says_when_to_come_back"],
        edits=[('                headers={"Retry-After": str(seconds_left)},\n', "")],
    ),
    Wrong(
        "below_zero",
        "What remains becomes negative.",
        fails=["tells_what_is_left"],
        edits=[("max(0, limit - used)", "limit - used")],
    ),
    Wrong(
        "the_whole_window",
        "However little of the window is left, the client is told all of it.",
        fails=["tells_what_is_left"],
        edits=[("t={seconds_left}'", "t={window}'")],
    ),
    Wrong(
        "told_too_late",
        "The headers are set when the handler comes back, and a proxied answer has gone by then.",
        fails=["tells_what_is_left"],
        edits=[(_TELL, "    pass\n"),
               (_LAST, "        response = await handler(request)\n"
                       "        response.headers.update(request[RATE_LIMIT])\n"
                       "        return response\n\n    return limit_requests\n")],
    ),
    Wrong(
        "two_policies",
        "Ours is added to what the service has said, and the client reads one of them.",
        fails=["tells_what_is_left"],
        edits=[(_TELL, "    response.headers.extend(request.get(RATE_LIMIT, {}))\n")],
    ),
    Wrong(
        "text_only",
        "An address with a byte that is no text cannot be encoded: 500.",
        fails=["looks_behind_our_proxies"],
        edits=[(_BYTES, "client.encode()")],
    ),
    Wrong(
        "asked_afterwards",
        "The service does the work, its answer is on its way, and then it is too late to refuse.",
        fails=["stops_at_the_limit", "tells_what_is_left"],
        edits=[(_REFUSED, "        response = await handler(request) if used > limit else None\n" + _REFUSED)],
    ),
    Wrong(
        "only_what_is_routed",
        "Paths that no service has are free: a scanner is never stopped.",
        fails=["one_limit_for_all_services", "tells_what_is_left", "operators_are_free"],
        edits=[(_OPERATORS, '        if not request.path.startswith(("/api/v1/orders", "/api/v1/users", "/api/v1/products", "/api/v1/dashboard")):\n')],
    ),
    Wrong(
        "options_are_free",
        "OPTIONS is not counted, and reaches the services as often as anybody likes.",
        fails=["one_limit_for_all_services"],
        edits=[(_OPERATORS, '        if request.method == "OPTIONS" or is_for_operators(request):\n')],
    ),
    Wrong(
        "a_count_for_each_path",
        "Every address has a count of its own, and there are as many as orders.",
        fails=["one_limit_for_all_services", "tells_what_is_left", "knows_its_clients_by_name", "operators_are_free"],
        edits=[("_count(redis, name(request), window)", "_count(redis, name(request) + request.path, window)")],
    ),
    Wrong(
        "by_the_header",
        "The token itself is the client: a new one of the same caller, or an invented one, begins anew.",
        fails=["knows_its_clients_by_name"],
        edits=[("_count(redis, name(request), window)",
                '_count(redis, request.headers.get("Authorization") or name(request), window)')],
    ),
    Wrong(
        "everybody_is_one",
        "There is one count for all.",
        fails=["knows_its_clients_by_name", "looks_behind_our_proxies"],
        edits=[(_KEY, '    key = "gateway:ratelimit:all"\n')],
    ),
    Wrong(
        "believes_the_first",
        "The first address of the header counts, and that is the one which the client can write.",
        fails=["looks_behind_our_proxies"],
        edits=[("return hops[-trusted_proxies]", "return hops[0]")],
    ),
    Wrong(
        "believes_always",
        "The header counts although no proxy of ours has written it.",
        fails=["knows_its_clients_by_name", "looks_behind_our_proxies"],
        edits=[(_BELIEVED, "    if hops:\n        return hops[-min(trusted_proxies or 1, len(hops))]\n")],
    ),
    Wrong(
        "the_real_ip",
        "Behind a proxy X-Real-IP is believed, which ours do not write and clients can.",
        fails=["looks_behind_our_proxies"],
        edits=[("        return hops[-trusted_proxies]\n",
                '        return request.headers.get("X-Real-IP") or hops[-trusted_proxies]\n')],
    ),
    Wrong(
        "first_line_only",
        "A header may come in several lines; the first one is the client's own.",
        fails=["looks_behind_our_proxies"],
        edits=[(_SENT, '    sent = request.headers.get("X-Forwarded-For", "")\n')],
    ),
    Wrong(
        "too_few_is_the_first",
        "With fewer entries than proxies the first one is taken, which nobody of ours has written.",
        fails=["looks_behind_our_proxies"],
        edits=[(_BELIEVED, "    if trusted_proxies and hops:\n        return hops[-min(trusted_proxies, len(hops))]\n")],
    ),
    Wrong(
        "probes_are_limited",
        "An orchestrator that asks often restarts a gateway that is well.",
        fails=["operators_are_free"],
        edits=[(_OPERATORS, "        if request.path == \"/livez\":\n")],
    ),
    Wrong(
        "all_that_looks_like_a_probe",
        "Whatever begins like a probe is free.",
        fails=["operators_are_free"],
        edits=[(_OPERATORS, '        if request.path.startswith(("/healthz", "/readyz", "/metrics")):\n')],
    ),
    Wrong(
        "lost_or_silent_only",
        "A Redis that is read only, or full, answers with an error of another class.",
        fails=["serves_without_redis"],
        edits=[(_CAUGHT, "        except (ConnectionError, TimeoutError) as error:\n"),
               ("from redis.exceptions import RedisError\n", "from redis.exceptions import ConnectionError, TimeoutError\n")],
    ),
    Wrong(
        "falls_with_a_silent_redis",
        "No answer in time is an error of another class than a lost connection.",
        fails=["serves_without_redis"],
        edits=[(_CAUGHT, "        except ConnectionError as error:\n"),
               ("from redis.exceptions import RedisError\n", "from redis.exceptions import ConnectionError\n")],
    ),
    Wrong(
        "names_in_base64",
        "What looks like a digest is the name itself, and whoever can list keys can read it.",
        fails=["keeps_no_names"],
        edits=[(_KEY, f'    key = "gateway:ratelimit:" + base64.urlsafe_b64encode({_BYTES}).decode()\n'),
               (_IMPORT, "import base64\n" + _IMPORT)],
    ),
]  # fmt: skip
