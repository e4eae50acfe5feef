"""Mistakes that people make at the door."""

from workbench.alternatives import Wrong

_NEEDED = "        if needed is None:\n            return\n"
_KNOWN = '    if credentials is None or credentials.type != "bearer" or not credentials.token:\n'
_DIGEST = "    digest = hashlib.sha256(credentials.token.encode()).hexdigest()\n"

WRONG = [
    Wrong(
        "nobody_is_forbidden",
        "Without a token it says 403: the client cannot know that a token would help.",
        fails=["without_a_token_it_is_401"],
        edits=[
            ('        raise Unauthorized(\n            "Send a token in the header `Authorization: Bearer <token>`.",\n'
             '            www_authenticate=WWWAuthenticate("bearer"),\n        )\n',
             '        raise Forbidden("Send a token.")\n'),
        ],
    ),
    Wrong(
        "no_challenge",
        "A 401 without WWW-Authenticate.",
        fails=["without_a_token_it_is_401"],
        edits=[('            www_authenticate=WWWAuthenticate("bearer"),\n', "")],
    ),
    Wrong(
        "unknown_is_a_viewer",
        "A token that nobody was given is treated like somebody with few rights.",
        fails=["an_unknown_token_is_401", "tokens_are_taken_exactly", "a_digest_is_no_token",
               "no_tokens_mean_nobody"],
        edits=[("role = tokens.get(digest)", "role = tokens.get(digest, Role.VIEWER)")],
    ),
    Wrong(
        "same_challenge_for_both",
        "Whether the token was missing or wrong is not said.",
        fails=["an_unknown_token_is_401"],
        edits=[('WWWAuthenticate("bearer", {"error": "invalid_token"})', 'WWWAuthenticate("bearer")')],
    ),
    Wrong(
        "exactly_this_role",
        "An admin may not do what an editor may.",
        fails=["a_higher_role_may_do_it_too"],
        edits=[("        if role < needed:\n", "        if role != needed:\n")],
    ),
    Wrong(
        "any_role_will_do",
        "Whoever has some token may do everything.",
        fails=["a_weak_role_is_403"],
        edits=[("        if role < needed:\n", "        if not role:\n")],
    ),
    Wrong(
        "only_creation_is_guarded",
        "POST asks for a token; PUT, PATCH and DELETE were forgotten.",
        fails=["without_a_token_it_is_401", "a_weak_role_is_403", "tokens_are_taken_exactly"],
        edits=[(_NEEDED, '        if needed is None or request.method != "POST":\n            return\n')],
    ),
    Wrong(
        "scheme_with_case",
        "`bearer` is not understood.",
        fails=["the_scheme_must_be_bearer"],
        edits=[(_KNOWN, '    if not request.headers.get("Authorization", "").startswith("Bearer "):\n'),
               (_DIGEST, '    digest = hashlib.sha256(request.headers["Authorization"][7:].encode()).hexdigest()\n')],
    ),
    Wrong(
        "any_scheme",
        "The second word of the header is taken for the token, whatever the first one says.",
        fails=["the_scheme_must_be_bearer", "tokens_are_taken_exactly"],
        edits=[(_KNOWN, '    words = request.headers.get("Authorization", "").split()\n    if len(words) < 2:\n'),
               (_DIGEST, "    digest = hashlib.sha256(words[1].encode()).hexdigest()\n")],
    ),
    Wrong(
        "second_word",
        "The header is split at its spaces: what stands behind the token is not looked at.",
        fails=["tokens_are_taken_exactly"],
        edits=[(_KNOWN, '    words = request.headers.get("Authorization", "").split()\n'
                        '    if len(words) < 2 or words[0].lower() != "bearer":\n'),
               (_DIGEST, "    digest = hashlib.sha256(words[1].encode()).hexdigest()\n")],
    ),
    Wrong(
        "last_word_of_a_bearer",
        "The last word is taken for the token, whatever stands before it.",
        fails=["tokens_are_taken_exactly"],
        edits=[(_DIGEST, '    token = credentials.token.split(" ")[-1]\n'
                         "    digest = hashlib.sha256(token.encode()).hexdigest()\n")],
    ),
    Wrong(
        "last_word",
        "A token without any scheme is good enough.",
        fails=["the_scheme_must_be_bearer", "tokens_are_taken_exactly"],
        edits=[(_KNOWN, '    header = request.headers.get("Authorization", "")\n    if not header:\n'),
               (_DIGEST, '    token = header.split(" ")[-1]\n'
                         "    digest = hashlib.sha256(token.encode()).hexdigest()\n")],
    ),
    Wrong(
        "empty_is_unknown",
        "`Bearer` with nothing behind it is called an invalid token.",
        fails=["the_scheme_must_be_bearer"],
        edits=[(" or not credentials.token:", ":"),
               ("credentials.token.encode()", '(credentials.token or "").encode()')],
    ),
    Wrong(
        "digest_or_token",
        "The digests are compared with what was sent as well: whoever reads the settings is in.",
        fails=["a_digest_is_no_token"],
        edits=[("role = tokens.get(digest)", "role = tokens.get(digest) or tokens.get(credentials.token)")],
    ),
    Wrong(
        "open_without_tokens",
        "Where no token is configured, everybody may write.",
        fails=["no_tokens_mean_nobody"],
        edits=[(_NEEDED, "        if needed is None or not tokens:\n            return\n")],
    ),
    Wrong(
        "small_letters",
        "The header is turned into small letters for the scheme's sake, and the token with it.",
        fails=["tokens_are_taken_exactly"],
        edits=[("credentials.token.encode()", "credentials.token.lower().encode()")],
    ),
    Wrong(
        "nothing_is_public",
        "Readers need a token as well.",
        fails=["reading_is_public", "no_tokens_mean_nobody"],
        edits=[(_NEEDED, "        if needed is None:\n            needed = Role.VIEWER\n")],
    ),
    Wrong(
        "token_for_digest",
        "The token itself is looked up among the digests: nobody gets in.",
        fails=["an_editor_may_write", "the_scheme_must_be_bearer", "a_digest_is_no_token"],
        edits=[("role = tokens.get(digest)", "role = tokens.get(credentials.token)")],
    ),
    Wrong(
        "padding_cut_off",
        "The token ends at the first equals sign.",
        fails=["tokens_are_taken_exactly"],
        edits=[("credentials.token.encode()", 'credentials.token.partition("=")[0].encode()')],
    ),
    Wrong(
        "asked_afterwards",
        "The refusal comes after the work has been done.",
        fails=["without_a_token_it_is_401", "a_weak_role_is_403", "tokens_are_taken_exactly"],
        edits=[("    @app.before_request\n    def authenticate() -> None:\n",
                "    @app.after_request\n    def authenticate(response):\n"),
               (_NEEDED, "        if needed is None:\n            return response\n"),
               ("        if role < needed:\n            raise Forbidden(\n"
                '                f"This takes the role {needed.name.lower()}; your token has {role.name.lower()}."\n'
                "            )\n",
                "        if role < needed:\n"
                '            raise Forbidden("Your token is too weak.")\n'
                "        return response\n")],
    ),
    Wrong(
        "readers_are_examined",
        "Whoever reads with a token that is not known is sent away.",
        fails=["a_bad_token_does_not_hurt_readers"],
        edits=[(_NEEDED, "        if needed is None and request.authorization is None:\n            return\n"
                         "        if needed is None:\n            needed = Role.VIEWER\n")],
    ),
    Wrong(
        "query_string_too",
        "A token in the address is taken as well.",
        fails=["only_the_header_counts"],
        edits=[(_KNOWN, '    if "access_token" in request.args or "token" in request.args:\n'
                        '        token = request.args.get("access_token") or request.args["token"]\n'
                        "        return tokens[hashlib.sha256(token.encode()).hexdigest()]\n" + _KNOWN)],
    ),
    Wrong(
        "logs_the_token",
        "What was refused is logged, the token with it.",
        fails=["tokens_stay_secret"],
        edits=[("    if role is None:\n        raise Unauthorized(\n            \"This token is not known.\",\n",
                '    print("refused:", request.headers["Authorization"], flush=True)\n'
                "    if role is None:\n        raise Unauthorized(\n            \"This token is not known.\",\n")],
    ),
    Wrong(
        "logs_how_it_begins",
        "Only the first characters of what was refused are logged: half a key for whoever reads them.",
        fails=["tokens_stay_secret"],
        edits=[('    if role is None:\n        raise Unauthorized(\n            "This token is not known.",\n',
                '    if role is None:\n'
                '        print(f"unknown token {credentials.token[:8]}...", flush=True)\n'
                '        raise Unauthorized(\n            "This token is not known.",\n')],
    ),
    Wrong(
        "echoes_the_token",
        "The answer says which token was refused.",
        fails=["tokens_stay_secret"],
        edits=[('            "This token is not known.",\n',
                '            f"The token {credentials.token} is not known.",\n')],
    ),
    Wrong(
        "views_first",
        "The question is asked only where a view exists: others learn what does not.",
        fails=["a_weak_role_is_403", "the_door_comes_first"],
        edits=[(_NEEDED, "        if needed is None or request.endpoint is None:\n            return\n")],
    ),
]  # fmt: skip
