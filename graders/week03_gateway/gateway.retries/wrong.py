"""Mistakes that people make with retries."""

from workbench.alternatives import Wrong

_METHOD = "                method in IDEMPOTENT\n"
_TRIED = "                and tried < self._attempts\n"
_TIME = "                and pause < seconds_left()\n"
_SPEND = "                and self._budget.spend()\n"
_OPEN = "            except CircuitOpen as error:\n                raise error from failure\n"
_PASSING = "            if answer is not None and answer.status not in PASSING:\n"
_LIMIT = "        limit = min(MOST_PAUSE_SECONDS, self._base * 2 ** min(tried - 1, 16))\n"
_OWN = "        own = self._random() * limit\n"
_PAUSE = "        return own if told is None else max(own, told)\n"
_EARN = "        self._left = min(self._most, self._left + self._part)\n"
_FAILURE = "            except Unavailable as error:\n                failure = error\n"

WRONG = [
    Wrong(
        "paid_and_not_made",
        "A retry is paid for, and then there is no time for its pause.",
        fails=["has_a_budget"],
        edits=[(_TIME + _SPEND, _SPEND + _TIME)],
    ),
    Wrong(
        "first_pause_without_end",
        "The limit is bounded when it has doubled; a long base is the first pause.",
        fails=["pauses_grow"],
        edits=[(_LIMIT, _LIMIT + "        limit = self._base if tried == 1 else limit\n")],
    ),
    Wrong(
        "a_pause_to_the_very_end",
        "After a pause that takes all the time there is, none is left for an attempt.",
        fails=["nobody_waits_in_vain"],
        edits=[(_TIME, _TIME.replace("<", "<="))],
    ),
    Wrong(
        "everything_twice",
        "An order that was taken before the connection ended is taken again.",
        fails=["knows_what_may_be_done_twice"],
        edits=[(_METHOD, "                method\n")],
    ),
    Wrong(
        "only_what_reads",
        "PUT and DELETE change something, and are taken for what must not be done twice.",
        fails=["knows_what_may_be_done_twice"],
        edits=[(_METHOD, "                method in {'GET', 'HEAD', 'OPTIONS'}\n")],
    ),
    Wrong(
        "posts_that_were_not_answered",
        "No answer is taken for nothing done.",
        fails=["knows_what_may_be_done_twice"],
        edits=[(_METHOD, "                (method in IDEMPOTENT or failure is not None)\n")],
    ),
    Wrong(
        "all_of_500",
        "A defect is asked three times for the same answer.",
        fails=["leaves_other_answers"],
        edits=[(_PASSING, "            if answer is not None and answer.status < 500:\n")],
    ),
    Wrong(
        "the_time_before",
        "The time that is left is asked for once, and the attempts take none of it.",
        fails=["nobody_waits_in_vain"],
        edits=[("        self._budget.earn()\n", "        self._budget.earn()\n        left = seconds_left()\n"),
               (_TIME, "                and pause < left\n")],
    ),
    Wrong(
        "only_exceptions",
        "An answer is an answer, thinks who has only met services that hang up.",
        fails=["tries_again"],
        edits=[(_PASSING, "            if answer is not None:\n")],
    ),
    Wrong(
        "late_is_final",
        "A service that was late is not asked again.",
        fails=["tries_again"],
        edits=[(_FAILURE, "            except Unavailable as error:\n"
                          "                if error.status == 504:\n                    raise\n"
                          "                failure = error\n")],
    ),
    Wrong(
        "one_more",
        "The attempts are counted without the first.",
        fails=["the_last_one_counts", "pauses_grow"],
        edits=[(_TRIED, "                and tried <= self._attempts\n")],
    ),
    Wrong(
        "one_failure_for_all",
        "Whatever went wrong, in the end the client is told that the service cannot be had.",
        fails=["the_last_one_counts", "nobody_waits_in_vain"],
        edits=[("            elif answer is not None:\n                return answer\n",
                "            elif answer is not None:\n"
                "                raise Unavailable('service', 'It failed too often.')\n")],
    ),
    Wrong(
        "an_old_wish",
        "What one answer has asked for holds for all pauses after it.",
        fails=["waits_as_it_is_told"],
        edits=[("        tried, failure = 0, None\n", "        tried, failure, last = 0, None, None\n"),
               ("            pause = self._pause(tried, answer)\n",
                "            last = answer or last\n            pause = self._pause(tried, last)\n")],
    ),
    Wrong(
        "in_step",
        "Without chance all clients come back in the same moment.",
        fails=["pauses_grow"],
        edits=[(_OWN, "        own = limit\n")],
    ),
    Wrong(
        "leaves_them_open",
        "An answer that nobody wants keeps its connection.",
        fails=["the_last_one_counts"],
        edits=[("                if answer is not None:\n                    answer.close()\n", "")],
    ),
    Wrong(
        "no_end_of_doubling",
        "The limit doubles for ever.",
        fails=["pauses_grow"],
        edits=[(_LIMIT, "        limit = self._base * 2 ** (tried - 1)\n")],
    ),
    Wrong(
        "does_not_listen",
        "The service says when to come back, and is asked before.",
        fails=["waits_as_it_is_told", "nobody_waits_in_vain"],
        edits=[(_PAUSE, "        return own\n")],
    ),
    Wrong(
        "seconds_only",
        "A Retry-After may be a date.",
        fails=["waits_as_it_is_told", "nobody_waits_in_vain"],
        edits=[("    try:\n        date = parsedate_to_datetime(value)\n    except ValueError:\n        return None\n",
                "    return None\n    date = parsedate_to_datetime(value)\n")],
    ),
    Wrong(
        "an_hour_at_most_two_seconds",
        "Whatever the service wants, we wait no longer than we would like to.",
        fails=["waits_as_it_is_told", "nobody_waits_in_vain"],
        edits=[(_PAUSE, "        return own if told is None else min(MOST_PAUSE_SECONDS, max(own, told))\n")],
    ),
    Wrong(
        "waits_for_an_hour",
        "The pause is made, although the client will not be there any more when it ends.",
        fails=["nobody_waits_in_vain", "has_a_budget"],
        edits=[(_TIME, "                and 0 < seconds_left()\n")],
    ),
    Wrong(
        "orders_add_nothing",
        "Who may not be tried twice is sent on his way before he is counted.",
        fails=["has_a_budget"],
        edits=[("        self._budget.earn()\n",
                "        if method not in IDEMPOTENT:\n            return await attempt()\n"
                "        self._budget.earn()\n")],
    ),
    Wrong(
        "no_budget",
        "In an outage the service gets three times the load.",
        fails=["has_a_budget", "zero_percent_is_none"],
        edits=[(_SPEND, "")],
    ),
    Wrong(
        "a_reserve_of_its_own",
        "Whoever switched retries off has ten of them after each start.",
        fails=["zero_percent_is_none"],
        edits=[("most if percent else 0.0", "most")],
    ),
    Wrong(
        "saved_up",
        "A quiet night saves up retries for an outage of the whole morning.",
        fails=["has_a_budget"],
        edits=[(_EARN, "        self._left += self._part\n")],
    ),
    Wrong(
        "knocks_at_an_open_circuit",
        "The circuit's refusal is a failure like any other, and is tried again.",
        fails=["an_open_circuit_costs_nothing"],
        edits=[(_OPEN, "")],
    ),
    Wrong(
        "the_failure_before_it",
        "The client gets a failure that says nothing about when to come back.",
        fails=["an_open_circuit_ends_it"],
        edits=[(_OPEN, "            except CircuitOpen:\n"
                       "                if failure is None:\n                    raise\n"
                       "                raise failure\n")],
    ),
]  # fmt: skip
