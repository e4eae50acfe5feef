"""Mistakes that people make when they tell of changes."""

from workbench.alternatives import Wrong

_NOTE = "                    session.info.setdefault(_PENDING, set()).add(one.id)\n"
_SOME = "            state.session.info.setdefault(_PENDING, set()).add(_SOME)\n"
_FORGET = "        session.info.pop(_PENDING, None)\n"
_WARN = '            _logger.warning("stock changes are not told: %s", error)\n'
_HISTORY = "                if now.stock_quantity.history.has_changes() or now.is_active.history.has_changes():\n"
_CHANNEL = '    return f"stock:{database}:{what}"\n'
_LOOP = "            while True:\n"
_BOTH = "            for _ in range(2):\n                await pubsub.get_message(timeout=None)\n"
_WAIT = "                await pubsub.get_message(timeout=None)\n"
_ONLY_MESSAGES = '                if (await pubsub.get_message(timeout=None))["type"] != "message":\n                    continue\n'
_CHANGED = "                if product.stock_quantity != seen:\n"
_FIRST = "product = get_product(session, product_id)\nseen = product.stock_quantity\nyield product\nsession.rollback()\n"
_FIRST_AFTER = "".join(f"            {line}\n" for line in _FIRST.splitlines())
_ROLLBACK = "                session.rollback()\n"

WRONG = [
    Wrong(
        "when_it_is_written",
        "It is published as soon as the change is written: whoever looks then finds the old stock.",
        fails=["tells_after_the_commit", "changes_without_redis"],
        edits=[(_NOTE, _NOTE + '                    redis.publish(_channel(redis, one.id), "changed")\n')],
    ),
    Wrong(
        "rollbacks_too",
        "What was rolled back is published as well.",
        fails=["tells_after_the_commit"],
        edits=[(_FORGET, "        publish(session)\n")],
    ),
    Wrong(
        "objects_only",
        "Only objects are looked at; a statement that updates products changes none.",
        fails=["tells_what_comes_back"],
        edits=[(_SOME, "            return\n")],
    ),
    Wrong(
        "no_deletions",
        "A product that is deleted keeps its stock, so nobody hears of it.",
        fails=["ends_with_the_product"],
        edits=[(_HISTORY, "                if now.stock_quantity.history.has_changes():\n")],
    ),
    Wrong(
        "every_database",
        "Channels know no databases: two shops on one server hear each other.",
        fails=["stays_in_its_database"],
        edits=[(_CHANNEL, '    return f"stock:{what}"\n')],
    ),
    Wrong(
        "one_process",
        "What one process changes is told by that process only.",
        fails=["reaches_every_stream"],
        edits=[(_CHANNEL, '    return f"stock:{database}:{__import__(\'os\').getpid()}:{what}"\n')],
    ),
    Wrong(
        "sent_is_subscribed",
        "The command is sent, and nobody waits until Redis has carried it out.",
        fails=["misses_nothing_at_the_beginning"],
        edits=[(_LOOP, _FIRST_AFTER + _LOOP), (_WAIT, _ONLY_MESSAGES)],
    ),
    Wrong(
        "every_message",
        "Whatever comes, the stock is told once more.",
        fails=["tells_each_change", "tells_what_comes_back", "tells_nothing_else",
               "tells_after_the_commit", "reaches_every_stream", "stays_in_its_database",
               "waits_quietly", "leaves_with_its_client", "ends_with_the_product"],
        edits=[(_CHANGED, "                if True:\n")],
    ),
    Wrong(
        "an_old_session",
        "After a look for nothing the session stays as it is: its transaction, and what it has read.",
        fails=["tells_nothing_else", "waits_quietly"],
        edits=[(_LOOP, _BOTH + _FIRST_AFTER + _LOOP), (_ROLLBACK, "")],
    ),
    Wrong(
        "the_stock_of_the_beginning",
        "Compared is with what was told first: when that comes back, the stream is silent.",
        fails=["tells_each_change"],
        edits=[("                    seen = product.stock_quantity\n",
                "                    seen = product.stock_quantity if seen is None else seen\n")],
    ),
    Wrong(
        "one_note_for_all",
        "What all sessions have written lies in one place, and whoever commits first publishes it.",
        fails=["tells_after_the_commit"],
        edits=[(_NOTE, "                    _all.setdefault(session, set()).add(one.id)\n"),
               (_SOME, "            _all.setdefault(state.session, set()).add(_SOME)\n"),
               ('_PENDING = "changed stock"\n', "_all: dict = {}\n"),
               ("            for what in session.info.pop(_PENDING, ()):\n",
                "            noted = set().union(*_all.values())\n            _all.clear()\n"
                "            for what in noted:\n"),
               (_FORGET, "        _all.pop(session, None)\n")],
    ),
    Wrong(
        "lost_is_complete",
        "When the connection is lost the stream ends as if all had been told.",
        fails=["changes_without_redis"],
        edits=[(_WAIT, "                try:\n                    await pubsub.get_message(timeout=None)\n"
                       "                except RedisError:\n                    return\n")],
    ),
    Wrong(
        "lost_is_not_silent",
        "Only a lost connection is expected, not a Redis that does not answer in time.",
        fails=["changes_without_redis"],
        edits=[("        except RedisError as error:\n",
                "        except __import__('redis').ConnectionError as error:\n")],
    ),
    Wrong(
        "asks_again_and_again",
        "Five times a second every stream asks the database whether something has changed.",
        fails=["waits_quietly"],
        edits=[(_WAIT, "                await pubsub.get_message(timeout=0.2)\n")],
    ),
    Wrong(
        "goes_on",
        "Whatever ends the wait is taken for a message, also that nobody waits any more.",
        fails=["leaves_with_its_client"],
        edits=[(_WAIT, "                try:\n                    await pubsub.get_message(timeout=None)\n"
                       "                except __import__('asyncio').CancelledError:\n                    continue\n")],
    ),
    Wrong(
        "changes_only",
        "Whoever subscribes learns nothing until something changes.",
        fails=["begins_with_the_stock"],
        edits=[(_CHANGED, "                if seen is None:\n                    seen = product.stock_quantity\n" + _CHANGED)],
    ),
    Wrong(
        "no_redis_no_sale",
        "The change is stored, and whoever made it is told that it was not.",
        fails=["changes_without_redis"],
        edits=[(_WARN, "            raise\n")],
    ),
]  # fmt: skip
