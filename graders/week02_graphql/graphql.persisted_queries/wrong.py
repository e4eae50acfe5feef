"""Mistakes that people make with persisted queries."""

from workbench.alternatives import Wrong

_MOST = "        self._seconds, self._most, self._most_bytes = seconds, most, most_bytes\n"
_HASH = "        if hashlib.sha256(query.encode()).hexdigest() != digest:\n"
_USED = "                    pipeline.zadd(INDEX, {digest: time.time()}, xx=True)\n"
_SET = "                pipeline.set(_key(digest), query, ex=self._seconds)\n"
_INDEX_LIVES = "                    pipeline.expire(INDEX, self._seconds)  # not before the last of its documents\n"
_INDEX_EXPIRES = "                pipeline.expire(INDEX, self._seconds)\n"
_SURPLUS = "            if surplus:\n"
_TOO_LONG = "        if len(query.encode()) > self._most_bytes:\n            return\n"
_FIND = "            found: Any = self._redis.getex(_key(digest), ex=self._seconds)\n"
_DIGITS = "    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):\n"

WRONG = [
    Wrong(
        "every_process_its_own",
        "Documents lie in a dictionary: the next process asks for them again, and nothing goes.",
        fails=["all_processes_know_it", "keeps_it_for_a_while", "keeps_no_more_than_it_may",
               "leaves_others_alone", "works_without_redis"],
        edits=[(_MOST, _MOST + "        self._texts: dict[str, bytes] = {}\n"),
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
        "tidied_up",
        "White space at the ends is taken away before the digest is made.",
        fails=["keeps_the_text_as_it_is"],
        edits=[(_HASH, "        query = query.strip()\n" + _HASH)],
    ),
    Wrong(
        "any_digest",
        "Whatever the client calls a digest becomes a part of a key.",
        fails=["refuses_what_it_does_not_know"],
        edits=[(_DIGITS, "    if not isinstance(digest, str):\n")],
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
        "the_list_grows",
        "Documents go, and their names stay in the list.",
        fails=["keeps_no_more_than_it_may"],
        edits=[("                pipeline.zremrangebyrank(INDEX, 0, -self._most - 1)\n",
                "                pipeline.exists(INDEX)\n")],
    ),
    Wrong(
        "first_come_first_go",
        "The oldest goes, however often it is used.",
        fails=["the_least_recently_used_goes"],
        edits=[(_USED, "                    pipeline.exists(INDEX)\n")],
    ),
    Wrong(
        "letters_not_bytes",
        "The length is counted in letters.",
        fails=["keeps_no_long_ones"],
        edits=[(_TOO_LONG, "        if len(query) > self._most_bytes:\n            return\n")],
    ),
    Wrong(
        "no_redis_no_answer",
        "The lost memory takes the graph with it.",
        fails=["works_without_redis"],
        edits=[('            _logger.warning("a persisted query is not kept: %s", error)\n', "            raise\n")],
    ),
    Wrong(
        "renewed_now_and_then",
        "A document that is used has its time renewed only when half of it is over.",
        fails=["keeps_it_for_a_while"],
        edits=[(_FIND, "            found: Any = self._redis.get(_key(digest))\n"
                       "            if self._redis.ttl(_key(digest)) < self._seconds / 2:\n"
                       "                self._redis.expire(_key(digest), self._seconds)\n")],
    ),
    Wrong(
        "a_counter_of_its_own",
        "Uses are numbered by each process for itself: whoever began later is always the oldest.",
        fails=["the_least_recently_used_goes"],
        edits=[(_MOST, _MOST + "        self._uses = __import__('itertools').count(1)\n"),
               (_USED, "                    pipeline.zadd(INDEX, {digest: next(self._uses)}, xx=True)\n"),
               ("                pipeline.zadd(INDEX, {digest: time.time()})\n",
                "                pipeline.zadd(INDEX, {digest: next(self._uses)})\n")],
    ),
    Wrong(
        "long_ones_pass",
        "What is too long to be kept is answered before anybody looks whose digest it has.",
        fails=["refuses_another_name"],
        edits=[(_HASH, "        if len(query.encode()) > self._most_bytes:\n            return query\n" + _HASH)],
    ),
    Wrong(
        "lost_is_not_silent",
        "Only a lost connection is expected, not a Redis that does not answer in time.",
        fails=["works_without_redis"],
        edits=[("        except RedisError as error:\n            _logger.warning(\"persisted queries are not found",
                "        except __import__('redis').ConnectionError as error:\n            _logger.warning(\"persisted queries are not found")],
    ),
]  # fmt: skip
