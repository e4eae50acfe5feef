"""Mistakes that people make when they put three answers together."""

from workbench.alternatives import Wrong

_UUID = '            user_id = str(UUID(request.match_info["user_id"]))\n'
_MAY = "        if not caller.may_see(user_id):\n"
_TOLD = '        told = [*headers(request), ("Accept", "application/json")]\n'
_NOBODY = """        if isinstance(parts["users"], NotFound):
            raise web.HTTPNotFound(text="There is no such user.")
"""
_ALL = "        if len(missing) == len(parts):\n"
_GATHER = "        parts = await gather(\n"
_SECONDS = "            seconds,\n        )\n"
_STATUS = "        if answer.status != 200:\n"
_404 = "        if answer.status == 404:\n            raise NotFound(upstream.name)\n"
_BODY = "        body: dict[str, Any] = {\n"
_TRY = (
    "        # A UUID, written anew: nothing of what the client sent gets into a service's URL.\n"
)

WRONG = [
    Wrong(
        "gone_is_not_there",
        "An answer of 410 is taken for one of 404: a dashboard that could be shown is not.",
        fails=["a_part_that_fails_is_marked"],
        edits=[(_404, _404.replace("== 404", "in (404, 410)"))],
    ),
    Wrong(
        "any_token_will_do",
        "Whoever has a token sees everybody's dashboard.",
        fails=["is_ones_own"],
        edits=[(_MAY, "        if not caller.id:\n")],
    ),
    Wrong(
        "not_even_admins",
        "The role is not looked at.",
        fails=["is_ones_own"],
        edits=[(_MAY, "        if caller.id != user_id:\n")],
    ),
    Wrong(
        "asks_first",
        "The services are asked, and then it is judged who may see the answer.",
        fails=["is_ones_own"],
        edits=[(_MAY, "        if not caller.may_see(user_id):\n"
                "            await _read(await upstreams['orders'].send('GET', '/api/v1/orders', headers(request)))\n")],
    ),
    Wrong(
        "the_id_as_it_came",
        "A quoted question mark in the id becomes one in the service's URL.",
        fails=["an_id_is_a_uuid"],
        edits=[(_UUID, '            user_id = request.match_info["user_id"]\n')],
    ),
    Wrong(
        "a_uuid_as_it_came",
        "It is looked at whether the id is a UUID, and then what the client wrote is compared.",
        fails=["an_id_is_a_uuid"],
        edits=[(_UUID, '            user_id = request.match_info["user_id"]\n            UUID(user_id)\n')],
    ),
    Wrong(
        "passes_on_what_the_client_said",
        "The client's headers go to the services, and with them roles that it gives itself.",
        fails=["tells_who_asks"],
        edits=[(_TOLD, '        told = [*request.headers.items(), *headers(request)]\n')],
    ),
    Wrong(
        "passes_on_the_query",
        "The client's own query goes on, and with it other people's ids.",
        fails=["asks_for_what_it_needs"],
        edits=[("""(f"/api/v1/orders?{urlencode({'user_id': user_id})}\"""",
                """(f"/api/v1/orders?{urlencode({'user_id': user_id})}&{request.query_string}\"""")],
    ),
    Wrong(
        "orders_of_everybody",
        "orders is not told whose orders are meant.",
        fails=["asks_for_what_it_needs"],
        edits=[("""f"/api/v1/orders?{urlencode({'user_id': user_id})}\"""", '"/api/v1/orders"')],
    ),
    Wrong(
        "all_products",
        "The service decides how many products there are.",
        fails=["shows_five_products"],
        edits=[('items(document, "products")][:PRODUCTS]', 'items(document, "products")]')],
    ),
    Wrong(
        "a_dashboard_of_nobody",
        "A user that is not there is a part that is missing.",
        fails=["a_user_that_is_not_there"],
        edits=[(_NOBODY, "")],
    ),
    Wrong(
        "any_404_is_404",
        "orders or products knows nothing, and the whole dashboard is not found.",
        fails=["a_part_that_fails_is_marked"],
        edits=[(_NOBODY, _NOBODY.replace('isinstance(parts["users"], NotFound)',
                                         "any(isinstance(part, NotFound) for part in parts.values())"))],
    ),
    Wrong(
        "any_success",
        "Whatever begins with a 2 is taken for an answer, also the body of a 202.",
        fails=["a_part_that_fails_is_marked"],
        edits=[(_STATUS, "        if answer.status // 100 != 2:\n")],
    ),
    Wrong(
        "nothing_instead_of_null",
        "A part that failed is an empty list: the user seems to have ordered nothing.",
        fails=["a_part_that_fails_is_marked"],
        edits=[("(None if name in missing else part)", "([] if name in missing else part)")],
    ),
    Wrong(
        "first_403",
        "Whose it is, is asked before it is known whether it is anybody's.",
        fails=["an_id_is_a_uuid"],
        edits=[(_TRY, '        if not request[CALLER].may_see(request.match_info["user_id"].lower()):\n'
                "            raise web.HTTPForbidden\n" + _TRY)],
    ),
    Wrong(
        "success_of_nothing",
        "All are down, and the answer is 200.",
        fails=["without_any_part_there_is_none"],
        edits=[(_ALL, "        if not parts:\n")],
    ),
    Wrong(
        "first_503",
        "It is looked first whether anything is there: then a user that is not there counts as a fault.",
        fails=["a_user_that_is_not_there"],
        edits=[(_NOBODY, ""), (_BODY, _NOBODY + _BODY)],
    ),
    Wrong(
        "never_again",
        "Nobody is told when to come back.",
        fails=["without_any_part_there_is_none"],
        edits=[(', headers={"Retry-After": "1"}', "")],
    ),
    Wrong(
        "one_after_another",
        "gather is called once for each service.",
        fails=["asks_all_at_once"],
        edits=[(_GATHER, "        parts = await _slowly(\n"),
               ("def _orders(", "async def _slowly(questions: Any, seconds: float) -> Any:\n"
                "    parts = {}\n    for name, question in questions.items():\n"
                "        parts |= await gather({name: question}, seconds / len(questions))\n"
                "    return parts\n\n\ndef _orders(")],
    ),
    Wrong(
        "a_time_of_its_own",
        "The deadline is written into the code.",
        fails=["keeps_the_deadline"],
        edits=[(_SECONDS, "            60.0,\n        )\n")],
    ),
    Wrong(
        "reads_when_the_time_is_over",
        "The headers must be there in time; how long a body takes, nobody asks.",
        fails=["keeps_the_deadline"],
        edits=[(_SECONDS, "            seconds,\n        )\n"
                "        parts = {name: await _late(upstreams[name], part, targets[name][1])\n"
                "                 for name, part in parts.items()}\n"),
               ("    answer = await upstream.send(\"GET\", target, headers)\n    try:\n",
                "    return await upstream.send(\"GET\", target, headers)\n\n\n"
                "async def _late(upstream: Any, answer: Any, shape: Any) -> Any:\n"
                "    if isinstance(answer, BaseException):\n        return answer\n"
                "    try:\n        return await _document(upstream, answer, shape)\n"
                "    except Exception as error:\n        return error\n\n\n"
                "async def _document(upstream: Any, answer: Any, shape: Any) -> Any:\n"
                "    try:\n")],
    ),
    Wrong(
        "reads_to_the_end",
        "An answer is read as long as there is more of it.",
        fails=["reads_no_more_than_it_must"],
        edits=[("        if len(body) > MOST_BYTES:\n            raise", "        pass\n    if len(body) > MOST_BYTES:\n        raise")],
    ),
    Wrong(
        "kept_when_it_is_not_whole",
        "What is sent when something is missing may be kept by a cache, perhaps for the next one.",
        fails=["is_not_kept"],
        edits=[('            headers={"Cache-Control": "no-store"},\n',
                '            headers={} if missing else {"Cache-Control": "no-store"},\n')],
    ),
]  # fmt: skip
