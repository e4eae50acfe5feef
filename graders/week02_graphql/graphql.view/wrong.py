"""Mistakes that people make with GraphQL over HTTP."""

from workbench.alternatives import Wrong

_STATUS = "    status = 400 if media_type == GRAPHQL_RESPONSE else 200\n"
_RESULT = "        return _response(body, 200, media_type)\n"
_JSON_ONLY = '    if request.mimetype != "application/json":\n'
_MALFORMED = """        except BadRequest as error:
            malformed = ClientError(error.description or "", "BAD_REQUEST")
            return _response({"errors": _formatted([malformed])}, 400, told)
"""
_READING = "        if reading and operation.kind is OperationType.MUTATION:\n"
_ACCEPTED = "    return MIMEAccept(plain).best_match(MEDIA_TYPES)\n"
_LIST = '    if isinstance(sent, list):\n        raise BadRequest("Send one operation at a time: batches are not taken.")\n'
_DUMPED = "Response(json.dumps(body), status,"

WRONG = [
    Wrong(
        "errors_are_400",
        "One field has failed, and the client is told that its request was bad.",
        fails=["keeps_the_data_beside_errors", "knows_the_caller"],
        edits=[(_RESULT, '        return _response(body, 400 if "errors" in body else 200, media_type)\n')],
    ),
    Wrong(
        "always_200",
        "As people did before there was a specification: whatever happened, it is 200.",
        fails=["tells_what_was_not_executed", "takes_variables_and_a_name",
               "knows_documents_by_their_digests", "streams_subscriptions"],
        edits=[(_STATUS, "    status = 200\n")],
    ),
    Wrong(
        "always_400",
        "Clients of the older media type take the answer for a fault of the network.",
        fails=["tells_what_was_not_executed", "knows_documents_by_their_digests",
               "streams_subscriptions"],
        edits=[(_STATUS, "    status = 400\n")],
    ),
    Wrong(
        "data_is_null",
        "What was never executed looks as if its result were null.",
        fails=["tells_what_was_not_executed", "takes_variables_and_a_name",
               "knows_documents_by_their_digests", "streams_subscriptions"],
        edits=[('    return _response({"errors": _formatted(errors)}, status, media_type)\n',
                '    return _response({"data": None, "errors": _formatted(errors)}, status, media_type)\n')],
    ),
    Wrong(
        "no_errors_is_a_list",
        "`errors` is always there, and empty when there are none.",
        fails=["answers_a_question", "answers_get", "get_changes_nothing",
               "speaks_both_media_types"],
        edits=[('        body: dict[str, Any] = {"data": result.data}\n        if result.errors:\n'
                '            body["errors"] = _formatted(result.errors)\n',
                '        body = {"data": result.data, "errors": _formatted(result.errors or [])}\n')],
    ),
    Wrong(
        "whatever_the_type",
        "JSON in any body is read: a form of another site can send it.",
        fails=["takes_json_only"],
        edits=[(_JSON_ONLY, '    if request.mimetype == "text/html":\n')],
    ),
    Wrong(
        "something_with_json",
        "The content type is compared as text, and a charset makes it another one.",
        fails=["answers_a_question"],
        edits=[(_JSON_ONLY, '    if request.content_type != "application/json":\n')],
    ),
    Wrong(
        "bad_requests_are_problems",
        "A request that cannot be read is answered in a shape that no GraphQL client knows.",
        fails=["answers_get", "refuses_bad_requests"],
        edits=[(_MALFORMED, "        except UnsupportedMediaType:\n            raise\n")],
    ),
    Wrong(
        "bad_requests_by_media_type",
        "A request that is none is 200 for clients of the older media type.",
        fails=["refuses_bad_requests"],
        edits=[("            return _response({\"errors\": _formatted([malformed])}, 400, told)\n",
                "            return _refusal([malformed], told)\n")],
    ),
    Wrong(
        "first_of_a_batch",
        "Of a list of operations the first one is answered.",
        fails=["refuses_bad_requests"],
        edits=[(_LIST, "    if isinstance(sent, list) and sent:\n        sent = sent[0]\n")],
    ),
    Wrong(
        "variables_of_any_kind",
        "Variables are handed on as they are, texts and lists too.",
        fails=["answers_get", "refuses_bad_requests"],
        edits=[('        ("variables", dict, "an object"),\n', "")],
    ),
    Wrong(
        "null_variables",
        "null is no object, so it is refused; many clients send it.",
        fails=["takes_variables_and_a_name", "tells_what_was_not_executed"],
        edits=[("        if sent.get(name) is not None and not isinstance(sent[name], kind):\n",
                "        if name in sent and not isinstance(sent[name], kind):\n")],
    ),
    Wrong(
        "variables_of_get_are_text",
        "Variables in a URL stay the text that they are there.",
        fails=["answers_get", "knows_documents_by_their_digests", "streams_subscriptions"],
        edits=[("            sent[name] = parse_json(sent[name].encode())\n",
                "            sent[name] = sent[name]\n")],
    ),
    Wrong(
        "get_may_change",
        "An image in a mail can change the price of a product.",
        fails=["get_changes_nothing"],
        edits=[(_READING, "        if operation.kind is None:\n")],
    ),
    Wrong(
        "looks_at_the_text",
        "A mutation is what begins with `mutation`.",
        fails=["the_chosen_operation_decides"],
        edits=[(_READING, '        if reading and query.lstrip().startswith("mutation"):\n')],
    ),
    Wrong(
        "any_mutation_in_it",
        "A document with a mutation in it is refused, even when it is not the one to be run.",
        fails=["the_chosen_operation_decides"],
        edits=[(_READING, '        if reading and "mutation" in query:\n')],
    ),
    Wrong(
        "no_allow",
        "A 405 that does not say what is allowed.",
        fails=["get_changes_nothing"],
        edits=[('            raise MethodNotAllowed(["POST"], "Send a mutation with POST.")\n',
                '            raise MethodNotAllowed(description="Send a mutation with POST.")\n')],
    ),
    Wrong(
        "always_the_newer",
        "Accept is not looked at; older clients do not know what they are sent.",
        fails=["speaks_both_media_types", "knows_nothing_else", "tells_what_was_not_executed",
               "refuses_bad_requests",
               "knows_documents_by_their_digests", "streams_subscriptions"],
        edits=[(_ACCEPTED, "    return GRAPHQL_RESPONSE\n")],
    ),
    Wrong(
        "first_that_is_named",
        "Whichever of the two stands in Accept, without its q.",
        fails=["speaks_both_media_types", "knows_nothing_else"],
        edits=[(_ACCEPTED,
                '    accept = request.headers["Accept"]\n'
                '    found = [one for one in MEDIA_TYPES if one in accept]\n'
                '    return found[0] if found else GRAPHQL_RESPONSE if "*" in accept else None\n')],
    ),
    Wrong(
        "charset_is_another_type",
        "A client that names the charset is told that there is nothing for it.",
        fails=["speaks_both_media_types"],
        edits=[(_ACCEPTED, "    return request.accept_mimetypes.best_match(MEDIA_TYPES)\n")],
    ),
    Wrong(
        "no_vary",
        "A cache gives one client what another one has asked for.",
        fails=["speaks_both_media_types"],
        edits=[('    response.vary.add("Accept")\n', "")],
    ),
    Wrong(
        "sorted_keys",
        "Flask's JSON sorts the keys of every object.",
        fails=["keeps_the_order_of_the_question"],
        edits=[(_DUMPED, "Response(__import__(\"flask\").json.dumps(body), status,")],
    ),
    Wrong(
        "messages_only",
        "Errors are made into their texts; what programs read is lost.",
        fails=["takes_variables_and_a_name", "answers_get", "tells_what_was_not_executed",
               "keeps_the_data_beside_errors", "refuses_bad_requests", "knows_the_caller",
               "knows_documents_by_their_digests", "streams_subscriptions"],
        edits=[("    return [format_error(error) for error in errors]\n",
                '    return [{"message": str(error)} for error in errors]\n')],
    ),
    Wrong(
        "everybody_is_nobody",
        "The engine is told nothing of the caller.",
        fails=["knows_the_caller", "get_changes_nothing"],
        edits=[("engine.execute(operation, database.session, caller_role(tokens))",
                "engine.execute(operation, database.session, None)")],
    ),
    Wrong(
        "no_digests",
        "A request without a query is refused, whatever digest it names.",
        fails=["knows_documents_by_their_digests"],
        edits=[('    if not sent.get("query") and "persistedQuery" not in extensions:\n',
                '    if not sent.get("query"):\n')],
    ),
    Wrong(
        "streams_to_everybody",
        "A subscription is a stream, whether or not the client can read one.",
        fails=["streams_subscriptions"],
        edits=[("            if not streaming:\n", "            if told is None:\n")],
    ),
    Wrong(
        "queries_to_streams",
        "A client that reads streams only is sent something else.",
        fails=["streams_subscriptions"],
        edits=[("        if media_type is None:\n            raise NotAcceptable(f\"Accept {' or '.join(MEDIA_TYPES)}: this is no subscription.\")\n",
                ""),
               (_RESULT, "        return _response(body, 200, told)\n")],
    ),
]  # fmt: skip
