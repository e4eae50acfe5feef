"""Mistakes that people make with feeds in memory."""

from workbench.alternatives import Wrong

_HIT = "        if kept is not None and self._clock() < kept.until:\n"
_TOUCH = "            self._kept.move_to_end(reader_id)\n            return kept.feed, True\n"
_JOIN = (
    "        loading = self._loading.get(reader_id)\n        if loading is None or loading.heard:\n"
)
_WAIT = "        return await asyncio.shield(loading.task), False\n"
_LOAD = "            feed = await self._load(reader_id)\n        finally:\n"
_KEEP = "        if current and self._listens and loading.heard.isdisjoint(feed.authors):\n"
_BOUND = "            while len(self._kept) > self._most:\n"
_CLEAR = "        self._kept.clear()\n        self._loading.clear()\n"
_STRANGE = '            _logger.warning("%s says %r, which nobody understands", CHANNEL, payload)\n'
_READER = '        elif kind == "reader":\n'
_CONCERNED = "one for one, kept in self._kept.items() if author in kept.feed.authors"

WRONG = [
    Wrong(
        "another_channel",
        "Nobody ever says anything on the channel that it listens to.",
        fails=["hears"],
        edits=[('CHANNEL = "feed_changed"\n', 'CHANNEL = "feeds_changed"\n')],
    ),
    Wrong(
        "only_whose_posts_it_shows",
        "Whoever has not written yet is in no feed: the first post of a friend does not come.",
        fails=["drops_the_feeds_of_an_author"],
        edits=[(_CONCERNED, "one for one, kept in self._kept.items()\n"
                            '                if any(post["user_id"] == author for post in kept.feed.posts)')],
    ),
    Wrong(
        "drops_everything",
        "Each post of anybody empties the memory: with many users there is never anything in it.",
        fails=["drops_the_feeds_of_an_author"],
        edits=[(_CONCERNED, "one for one in self._kept")],
    ),
    Wrong(
        "one_kind_of_number",
        "Author 17 is taken for reader 17 as well.",
        fails=["drops_the_feeds_of_an_author"],
        edits=[("            author = int(number)\n",
                "            author = int(number)\n            self._kept.pop(author, None)\n")],
    ),
    Wrong(
        "authors_only",
        "Somebody follows a friend, and sees nothing of it.",
        fails=["drops_the_feed_of_a_reader", "keeps_no_old_feed"],
        edits=[(_READER + "            self._kept.pop(int(number), None)\n"
                          "            self._loading.pop(int(number), None)\n",
                _READER + "            pass\n")],
    ),
    Wrong(
        "everything_else_is_a_reader",
        "What is not about authors is taken to be about readers.",
        fails=["ignores_what_it_does_not_understand"],
        edits=[('kind not in ("author", "reader") or not', "not"),
               (_READER, '        elif kind != "author":\n')],
    ),
    Wrong(
        "says_nothing",
        "Somebody has a mistake in a trigger, and nothing tells of it.",
        fails=["ignores_what_it_does_not_understand"],
        edits=[(_STRANGE, "            return\n")],
    ),
    Wrong(
        "stays_while_it_is_asked_for",
        "Each hit gives it another 30 seconds.",
        fails=["forgets_in_time"],
        edits=[(_TOUCH, "            self._kept[reader_id] = _Kept(kept.feed, self._clock() + self._seconds)\n" + _TOUCH)],
    ),
    Wrong(
        "grows_for_ever",
        "Nothing bounds the number of feeds.",
        fails=["is_bounded"],
        edits=[(_BOUND, "            while False:\n")],
    ),
    Wrong(
        "first_in_first_out",
        "The oldest goes, also when everybody asks for it.",
        fails=["is_bounded"],
        edits=[(_TOUCH, "            return kept.feed, True\n")],
    ),
    Wrong(
        "empties_when_full",
        "One too many, and all are gone.",
        fails=["is_bounded"],
        edits=[(_BOUND + "                self._kept.popitem(last=False)\n",
                "            if len(self._kept) > self._most:\n"
                "                self._kept.clear()\n"
                "                self._kept[reader_id] = _Kept(feed, began + self._seconds)\n")],
    ),
    Wrong(
        "an_empty_feed_is_none",
        "Who follows nobody asks the database each time.",
        fails=["keeps_a_feed"],
        edits=[(_HIT, "        if kept is not None and kept.feed.posts and self._clock() < kept.until:\n")],
    ),
    Wrong(
        "everybody_reads",
        "Whoever finds nothing reads it himself: the database does the same work many times at once.",
        fails=["reads_once", "reads_once_unheard"],
        edits=[(_JOIN, "        loading = None\n        if loading is None or loading.heard:\n")],
    ),
    Wrong(
        "a_failure_stays",
        "The load that failed is still there to be joined: everybody gets its error, for ever.",
        fails=["tells_a_failure"],
        edits=[("        try:\n" + _LOAD, "        if True:\n            feed = await self._load(reader_id)\n")],
    ),
    Wrong(
        "a_failure_is_an_empty_feed",
        "The database did not answer, and the reader is told that nobody has written anything.",
        fails=["tells_a_failure"],
        edits=[(_LOAD, "            feed = await self._load(reader_id)\n"
                       "        except Exception:\n"
                       "            feed = Feed([], frozenset())\n"
                       "        finally:\n")],
    ),
    Wrong(
        "the_first_takes_it_along",
        "Who asked first has left, and the task that all wait for is cancelled.",
        fails=["outlives_the_first"],
        edits=[(_WAIT, "        return await loading.task, False\n")],
    ),
    Wrong(
        "keeps_what_was_read",
        "A post comes while the feed is read: the feed without it is kept for 30 seconds.",
        fails=["keeps_no_old_feed", "keeps_nothing_from_before"],
        edits=[(_KEEP, "        if self._listens:\n")],
    ),
    Wrong(
        "joins_an_old_load",
        "The friend says: I have written! And who looks gets what was read before.",
        fails=["gives_no_old_feed"],
        edits=[(_JOIN, _JOIN.replace(" or loading.heard", ""))],
    ),
    Wrong(
        "any_notification_spoils_it",
        "Somebody writes all the time, so nothing is ever kept.",
        fails=["keeps_in_spite_of_others"],
        edits=[(_KEEP, "        if current and self._listens and not loading.heard:\n")],
    ),
    Wrong(
        "serves_what_it_had",
        "The connection is lost, and the memory is not emptied.",
        fails=["keeps_nothing_unheard"],
        edits=[(_CLEAR, "        self._loading.clear()\n")],
    ),
    Wrong(
        "keeps_what_nobody_guards",
        "Feeds are kept while nobody listens.",
        fails=["keeps_nothing_unheard"],
        edits=[(_KEEP, "        if current and loading.heard.isdisjoint(feed.authors):\n")],
    ),
    Wrong(
        "listens_once",
        "The connection is lost one night, and from then on nothing is ever kept.",
        fails=["keeps_nothing_unheard"],
        edits=[("            await asyncio.sleep(PAUSE)\n", "            return\n")],
    ),
    Wrong(
        "listens_at_the_end",
        "Whether it listens is looked at when the load ends; a gap while it ran does not count.",
        fails=["keeps_nothing_from_before"],
        edits=[(_CLEAR, "        self._kept.clear()\n")],
    ),
    Wrong(
        "knocks_without_rest",
        "PostgreSQL starts again, and a hundred services knock a thousand times a second.",
        fails=["tries_until_it_listens"],
        edits=[("            await asyncio.sleep(PAUSE)\n", "            await asyncio.sleep(0)\n")],
    ),
    Wrong(
        "gives_up_at_an_answer",
        "PostgreSQL answers that it is being shut down: that is no OSError, and the task that listens ends.",
        fails=["tries_until_it_listens"],
        edits=[("except _LOST as error:",
                "except (OSError, TimeoutError) as error:")],
    ),
    Wrong(
        "knows_only_errors_of_the_server",
        "What the driver raises by itself is no PostgresError: the task that listens ends.",
        fails=["tries_until_it_listens"],
        edits=[("    asyncpg.InterfaceError,\n", "")],
    ),
    Wrong(
        "left_open",
        "The task that listens is cancelled, and its connection stays open.",
        fails=["tries_until_it_listens"],
        edits=[("            self._start_anew(listens=False)\n            connection.terminate()\n",
                "            self._start_anew(listens=False)\n")],
    ),
    Wrong(
        "drops_only_what_is_there",
        "Whom a reader follows has changed while the feed was read: it is kept all the same.",
        fails=["keeps_no_old_feed"],
        edits=[("            self._loading.pop(int(number), None)\n", "")],
    ),
    Wrong(
        "keeps_what_began_between",
        "Feeds that began to be read between two connections are kept; what changed then was not heard.",
        fails=["keeps_nothing_from_before"],
        edits=[("        self._loading.clear()\n", "        if not listens:\n            self._loading.clear()\n")],
    ),
    Wrong(
        "one_at_a_time",
        "A lock around everything: who is slow holds up all readers.",
        fails=["reads_once", "keeps_no_old_feed", "gives_no_old_feed", "keeps_in_spite_of_others",
               "keeps_nothing_from_before"],
        edits=[("        self._listens = False\n\n    async def feed",
                "        self._listens = False\n        self._one = asyncio.Lock()\n\n    async def feed"),
               (_LOAD, "            async with self._one:\n"
                       "                feed = await self._load(reader_id)\n        finally:\n")],
    ),
    Wrong(
        "a_lock_for_each_reader",
        "Those who waited look into memory, where nothing is kept while nobody listens: one after the other reads.",
        fails=["reads_once_unheard"],
        edits=[("        self._listens = False\n\n    async def feed",
                "        self._listens = False\n        self._locks: dict[int, asyncio.Lock] = {}\n\n    async def feed"),
               (_JOIN, "        async with self._locks.setdefault(reader_id, asyncio.Lock()):\n"
                       "            kept = self._kept.get(reader_id)\n"
                       "            if kept is not None and self._clock() < kept.until:\n"
                       "                return kept.feed, False\n"
                       "            loading = self._loading[reader_id] = _Loading()\n"
                       "            return await self._run(reader_id, loading), False\n" + _JOIN)],
    ),
]  # fmt: skip
