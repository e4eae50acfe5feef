"""Mistakes that people make with invalidation."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "never_called",
        "The function is there, and nothing calls it.",
        fails=["writers_read_what_they_wrote"],
        edits=[('    @event.listens_for(database.sessions, "after_commit")\n', "")],
    ),
    Wrong(
        "before_the_commit",
        "A reader between the two copies the old price under the new label.",
        fails=["comes_after_the_commit"],
        edits=[('"after_commit")', '"before_commit")')],
    ),
    Wrong(
        "at_the_flush",
        "The same, and earlier still.",
        fails=["comes_after_the_commit"],
        edits=[('"after_commit")', '"after_flush")'), ("def renew(_session: Session)", "def renew(_session: Session, _context: object)")],
    ),
    Wrong(
        "at_the_end_of_every_transaction",
        "What was rolled back has changed nothing.",
        fails=["refused_writes_change_nothing"],
        edits=[('    @event.listens_for(database.sessions, "after_commit")\n',
                '    @event.listens_for(database.sessions, "after_rollback")\n'
                '    @event.listens_for(database.sessions, "after_commit")\n')],
    ),
    Wrong(
        "all_by_the_worker",
        "Until the worker comes to it, everybody reads the old price.",
        fails=["writers_read_what_they_wrote"],
        edits=[("            old = shelf.relabel()\n", "            old = shelf.label()\n")],
    ),
    Wrong(
        "deletes_the_copies",
        "One label for ever: a slow reader puts the old page back.",
        fails=["a_late_reader_does_no_harm", "a_write_costs_the_same", "the_worker_sweeps"],
        edits=[
            ("        old = self._redis.set(self._label_key, secrets.token_hex(8), get=True)\n"
             "        return None if old is None else self._prefix(old)\n",
             "        for key in self._redis.smembers(self._index(self.label())):\n"
             "            self._redis.delete(key)\n"
             "        return None\n"),
        ],
    ),
    Wrong(
        "walks_over_everything",
        "The worker asks Redis for all keys of a pattern.",
        fails=["the_worker_sweeps"],
        edits=[("        while keys := self._redis.spop(self._index(label), _BATCH):\n", '        if keys := self._redis.keys(f"{label}*"):\n')],
    ),
    Wrong(
        "walks_step_by_step",
        "SCAN holds nobody up, and still walks over all that Redis has, at every write.",
        fails=["the_worker_sweeps"],
        edits=[("        while keys := self._redis.spop(self._index(label), _BATCH):\n", '        if keys := list(self._redis.scan_iter(f"{label}*")):\n')],
    ),
    Wrong(
        "sweeps_too_much",
        "Everything goes, whoever it belongs to.",
        fails=["the_worker_sweeps"],
        edits=[("        while keys := self._redis.spop(self._index(label), _BATCH):\n            self._redis.unlink(*keys)\n", "        self._redis.flushdb()\n")],
    ),
    Wrong(
        "sweeps_itself",
        "The writer waits until every copy is removed, and the worker has nothing to do.",
        fails=["a_write_costs_the_same", "the_worker_sweeps"],
        edits=[("                sweep.apply_async((old,), retry=False)\n",
                "                for key in shelf._redis.smembers(shelf._index(old)):\n"
                "                    shelf._redis.unlink(key)\n")],
    ),
    Wrong(
        "called_and_not_sent",
        "The task runs where it is called: in the process that serves.",
        fails=["the_worker_sweeps"],
        edits=[("sweep.apply_async((old,), retry=False)", "sweep(old)")],
    ),
    Wrong(
        "two_labels",
        "The label before the last comes back, and its copies with it.",
        fails=["writers_read_what_they_wrote"],
        edits=[("        old = self._redis.set(self._label_key, secrets.token_hex(8), get=True)\n",
                "        old = self._redis.get(self._label_key)\n"
                "        self._redis.set(self._label_key, 'b' if old == b'a' else 'a')\n")],
    ),
    Wrong(
        "nobody_is_told",
        "No worker ever hears of the copies.",
        fails=["the_worker_sweeps"],
        edits=[("                sweep.apply_async((old,), retry=False)\n", "                pass\n")],
    ),
    Wrong(
        "sweeps_the_new_label",
        "The worker is given the label that is in use.",
        fails=["the_worker_sweeps"],
        edits=[("sweep.apply_async((old,), retry=False)", "sweep.apply_async((shelf.label(),), retry=False)")],
    ),
    Wrong(
        "label_of_the_process",
        "The other process goes on with the label that it knows.",
        fails=["every_process_reads_it"],
        edits=[
            ("        found = self._redis.get(self._label_key)\n        if found is None:\n",
             "        found = self._known\n        if found is None:\n"),
            ("            found = self._redis.get(self._label_key)\n        return", "            found = self._known = self._redis.get(self._label_key)\n        return"),
            ("        return None if old is None else self._prefix(old)\n", "        self._known = None\n        return None if old is None else self._prefix(old)\n"),
            ('        self._label_key = f"shelf:{name}"\n', '        self._label_key = f"shelf:{name}"\n        self._known: bytes | None = None\n'),
        ],
    ),
    Wrong(
        "falls_with_redis",
        "The row is stored, and the caller is told that it is not.",
        fails=["writes_succeed_without_redis"],
        edits=[("        except (RedisError, OperationalError) as error:\n", "        except ZeroDivisionError as error:\n")],
    ),
    Wrong(
        "falls_with_the_queue",
        "The queue's errors are not those of Redis, though it is in Redis.",
        fails=["writes_succeed_without_redis"],
        edits=[("        except (RedisError, OperationalError) as error:\n", "        except RedisError as error:\n")],
    ),
    Wrong(
        "notes_of_a_minute",
        "A worker that comes after a minute finds no notes, and the copies stay.",
        fails=["leaves_nothing_for_ever"],
        edits=[("pipe.expire(self._index(label), self._seconds)", "pipe.expire(self._index(label), 60)")],
    ),
    Wrong(
        "notes_of_the_last_copy",
        "Each copy sets the time of the notes anew, though those before it may live longer.",
        fails=["leaves_nothing_for_ever"],
        edits=[("pipe.expire(self._index(label), self._seconds)", "pipe.expire(self._index(label), seconds)")],
    ),
    Wrong(
        "list_for_ever",
        "Without a worker the lists of keys pile up.",
        fails=["leaves_nothing_for_ever"],
        edits=[("            pipe.expire(self._index(label), self._seconds)\n", "")],
    ),
]  # fmt: skip
