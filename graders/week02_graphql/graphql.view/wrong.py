"""Mistakes that people make with GraphQL over HTTP."""

from workbench.alternatives import Wrong

_STATUS = "    status = 400 if media_type == GRAPHQL_RESPONSE else 200\n"
_RESULT = "        return _response(body, 200, media_type)\n"
_JSON_ONLY = "    if request.mimetype != JSON:\n"
_FORM = "    if request.mimetype == FORM:\n"
_MALFORMED = """        except BadRequest as error:
            malformed = ClientError(error.description or "", "BAD_REQUEST")
            return _response({"errors": _formatted([malformed])}, 400, told)
"""
_READING = "        if reading and operation.kind is OperationType.MUTATION:\n"
_ACCEPTED = "    return MIMEAccept(plain).best_match(MEDIA_TYPES)\n"
_EXECUTED = """        if media_type is None:
            raise NotAcceptable(f"Accept {' or '.join(MEDIA_TYPES)}: this is no subscription.")
        result = engine.execute(operation, database.session, caller_role(tokens))
"""
_DUMPED = "Response(json.dumps(body), status,"

WRONG = [
    Wrong(
        "errors_are_400",
        "One field has failed, and the client is told that its request was bad.",
        fails=["keeps_the_data_beside_errors", "knows_the_caller",
               "forms_may_change_things"],
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
        "something_with_json",
        "The content type is compared as text, and a charset makes it another one.",
        fails=["answers_a_question"],
        edits=[(_JSON_ONLY, '    if request.content_type != JSON:\n')],
    ),
    Wrong(
        "bad_requests_are_problems",
        "A request that cannot be read is answered in a shape that no GraphQL client knows.",
        fails=["answers_get", "takes_forms", "refuses_bad_requests"],
        edits=[(_MALFORMED, "        except UnsupportedMediaType:\n            raise\n")],
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
        "Variables in a URL or in a form stay the text that they are there.",
        fails=["answers_get", "takes_forms", "knows_documents_by_their_digests", "streams_subscriptions"],
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
        "sorted_keys",
        "Flask's JSON sorts the keys of every object.",
        fails=["keeps_the_order_of_the_question"],
        edits=[(_DUMPED, "Response(__import__(\"flask\").json.dumps(body), status,")],
    ),
    Wrong(
        "everybody_is_nobody",
        "The engine is told nothing of the caller.",
        fails=["knows_the_caller", "get_changes_nothing",
               "forms_may_change_things"],
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
        "whatever_the_type",
        "JSON in any body is read.",
        fails=["takes_nothing_else"],
        edits=[(_JSON_ONLY, '    if request.mimetype == "text/html":\n')],
    ),
    Wrong(
        "no_forms",
        "Forms are refused out of caution: whoever has no JSON can ask by GET only, and change nothing.",
        fails=["takes_forms"],
        edits=[(_FORM, "    if request.mimetype is None:\n")],
    ),
    Wrong(
        "kinds_of_json",
        "Whatever Flask takes for JSON is read, and a type that nobody has promised becomes one of ours.",
        fails=["takes_nothing_else"],
        edits=[(_JSON_ONLY, "    if not request.is_json:\n")],
    ),
    Wrong(
        "runs_before_it_refuses",
        "The client is told that it accepts nothing that we have, and the product has changed.",
        fails=["streams_subscriptions"],
        edits=[(_EXECUTED, "".join(_EXECUTED.splitlines(True)[2:] + _EXECUTED.splitlines(True)[:2]))],
    ),
    Wrong(
        "no_vary_on_errors",
        "A cache gives the answer to a bad request to clients of the other media type.",
        fails=["speaks_both_media_types"],
        edits=[('            return _response({"errors": _formatted([malformed])}, 400, told)\n',
                '            body = json.dumps({"errors": _formatted([malformed])})\n'
                '            return Response(body, 400, content_type=told)\n')],
    ),
    Wrong(
        "what_stands_first",
        "Of two media types that the client likes as much, the one that it happens to name first.",
        fails=["speaks_both_media_types"],
        edits=[(_ACCEPTED,
                "    found = [MIMEAccept([one]).best_match(MEDIA_TYPES) for one in plain]\n"
                "    return next((one for one in found if one), None)\n")],
    ),
    Wrong(
        "forms_are_forgiven",
        "Variables of a form that are no object are left out, and the operation runs without them.",
        fails=["takes_forms"],
        edits=[("        return _from_texts(request.form)\n",
                "        texts = dict(request.form)\n"
                '        for name in {"variables", "extensions"} & texts.keys():\n'
                "            try:\n"
                "                usable = isinstance(parse_json(texts[name].encode()), dict)\n"
                "            except BadRequest:\n"
                "                usable = False\n"
                "            if not usable:\n"
                "                del texts[name]\n"
                "        return _from_texts(texts)\n")],
    ),
]  # fmt: skip
