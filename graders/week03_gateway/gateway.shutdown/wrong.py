"""Mistakes that people make with the end of a process."""

from workbench.alternatives import Wrong

_FLAG = "        self.has_begun = True\n"
_SET = "        self._begun.set()\n"
_EVENT = "        self._begun = asyncio.Event()\n"
_TIMEOUT = "        shutdown_timeout=finish_seconds / 2,\n"
_WAIT = "        await shutdown.wait()\n"
_DRAIN = "        await sleep(drain_seconds)\n"
_CLEANUP = "        await runner.cleanup()\n"
_UNPACK = "        auto_decompress=False,  # a body goes on as it came\n"
_LEFT = "        handler_cancellation=True,  # who has left is not worked for\n"
_NUMBERS = "        for number in (signal.SIGTERM, signal.SIGINT):\n"
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
        "says_nothing",
        "It ends in good order, and readiness never hears of it.",
        fails=["says_so_before", "may_be_told_again"],
        edits=[(_FLAG, "")],
    ),
    Wrong(
        "closed_while_it_drains",
        "First the door, then the wait: whoever is still sent here is refused.",
        fails=["says_so_before"],
        edits=[(_SITE, "        site = web.SockSite(runner, listener)\n        await site.start()\n"),
               (_DRAIN, "        await site.stop()\n" + _DRAIN)],
    ),
    Wrong(
        "cancels_at_once",
        "Whatever runs is cancelled, and that is the requests.",
        fails=["finishes_what_is_under_way", "keeps_its_times", "may_be_told_again"],
        edits=[(_DRAIN, _DRAIN + "        for task in asyncio.all_tasks() - {asyncio.current_task()}:\n"
                                 "            task.cancel()\n")],
    ),
    Wrong(
        "door_stays_open",
        "Those inside are waited for first, and meanwhile others come in.",
        fails=["closes_the_door_first", "ends_when_it_is_told"],
        edits=[(_DRAIN, _DRAIN + "        await runner.server.shutdown(finish_seconds / 2)\n")],
    ),
    Wrong(
        "leaves_it_lying",
        "The process ends, and what it has opened is never closed.",
        fails=["ends_when_it_is_told"],
        edits=[(_CLEANUP, "        for site in list(runner.sites):\n            await site.stop()\n"
                          "        await runner.server.shutdown(finish_seconds / 2)\n")],
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
    Wrong(
        "a_sleep_of_its_own",
        "asyncio.sleep, whatever sleep it was given: whoever tests it has to wait.",
        fails=["keeps_its_times"],
        edits=[(_DRAIN, "        await asyncio.sleep(drain_seconds)\n")],
    ),
    Wrong(
        "twice_as_long",
        "The library waits for its timeout twice, and SIGKILL comes before it is through.",
        fails=["keeps_its_times"],
        edits=[(_TIMEOUT, "        shutdown_timeout=finish_seconds,\n")],
    ),
    Wrong(
        "no_ctrl_c",
        "SIGTERM is a wish, and Ctrl-C still ends everything on the spot.",
        fails=["may_be_told_again"],
        edits=[(_NUMBERS, "        for number in (signal.SIGTERM,):\n")],
    ),
    Wrong(
        "unpacks",
        "The runner is made anew without its arguments: packed bodies arrive unpacked.",
        fails=["serves_as_the_starter_did"],
        edits=[(_UNPACK, "")],
    ),
    Wrong(
        "works_for_nobody",
        "Whoever has left is worked for to the end.",
        fails=["serves_as_the_starter_did"],
        edits=[(_LEFT, "")],
    ),
]  # fmt: skip
