"""Mistakes that people make with the end of a process."""

from workbench.alternatives import Wrong

_FLAG = "        self.has_begun = True\n"
_SET = "        self._begun.set()\n"
_EVENT = "        self._begun = asyncio.Event()\n"
_TIMEOUT = "        shutdown_timeout=finish_seconds / 2,\n"
_WAIT = "        await shutdown.wait()\n"
_DRAIN = "        await sleep(drain_seconds)\n"
_CLEANUP = "        await runner.cleanup()\n"
_HANDLER = "            asyncio.get_running_loop().add_signal_handler(number, self.begin)\n"
_SITE = "        await web.SockSite(runner, listener).start()\n"

WRONG = [
    Wrong(
        "hears_nothing",
        "Nobody listens for the signal, and the system ends the process as it stands.",
        fails=["ends_when_it_is_told", "finishes_what_is_under_way", "says_so_before",
               "may_be_told_again"],
        edits=[(_HANDLER, "            number.name\n")],
    ),
    Wrong(
        "ignores_it",
        "The signal is caught, and nothing comes of it.",
        fails=["ends_when_it_is_told", "finishes_what_is_under_way", "closes_the_door_first",
               "gives_up_in_time", "may_be_told_again"],
        edits=[(_SET, "")],
    ),
    Wrong(
        "says_nothing",
        "It ends in good order, and readiness never hears of it.",
        fails=["says_so_before", "may_be_told_again"],
        edits=[(_FLAG, "")],
    ),
    Wrong(
        "no_time_between",
        "The door is closed before any load balancer has looked again.",
        fails=["says_so_before"],
        edits=[(_DRAIN, "")],
    ),
    Wrong(
        "closed_while_it_drains",
        "First the door, then the wait: whoever is still sent here is refused.",
        fails=["says_so_before"],
        edits=[(_SITE, "        site = web.SockSite(runner, listener)\n        await site.start()\n"),
               (_DRAIN, "        await site.stop()\n" + _DRAIN)],
    ),
    Wrong(
        "sleeps_with_the_loop",
        "time.sleep: the whole gateway stands still for as long as it should serve.",
        fails=["says_so_before"],
        edits=[(_DRAIN, '        __import__("time").sleep(drain_seconds)\n')],
    ),
    Wrong(
        "cancels_at_once",
        "Whatever runs is cancelled, and that is the requests.",
        fails=["finishes_what_is_under_way", "may_be_told_again"],
        edits=[(_DRAIN, _DRAIN + "        for task in asyncio.all_tasks() - {asyncio.current_task()}:\n"
                                 "            task.cancel()\n")],
    ),
    Wrong(
        "nothing_is_for_ever",
        "To the library 0 seconds are no limit.",
        fails=["gives_up_in_time"],
        edits=[(_TIMEOUT, "        shutdown_timeout=0,\n")],
    ),
    Wrong(
        "waits_a_minute",
        "The library's own idea of how long a request may take.",
        fails=["gives_up_in_time"],
        edits=[(_TIMEOUT, "")],
    ),
    Wrong(
        "door_stays_open",
        "Those inside are waited for first, and meanwhile others come in.",
        fails=["closes_the_door_first", "ends_when_it_is_told"],
        edits=[(_DRAIN, _DRAIN + "        await runner.server.shutdown(finish_seconds)\n")],
    ),
    Wrong(
        "leaves_it_lying",
        "The process ends, and what it has opened is never closed.",
        fails=["ends_when_it_is_told"],
        edits=[(_CLEANUP, "        for site in list(runner.sites):\n            await site.stop()\n"
                          "        await runner.server.shutdown(finish_seconds)\n")],
    ),
    Wrong(
        "hears_it_once",
        "After the first signal the second one kills what is under way.",
        fails=["may_be_told_again"],
        edits=[(_FLAG, _FLAG + "        for number in (signal.SIGTERM, signal.SIGINT):\n"
                               "            asyncio.get_running_loop().remove_signal_handler(number)\n")],
    ),
    Wrong(
        "begins_once",
        "A future takes one result only: the second call of begin raises.",
        fails=["may_be_told_again"],
        edits=[(_EVENT, "        self._begun = asyncio.get_running_loop().create_future()\n"),
               (_SET, "        self._begun.set_result(None)\n"),
               ("        await self._begun.wait()\n", "        await asyncio.shield(self._begun)\n")],
    ),
]  # fmt: skip
