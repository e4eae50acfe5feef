"""Mistakes that people make when they measure statements."""

from workbench.alternatives import Wrong

_BEGUN = "            begun = self._clock()\n"
_COUNTED = "            measured = self._measurements._call(fingerprint(sql))\n"
_FAILED = "            except BaseException:  # also CancelledError: the client has left\n"
_ERRORS = "                measured.errors += 1\n                raise\n"
_RAN = "            finally:\n                measured.ran(self._clock() - begun)\n"
_EXPLAIN = '            text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args)\n'
_SAMPLE = "        return is_read and (measured.calls - 1) % self._plan_every == 0\n"
_IS_READ = '        is_read = measured.statement.split(maxsplit=1)[:1] == ["select"]\n'
_TRY = "            try:\n                result, rows = await run(connection)\n"
_AFTER = "            if is_sample:\n                await self._sample(connection, measured, sql, args)\n"

WRONG = [
    Wrong(
        "wait_is_run",
        "One clock around everything: a pool that is too small looks like a slow statement.",
        fails=["waiting_is_not_running"],
        edits=[(_BEGUN, "            begun = asked\n")],
    ),
    Wrong(
        "the_longest_wait",
        "What is added up for runs is forgotten for waits: only the longest of them stays.",
        fails=["waiting_is_not_running"],
        edits=[("            measured.wait_ms += (begun - asked) * 1000\n",
                "            measured.wait_ms = max(measured.wait_ms, (begun - asked) * 1000)\n")],
    ),
    Wrong(
        "one_beginning_for_all",
        "The object remembers when its statement began, and runs several.",
        fails=["several_at_once"],
        edits=[(_BEGUN, "            self._begun = begun = self._clock()\n"),
               ("                measured.ran(self._clock() - begun)\n",
                "                measured.ran(self._clock() - self._begun)\n")],
    ),
    Wrong(
        "explain_is_run",
        "The statement has the time of its EXPLAIN, too: the measurement measures itself.",
        fails=["looking_is_not_running"],
        edits=[(_TRY, _TRY + "                if is_sample:\n"
                "                    await self._sample(connection, measured, sql, args)\n"),
               (_AFTER, "")],
    ),
    Wrong(
        "writes_twice",
        "EXPLAIN ANALYZE of everything: what was inserted is inserted twice.",
        fails=["some_plans", "writes_only_once"],
        edits=[("EXPLAIN (FORMAT JSON)", "EXPLAIN (ANALYZE, FORMAT JSON)"), (_IS_READ, "        is_read = True\n")],
    ),
    Wrong(
        "with_is_a_read",
        "What begins with WITH is explained as well, though it may write.",
        fails=["writes_only_once"],
        edits=[(_IS_READ, _IS_READ.replace('== ["select"]', 'in (["select"], ["with"])'))],
    ),
    Wrong(
        "execute_is_for_writes",
        "Only fetch looks at plans: what execute runs can be no read.",
        fails=["writes_only_once"],
        edits=[("            return rows, rows\n\n        return await self._measure(run, sql, args)\n",
                "            return rows, rows\n\n        return await self._measure(run, sql, args, reads=False)\n"),
               ("        args: tuple[Any, ...],\n    ) -> Result:\n",
                "        args: tuple[Any, ...],\n        reads: bool = True,\n    ) -> Result:\n"),
               ("            is_sample = self._measurements._is_sample(measured)\n",
                "            is_sample = reads and self._measurements._is_sample(measured)\n")],
    ),
    Wrong(
        "only_at_the_margin",
        "SELECT must be the very first letters of the text; statements that begin with a new line have no plan.",
        fails=["some_plans"],
        edits=[("            is_sample = self._measurements._is_sample(measured)\n",
                "            is_sample = self._measurements._is_sample(measured)\n"
                '            is_sample = is_sample and sql.startswith("SELECT")\n')],
    ),
    Wrong(
        "plan_as_text",
        "asyncpg gives JSON as text, unless it is told otherwise.",
        fails=["some_plans", "the_latest_plan"],
        edits=[("            measured.plan = json.loads(text)[0][\"Plan\"]\n", "            measured.plan = text\n")],
    ),
    Wrong(
        "no_arguments",
        "The statement has parameters, and its EXPLAIN is given none: no plan is ever had.",
        fails=["some_plans", "the_latest_plan", "looking_is_not_running"],
        edits=[(_EXPLAIN, _EXPLAIN.replace(", *args", ""))],
    ),
    Wrong(
        "keeps_the_first_plan",
        "The plan of a table that was empty on the first day.",
        fails=["the_latest_plan"],
        edits=[("            measured.plan = json.loads(text)[0][\"Plan\"]\n",
                "            measured.plan = measured.plan or json.loads(text)[0][\"Plan\"]\n")],
    ),
    Wrong(
        "not_the_first",
        "What is called fewer than 100 times never has a plan.",
        fails=["some_plans", "writes_only_once"],
        edits=[(_SAMPLE, "        return is_read and measured.calls % self._plan_every == 0\n")],
    ),
    Wrong(
        "one_count_for_all",
        "Calls of all statements are counted together; some are sampled always, others never.",
        fails=["some_plans", "writes_only_once"],
        edits=[(_SAMPLE, "        calls = sum(one.calls for one in self._measured.values())\n"
                         "        return is_read and (calls - 1) % self._plan_every == 0\n")],
    ),
    Wrong(
        "no_plan_is_an_error",
        "The request fails because nobody could say how it was done.",
        fails=["no_plan_no_harm"],
        edits=[('            _log.warning("no plan for %s: %s", measured.statement, error)\n', "            raise\n")],
    ),
    Wrong(
        "no_plan_counts",
        "The EXPLAIN's errors are counted as the statement's.",
        fails=["no_plan_no_harm"],
        edits=[('            _log.warning("no plan for %s: %s", measured.statement, error)\n',
                "            measured.errors += 1\n")],
    ),
    Wrong(
        "errors_end_here",
        "Whatever fails is logged, and the caller is told that there are no rows.",
        fails=["errors_count_and_go_on", "some_plans"],
        edits=[(_FAILED + _ERRORS, "            except Exception:\n                measured.errors += 1\n"
                                   "                result, rows = 0, 0\n"
                                   "            except BaseException:\n" + _ERRORS)],
    ),
    Wrong(
        "only_errors_of_the_server",
        "Whoever leaves is not counted: just the slowest statements have no errors.",
        fails=["a_client_leaves"],
        edits=[(_FAILED, "            except asyncpg.PostgresError:\n")],
    ),
    Wrong(
        "time_of_good_ones_only",
        "A statement that runs into its timeout costs nothing.",
        fails=["errors_count_and_go_on", "a_client_leaves"],
        edits=[(_RAN, "            measured.ran(self._clock() - begun)\n")],
    ),
    Wrong(
        "calls_of_good_ones_only",
        "What fails is no call.",
        fails=["errors_count_and_go_on", "a_client_leaves", "some_plans"],
        edits=[("                measured.errors += 1\n", "                measured.errors += 1\n"
                                                           "                measured.calls -= 1\n")],
    ),
    Wrong(
        "no_rows_of_writes",
        "Only what comes back is counted.",
        fails=["calls_and_rows"],
        edits=[("            return rows, rows\n", "            return rows, 0\n")],
    ),
    Wrong(
        "second_word",
        "In UPDATE 3 the number is the second word. In INSERT 0 3 it is not.",
        fails=["returns_what_it_should", "calls_and_rows"],
        edits=[('    last = tag.rpartition(" ")[2]\n', '    last = tag.split(" ")[1]\n')],
    ),
    Wrong(
        "by_text",
        "Calls are kept by the text of the statement, with whatever values stand in it.",
        fails=["by_fingerprint"],
        edits=[(_COUNTED, _COUNTED.replace("fingerprint(sql)", "sql")),
               ('== ["select"]', '== ["SELECT"]')],
    ),
    Wrong(
        "keeps_everything",
        "Memory grows with each new statement.",
        fails=["the_least_recent_go"],
        edits=[("            self._measured.popitem(last=False)\n", "            pass\n")],
    ),
    Wrong(
        "oldest_goes",
        "What came first goes first, though it be called all the time.",
        fails=["the_least_recent_go"],
        edits=[("        self._measured.move_to_end(statement)\n", "")],
    ),
    Wrong(
        "nobody_new",
        "When it is full, new statements are not measured.",
        fails=["the_least_recent_go"],
        edits=[("popitem(last=False)", "popitem(last=True)")],
    ),
    Wrong(
        "slowest_for_ever",
        "One of several dictionaries keeps what the others have let go.",
        fails=["the_least_recent_go"],
        edits=[("        self._measured: OrderedDict[str, _Measured] = OrderedDict()\n",
                "        self._measured: OrderedDict[str, _Measured] = OrderedDict()\n"
                "        self._slowest: dict[str, float] = {}\n"),
               ("            self._measured.popitem(last=False)\n",
                "            gone, old = self._measured.popitem(last=False)\n"
                "            self._slowest[gone] = old.slowest_ms\n"),
               ("setdefault(statement, _Measured(statement))",
                "setdefault(statement, _Measured(statement, slowest_ms=self._slowest.get(statement, 0.0)))")],
    ),
    Wrong(
        "slowest_first",
        "The one slow call of the night stands above what runs all day.",
        fails=["slowest_and_dearest"],
        edits=[("key=lambda one: one.run_ms", "key=lambda one: one.slowest_ms")],
    ),
    Wrong(
        "last_is_slowest",
        "The time of the last call stands there as the slowest.",
        fails=["slowest_and_dearest"],
        edits=[("max(self.slowest_ms, seconds * 1000)", "seconds * 1000")],
    ),
    Wrong(
        "seconds",
        "The clock's seconds are shown as milliseconds.",
        fails=["waiting_is_not_running", "slowest_and_dearest", "errors_count_and_go_on", "a_client_leaves",
               "several_at_once"],
        edits=[("        self.run_ms += seconds * 1000\n", "        seconds /= 1000\n        self.run_ms += seconds * 1000\n"),
               ("(begun - asked) * 1000", "(begun - asked)")],
    ),
    Wrong(
        "plans_of_writes",
        "Writes are explained as well.",
        fails=["writes_only_once"],
        edits=[(_IS_READ, "        is_read = True\n")],
    ),
]  # fmt: skip
