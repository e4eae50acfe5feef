"""Mistakes that people make with errors."""

from workbench.alternatives import Wrong

_DETAIL = 'return problem(500, "Something went wrong on our side. Report it with the request_id.")'
_LOG = """    current_app.logger.error(
        "request %s failed: %s %r",
        current_request_id(),
        request.method,
        request.path,
        exc_info=error,
    )
"""
_HTTP = "    app.register_error_handler(HTTPException, _http_problem)\n"
_INVALID = "    app.register_error_handler(InvalidInput, _invalid_input_problem)\n"
_ANY = "    app.register_error_handler(Exception, unexpected_problem)\n"

WRONG = [
    Wrong(
        "tells_the_exception",
        "The client reads the statement that failed.",
        fails=["a_defect_is_not_told"],
        edits=[(_DETAIL, "return problem(500, str(error))")],
    ),
    Wrong(
        "tells_the_kind",
        "The client learns which library and which class.",
        fails=["a_defect_is_not_told"],
        edits=[(_DETAIL, 'return problem(500, f"{type(error).__module__}.{type(error).__name__}")')],
    ),
    Wrong(
        "tells_the_traceback",
        "A debug member that was never taken out.",
        fails=["a_defect_is_not_told"],
        edits=[(_DETAIL, "import traceback\n\n    return problem(500, traceback.format_exc())")],
    ),
    Wrong(
        "logs_nothing",
        "What was hidden from the client is hidden from everybody.",
        fails=["a_defect_is_in_the_log"],
        edits=[(_LOG, "")],
    ),
    Wrong(
        "logs_without_the_id",
        "The log cannot be searched for what the client was told.",
        fails=["a_defect_is_in_the_log"],
        edits=[(_LOG, '    current_app.logger.error("something failed", exc_info=error)\n')],
    ),
    Wrong(
        "logs_without_the_traceback",
        "Only the message: nobody learns where it happened.",
        fails=["a_defect_is_in_the_log"],
        edits=[("        exc_info=error,\n", "")],
    ),
    Wrong(
        "everything_is_a_defect",
        "The handler of all exceptions takes those of routing and parsing too.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "keeps_the_headers_of_a_status"],
        edits=[(_HTTP, "    app.register_error_handler(HTTPException, unexpected_problem)\n")],
    ),
    Wrong(
        "only_404",
        "A handler for the error that one thinks of first.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "keeps_the_headers_of_a_status"],
        edits=[(_HTTP, "    app.register_error_handler(404, _http_problem)\n")],
    ),
    Wrong(
        "broken_fields_unnamed",
        "422 says that something is wrong, and not what.",
        fails=["rules_that_break_are_named"],
        edits=[(_INVALID, "")],
    ),
    Wrong(
        "errors_always_there",
        "`errors` is null where no field is at fault.",
        fails=["has_all_members", "errors_only_where_fields_broke"],
        edits=[("    if errors is not None:\n        body[\"errors\"] = errors\n", '    body["errors"] = errors\n')],
    ),
    Wrong(
        "headers_lost",
        "405 without Allow, 401 without WWW-Authenticate.",
        fails=["keeps_the_headers_of_a_status"],
        edits=[("error.description or HTTP_STATUS_CODES[status], headers=headers)",
                "error.description or HTTP_STATUS_CODES[status])")],
    ),
    Wrong(
        "plain_json",
        "The media type of any JSON: a client cannot tell a problem from a product.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "rules_that_break_are_named", "keeps_the_headers_of_a_status", "a_defect_is_a_problem"],
        edits=[("content_type=MEDIA_TYPE)", 'content_type="application/json")')],
    ),
    Wrong(
        "pages_media_type",
        "All headers of the exception are kept, its text/html with them.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "keeps_the_headers_of_a_status"],
        edits=[(' if name != "Content-Type"}', "}"),
               ("    return Response(json.dumps(body), status, headers, content_type=MEDIA_TYPE)",
                '    kind = (headers or {}).get("Content-Type", MEDIA_TYPE)\n'
                "    return Response(json.dumps(body), status, headers, content_type=kind)")],
    ),
    Wrong(
        "always_200",
        "The body says what went wrong, the status says that all is well.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "rules_that_break_are_named", "keeps_the_headers_of_a_status", "a_defect_is_a_problem"],
        edits=[("Response(json.dumps(body), status, headers", "Response(json.dumps(body), 200, headers")],
    ),
    Wrong(
        "title_is_the_detail",
        "The title changes with every occurrence.",
        fails=["has_all_members"],
        edits=[('"title": HTTP_STATUS_CODES[status]', '"title": detail')],
    ),
    Wrong(
        "status_as_text",
        "The status in the body is a string.",
        fails=["routing_errors_are_problems", "body_errors_are_problems", "large_bodies_are_problems",
               "rules_that_break_are_named", "keeps_the_headers_of_a_status", "a_defect_is_a_problem"],
        edits=[('"status": status,', '"status": str(status),')],
    ),
    Wrong(
        "whole_address",
        "The query string is repeated to whoever reads the problem.",
        fails=["says_where_it_happened"],
        edits=[('"instance": quote(request.path)', '"instance": request.full_path.rstrip("?")')],
    ),
    Wrong(
        "an_id_of_its_own",
        "The problem's id is made up anew: neither the header nor the log has it.",
        fails=["names_the_request", "a_defect_is_in_the_log"],
        edits=[('"request_id": current_request_id(),', '"request_id": __import__("uuid").uuid4().hex,')],
    ),
    Wrong(
        "left_to_flask",
        "Flask answers a defect and logs it, without the id that the client was told.",
        fails=["a_defect_is_in_the_log"],
        edits=[(_ANY, ""), (_LOG, ""), (_DETAIL, "raise error")],
    ),
    Wrong(
        "a_table_of_titles",
        "A table of the statuses that one thinks of: another part's 503 is not among them.",
        fails=["other_parts_can_tell_of_problems", "rare_statuses_are_problems_too"],
        edits=[('"title": HTTP_STATUS_CODES[status]',
                '"title": {code: HTTP_STATUS_CODES[code] for code in\n'
                '                  (400, 401, 403, 404, 405, 409, 413, 415, 422, 500)}[status]')],
    ),
    Wrong(
        "headers_not_passed_on",
        "`problem` takes headers and forgets them; only its own caller adds those of an exception.",
        fails=["other_parts_can_tell_of_problems"],
        edits=[("    return Response(json.dumps(body), status, headers, content_type=MEDIA_TYPE)",
                "    return Response(json.dumps(body), status, content_type=MEDIA_TYPE)"),
               ("    return problem(status, error.description or HTTP_STATUS_CODES[status], headers=headers)",
                "    told = problem(status, error.description or HTTP_STATUS_CODES[status])\n"
                "    told.headers.extend(headers)\n    return told")],
    ),
    Wrong(
        "rare_ones_are_400",
        "A status that one has not thought of is told as 400.",
        fails=["rare_statuses_are_problems_too"],
        edits=[("    status = error.code or 500\n",
                "    status = error.code or 500\n"
                "    if 400 <= status < 500 and status not in (401, 403, 404, 405, 413, 415):\n"
                "        status = 400\n")],
    ),
    Wrong(
        "logs_every_mistake",
        "A client's typing error fills the log with tracebacks.",
        fails=["a_clients_mistake_is_no_defect"],
        edits=[("    status = error.code or 500\n",
                "    status = error.code or 500\n"
                '    current_app.logger.warning("problem %s", status, exc_info=error)\n')],
    ),
    Wrong(
        "detail_left_out",
        "`detail` is empty: the client is told the status twice and nothing else.",
        fails=["has_all_members"],
        edits=[('"detail": detail,', '"detail": "",')],
    ),
]  # fmt: skip
