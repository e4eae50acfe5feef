"""Mistakes that people make when they shed load."""

from workbench.alternatives import Wrong

_FULL = "        if under_way >= most:\n"
_OPERATORS = "        if is_for_operators(request):\n            return await handler(request)\n"
_COUNTED = """        under_way += 1
        try:
            return await handler(request)
        finally:
            under_way -= 1
"""
_REFUSAL = """        if under_way >= most:
            raise web.HTTPServiceUnavailable(
                text="Too much is going on. Try again later.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
"""
_ZERO = "    under_way = 0\n"

WRONG = [
    Wrong(
        "operators_who_read",
        "An operator's request with another method than GET and HEAD waits for a place.",
        fails=["lets_operators_in"],
        edits=[(_OPERATORS, _OPERATORS.replace("(request):", '(request) and request.method in ("GET", "HEAD"):'))],
    ),
    Wrong(
        "some_errors_are_wrapped",
        "A defect is explained here, though somebody further out does that.",
        fails=["changes_nothing"],
        edits=[(_COUNTED, _COUNTED.replace("        finally:\n",
                "        except RuntimeError as error:\n"
                "            raise web.HTTPInternalServerError from error\n"
                "        finally:\n"))],
    ),
    Wrong(
        "queues",
        "A semaphore lets those wait who are too many, until they have gone.",
        fails=["lets_in_as_many_as_may", "refuses_the_rest"],
        edits=[(_REFUSAL, ""),
               (_ZERO, _ZERO + '    places = __import__("asyncio").Semaphore(most)\n'),
               (_COUNTED, "        under_way += 1\n        async with places:\n"
                          "            return await handler(request)\n")],
    ),
    Wrong(
        "one_more",
        "The comparison comes one too late.",
        fails=["lets_in_as_many_as_may"],
        edits=[(_FULL, "        if under_way > most:\n")],
    ),
    Wrong(
        "the_clients_fault",
        "429 speaks of one client that asks too often; here nobody did.",
        fails=["refuses_the_rest"],
        edits=[("web.HTTPServiceUnavailable(", "web.HTTPTooManyRequests(")],
    ),
    Wrong(
        "sheds_the_probes",
        "A full gateway is taken for a dead one, and restarted.",
        fails=["lets_operators_in", "counts_for_itself"],
        edits=[(_OPERATORS, "")],
    ),
    Wrong(
        "loses_places",
        "A request that fails never gives its place back.",
        fails=["takes_places_back", "takes_places_of_those_who_left"],
        edits=[(_COUNTED, "        under_way += 1\n        response = await handler(request)\n"
                          "        under_way -= 1\n        return response\n")],
    ),
    Wrong(
        "left_but_counted",
        "Cancelling is no Exception: with every client that loses patience there is a place less.",
        fails=["takes_places_of_those_who_left"],
        edits=[(_COUNTED, "        under_way += 1\n        try:\n            response = await handler(request)\n"
                          "        except Exception:\n            under_way -= 1\n            raise\n"
                          "        under_way -= 1\n        return response\n")],
    ),
    Wrong(
        "frees_for_refusals",
        "The refusal stands within the try: each one gives back a place that it did not take.",
        fails=["refused_ones_take_nothing"],
        edits=[(_REFUSAL, "        try:\n            if under_way < most:\n"
                          "                under_way += 1\n                return await handler(request)\n"
                          "            raise web.HTTPServiceUnavailable(headers={\"Retry-After\": \"1\"})\n"
                          "        finally:\n            under_way -= 1\n"),
               (_COUNTED, "")],
    ),
    Wrong(
        "one_number_for_all",
        "The number is the module's: two of them count everything twice.",
        fails=["counts_for_itself"],
        edits=[(_ZERO, ""), ("        nonlocal under_way\n", "        global under_way\n"),
               ("RETRY_AFTER_SECONDS = 1\n", "RETRY_AFTER_SECONDS = 1\n\nunder_way = 0\n")],
    ),
    Wrong(
        "some_are_let_in",
        "OPTIONS and HEAD cost nothing, it was thought; each of them asks a service.",
        fails=["counts_everybody_together"],
        edits=[(_OPERATORS, _OPERATORS.replace("if is_for", 'if request.method in ("HEAD", "OPTIONS") or is_for'))],
    ),
    Wrong(
        "operators_take_places",
        "Operators are let in and counted: who looks at a busy gateway makes it busier.",
        fails=["counts_for_itself"],
        edits=[(_OPERATORS, ""),
               (_FULL, "        if under_way >= most and not is_for_operators(request):\n")],
    ),
    Wrong(
        "explains_errors",
        "Every error from inside becomes a 502, which tells nobody what it was.",
        fails=["changes_nothing"],
        edits=[(_COUNTED, _COUNTED.replace("        finally:", "        except Exception as error:\n"
                                           "            raise web.HTTPBadGateway from error\n        finally:"))],
    ),
]  # fmt: skip
