"""Mistakes that people make with the errors of a graph."""

from workbench.alternatives import Wrong

_WRAPPED = (
    "    if isinstance(error, ClientError) or isinstance(error.original_error, ClientError):\n"
)
_MISTAKE = '        return {**shown, "extensions": {"code": mistake}}\n'
_TOLD = '    return {**shown, "message": message, "extensions": extensions}\n'
_EXTENSIONS = '    extensions = {"code": code, "requestId": current_request_id()}\n'
_LOGGED = '    current_app.logger.error("request %s failed: field %s", request_id, path, exc_info=cause)\n'
_LOST = "    if isinstance(cause, _UNAVAILABLE):\n"
_FAILED = (
    "    except SQLAlchemyError:\n        info.context.session.rollback()\n        raise\n"
    "    return _recovered(value, info) if inspect.isawaitable(value) else value\n"
)

WRONG = [
    Wrong(
        "tells_the_exception",
        "The client reads the statement that failed: what most servers do unless told otherwise.",
        fails=["a_defect_is_not_told", "the_library_reports_defects_too",
               "a_lost_database_is_said_to_be_lost"],
        edits=[(_TOLD, '    return {**shown, "extensions": extensions}\n')],
    ),
    Wrong(
        "errors_of_the_library_are_meant_for_the_client",
        "Every GraphQLError is told: the library uses it for what it finds in stored values as well.",
        fails=["the_library_reports_defects_too"],
        edits=[(_WRAPPED, "    if isinstance(error.original_error, GraphQLError):\n"
                          '        return {"extensions": {"code": "BAD_USER_INPUT"}, **shown}\n' + _WRAPPED)],
    ),
    Wrong(
        "only_what_is_not_wrapped",
        "What a resolver raises is wrapped, and then it is no ClientError any more.",
        fails=["what_is_meant_for_the_client_is_told", "a_clients_mistake_is_no_defect"],
        edits=[(_WRAPPED, "    if isinstance(error, ClientError):\n")],
    ),
    Wrong(
        "hides_what_is_meant_for_the_client",
        "Whatever a resolver raises has the same message: the client does not learn what to mend.",
        fails=["what_is_meant_for_the_client_is_told"],
        edits=[("        return {**shown}\n",
                '        hidden = "Something went wrong on our side. Report it with the requestId."\n'
                '        return {**shown, "message": hidden} if error.path else {**shown}\n')],
    ),
    Wrong(
        "codes_only",
        "Of the extensions only the code is told: the client does not learn which argument it is.",
        fails=["what_is_meant_for_the_client_is_told"],
        edits=[("        return {**shown}\n",
                '        return {**shown, "extensions": {"code": (error.extensions or {}).get("code")}}\n')],
    ),
    Wrong(
        "one_code_for_every_document",
        "A typing error and a field that does not exist have the same code.",
        fails=["mistakes_of_a_document_have_codes"],
        edits=[('"GRAPHQL_PARSE_FAILED" if syntax else "GRAPHQL_VALIDATION_FAILED"',
                '"GRAPHQL_VALIDATION_FAILED" if syntax else "GRAPHQL_VALIDATION_FAILED"')],
    ),
    Wrong(
        "without_a_place",
        "An error says what, and not where: of a hundred products, which one?",
        fails=["a_defect_has_a_code_and_an_id", "a_lost_database_is_said_to_be_lost"],
        edits=[(_TOLD, '    return {"message": message, "extensions": extensions}\n')],
    ),
    Wrong(
        "null_for_a_path_that_is_not_there",
        "An error of the whole document has a path all the same, and it is null.",
        fails=["mistakes_of_a_document_have_codes"],
        edits=[("    shown = error.formatted\n",
                '    shown = {**error.formatted, "path": error.path}\n')],
    ),
    Wrong(
        "one_place_is_enough",
        "Of two fields that contradict each other the client is shown one.",
        fails=["mistakes_of_a_document_have_codes"],
        edits=[("    shown = error.formatted\n",
                "    shown = {**error.formatted}\n    if error.locations:\n"
                '        shown["locations"] = [error.locations[0].formatted]\n')],
    ),
    Wrong(
        "a_lost_database_has_no_place",
        "The answer for a lost database is written by hand, and `locations` is forgotten.",
        fails=["a_lost_database_is_said_to_be_lost"],
        edits=[(_EXTENSIONS, _EXTENSIONS
                + '    if code == "SERVICE_UNAVAILABLE":\n'
                '        return {"message": message, "path": error.path, "extensions": extensions}\n')],
    ),
    Wrong(
        "logs_without_the_traceback",
        "`exc_info=True` is for an `except` block; here the log says `NoneType: None`.",
        fails=["a_defect_is_in_the_log"],
        edits=[(_LOGGED, _LOGGED.replace("exc_info=cause", "exc_info=True"))],
    ),
    Wrong(
        "logs_without_the_id",
        "The log cannot be searched for what the client was told.",
        fails=["a_defect_is_in_the_log"],
        edits=[(_LOGGED, '    current_app.logger.error("field %s failed", path, exc_info=cause)\n')],
    ),
    Wrong(
        "an_id_of_its_own",
        "The id is made up for the answer; neither the header nor the log has it.",
        fails=["a_defect_has_a_code_and_an_id", "a_lost_database_is_said_to_be_lost"],
        edits=[(_EXTENSIONS, _EXTENSIONS.replace("current_request_id()", '__import__("uuid").uuid4().hex'))],
    ),
    Wrong(
        "logs_every_mistake",
        "Whoever looks for defects in the log finds the typing errors of strangers.",
        fails=["a_clients_mistake_is_no_defect"],
        edits=[("    shown = error.formatted\n",
                "    shown = error.formatted\n"
                '    current_app.logger.error("request %s", current_request_id(), exc_info=error)\n')],
    ),
    Wrong(
        "every_database_error_is_a_loss",
        "A column that does not exist will not be there later either.",
        fails=["a_defect_has_a_code_and_an_id", "a_defect_is_not_told", "a_defect_is_in_the_log"],
        edits=[(_LOST, "    if isinstance(cause, SQLAlchemyError):\n")],
    ),
    Wrong(
        "no_new_transaction",
        "After one failure every statement fails: the transaction is broken.",
        fails=["fields_after_a_failure_are_read"],
        edits=[(_FAILED, _FAILED.replace("        info.context.session.rollback()\n", ""))],
    ),
    Wrong(
        "nothing_to_roll_back_when_it_is_lost",
        "An OperationalError is taken for a lost connection, and that for nothing that needs care.",
        fails=["failures_of_promises_too"],
        edits=[("        return await value\n    except SQLAlchemyError:\n",
                "        return await value\n    except OperationalError:\n        raise\n"
                "    except SQLAlchemyError:\n")],
    ),
    Wrong(
        "promises_have_not_failed_yet",
        "A resolver that returns a promise returns at once; what happens later is nobody's business.",
        fails=["failures_of_promises_too"],
        edits=[("    return _recovered(value, info) if inspect.isawaitable(value) else value\n",
                "    return value\n")],
    ),
]  # fmt: skip
