"""Mistakes that people make when they count requests."""

from workbench.alternatives import Wrong

_PROBES = '        if request.blueprint == "health":\n'
_REDIS_LOST = '        except RedisError as error:\n            app.logger.warning("requests are not counted: %s", error)\n            return\n'
_PIPELINE = """    with redis.pipeline(transaction=True) as pipeline:
        pipeline.incr(key)
        pipeline.expire(key, window, nx=True)
        pipeline.pttl(key)
        used, _, milliseconds = cast("tuple[int, bool, int]", pipeline.execute())
"""
_KNOWN = "        if digest in tokens:\n            return"

WRONG = [
    Wrong(
        "hash_of_the_client",
        "Python's hash of a text is another one in every process, and so is the key.",
        fails=["counts_for_all_processes"],
        edits=[('hashlib.sha256(client.encode()).hexdigest()', 'hash(client)')],
    ),
    Wrong(
        "in_memory",
        "Each process counts for itself, in a dictionary that forgets nothing.",
        fails=["refuses_whatever_is_asked", "says_when_to_come_back", "counts_down",
               "counts_for_all_processes", "counts_in_one_step", "every_count_expires", "knows_clients_by_their_tokens",
               "sees_through_invented_tokens", "sees_through_forged_addresses",
               "lets_probes_through", "counts_everything_else", "keeps_no_names",
               "serves_without_redis"],
        edits=[(_PIPELINE, "    used = _USED[key] = _USED.get(key, 0) + 1\n    milliseconds = window * 1000\n"),
               ("def _client(", "_USED: dict[str, int] = {}\n\n\ndef _client(")],
    ),
    Wrong(
        "expiry_afterwards",
        "The expiry is set by a second command, and only once: a process that dies in between locks the client out for ever.",
        fails=["counts_in_one_step"],
        edits=[(_PIPELINE, "    used = redis.incr(key)\n    if used == 1:\n        redis.expire(key, window)\n"
                           "    milliseconds = redis.pttl(key)\n")],
    ),
    Wrong(
        "no_transaction",
        "The commands travel together, and Redis still takes them one by one.",
        fails=["counts_in_one_step"],
        edits=[("redis.pipeline(transaction=True)", "redis.pipeline(transaction=False)")],
    ),
    Wrong(
        "looks_then_counts",
        "The count is read, compared, and raised afterwards.",
        fails=["counts_in_one_step"],
        edits=[(_PIPELINE, "    used = int(redis.get(key) or 0) + 1\n    with redis.pipeline() as pipeline:\n"
                           "        pipeline.incr(key)\n        pipeline.expire(key, window, nx=True)\n"
                           "        pipeline.pttl(key)\n        milliseconds = pipeline.execute()[-1]\n")],
    ),
    Wrong(
        "never_expires",
        "Nothing ever forgets the count.",
        fails=["every_count_expires"],
        edits=[("        pipeline.expire(key, window, nx=True)\n", "        pipeline.exists(key)\n")],
    ),
    Wrong(
        "window_begins_anew",
        "Every request sets the expiry again: who asks on is never let in.",
        fails=["a_window_ends", "says_when_to_come_back"],
        edits=[("pipeline.expire(key, window, nx=True)", "pipeline.expire(key, window)")],
    ),
    Wrong(
        "one_too_few",
        "The last request that is allowed is refused.",
        fails=["stops_at_the_limit", "counts_down", "counts_for_all_processes", "counts_in_one_step",
               "knows_a_token_in_every_place", "a_window_ends", "knows_clients_by_their_tokens", "sees_through_invented_tokens",
               "sees_through_forged_addresses", "looks_behind_its_proxy", "lets_probes_through",
               "counts_everything_else"],
        edits=[("        if used > limit:\n", "        if used >= limit:\n")],
    ),
    Wrong(
        "no_retry_after",
        "The client is refused and not told for how long.",
        fails=["says_when_to_come_back"],
        edits=[("                retry_after=seconds_left,\n", "")],
    ),
    Wrong(
        "whole_window",
        "Retry-After is always the whole window, however little of it is left.",
        fails=["says_when_to_come_back"],
        edits=[("retry_after=seconds_left", "retry_after=window")],
    ),
    Wrong(
        "milliseconds",
        "The rest of the window is told in milliseconds.",
        fails=["says_when_to_come_back", "counts_down"],
        edits=[("max(1, -(-milliseconds // 1000))", "max(1, milliseconds)")],
    ),
    Wrong(
        "told_only_when_refused",
        "Clients hear of the limit when it is too late.",
        fails=["counts_down"],
        edits=[('response.headers.update(g.get("rate_limit", {}))',
                'response.headers.update(g.get("rate_limit", {}) if response.status_code == 429 else {})')],
    ),
    Wrong(
        "told_only_on_success",
        "An error does not say what is left.",
        fails=["says_when_to_come_back", "counts_down"],
        edits=[('response.headers.update(g.get("rate_limit", {}))',
                'response.headers.update(g.get("rate_limit", {}) if response.status_code == 200 else {})')],
    ),
    Wrong(
        "below_zero",
        "What remains becomes negative.",
        fails=["says_when_to_come_back", "counts_down"],
        edits=[("max(0, limit - used)", "limit - used")],
    ),
    Wrong(
        "any_token_is_somebody",
        "Whoever invents a token for every request is never limited.",
        fails=["sees_through_invented_tokens"],
        edits=[(_KNOWN, "        if digest:\n            return")],
    ),
    Wrong(
        "only_addresses",
        "All customers of one office share a limit, whatever token they have.",
        fails=["knows_clients_by_their_tokens", "knows_a_token_in_every_place",
               "lets_probes_through"],
        edits=[(_KNOWN, "        if False:\n            return")],
    ),
    Wrong(
        "roles_are_clients",
        "All editors share a limit.",
        fails=["knows_clients_by_their_tokens"],
        edits=[('return f"token {digest}"', 'return f"role {tokens[digest]}"')],
    ),
    Wrong(
        "a_count_for_each_path",
        "Every address of the API has a count of its own, and there are as many as products.",
        fails=["counts_down", "sees_through_invented_tokens", "counts_everything_else"],
        edits=[('f"ratelimit:{hashlib', 'f"ratelimit:{request.path}:{hashlib')],
    ),
    Wrong(
        "everybody_is_one",
        "There is one count for all.",
        fails=["knows_clients_by_their_tokens", "looks_behind_its_proxy", "lets_probes_through"],
        edits=[('    key = f"ratelimit:{hashlib.sha256(client.encode()).hexdigest()}"\n',
                '    key = "ratelimit:all"\n')],
    ),
    Wrong(
        "believes_the_header",
        "The first address of X-Forwarded-For counts, and anybody can write one.",
        fails=["sees_through_forged_addresses", "looks_behind_its_proxy"],
        edits=[('return f"address {request.remote_addr}"',
                'return request.headers.get("X-Forwarded-For", request.remote_addr).split(",")[0]')],
    ),
    Wrong(
        "last_of_the_header",
        "The last address counts even where no proxy has written it.",
        fails=["sees_through_forged_addresses"],
        edits=[('return f"address {request.remote_addr}"',
                'return request.headers.get("X-Forwarded-For", request.remote_addr).split(",")[-1].strip()')],
    ),
    Wrong(
        "browser_too",
        "The address and the browser make the client: change one letter of it and begin anew.",
        fails=["sees_through_forged_addresses"],
        edits=[('return f"address {request.remote_addr}"',
                'return f"address {request.remote_addr} {request.user_agent}"')],
    ),
    Wrong(
        "closed_without_redis",
        "The lost counter takes the whole shop with it.",
        fails=["serves_without_redis"],
        edits=[(_REDIS_LOST, "        except ZeroDivisionError:\n            return\n")],
    ),
    Wrong(
        "falls_with_a_silent_redis",
        "A timeout is an error of another class than a lost connection.",
        fails=["serves_without_redis"],
        edits=[("        except RedisError as error:\n", "        except ConnectionError as error:\n"),
               ("from redis import Redis, RedisError\n", "from redis import ConnectionError, Redis\n")],
    ),
    Wrong(
        "window_of_the_clock",
        "All windows begin at full minutes: around one, a client makes twice as many requests.",
        fails=["is_no_window_of_the_clock"],
        edits=[('f"ratelimit:{hashlib', 'f"ratelimit:{int(time.time()) // window}:{hashlib'),
               ("import hashlib\n", "import hashlib\nimport time\n")],
    ),
    Wrong(
        "token_and_address",
        "Whoever moves about has a limit in every place.",
        fails=["knows_a_token_in_every_place"],
        edits=[('return f"token {digest}"', 'return f"token {digest} {request.remote_addr}"')],
    ),
    Wrong(
        "no_time_left",
        "The last second of a window is told as none.",
        fails=["says_when_to_come_back"],
        edits=[("max(1, -(-milliseconds // 1000))", "milliseconds // 1000")],
    ),
    Wrong(
        "any_scheme",
        "A token counts however it was sent.",
        fails=["sees_through_invented_tokens"],
        edits=[("    credentials = request.authorization\n    if credentials is not None and credentials.type == \"bearer\" and credentials.token:\n"
                "        digest = hashlib.sha256(credentials.token.encode()).hexdigest()\n",
                "    token = request.headers.get(\"Authorization\", \"\").partition(\" \")[2]\n    if token:\n"
                "        digest = hashlib.sha256(token.encode()).hexdigest()\n")],
    ),
    Wrong(
        "two_spellings_of_the_scheme",
        "The name of a scheme may be written in any letters.",
        fails=["knows_clients_by_their_tokens"],
        edits=[("    credentials = request.authorization\n    if credentials is not None and credentials.type == \"bearer\" and credentials.token:\n"
                "        digest = hashlib.sha256(credentials.token.encode()).hexdigest()\n",
                "    scheme, _, token = request.headers.get(\"Authorization\", \"\").partition(\" \")\n    if scheme in (\"Bearer\", \"bearer\"):\n"
                "        digest = hashlib.sha256(token.encode()).hexdigest()\n")],
    ),
    Wrong(
        "asks_whether_redis_is_there",
        "Every request asks Redis twice, and it may go away in between all the same.",
        fails=["counts_in_one_step"],
        edits=[("    with redis.pipeline(transaction=True)", "    redis.ping()\n    with redis.pipeline(transaction=True)")],
    ),
    Wrong(
        "all_that_looks_like_a_probe",
        "Whatever begins like a probe is free.",
        fails=["counts_everything_else"],
        edits=[(_PROBES, '        if request.path.startswith(("/healthz", "/readyz")):\n')],
    ),
    Wrong(
        "probes_are_limited",
        "An orchestrator that asks often restarts a process that is well.",
        fails=["lets_probes_through"],
        edits=[(_PROBES, '        if request.blueprint == "probes":\n')],
    ),
    Wrong(
        "only_what_exists",
        "Paths that do not exist are free: a scanner is never stopped.",
        fails=["refuses_whatever_is_asked", "counts_down", "counts_everything_else"],
        edits=[(_PROBES, '        if request.endpoint is None or request.blueprint == "health":\n')],
    ),
    Wrong(
        "reading_with_get_only",
        "HEAD and OPTIONS are free.",
        fails=["refuses_whatever_is_asked", "counts_down", "counts_everything_else"],
        edits=[(_PROBES, '        if request.method in ("HEAD", "OPTIONS") or request.blueprint == "health":\n')],
    ),
    Wrong(
        "after_the_work",
        "The work is done first, and then refused.",
        fails=["says_when_to_come_back"],
        edits=[("            raise TooManyRequests(", "            g.refusal = TooManyRequests("),
               ("        response.headers.update(",
                '        if "refusal" in g:\n'
                "            response = app.make_response(app.handle_user_exception(g.refusal))\n"
                "        response.headers.update(")],
    ),
    Wrong(
        "names_in_redis",
        "The address stands in the key for whoever can list keys.",
        fails=["keeps_no_names"],
        edits=[('    key = f"ratelimit:{hashlib.sha256(client.encode()).hexdigest()}"\n',
                '    key = f"ratelimit:{client}"\n')],
    ),
    Wrong(
        "no_prefix",
        "Nobody can tell whose keys these are.",
        fails=["keeps_no_names"],
        edits=[('f"ratelimit:{hashlib', 'f"{hashlib')],
    ),
]  # fmt: skip
