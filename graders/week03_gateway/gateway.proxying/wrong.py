"""Mistakes that people make when they pass requests on."""

from workbench.alternatives import Wrong

_BODY = "    body = await request.read() if request.body_exists else None\n"
_HEADERS = "    headers = [*_kept(request.headers.items(), OURS), *_forwarded(request), *added]\n"
_SEND = "    answer = await upstream.send(request.method, request.raw_path, headers, body)\n"
_PASS_ON = "        return await _pass_on(request, answer)\n"
_BACK = "    headers = CIMultiDict(_kept(answer.headers.items(), ()))\n"
_RESPONSE = "    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)\n"
_PIECES = "    pieces = answer.content.iter_any()\n"
_BROKE = """            if request.transport is not None:
                request.transport.close()
            return response
"""
_CAUGHT = "        except (aiohttp.ClientError, TimeoutError) as error:\n"
_GONE = "    gone = HOP_BY_HOP | named | set(dropped)\n"
_READINGS = '    return name.lower(), name.lower().replace("_", "-")\n'
_BEFORE = '    before = request.headers.getall("X-Forwarded-For", [])\n'
_FOR = '        ("X-Forwarded-For", ", ".join([*before, request.remote or "unknown"])),\n'
_WHOLE = (
    "    return [(name, _whole(value)) for name, value in pairs if not {*_readings(name)} & gone]\n"
)
_CALLER = '"x-caller-id",\n    "x-caller-role", '

WRONG = [
    Wrong(
        "packs_as_it_likes",
        "How an answer may be packed is settled between two neighbours, it is thought: the client's wish is dropped.",
        fails=["keeps_headers"],
        edits=[(_GONE, '    gone = HOP_BY_HOP | named | set(dropped) | {"accept-encoding"}\n')],
    ),
    Wrong(
        "path_as_unquoted",
        "The path and the query that aiohttp has unquoted are sent to the service.",
        fails=["keeps_method_and_target"],
        edits=[(_SEND, _SEND.replace("request.raw_path", "f'{request.path}?{request.query_string}'.rstrip('?')"))],
    ),
    Wrong(
        "empty_is_nothing",
        "A header without a value is taken for one that was not sent.",
        fails=["keeps_headers", "keeps_answers"],
        edits=[(_WHOLE, _WHOLE.replace("if not", "if value and not"))],
    ),
    Wrong(
        "headers_in_a_dictionary",
        "A dictionary has each name once: of several cookies the last one arrives.",
        fails=["keeps_answers"],
        edits=[(_BACK, "    headers = dict(_kept(answer.headers.items(), ()))\n")],
    ),
    Wrong(
        "requests_in_a_dictionary",
        "Of a header that the client repeats one line goes on.",
        fails=["keeps_headers"],
        edits=[(_HEADERS, _HEADERS.replace("*_kept(request.headers.items(), OURS)",
                                           "*dict(_kept(request.headers.items(), OURS)).items()"))],
    ),
    Wrong(
        "answers_filtered_alike",
        "What a client may not say is taken out of the service's answers as well.",
        fails=["keeps_answers"],
        edits=[(_BACK, _BACK.replace(", ()))", ", OURS - {'content-length'}))"))],
    ),
    Wrong(
        "a_fixed_list",
        "Headers of one connection are known by heart; those that `Connection` names go on.",
        fails=["keeps_connections_apart"],
        edits=[(_GONE, "    gone = HOP_BY_HOP | set(dropped)\n")],
    ),
    Wrong(
        "one_connection_line",
        "Of several lines of `Connection` the last one is read.",
        fails=["keeps_connections_apart"],
        edits=[(_GONE, "    lines = [value for header, value in pairs if header.lower() == 'connection']\n"
                       "    named = {one.strip().lower() for one in lines[-1].split(',')} if lines else set()\n"
                       + _GONE)],
    ),
    Wrong(
        "one_way_only",
        "What the service says of its own connection reaches the client.",
        fails=["keeps_connections_apart"],
        edits=[(_BACK, "    own = ('transfer-encoding', 'connection')\n"
                       "    headers = CIMultiDict(\n"
                       "        pair for pair in answer.headers.items() if pair[0].lower() not in own\n"
                       "    )\n")],
    ),
    Wrong(
        "strips_at_the_end",
        "A client whose `Connection` names X-Caller-Id takes it away after the gateway has said it.",
        fails=["nobody_speaks_in_its_name"],
        edits=[(_HEADERS,
                "    mine = (pair for pair in request.headers.items() if not {*_readings(pair[0])} & OURS)\n"
                "    headers = _kept([*mine, *_forwarded(request), *added], ())\n")],
    ),
    Wrong(
        "believes_the_client",
        "Whoever sends X-Caller-Role: admin to the catalog's path is one, to the service.",
        fails=["nobody_speaks_in_its_name"],
        edits=[(_CALLER, "")],
    ),
    Wrong(
        "underscores_pass",
        "X_Caller_Id is another name here, and the same one to a WSGI service.",
        fails=["nobody_speaks_in_its_name"],
        edits=[(_READINGS, "    return name.lower(), name.lower()\n")],
    ),
    Wrong(
        "forwarded_for_anew",
        "The addresses of the proxies before it are lost.",
        fails=["tells_who_asked"],
        edits=[(_BEFORE, "    before: list[str] = []\n")],
    ),
    Wrong(
        "forwarded_for_as_it_was",
        "The client's own word about its address is all that the service hears.",
        fails=["tells_who_asked"],
        edits=[(_FOR, '        ("X-Forwarded-For", ", ".join(before) or request.remote or "unknown"),\n')],
    ),
    Wrong(
        "adds_nothing",
        "What the gateway knows of the caller and the request stays with it.",
        fails=["tells_who_asked", "nobody_speaks_in_its_name"],
        edits=[(_HEADERS, _HEADERS.replace(", *added]", "]"))],
    ),
    Wrong(
        "keeps_the_host",
        "The service is asked in the name of another host.",
        fails=["tells_who_asked"],
        edits=[('"forwarded", "host", ', '"forwarded", ')],
    ),
    Wrong(
        "body_as_text",
        "A body is taken for text, and bytes that are none are replaced.",
        fails=["keeps_bodies", "reads_the_body_first"],
        edits=[(_BODY, "    body = (await request.read()).decode(errors='replace').encode() or None\n")],
    ),
    Wrong(
        "body_while_it_comes",
        "The body is streamed: nobody counts it, and a second attempt has none.",
        fails=["reads_the_body_first"],
        edits=[(_BODY, "    body = request.content if request.body_exists else None\n")],
    ),
    Wrong(
        "waits_for_the_end",
        "The whole answer is read before its first byte goes on.",
        fails=["passes_pieces_on", "stops_when_the_client_leaves"],
        edits=[(_RESPONSE, "    whole = await answer.read()\n" + _RESPONSE),
               (_PIECES, "    pieces = aiter_once(whole)\n"),
               ("async def _pass_on(", "async def aiter_once(whole):\n    if whole:\n        yield whole\n\n\nasync def _pass_on(")],
    ),
    Wrong(
        "a_part_will_do",
        "An answer that breaks off is ended as if it were complete.",
        fails=["a_part_is_not_the_whole"],
        edits=[(_BROKE, "            break\n")],
    ),
    Wrong(
        "one_kind_of_error",
        "A payload that is too short is known; the error of a service that falls silent comes out.",
        fails=["a_part_is_not_the_whole"],
        edits=[(_CAUGHT, _CAUGHT.replace("(aiohttp.ClientError, TimeoutError)", "aiohttp.ClientPayloadError"))],
    ),
    Wrong(
        "always_200",
        "Whatever the service said, the client is told that it went well.",
        fails=["keeps_answers", "answers_without_a_body"],
        edits=[(_RESPONSE, _RESPONSE.replace("status=answer.status, reason=answer.reason", "status=200"))],
    ),
    Wrong(
        "every_failure_is_502",
        "All errors are caught and explained in one way, also that there was no time left.",
        fails=["says_that_it_takes_too_long"],
        edits=[(_SEND, "    try:\n    " + _SEND +
                "    except Exception:\n"
                '        raise web.HTTPBadGateway(text="The service is not to be had.") from None\n')],
    ),
    Wrong(
        "tells_what_it_caught",
        "Whatever went wrong is one status, and its text, with the service's address, is the client's to read.",
        fails=["says_that_nobody_is_there", "says_that_it_takes_too_long"],
        edits=[(_SEND, "    try:\n    " + _SEND +
                "    except Exception as error:\n"
                "        raise web.HTTPServiceUnavailable(text=repr(error.__cause__)) from None\n")],
    ),
    Wrong(
        "no_length_for_head",
        "The length is left to aiohttp, which knows of no body when HEAD was asked.",
        fails=["answers_without_a_body"],
        edits=[(_BACK, _BACK.replace(", ()))", ', ("content-length",)))'))],
    ),
]  # fmt: skip
