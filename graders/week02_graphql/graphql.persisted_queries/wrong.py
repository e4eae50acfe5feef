"""Mistakes that people make with persisted queries."""

from workbench.alternatives import Wrong

_HASH = "        if hashlib.sha256(query.encode()).hexdigest() != digest:\n"
_USED = "                    pipeline.zadd(INDEX, {digest: time.time()}, xx=True)\n"
_KEPT = "                pipeline.zadd(INDEX, {digest: time.time()})\n"
_SET = "                pipeline.set(_key(digest), query, ex=self._seconds)\n"
_INDEX_LIVES = "                    pipeline.expire(INDEX, self._seconds)  # not before the last of its documents\n"
_INDEX_EXPIRES = "                pipeline.expire(INDEX, self._seconds)\n"
_SURPLUS = "            if surplus:\n"
_TOO_LONG = "        if len(query.encode()) > self._most_bytes:\n            return\n"
_FIND = "            found: Any = self._redis.getex(_key(digest), ex=self._seconds)\n"
_VERSION = '    if not isinstance(named, Mapping) or named.get("version") != 1:\n'
_DIGITS = "    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):\n"

WRONG = [
    Wrong(
        "every_process_its_own",
        "Documents lie in a dictionary: the next process asks for them again, and nothing goes.",
        fails=["all_processes_know_it", "keeps_it_for_a_while", "keeps_no_more_than_it_may",
               "leaves_others_alone", "works_without_redis"],
        edits=[("        self._seconds, self._most, self._most_bytes = seconds, most, most_bytes\n",
                "        self._seconds, self._most, self._most_bytes = seconds, most, most_bytes\n"
                "        self._texts: dict[str, bytes] = {}\n"),
               (_FIND, "            found: Any = self._texts.get(digest)\n"),
               (_USED, ""), (_INDEX_LIVES, ""),
               (_TOO_LONG, _TOO_LONG + "        self._texts[digest] = query.encode()\n        return\n")],
    ),
    Wrong(
        "believes_the_digest",
        "Whoever is first gives a document the name of another: everybody who asks for that one gets his.",
        fails=["refuses_another_name", "works_without_redis"],
        edits=[(_HASH, "        if not digest:\n")],
    ),
    Wrong(
        "keeps_then_compares",
        "The document under a false name is refused, and kept.",
        fails=["refuses_another_name"],
        edits=[(_HASH, "        self._keep(digest, query)\n" + _HASH)],
    ),
    Wrong(
        "another_message",
        "Client libraries look for one message, and never send the document.",
        fails=["is_sent_once"],
        edits=[('ClientError("PersistedQueryNotFound", ', 'ClientError("This query is not known.", ')],
    ),
    Wrong(
        "another_code",
        "What was not found is called a bad request.",
        fails=["is_sent_once", "refuses_another_name", "leaves_others_alone"],
        edits=[('"PERSISTED_QUERY_NOT_FOUND"', '"BAD_REQUEST"')],
    ),
    Wrong(
        "bytes_are_no_text",
        "What Redis returns is written out as Python would.",
        fails=["is_sent_once", "leaves_others_alone"],
        edits=[("        text: str = found.decode()\n", "        text = str(found)\n")],
    ),
    Wrong(
        "tidied_up",
        "White space at the ends is taken away before the digest is made.",
        fails=["keeps_the_text_as_it_is"],
        edits=[(_HASH, "        query = query.strip()\n" + _HASH)],
    ),
    Wrong(
        "any_version",
        "What a later version means is not known, and it is taken for this one.",
        fails=["refuses_what_it_does_not_know"],
        edits=[(_VERSION, "    if not isinstance(named, Mapping):\n")],
    ),
    Wrong(
        "any_digest",
        "Whatever the client calls a digest becomes a part of a key.",
        fails=["refuses_what_it_does_not_know"],
        edits=[(_DIGITS, "    if not isinstance(digest, str):\n")],
    ),
    Wrong(
        "capitals_too",
        "One document has two names.",
        fails=["refuses_what_it_does_not_know"],
        edits=[(_DIGITS, "    digest = digest.lower() if isinstance(digest, str) else digest\n" + _DIGITS)],
    ),
    Wrong(
        "keeps_everything",
        "Documents are kept that nobody will ever ask for by a digest.",
        fails=["leaves_others_alone"],
        edits=[('                raise ClientError("Send a query.", "BAD_REQUEST")\n',
                '                raise ClientError("Send a query.", "BAD_REQUEST")\n'
                "            self._keep(hashlib.sha256(query.encode()).hexdigest(), query)\n")],
    ),
    Wrong(
        "for_ever",
        "What was stored once is never forgotten.",
        fails=["keeps_it_for_a_while"],
        edits=[(_SET, "                pipeline.set(_key(digest), query)\n"),
               (_FIND, "            found: Any = self._redis.get(_key(digest))\n")],
    ),
    Wrong(
        "use_does_not_count",
        "A document that is used every minute is forgotten a day after it was sent.",
        fails=["keeps_it_for_a_while"],
        edits=[(_FIND, "            found: Any = self._redis.get(_key(digest))\n")],
    ),
    Wrong(
        "only_if_it_is_new",
        "Who sends the whole document again does not renew it.",
        fails=["keeps_it_for_a_while"],
        edits=[(_SET, "                pipeline.set(_key(digest), query, ex=self._seconds, nx=True)\n")],
    ),
    Wrong(
        "the_index_is_for_ever",
        "Documents expire; the list of them does not.",
        fails=["keeps_it_for_a_while"],
        edits=[(_INDEX_LIVES, "                    pipeline.persist(INDEX)\n"),
               (_INDEX_EXPIRES, "                pipeline.persist(INDEX)\n")],
    ),
    Wrong(
        "the_index_dies_first",
        "The list expires while documents are used on, and they are never counted again.",
        fails=["does_not_lose_count"],
        edits=[(_INDEX_LIVES, "")],
    ),
    Wrong(
        "as_many_as_come",
        "A loop with a counter in a comment fills the memory.",
        fails=["keeps_no_more_than_it_may"],
        edits=[(_SURPLUS, "            if False:\n")],
    ),
    Wrong(
        "one_more",
        "One more than may be is kept.",
        fails=["keeps_no_more_than_it_may"],
        edits=[("                pipeline.zrange(INDEX, 0, -self._most - 1)\n",
                "                pipeline.zrange(INDEX, 0, -self._most - 2)\n"),
               ("                pipeline.zremrangebyrank(INDEX, 0, -self._most - 1)\n",
                "                pipeline.zremrangebyrank(INDEX, 0, -self._most - 2)\n")],
    ),
    Wrong(
        "the_list_grows",
        "Documents go, and their names stay in the list.",
        fails=["keeps_no_more_than_it_may"],
        edits=[("                pipeline.zremrangebyrank(INDEX, 0, -self._most - 1)\n",
                "                pipeline.exists(INDEX)\n")],
    ),
    Wrong(
        "counts_all_keys",
        "How many there are is found out by walking through all of Redis.",
        fails=["keeps_no_more_than_it_may"],
        edits=[(_SURPLUS, '            list(self._redis.scan_iter(_key("*")))\n' + _SURPLUS)],
    ),
    Wrong(
        "first_come_first_go",
        "The oldest goes, however often it is used.",
        fails=["the_least_recently_used_goes"],
        edits=[(_USED, "                    pipeline.exists(INDEX)\n")],
    ),
    Wrong(
        "sent_again_is_no_use",
        "Who sends the document whole does not keep it from going.",
        fails=["the_least_recently_used_goes"],
        edits=[(_KEPT, "                pipeline.zadd(INDEX, {digest: time.time()}, nx=True)\n")],
    ),
    Wrong(
        "the_newest_goes",
        "When there is no room, what was kept last goes again.",
        fails=["the_least_recently_used_goes", "does_not_lose_count"],
        edits=[(_KEPT, "                pipeline.zadd(INDEX, {digest: -time.time()})\n"),
               (_USED, "                    pipeline.zadd(INDEX, {digest: -time.time()}, xx=True)\n")],
    ),
    Wrong(
        "letters_not_bytes",
        "The length is counted in letters.",
        fails=["keeps_no_long_ones"],
        edits=[(_TOO_LONG, "        if len(query) > self._most_bytes:\n            return\n")],
    ),
    Wrong(
        "shorter_than",
        "A document of exactly the length that is allowed is not kept.",
        fails=["keeps_no_long_ones"],
        edits=[(_TOO_LONG, "        if len(query.encode()) >= self._most_bytes:\n            return\n")],
    ),
    Wrong(
        "however_long",
        "A thousand documents of a megabyte are a gigabyte.",
        fails=["keeps_no_long_ones"],
        edits=[(_TOO_LONG, "")],
    ),
    Wrong(
        "too_long_is_refused",
        "A long document is refused, although it could be answered.",
        fails=["keeps_no_long_ones"],
        edits=[(_TOO_LONG, "        if len(query.encode()) > self._most_bytes:\n"
                           '            raise ClientError("Too long.", "BAD_REQUEST")\n')],
    ),
    Wrong(
        "no_redis_no_answer",
        "The lost memory takes the graph with it.",
        fails=["works_without_redis"],
        edits=[('            _logger.warning("a persisted query is not kept: %s", error)\n', "            raise\n")],
    ),
    Wrong(
        "no_redis_no_digest",
        "A digest that cannot be looked for is an error of the server, and the client does not send the document.",
        fails=["works_without_redis"],
        edits=[('            _logger.warning("persisted queries are not found: %s", error)\n            found = None\n',
                "            raise\n")],
    ),
]  # fmt: skip
