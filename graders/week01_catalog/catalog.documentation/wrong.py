"""Lies that documents tell."""

from workbench.alternatives import Wrong

WRONG = [
    Wrong(
        "never_fails",
        "Nothing of ours ever fails, says the document.",
        fails=["announces_its_own_failures"],
        edits=[("(*statuses, 500, 503)", "statuses")],
    ),
    Wrong(
        "finds_everything",
        "A 404 is not documented.",
        fails=["announces_every_status"],
        edits=[("for status in (*statuses, 500, 503)}", "for status in (*statuses, 500, 503) if status != 404}")],
    ),
    Wrong(
        "one_for_all",
        "All mistakes of a client are documented as 400.",
        fails=["announces_every_status", "describes_problems", "tells_who_needs_a_token", "announces_the_challenge"],
        edits=[("(*statuses, 500, 503)", "(400, 500, 503)")],
    ),
    Wrong(
        "problems_as_json",
        "The media type of problems is not that of other answers.",
        fails=["announces_every_body", "describes_problems"],
        edits=[('"content": {MEDIA_TYPE: ', '"content": {"application/json": ')],
    ),
    Wrong(
        "no_content",
        "A status, and not a word about what comes with it.",
        fails=["announces_every_body", "describes_problems"],
        edits=[('        "content": {MEDIA_TYPE: {"schema": ProblemSchema}},\n', "")],
    ),
    Wrong(
        "anything_goes",
        "The schema of problems fits everything.",
        fails=["describes_problems"],
        edits=[('{"schema": ProblemSchema}', '{"schema": {"type": "object"}}')],
    ),
    Wrong(
        "another_shape",
        "The document shows the errors of another framework.",
        fails=["announces_every_body", "describes_problems"],
        edits=[('{"schema": ProblemSchema}',
                '{"schema": {"type": "object", "required": ["code", "message"], "properties":'
                ' {"code": {"type": "integer"}, "message": {"type": "string"}}}}')],
    ),
    Wrong(
        "status_is_text",
        "The schema was written down from memory.",
        fails=["announces_every_body", "describes_problems"],
        edits=[('{"schema": ProblemSchema}',
                '{"schema": {"type": "object", "required": ["title", "status", "detail"], "properties":'
                ' {"title": _TEXT, "status": _TEXT, "detail": _TEXT}}}')],
    ),
    Wrong(
        "dangling",
        "A reference to a component that nobody added.",
        fails=["announces_every_status", "describes_problems", "announces_its_own_failures",
               "announces_the_challenge", "tells_who_needs_a_token", "refuses_nobody_on_paper",
               "tells_where_new_things_live", "tells_the_bounds", "tells_the_defaults"],
        edits=[('{"schema": ProblemSchema}', '{"schema": {"$ref": "#/components/schemas/ProblemDetails"}}')],
    ),
    Wrong(
        "speechless",
        "A response without its description is none.",
        fails=["describes_problems"],
        edits=[('        "description": HTTP_STATUS_CODES[status],\n', "")],
    ),
    Wrong(
        "no_security",
        "The refusals are documented, and what opens the door is not.",
        fails=["tells_who_needs_a_token"],
        edits=[("if 401 in responses else {}", "if 499 in responses else {}")],
    ),
    Wrong(
        "security_everywhere",
        "Readers are told to bring a token.",
        fails=["tells_who_needs_a_token"],
        edits=[("if 401 in responses else {}", "if 500 in responses else {}")],
    ),
    Wrong(
        "refused_everywhere",
        "401 is documented where it never happens.",
        fails=["tells_who_needs_a_token", "refuses_nobody_on_paper"],
        edits=[("(*statuses, 500, 503)", "(*statuses, 401, 500, 503)")],
    ),
    Wrong(
        "paper_refusals",
        "403 is documented where it never happens.",
        fails=["refuses_nobody_on_paper"],
        edits=[("(*statuses, 500, 503)", "(*statuses, 403, 500, 503)")],
    ),
    Wrong(
        "no_scheme",
        "Operations name a scheme that the document lacks.",
        fails=["tells_how_to_authenticate"],
        edits=[('    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})\n', "")],
    ),
    Wrong(
        "api_key",
        "A client made from this sends the token without the word Bearer.",
        fails=["tells_how_to_authenticate"],
        edits=[('{"type": "http", "scheme": "bearer"}', '{"type": "apiKey", "in": "header", "name": "Authorization"}')],
    ),
    Wrong(
        "basic",
        "Another scheme of HTTP.",
        fails=["tells_how_to_authenticate"],
        edits=[('"scheme": "bearer"}', '"scheme": "basic"}')],
    ),
    Wrong(
        "two_names",
        "Bearer is not bearer.",
        fails=["tells_how_to_authenticate"],
        edits=[('security_scheme("bearer"', 'security_scheme("Bearer"')],
    ),
    Wrong(
        "nowhere",
        "Nobody is told that there is a Location.",
        fails=["tells_where_new_things_live"],
        edits=[('    "Location": {\n', '    "Content-Location": {\n')],
    ),
    Wrong(
        "absolute",
        "What is sent is no absolute URI.",
        fails=["tells_where_new_things_live"],
        edits=[('"format": "uri-reference"', '"format": "uri"')],
    ),
    Wrong(
        "no_challenge",
        "The header of a 401 is not documented.",
        fails=["announces_the_challenge"],
        edits=[("    return {**response, \"headers\": _CHALLENGE} if status == 401 else response", "    return response")],
    ),
    Wrong(
        "challenge_of_403",
        "The header is documented with the other refusal.",
        fails=["announces_the_challenge"],
        edits=[("if status == 401 else response", "if status == 403 else response")],
    ),
    Wrong(
        "bounds_as_text",
        "apispec's own bounds: a decimal becomes text.",
        fails=["tells_the_bounds"],
        edits=[("        kinds = ret.get(", "        return super().field2range(field, ret)\n        kinds = ret.get(")],
    ),
    Wrong(
        "no_bounds",
        "What is refused is not said.",
        fails=["tells_the_bounds"],
        edits=[("        kinds = ret.get(", "        return {}\n        kinds = ret.get(")],
    ),
    Wrong(
        "only_upper_bounds",
        "Half of it.",
        fails=["tells_the_bounds"],
        edits=[('({"minimum": max(lows)} if lows else {}) | ', "")],
    ),
    Wrong(
        "exclusive",
        "A bound that is not included.",
        fails=["tells_the_bounds", "tells_the_defaults", "announces_every_body"],
        edits=[('{"minimum": max(lows)}', '{"exclusiveMinimum": max(lows)}')],
    ),
    Wrong(
        "whole_numbers",
        "The cents of a bound are cut off.",
        fails=["tells_the_bounds"],
        edits=[("return float(bound) if", "return int(bound) if")],
    ),
    Wrong(
        "zero_is_no_bound",
        "A minimum of zero is false.",
        fails=["tells_the_bounds"],
        edits=[("if one.min is not None]", "if one.min]")],
    ),
    Wrong(
        "null_for_text",
        "A default of null, for what must be text.",
        fails=["tells_the_defaults"],
        edits=[("field.load_default is None or ", "")],
    ),
    Wrong(
        "patch_has_defaults",
        "Who believes that sends a name, and expects the description to be emptied.",
        fails=["tells_the_defaults"],
        edits=[(' or getattr(field.parent, "partial", False)', "")],
    ),
    Wrong(
        "no_defaults",
        "What is left out remains a riddle.",
        fails=["tells_the_defaults"],
        edits=[("        return default\n", "        return {}\n")],
    ),
    Wrong(
        "falsy_defaults",
        "Zero and the empty text are false.",
        fails=["tells_the_defaults"],
        edits=[("if field.load_default is None or", "if not field.load_default or")],
    ),
]  # fmt: skip
