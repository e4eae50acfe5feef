"""Mistakes that people make when they look at paths."""

from workbench.alternatives import Wrong

_FITS = '            if path == route.prefix or path.startswith(f"{route.prefix}/"):\n'
_SORTED = (
    "        self._routes = sorted(routes, key=lambda route: len(route.prefix), reverse=True)\n"
)
_CHECKED = "        path = _checked_path(target)\n"
_TARGET = '    if not _TARGET.fullmatch(target) or "#" in target:\n        raise BadTarget\n'
_PATH = '    path = target.partition("?")[0]\n'
_SEGMENTS = '    for segment in path[1:].split("/"):\n'
_SUSPICIOUS = '_SUSPICIOUS = re.compile(r"[/\\\\\\x00-\\x1f\\x7f]")\n'
_READ = "        for plain in _readings(segment):\n"
_DOTS = '            if plain.partition(";")[0] in (".", "..") or _SUSPICIOUS.search(plain):\n'
_TWICE = '    yield unquote(once, errors="replace")\n'

WRONG = [
    Wrong(
        "begins_with",
        "Text is compared and no segments: `/api/v1/users-secret` is a user.",
        fails=["compares_whole_segments", "compares_what_was_sent", "the_longest_prefix_decides"],
        edits=[(_FITS, "            if path.startswith(route.prefix):\n")],
    ),
    Wrong(
        "only_what_is_below",
        "The prefix itself is nobody's: the slash behind it is missing.",
        fails=["leads_to_every_service", "knows_who_must_be_known", "leaves_the_query_alone",
               "the_longest_prefix_decides"],
        edits=[(_FITS, '            if path.startswith(f"{route.prefix}/"):\n')],
    ),
    Wrong(
        "first_that_fits",
        "The table is read from the top: a short prefix hides the long ones below it.",
        fails=["the_longest_prefix_decides"],
        edits=[(_SORTED, "        self._routes = list(routes)\n")],
    ),
    Wrong(
        "parameters_of_a_prefix",
        "What follows a `;` counts as what is below: a service is asked for a path that it has not.",
        fails=["compares_whole_segments"],
        edits=[(_FITS, '            if path == route.prefix or path.startswith((f"{route.prefix}/", f"{route.prefix};")):\n')],
    ),
    Wrong(
        "its_own_table",
        "Whichever table it is given, it knows one.",
        fails=["the_longest_prefix_decides"],
        edits=[(_SORTED, _SORTED.replace("sorted(routes", "sorted(ROUTES"))],
    ),
    Wrong(
        "the_query_is_path",
        "The query stays where it is: it hides prefixes, and its dots are refused.",
        fails=["leaves_the_query_alone", "refuses_dot_segments"],
        edits=[(_PATH, "    path = target\n")],
    ),
    Wrong(
        "unquotes_first",
        "Prefixes are looked for in the unquoted path, and the service is sent the quoted one.",
        fails=["compares_what_was_sent"],
        edits=[(_CHECKED, "        path = unquote(_checked_path(target))\n")],
    ),
    Wrong(
        "any_capitals",
        "Paths are compared without regard to capitals, and no service does so.",
        fails=["compares_what_was_sent"],
        edits=[(_CHECKED, "        path = _checked_path(target).lower()\n")],
    ),
    Wrong(
        "dots_as_sent",
        "Dots and slashes are looked for in what was sent: a quote hides them.",
        fails=["refuses_dot_segments", "refuses_quoted_separators"],
        edits=[(_READ, "        for plain in (segment,):\n")],
    ),
    Wrong(
        "unquotes_once",
        "What is quoted twice is a pair of dots to a service that unquotes twice.",
        fails=["sees_through_quotes"],
        edits=[(_TWICE, "")],
    ),
    Wrong(
        "cut_at_a_quoted_mark",
        "The query is cut off after unquoting: steps up behind a quoted `?` are not looked at.",
        fails=["refuses_dot_segments"],
        edits=[(_SEGMENTS, _SEGMENTS.replace("path[1:]", 're.split("%3f", path[1:], flags=re.I)[0]'))],
    ),
    Wrong(
        "printable_only",
        "Whatever Python does not print is taken for a control character: a hard space, an emoji's joiner.",
        fails=["lets_ordinary_paths_pass"],
        edits=[(_DOTS, _DOTS.replace("_SUSPICIOUS.search(plain)", "_SUSPICIOUS.search(plain) or not plain.isprintable()"))],
    ),
    Wrong(
        "two_dots_anywhere",
        "Whatever holds two dots is refused, file names too.",
        fails=["lets_ordinary_paths_pass"],
        edits=[(_DOTS, '            if plain.partition(";")[0] == "." or ".." in plain or _SUSPICIOUS.search(plain):\n')],
    ),
    Wrong(
        "nothing_quoted_twice",
        "A quoted per cent sign is taken for an attack.",
        fails=["lets_ordinary_paths_pass"],
        edits=[(_DOTS, '            if "%25" in segment or plain.partition(";")[0] in (".", "..") or _SUSPICIOUS.search(plain):\n')],
    ),
    Wrong(
        "no_parameters",
        "`..;` is a step up to servers that drop what follows a semicolon.",
        fails=["sees_through_quotes"],
        edits=[(_DOTS, '            if plain in (".", "..") or _SUSPICIOUS.search(plain):\n')],
    ),
    Wrong(
        "slashes_only",
        "Quoted slashes are seen; backslashes and control characters go on.",
        fails=["refuses_quoted_separators", "sees_through_quotes"],
        edits=[(_DOTS, '            if plain.partition(";")[0] in (".", "..") or "/" in plain:\n')],
    ),
    Wrong(
        "delete_in_capitals",
        "The last control character is compared as it is written most: `%7f` in small letters goes on.",
        fails=["refuses_quoted_separators", "sees_through_quotes"],
        edits=[(_SUSPICIOUS, _SUSPICIOUS.replace(r"\x7f", "")),
               (_SEGMENTS, '    if "%7F" in path or "%257F" in path:\n        raise BadTarget\n' + _SEGMENTS)],
    ),
    Wrong(
        "delete_quoted_once",
        "Quoted twice, the last control character is none to it.",
        fails=["sees_through_quotes"],
        edits=[(_SUSPICIOUS, _SUSPICIOUS.replace(r"\x7f", "")),
               (_SEGMENTS, '    if "%7f" in path.lower():\n        raise BadTarget\n' + _SEGMENTS)],
    ),
    Wrong(
        "urlsplit",
        "A target is parsed as a URL: a fragment is dropped, and another server's address is a path.",
        fails=["refuses_quoted_separators", "takes_paths_only"],
        edits=[(_TARGET, ""),
               (_PATH, "    from urllib.parse import urlsplit\n\n    path = urlsplit(target).path\n")],
    ),
    Wrong(
        "two_are_open",
        "Orders are let through for anybody.",
        fails=["knows_who_must_be_known"],
        edits=[('    Route("/api/v1/orders", "orders"),\n',
                '    Route("/api/v1/orders", "orders", needs_caller=False),\n')],
    ),
]  # fmt: skip
