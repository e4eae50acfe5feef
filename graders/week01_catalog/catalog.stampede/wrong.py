"""Mistakes that people make with locks."""

from workbench.alternatives import Wrong

ONCE = ["computes_once_in_a_process", "computes_once_across_processes"]

WRONG = [
    Wrong(
        "token_of_the_thread",
        "A thread has one token for all its flights.",
        fails=["has_a_token_for_every_flight"],
        edits=[("        token = secrets.token_hex(16)\n",
                "        import threading\n\n        token = str(hash((key, threading.get_ident())))\n")],
    ),
    Wrong(
        "only_asks",
        "The lock is asked for, and everybody computes.",
        fails=ONCE,
        edits=[("                if mine or found is not None or time.monotonic() > deadline:\n", "                if True:\n")],
    ),
    Wrong(
        "lock_of_the_process",
        "A second process knows nothing of a lock in memory.",
        fails=["computes_once_across_processes", "holds_a_lock_that_expires",
               "one_takes_over_from_the_dead", "has_a_token_for_every_flight"],
        edits=[
            ("                lock = self._redis.set(_lock(key), token, nx=True, ex=self._lease_seconds)\n",
             "                lock = _taken.setdefault(_lock(key), token) == token\n"),
            ("            self._release(keys=[_lock(key)], args=[token])\n", "            _taken.pop(_lock(key), None)\n"),
            ("T = TypeVar(\"T\")\n", "T = TypeVar(\"T\")\n\n_taken: dict[str, str] = {}\n"),
        ],
    ),
    Wrong(
        "lock_for_ever",
        "The lock of an owner who is killed stands for ever.",
        fails=["holds_a_lock_that_expires"],
        edits=[(", nx=True, ex=self._lease_seconds)", ", nx=True)")],
    ),
    Wrong(
        "lock_then_lifetime",
        "Who dies between two commands leaves a lock for ever.",
        fails=["holds_a_lock_that_expires"],
        edits=[("                mine = bool(lock)\n", "                mine = bool(lock)\n                if mine:\n                    self._redis.expire(_lock(key), self._lease_seconds)\n"),
               (", nx=True, ex=self._lease_seconds)", ", nx=True)")],
    ),
    Wrong(
        "looks_then_deletes",
        "Between the look and the deletion the lock may expire and change its owner.",
        fails=["holds_a_lock_that_expires"],
        edits=[("            self._release(keys=[_lock(key)], args=[token])\n",
                "            if self._redis.get(_lock(key)) == token.encode():\n                self._redis.delete(_lock(key))\n")],
    ),
    Wrong(
        "lock_that_is_taken_away",
        "Every waiter takes the lock from its owner.",
        fails=ONCE,
        edits=[("token, nx=True, ex=self", "token, ex=self")],
    ),
    Wrong(
        "deletes_any_lock",
        "Who was too slow deletes the lock of the next owner.",
        fails=["gives_back_only_its_own_lock", "holds_a_lock_that_expires"],
        edits=[("            self._release(keys=[_lock(key)], args=[token])\n", "            self._redis.delete(_lock(key))\n")],
    ),
    Wrong(
        "one_token_for_all",
        "All owners look alike, so each deletes the lock of the next.",
        fails=["has_a_token_for_every_flight"],
        edits=[("        token = secrets.token_hex(16)\n", '        token = "locked"\n')],
    ),
    Wrong(
        "token_of_the_process",
        "Two threads of one process look alike.",
        fails=["has_a_token_for_every_flight"],
        edits=[("        token = secrets.token_hex(16)\n", "        token = str(id(self))\n")],
    ),
    Wrong(
        "waits_for_ever",
        "Whoever waits for a lock that nobody gives back waits with it.",
        fails=["does_not_wait_for_ever"],
        edits=[(" or time.monotonic() > deadline:", ":")],
    ),
    Wrong(
        "one_lock_for_all",
        "Every page waits for every other.",
        fails=["locks_each_key_for_itself", "holds_a_lock_that_expires",
               "one_takes_over_from_the_dead", "has_a_token_for_every_flight"],
        edits=[('    return f"lock:{key}"', '    return "lock:" + key.split(":")[1]')],
    ),
    Wrong(
        "keeps_the_lock",
        "The lock is left to expire.",
        fails=["holds_a_lock_that_expires", "gives_back_only_its_own_lock", "an_error_ends_the_flight",
               "has_a_token_for_every_flight"],
        edits=[("            if mine:\n                self._give_back(key, token)\n", "            pass\n")],
    ),
    Wrong(
        "keeps_the_lock_after_an_error",
        "After an error the page stays locked.",
        fails=["an_error_ends_the_flight"],
        edits=[("        try:\n            return make() if found is None else found\n        finally:\n            if mine:\n                self._give_back(key, token)\n",
                "        made = make() if found is None else found\n        if mine:\n            self._give_back(key, token)\n        return made\n")],
    ),
    Wrong(
        "no_second_look",
        "Everybody who waited gets the lock in turn, and computes in turn.",
        fails=ONCE,
        edits=[("                found = read()\n", "                found = None if mine else read()\n")],
    ),
    Wrong(
        "only_waits_for_the_copy",
        "When the owner is dead, everybody waits to the end and then computes.",
        fails=["one_takes_over_from_the_dead"],
        edits=[("            while True:\n                lock = self._redis.set(_lock(key), token, nx=True, ex=self._lease_seconds)\n",
                "            lock = self._redis.set(_lock(key), token, nx=True, ex=self._lease_seconds)\n            while True:\n")],
    ),
    Wrong(
        "all_take_over",
        "When the lock is gone, everybody computes.",
        fails=["one_takes_over_from_the_dead"],
        edits=[("                mine = bool(lock)\n", "                mine = bool(lock)\n                if not mine:\n"
                "                    while self._redis.exists(_lock(key)) and time.monotonic() < deadline:\n"
                "                        time.sleep(_PAUSE)\n"
                "                    return False, read()\n")],
    ),
    Wrong(
        "unlocks_for_others",
        "A waiter who gives up removes the lock.",
        fails=["does_not_wait_for_ever", "a_redis_that_goes_away_costs_no_answer"],
        edits=[("            if mine:\n                self._give_back(key, token)\n", "            self._redis.delete(_lock(key)) if not mine else self._give_back(key, token)\n")],
    ),
    Wrong(
        "falls_with_redis",
        "The page is there, and the lock that cannot be given back makes an error of it.",
        fails=["a_redis_that_goes_away_costs_no_answer"],
        edits=[("        except RedisError as error:\n            _logger.warning(\"the lock", "        except ZeroDivisionError as error:\n            _logger.warning(\"the lock")],
    ),
    Wrong(
        "waits_for_a_silent_redis_in_vain",
        "A timeout is an error of another class than a lost connection.",
        fails=["a_redis_that_goes_away_costs_no_answer"],
        edits=[("        except RedisError as error:\n            _logger.warning(\"no lock", "        except LostError as error:\n            _logger.warning(\"no lock"),
               ("from redis import Redis, RedisError\n", "from redis import ConnectionError as LostError\nfrom redis import Redis, RedisError\n")],
    ),
    Wrong(
        "loses_the_page_to_a_silent_redis",
        "The page is there, and a lock that times out makes an error of it.",
        fails=["a_redis_that_goes_away_costs_no_answer"],
        edits=[("        except RedisError as error:\n            _logger.warning(\"the lock", "        except LostError as error:\n            _logger.warning(\"the lock"),
               ("from redis import Redis, RedisError\n", "from redis import ConnectionError as LostError\nfrom redis import Redis, RedisError\n")],
    ),
]  # fmt: skip
