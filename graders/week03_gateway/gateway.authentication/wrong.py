"""Mistakes that people make with tokens."""

from workbench.alternatives import Wrong

_SENT = """        sent = _BEARER.fullmatch((header or "").strip())
        if sent is None:
"""
_TOKEN = """        if not _TOKEN.fullmatch(sent[1]):  # PyJWT overlooks what it does not know
            raise NotAuthenticated("The token is not valid.", "invalid_token")
"""
_ALGORITHM = "                algorithms=[ALGORITHM],\n"
_AUDIENCE = "                audience=self._audience,\n"
_ISSUER = "                issuer=self._issuer,\n"
_OPTIONS = '{"require": list(_REQUIRED), "strict_aud": False}'
_REQUIRED = '_REQUIRED = ("aud", "exp", "iss", "role", "sub", "typ")\n'
_KIND = '        if claims["typ"] != "access" or not isinstance(role, str) or role not in ROLES:\n'
_NOBODY = "        if not subject:  # PyJWT has seen that it is a string\n"
_KEY = "        if len(key.encode()) < LEAST_KEY_BYTES:\n"
_KEY_ERROR = (
    '            raise SettingsError(f"JWT_KEY must have {LEAST_KEY_BYTES} bytes or more")\n'
)
_CHALLENGE = """text=str(error), headers={"WWW-Authenticate": error.challenge}
"""
_DOOR = """        if needs_caller(request):
            try:
                request[CALLER] = authenticator.caller(request.headers.get("Authorization"))
            except NotAuthenticated as error:
"""
_HANDLER = """        # Not inside the try: an error in there is no question of who asks.
        return await handler(request)
"""

WRONG = [
    Wrong(
        "key_in_characters",
        "The key's length is counted in characters, and a good one of two bytes each is refused.",
        fails=["a_weak_key_stops_the_start"],
        edits=[(_KEY, "        if len(key) < LEAST_KEY_BYTES:\n")],
    ),
    Wrong(
        "any_scheme",
        "The last word of the header is the token: `Basic <token>` will do, and so will no scheme at all.",
        fails=["without_a_bearer_token_it_is_401", "the_signature_is_ours"],
        edits=[(_SENT, '        sent = (header or "").split()\n        if not sent:\n'),
               ("_TOKEN.fullmatch(sent[1])", "_TOKEN.fullmatch(sent[-1])"),
               ("                sent[1],\n", "                sent[-1],\n")],
    ),
    Wrong(
        "second_word",
        "What stands behind the token is not looked at.",
        fails=["the_signature_is_ours"],
        edits=[('re.compile(r"bearer +(.+)", re.IGNORECASE)',
                're.compile(r"bearer +([^ ]+).*", re.IGNORECASE)')],
    ),
    Wrong(
        "no_challenge",
        "The client is not told what would open the door.",
        fails=["the_challenge_tells_them_apart"],
        edits=[(_CHALLENGE, "text=str(error)\n")],
    ),
    Wrong(
        "one_challenge_for_all",
        "A client with no token is told that its token is not valid, and throws a good one away.",
        fails=["the_challenge_tells_them_apart"],
        edits=[("""self.challenge = f'Bearer error="{code}"' if code else "Bearer\"""",
                """self.challenge = 'Bearer error="invalid_token"'""")],
    ),
    Wrong(
        "the_token_chooses",
        "The token says with which algorithm it is to be checked.",
        fails=["the_signature_is_ours", "whatever_is_sent_is_401"],
        edits=[(_ALGORITHM, '                algorithms=[jwt.get_unverified_header(sent[1])["alg"]],\n')],
    ),
    Wrong(
        "decoded_not_checked",
        "The token is read; nobody checks who has written it. The claims are checked all the same.",
        fails=["the_signature_is_ours", "the_challenge_tells_them_apart"],
        edits=[(_OPTIONS, '{"require": list(_REQUIRED), "verify_signature": False, "verify_exp": True,\n'
                          '                         "verify_nbf": True, "verify_aud": True, "verify_iss": True, "verify_sub": True}')],
    ),
    Wrong(
        "good_for_ever",
        "A token that does not say when it ends never ends.",
        fails=["tokens_have_their_time"],
        edits=[(_REQUIRED, '_REQUIRED = ("aud", "iss", "role", "sub", "typ")\n')],
    ),
    Wrong(
        "a_generous_clock",
        "Clocks differ by seconds; this one forgives a minute.",
        fails=["tokens_have_their_time"],
        edits=[(_AUDIENCE, _AUDIENCE + "                leeway=60,\n")],
    ),
    Wrong(
        "for_anybody",
        "PyJWT complains of the audience, so that is switched off: a token for another service is good here.",
        fails=["tokens_are_meant_for_us"],
        edits=[(_OPTIONS, '{"require": list(_REQUIRED), "verify_aud": False}')],
    ),
    Wrong(
        "nearly_our_issuer",
        "The issuer is compared as if it were an address: with or without a slash, in upper or lower case.",
        fails=["tokens_are_meant_for_us"],
        edits=[(_ISSUER, ""),
               (_KIND, '        if claims["iss"].rstrip("/").lower() != self._issuer.rstrip("/").lower():\n'
                       '            raise NotAuthenticated("The token is not valid.", "invalid_token")\n' + _KIND)],
    ),
    Wrong(
        "refresh_tokens_too",
        "A refresh token, which lives for weeks, opens every door.",
        fails=["tokens_are_meant_for_us"],
        edits=[(_KIND, "        if not isinstance(role, str) or role not in ROLES:\n")],
    ),
    Wrong(
        "claims_may_be_missing",
        "A missing claim is looked up all the same: the client's mistake becomes a defect of ours.",
        fails=["tokens_are_meant_for_us", "tokens_name_somebody"],
        edits=[(_REQUIRED, '_REQUIRED = ("aud", "exp", "iss")\n')],
    ),
    Wrong(
        "roles_in_any_case",
        "`Admin` is an admin, too.",
        fails=["tokens_name_somebody"],
        edits=[(_KIND, "        role = role.lower() if isinstance(role, str) else role\n" + _KIND)],
    ),
    Wrong(
        "nobody_is_somebody",
        "A token without a name in it opens the door for nobody in particular.",
        fails=["tokens_name_somebody"],
        edits=[(_NOBODY, "        if subject is None:\n")],
    ),
    Wrong(
        "any_token_sees_all",
        "Whoever is known may see everybody's dashboard.",
        fails=["not_everybody_sees_everything", "what_fails_later_is_no_401"],
        edits=[('return self.id == user_id or self.role == "admin"', "return bool(self.id)")],
    ),
    Wrong(
        "admins_are_users",
        "An admin sees his own dashboard only.",
        fails=["not_everybody_sees_everything"],
        edits=[('return self.id == user_id or self.role == "admin"', "return self.id == user_id")],
    ),
    Wrong(
        "bad_tokens_are_examined",
        "Whoever sends a token must send a good one, even where none is needed.",
        fails=["the_others_may_be_anybody"],
        edits=[("        if needs_caller(request):\n",
                '        if needs_caller(request) or "Authorization" in request.headers:\n')],
    ),
    Wrong(
        "everything_is_401",
        "The handler runs inside the try: a service that is down sends people to the login page.",
        fails=["what_fails_later_is_no_401", "not_everybody_sees_everything"],
        edits=[(_DOOR, _DOOR.replace(
                    "            except NotAuthenticated as error:\n",
                    "                return await handler(request)\n"
                    "            except Exception as failure:\n"
                    "                error = failure if isinstance(failure, NotAuthenticated)"
                    " else NotAuthenticated(\"Who?\")\n"))],
    ),
    Wrong(
        "missing_keys_only",
        "A key of six characters is a key.",
        fails=["a_weak_key_stops_the_start"],
        edits=[(_KEY, "        if not key:\n")],
    ),
    Wrong(
        "one_byte_too_many",
        "A key of exactly 32 bytes is called short.",
        fails=["a_weak_key_stops_the_start"],
        edits=[(_KEY, "        if len(key.encode()) <= LEAST_KEY_BYTES:\n")],
    ),
    Wrong(
        "the_key_in_the_message",
        "The key stands in the log of every start that failed.",
        fails=["a_weak_key_stops_the_start"],
        edits=[(_KEY_ERROR, '            raise SettingsError(f"JWT_KEY must be longer than {key!r}")\n')],
    ),
    Wrong(
        "text_only",
        "Bytes that are no text are handed to PyJWT, whose complaint nobody expects: 500.",
        fails=["whatever_is_sent_is_401"],
        edits=[(_TOKEN, "")],
    ),
    Wrong(
        "logs_what_it_refuses",
        "A refused token is logged: an expired one today, one for the service next door tomorrow.",
        fails=["tokens_stay_secret"],
        edits=[("            except NotAuthenticated as error:\n",
                "            except NotAuthenticated as error:\n"
                '                print("refused:", request.headers.get("Authorization"))\n')],
    ),
]  # fmt: skip
