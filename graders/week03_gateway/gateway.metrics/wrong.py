"""Mistakes that people make with metrics."""

from workbench.alternatives import Wrong

_SHOWN = '            body=written(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST}\n'
_RAISED = """            except web.HTTPException as error:
                status = error.status
                raise
"""
_RESET = "            except ConnectionResetError:\n                raise\n"
_METHOD = '                method = request.method if request.method in METHODS else "other"\n'
_LABELS = "                labels = (self._template(request), method, str(status))\n"
_OBSERVED = "                self._seconds.labels(*labels).observe(self._clock() - started)\n"
_FINALLY = "            finally:\n                self._under_way.dec()\n"
_MADE = """        self._under_way = Gauge(
            "http_requests_in_progress", "Requests under way.", registry=self.registry
        )
"""
_STATE = "                gauge.labels(name, state.value).set_function(partial(_is_in, breaker, state))\n"
_BEGUN = "            started, status = self._clock(), CLIENT_LEFT\n"

WRONG = [
    Wrong(
        "a_page_for_browsers",
        "Metrics are sent as plain text of no particular format.",
        fails=["speaks_to_prometheus"],
        edits=[(_SHOWN, "            text=written(self.registry).decode()\n")],
    ),
    Wrong(
        "only_what_returns",
        "Counted after the handler has returned: whatever is raised never happened.",
        fails=["counts_what_was_raised", "counts_those_who_left"],
        edits=[("                status = response.status\n                return response\n",
                "                status = response.status\n"),
               (_FINALLY, "            else:\n                self._under_way.dec()\n"),
               (_OBSERVED, _OBSERVED + "                return response\n")],
    ),
    Wrong(
        "raised_is_500",
        "An exception is an exception: a conflict becomes a defect of ours, and a redirect too.",
        fails=["counts_what_was_raised"],
        edits=[(_RAISED, "")],
    ),
    Wrong(
        "lost_by_anybody",
        "A service that refuses us is taken for a client that left, and wakes nobody up.",
        fails=["counts_what_was_raised"],
        edits=[(_RESET, "            except ConnectionError:\n                raise\n")],
    ),
    Wrong(
        "returned_is_200",
        "What has been returned went well.",
        fails=["counts_what_was_answered"],
        edits=[("                status = response.status\n", "                status = 200\n")],
    ),
    Wrong(
        "cancelled_is_500",
        "A status to begin with that nobody has thought about.",
        fails=["counts_those_who_left", "counts_what_was_raised"],
        edits=[(_BEGUN, "            started, status = self._clock(), 500\n")],
    ),
    Wrong(
        "a_series_of_each_path",
        "Every id makes a series, and strangers fill the memory of two servers.",
        fails=["keeps_to_a_few_series", "measures_every_one", "counts_what_was_raised"],
        edits=[(_LABELS, "                labels = (request.path, method, str(status))\n")],
    ),
    Wrong(
        "asks_too_early",
        "The template is asked for before anybody has found the route.",
        fails=["keeps_to_a_few_series"],
        edits=[(_BEGUN, _BEGUN + "            template = self._template(request)\n"),
               (_LABELS, "                labels = (template, method, str(status))\n")],
    ),
    Wrong(
        "any_method",
        "A client can send a method that nobody has sent before, as often as it likes.",
        fails=["keeps_to_a_few_series"],
        edits=[(_METHOD, "                method = request.method\n")],
    ),
    Wrong(
        "one_registry_for_all",
        "The library's own registry: the second application cannot be made.",
        fails=["stands_alone"],
        edits=[("        self.registry = CollectorRegistry()\n",
                '        self.registry = __import__("prometheus_client").REGISTRY\n')],
    ),
    Wrong(
        "latency_of_everything",
        "One histogram for all: a slow route hides among fast ones.",
        fails=["measures_every_one"],
        edits=[('"Until the end of the answer.", LABELS,', '"Until the end of the answer.",'),
               (_OBSERVED, "                self._seconds.observe(self._clock() - started)\n")],
    ),
    Wrong(
        "a_clock_of_its_own",
        "Time is taken from the wall, which is set now and then.",
        fails=["measures_every_one"],
        edits=[(_BEGUN, "            started, status = time.time(), CLIENT_LEFT\n"),
               (_OBSERVED, "                self._seconds.labels(*labels).observe(time.time() - started)\n")],
    ),
    Wrong(
        "never_less",
        "The gauge goes up, and comes down only when all went well.",
        fails=["counts_those_who_left", "counts_what_was_raised"],
        edits=[(_FINALLY, "            finally:\n                if status < 499:\n"
                          "                    self._under_way.dec()\n")],
    ),
    Wrong(
        "as_it_was_at_the_start",
        "The state of a circuit is read once, when it was closed.",
        fails=["tells_the_circuits"],
        edits=[(_STATE, "                gauge.labels(name, state.value).set(_is_in(breaker, state))\n")],
    ),
    Wrong(
        "one_gauge_for_all",
        "What is under way is counted on the class: each application tells everybody's.",
        fails=["stands_alone"],
        edits=[("    @property\n    def middleware(",
                "    _inside = 0\n\n    @property\n    def middleware("),
               (_MADE, _MADE + "        self._under_way.set_function(lambda: Metrics._inside)\n"),
               (_BEGUN + "            self._under_way.inc()\n",
                _BEGUN + "            Metrics._inside += 1\n"),
               (_FINALLY, "            finally:\n                Metrics._inside -= 1\n")],
    ),
    Wrong(
        "answers_it",
        "An HTTPException is an answer, so it is returned: whoever explains errors hears of none.",
        fails=["counts_what_was_raised"],
        edits=[(_RAISED, _RAISED.replace("raise\n", "return error\n"))],
    ),
]  # fmt: skip
