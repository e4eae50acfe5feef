"""Mistakes that people make when they ask several services at once."""

from workbench.alternatives import Wrong

_TASKS = (
    "        name: asyncio.create_task(_asked(question)) for name, question in questions.items()\n"
)
_WAIT = "            await asyncio.wait(tasks.values(), timeout=seconds)\n"
_CANCEL = "            task.cancel()\n"
_END = "        await asyncio.gather(*tasks.values(), return_exceptions=True)\n"
_RETURN = """    return {
        name: _outcome(task) if name in done else TooSlow(name, "It does not answer in time.")
        for name, task in tasks.items()
    }
"""
_BEGIN = "    tasks: dict[str, asyncio.Task[Part]] = {\n"
_OUTCOME = "    return task.exception() or task.result()\n"

WRONG = [
    Wrong(
        "a_deadline_for_the_next_one",
        "The time is counted anew at each answer: three slow services take three times as long.",
        fails=["keeps_the_deadline"],
        edits=[(_WAIT, "            left = set(tasks.values())\n"
                       "            while left:\n"
                       "                some, left = await asyncio.wait(\n"
                       "                    left, timeout=seconds, return_when=asyncio.FIRST_COMPLETED\n"
                       "                )\n"
                       "                if not some:\n"
                       "                    break\n")],
    ),
    Wrong(
        "one_after_another",
        "Each question is awaited before the next one is asked.",
        fails=["asks_all_at_once"],
        edits=[(_TASKS, "        name: await _done(question, seconds) for name, question in questions.items()\n"),
               ("async def _asked(", "async def _done(question, seconds):\n"
                "    task = asyncio.create_task(_asked(question))\n"
                "    try:\n"
                "        await asyncio.wait([task], timeout=seconds / 3)\n"
                "    finally:\n"
                "        task.cancel() if not task.done() else None\n"
                "    return task\n\n\n"
                "async def _asked(")],
    ),
    Wrong(
        "every_failure_is_too_slow",
        "An exception of its own stands for each failure, and nobody learns of a user that is not there.",
        fails=["a_failure_is_told_beside_the_others"],
        edits=[(_OUTCOME, '    return TooSlow("one", "It fails.") if task.exception() else task.result()\n')],
    ),
    Wrong(
        "nothing_is_a_failure",
        "An answer that is false, such as an empty list, is taken for none.",
        fails=["a_failure_is_told_beside_the_others"],
        edits=[(_OUTCOME, "    return task.exception() or task.result() or LookupError()\n")],
    ),
    Wrong(
        "a_failure_ends_the_wait",
        "It waits until the first exception, as a task group does, and gives the others up.",
        fails=["a_failure_is_told_beside_the_others"],
        edits=[(_WAIT, _WAIT.replace("timeout=seconds", "timeout=seconds, return_when=asyncio.FIRST_EXCEPTION"))],
    ),
    Wrong(
        "all_failed_is_raised",
        "When nobody answers, an exception of its own is raised: 500.",
        fails=["when_all_fail_it_says_so"],
        edits=[(_RETURN, "    if tasks and all(task.cancelled() or task.exception() for task in tasks.values()):\n"
                '        raise RuntimeError("nobody answers")\n' + _RETURN)],
    ),
    Wrong(
        "tries_again",
        "Retries around retries: whoever is overloaded is asked twice.",
        fails=["asks_once"],
        edits=[("    return await question()\n",
                "    try:\n        return await question()\n    except Exception:\n        return await question()\n")],
    ),
    Wrong(
        "no_deadline",
        "It waits for ever for the slowest.",
        fails=["keeps_the_deadline", "the_deadline_cancels"],
        edits=[(_WAIT, "            await asyncio.wait(tasks.values())\n")],
    ),
    Wrong(
        "tasks_of_everybody",
        "The tasks stand in the module, where two pages at once find each other's.",
        fails=["asks_all_at_once"],
        edits=[(_BEGIN, "    tasks = _TASKS\n    tasks |= {\n"),
               ("async def _asked(", "_TASKS: dict[str, asyncio.Task[object]] = {}\n\n\nasync def _asked(")],
    ),
    Wrong(
        "the_deadline_is_raised",
        "asyncio.timeout around all of it raises, and there is no dashboard.",
        fails=["keeps_the_deadline"],
        edits=[(_RETURN, "    if len(done) < len(tasks):\n        raise TimeoutError\n" + _RETURN)],
    ),
    Wrong(
        "cancels_nobody",
        "asyncio.wait lets go on what has not finished.",
        fails=["the_deadline_cancels", "who_leaves_ends_the_questions"],
        edits=[(_CANCEL, "            task.done()\n"), (_END, "        await asyncio.sleep(0)\n")],
    ),
    Wrong(
        "not_when_cancelled",
        "What is not done is cancelled after the wait, which is not reached when the client has gone.",
        fails=["who_leaves_ends_the_questions"],
        edits=[("    finally:\n", "    except ZeroDivisionError:\n        pass\n    else:\n")],
    ),
    Wrong(
        "goes_on_without_the_client",
        "It cleans up when it is cancelled, and then returns as if nothing had happened.",
        fails=["who_leaves_ends_the_questions"],
        edits=[("    finally:\n", "    except asyncio.CancelledError:\n        done = set()\n    finally:\n")],
    ),
]  # fmt: skip
