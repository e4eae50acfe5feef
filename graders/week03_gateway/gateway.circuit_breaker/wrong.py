"""Mistakes that people make with circuit breakers."""

from workbench.alternatives import Wrong

_ADMIT = "        period = self._admit()\n"
_ASK = "            answer = await ask()\n"
_GOOD = "            good = not failed(answer)\n"
_EXCEPT = "        except Unavailable:\n            good = False\n            raise\n"
_REFUSE = "        if state is State.OPEN or (state is State.HALF_OPEN and self._probing):\n"
_STALE = "        if period != self._period:\n"
_RESET = "            self._failures, self._opened_at = 0, None\n            return\n"
_OPENS = "        if was_probe or self._failures >= self._limit:\n"
_LEFT = "        return max(1, math.ceil(self._opened_at + self._seconds - self._clock()))\n"

WRONG = [
    Wrong(
        "old_failures_keep_it_open",
        "A failure from before that comes late opens the open circuit anew, for the whole time.",
        fails=["late_news_is_old"],
        edits=[(_STALE, _STALE + "            if good is False and self._opened_at is not None and not self._probing:\n"
                        "                self._opened_at = self._clock()\n")],
    ),
    Wrong(
        "counts_creations",
        "An async function that is called without `await` gives a coroutine, and that never fails.",
        fails=["opens", "counts_what_does_not_answer"],
        edits=[(_ADMIT, _ADMIT + "        self._settle(period, True)\n        return await ask()\n")],
    ),
    Wrong(
        "all_failures_ever",
        "Failures are added up: a service that fails once a day is cut off on the third.",
        fails=["counts_in_a_row", "a_good_probe_closes", "late_news_is_old"],
        edits=[(_RESET, "            if self._opened_at is not None:\n"
                        "                self._failures = 0\n"
                        "            self._opened_at = None\n            return\n")],
    ),
    Wrong(
        "the_clients_mistakes_count",
        "A client that asks for what is not there cuts everybody off.",
        fails=["counts_in_a_row"],
        edits=[(_GOOD, "            good = getattr(answer, 'status', 200) < 400\n")],
    ),
    Wrong(
        "client_mistakes_are_neither",
        "An answer of 404 comes from a service that works, and is not taken for one.",
        fails=["counts_in_a_row"],
        edits=[(_GOOD, "            good = not failed(answer) if not 400 <= answer.status < 500 else None\n")],
    ),
    Wrong(
        "silence_is_no_failure",
        "Only answers are counted. A service that hangs is what the circuit is for.",
        fails=["counts_what_does_not_answer", "a_failed_probe_opens"],
        edits=[(_EXCEPT, "        except ZeroDivisionError:\n            raise\n")],
    ),
    Wrong(
        "every_exception",
        "A defect of our own, before anything was sent, cuts off a service that works.",
        fails=["who_leaves_tells_nothing"],
        edits=[(_EXCEPT, _EXCEPT.replace("Unavailable", "Exception"))],
    ),
    Wrong(
        "everybody_probes",
        "When the time is over all who wait fall upon the service at once.",
        fails=["one_probe", "late_news_is_old"],
        edits=[(_REFUSE, "        if state is State.OPEN:\n")],
    ),
    Wrong(
        "callers_queue",
        "The others wait for the probe, and then fall upon the service together.",
        fails=["one_probe", "late_news_is_old"],
        edits=[(_ADMIT, "        while self.state is State.HALF_OPEN and self._probing:\n"
                        "            await __import__('asyncio').sleep(0.01)\n" + _ADMIT)],
    ),
    Wrong(
        "never_closes",
        "A probe succeeds, and the next request is a probe again.",
        fails=["a_good_probe_closes", "tells_its_state", "late_news_is_old"],
        edits=[(_RESET, "            self._failures = 0\n            return\n")],
    ),
    Wrong(
        "a_failed_probe_is_one_of_many",
        "After a failed probe it is half open as before: the service is probed by every request.",
        fails=["a_failed_probe_opens", "who_leaves_tells_nothing"],
        edits=[(_OPENS, "        if self._failures >= self._limit:\n")],
    ),
    Wrong(
        "one_probe_for_each_time",
        "A probe opens the circuit again until it succeeds: one that is slow gets company.",
        fails=["one_probe", "tells_its_state", "who_leaves_tells_nothing"],
        edits=[("            self._probing = True\n            self._period += 1\n",
                "            self._opened_at = self._clock()\n            self._period += 1\n"
                "            self._failures = self._limit - 1\n")],
    ),
    Wrong(
        "old_news_free_the_place",
        "Any request that ends gives the probe's place back, and so there are two probes.",
        fails=["late_news_is_old"],
        edits=[(_STALE, _STALE + "            self._probing = False\n")],
    ),
    Wrong(
        "rounded_down",
        "A client that comes back when it was told to is refused again.",
        fails=["stays_open"],
        edits=[(_LEFT, _LEFT.replace("math.ceil", "math.floor"))],
    ),
    Wrong(
        "since_it_was_asked",
        "The time is taken when the request begins, and a service that hangs is silent for less.",
        fails=["stays_open"],
        edits=[(_ADMIT, "        began = self._clock()\n" + _ADMIT),
               ("            self._settle(period, good)\n",
                "            self._settle(period, good)\n"
                "            if self._opened_at == self._clock():\n"
                "                self._opened_at = began\n")],
    ),
    Wrong(
        "open_until_somebody_asks",
        "Half open is only told while a probe is under way.",
        fails=["tells_its_state"],
        edits=[("    @property\n    def state(self) -> State:\n",
                "    @property\n    def state(self) -> State:\n"
                "        if self._opened_at is None:\n            return State.CLOSED\n"
                "        return State.HALF_OPEN if self._probing else State.OPEN\n\n"
                "    @property\n    def _real(self) -> State:\n"),
               ("        state = self.state\n", "        state = self._real\n")],
    ),
    Wrong(
        "a_lost_probe_is_for_ever",
        "The client of the probe leaves, and its place is never free again.",
        fails=["who_leaves_tells_nothing"],
        edits=[("        finally:\n            self._settle(period, good)\n",
                "        finally:\n            if good is not None:\n                self._settle(period, good)\n")],
    ),
    Wrong(
        "impatience_is_a_failure",
        "Clients who leave cut off a service that works.",
        fails=["who_leaves_tells_nothing"],
        edits=[(_EXCEPT, "        except BaseException:\n            good = False\n            raise\n")],
    ),
    Wrong(
        "what_does_not_fail_succeeds",
        "A probe whose client leaves closes the circuit, although nobody has heard of the service.",
        fails=["who_leaves_tells_nothing"],
        edits=[("        if good is None:\n", "        if good is None and not was_probe:\n"),
               ("        if good:\n", "        if good is not False:\n")],
    ),
    Wrong(
        "old_news_close_it",
        "An answer that was on its way when the circuit opened closes it.",
        fails=["late_news_is_old"],
        edits=[(_STALE, "        if period != self._period and not good:\n")],
    ),
    Wrong(
        "old_news_open_it",
        "A failure of a minute ago is counted among those of now.",
        fails=["late_news_is_old"],
        edits=[(_STALE, "        if period != self._period and (good or self._opened_at is not None):\n")],
    ),
    Wrong(
        "one_for_all",
        "A dictionary of the class is every circuit's: one service fails, and all are left alone.",
        fails=["opens", "counts_in_a_row", "counts_what_does_not_answer"],
        edits=[("        self._failures = 0\n        self._opened_at: float | None = None\n", ""),
               ("    @property\n    def state(self) -> State:\n",
                "    _shared = {'_failures': 0, '_opened_at': None}\n\n"
                "    def __getattr__(self, name):\n        return CircuitBreaker._shared[name]\n\n"
                "    def __setattr__(self, name, value):\n"
                "        if name in ('_failures', '_opened_at'):\n"
                "            CircuitBreaker._shared[name] = value\n"
                "        else:\n            object.__setattr__(self, name, value)\n\n"
                "    @property\n    def state(self) -> State:\n")],
    ),
]  # fmt: skip
