"""Mistakes that people make when they run many things at once."""

from workbench.alternatives import Wrong

_WORK = """    results: dict[int, Result] = {}
    waiting = iter(enumerate(jobs))

    async def work() -> None:
        # All workers take from the one iterator, so that each takes the next job once it is free.
        for place, job in waiting:
            results[place] = await job()

"""
_DEADLINE = "    async with asyncio.timeout(seconds):\n"
_WORKERS = (
    "        workers = [asyncio.create_task(work()) for _ in range(min(at_most, len(jobs)))]\n"
)
_RUN = """        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
"""
_RETURN = "    return [results[place] for place in range(len(jobs))]\n"
_ALL = _WORK + _DEADLINE + _WORKERS + _RUN + _RETURN

#: gather with a semaphore that is made so.
_SEMAPHORE = """    async def run(job):
        async with {0}:
            return await job()

    async with asyncio.timeout(seconds):
        tasks = [asyncio.create_task(run(job)) for job in jobs]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
"""

WRONG = [
    Wrong(
        "one_after_another",
        "Each job is awaited before the next one begins.",
        fails=["runs_at_once"],
        edits=[(_WORKERS, "        workers = [asyncio.create_task(work())]\n")],
    ),
    Wrong(
        "no_bound",
        "All at once: one overview of many users takes every connection.",
        fails=["never_more"],
        edits=[("range(min(at_most, len(jobs)))", "range(len(jobs))")],
    ),
    Wrong(
        "in_groups",
        "So many at once, and then as many again: one that is slow holds everybody up.",
        fails=["each_end_lets_the_next_begin"],
        edits=[(_ALL, '''    results = []
    async with asyncio.timeout(seconds):
        for begin in range(0, len(jobs), at_most):
            tasks = [asyncio.ensure_future(job()) for job in jobs[begin : begin + at_most]]
            try:
                results += await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    return results
''')],
    ),
    Wrong(
        "as_they_end",
        "Who is done first stands first.",
        fails=["results_in_order"],
        edits=[(_RETURN, "    return list(results.values())\n")],
    ),
    Wrong(
        "one_bound_for_everybody",
        "The semaphore is made once, for all calls: one long overview stops all others.",
        fails=["each_call_has_its_own"],
        edits=[(_ALL, "    global _PLACES\n    _PLACES = _PLACES or asyncio.Semaphore(at_most)\n\n"
                + _SEMAPHORE.format("_PLACES") + "\n\n_PLACES = None\n")],
    ),
    Wrong(
        "goes_on_after_a_failure",
        "gather raises the first failure and lets the others run, with nobody to wait for them.",
        fails=["a_failure_ends_the_rest", "nothing_is_left_behind"],
        edits=[(_RUN, "        await asyncio.gather(*workers)\n")],
    ),
    Wrong(
        "waits_for_all_first",
        "All are waited for, and then the first failure of the list is raised.",
        fails=["a_failure_ends_the_rest", "the_first_failure_as_it_is", "nothing_is_left_behind"],
        edits=[("            await asyncio.gather(*workers)\n",
                '''            ended = await asyncio.gather(*workers, return_exceptions=True)
            for one in ended:
                if one is not None:
                    raise one
''')],
    ),
    Wrong(
        "a_task_group",
        "A TaskGroup cancels and waits as it should, and raises an ExceptionGroup, which nobody expects.",
        fails=["the_first_failure_as_it_is", "nothing_is_left_behind"],
        edits=[(_RUN, ""),
               (_WORKERS, '''        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_most, len(jobs))):
                group.create_task(work())
''')],
    ),
    Wrong(
        "every_timeout_is_its_own",
        "A job's own TimeoutError is told as if the time for all were over, and where it came from is lost.",
        fails=["nothing_is_left_behind"],
        edits=[("            await asyncio.gather(*workers)\n",
                '''            await asyncio.gather(*workers)
        except TimeoutError:
            raise TimeoutError(f"not done in {seconds} s") from None
''')],
    ),
    Wrong(
        "the_first_of_the_list",
        "Once one has failed and all have ended, the list is searched for a failure: it finds what broke in a clean-up.",
        fails=["nothing_is_left_behind"],
        edits=[(_RUN, '''        try:
            if workers:
                await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for worker in workers:
                worker.cancel()
            ended = await asyncio.gather(*workers, return_exceptions=True)
        for one in ended:
            if isinstance(one, Exception):
                raise one
''')],
    ),
    Wrong(
        "a_failure_by_its_looks",
        "Failures are returned, and told from results by their type: a result that is an exception is raised.",
        fails=["nothing_is_left_behind"],
        edits=[(_ALL, '''    places = asyncio.Semaphore(at_most)

    async def run(job):
        async with places:
            try:
                return await job()
            except Exception as error:
                return error

    async with asyncio.timeout(seconds):
        tasks = [asyncio.create_task(run(job)) for job in jobs]
        try:
            for task in asyncio.as_completed(tasks):
                result = await task
                if isinstance(result, Exception):
                    raise result
            return [task.result() for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
''')],
    ),
    Wrong(
        "a_deadline_for_each",
        "Every job has the time for itself: a hundred of them take as long as they like.",
        fails=["one_deadline_for_all"],
        edits=[(_DEADLINE, "    async with asyncio.timeout(None):\n"),
               ("results[place] = await job()\n", "results[place] = await asyncio.wait_for(job(), seconds)\n")],
    ),
    Wrong(
        "what_there_is_by_then",
        "asyncio.wait raises nothing at the deadline: half an overview, or a KeyError.",
        fails=["the_deadline_ends_all", "one_deadline_for_all", "nothing_is_left_behind"],
        edits=[(_DEADLINE, "    async with asyncio.timeout(None):\n"),
               ("            await asyncio.gather(*workers)\n",
                '''            if workers:
                done, _ = await asyncio.wait(
                    workers, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
                for one in done:
                    one.result()
''')],
    ),
    Wrong(
        "not_when_cancelled",
        "What is left is cancelled after the wait, which nobody reaches who has been cancelled there.",
        fails=["the_deadline_ends_all", "who_leaves_ends_all", "nothing_is_left_behind"],
        edits=[(_RUN, '''        try:
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION) if workers else ([], [])
            for one in done:
                one.result()
        except Exception:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            raise
''')],
    ),
    Wrong(
        "cancels_and_leaves",
        "cancel() only asks. Who still cleans up after half a second is left behind.",
        fails=["nothing_is_left_behind"],
        edits=[("            await asyncio.gather(*workers, return_exceptions=True)\n",
                "            if workers:\n                await asyncio.wait(workers, timeout=0.5)\n")],
    ),
    Wrong(
        "cancelled_is_too_late",
        "Every CancelledError is taken for the deadline's: whoever wants to end the service gets a TimeoutError.",
        fails=["nothing_is_left_behind"],
        edits=[("            await asyncio.gather(*workers)\n",
                """            try:
                await asyncio.gather(*workers)
            except asyncio.CancelledError:
                raise TimeoutError from None
""")],
    ),
    Wrong(
        "none_is_nothing",
        "Results that are None are taken for those that are missing.",
        fails=["nothing_is_left_behind"],
        edits=[(_RETURN, "    return [one for _, one in sorted(results.items()) if one is not None]\n")],
    ),
    Wrong(
        "an_error_of_its_own",
        "Every failure becomes a RuntimeError: the service no longer knows a timeout from a bad value.",
        fails=["the_first_failure_as_it_is", "nothing_is_left_behind"],
        edits=[("            await asyncio.gather(*workers)\n",
                '''            try:
                await asyncio.gather(*workers)
            except Exception as error:
                raise RuntimeError("a job has failed") from error
''')],
    ),
    Wrong(
        "no_deadline",
        "It waits for ever.",
        fails=["the_deadline_ends_all", "one_deadline_for_all", "nothing_is_left_behind"],
        edits=[(_DEADLINE, "    async with asyncio.timeout(None):\n")],
    ),
    Wrong(
        "by_function",
        "Results are kept by job, and a job that stands there twice has one.",
        fails=["nothing_is_left_behind"],
        edits=[("    waiting = iter(enumerate(jobs))\n", "    waiting = iter([(job, job) for job in dict.fromkeys(jobs)])\n"),
               (_RETURN, "    return [results[job] for job in jobs]\n")],
    ),
]  # fmt: skip
