"""Mistakes that people make when they group statements."""

from workbench.alternatives import Wrong

_DOLLAR = r"""
        # $a$ and $A$ are two tags: capitals count here.
        | \$ (?P<tag> (?: [^\W\d]\w* )? ) \$ .*? (?: (?-i: \$ (?P=tag) \$ ) | \Z ) )
"""
_BEGIN = "    tokens = _without_values(_tokens(sql))\n"
_END = "    return _joined(_without_rows(_without_lists(tokens)))\n"

WRONG = [
    Wrong(
        "what_comes_before_where",
        "The text before WHERE: users by name and users by id are one statement.",
        fails=["lists_of_any_length", "unlike_ones_stay_apart", "can_be_read", "statements_at_random"],
        edits=[(_BEGIN, "    import re\n\n"
                '    tokens = _without_values(_tokens(re.split("where", sql, flags=re.IGNORECASE)[0]))\n')],
    ),
    Wrong(
        "the_first_hundred_characters",
        "A fingerprint has a fixed length; statements with long lists of columns become one.",
        fails=["unlike_ones_stay_apart", "can_be_read"],
        edits=[(_END, _END.replace("tokens)))", "tokens)))[:100]"))],
    ),
    Wrong(
        "digits_in_names",
        "Whatever is a digit is a number: all tables posts_2025, posts_2026 are one.",
        fails=["numbers_go", "case_counts_in_quotes"],
        edits=[(_BEGIN, "    import re\n\n" + _BEGIN.replace("sql", 're.sub(r"(?<!\\$)\\d+", "0", sql)'))],
    ),
    Wrong(
        "backslash_in_any_string",
        "A backslash at the end of a plain string: the string goes on, and swallows the statement.",
        fails=["strings_go"],
        edits=[("(?P<string> e ' (?:", "(?P<string> e? ' (?:")],
    ),
    Wrong(
        "no_backslash",
        "In an E string the quote behind a backslash ends nothing.",
        fails=["strings_go", "can_be_read", "statements_at_random"],
        edits=[(r"e ' (?: [^'\\] | '' | \\. )* (?: '|\\?\Z )", "e ' (?: [^'] | '' )* (?: '|\\Z )")],
    ),
    Wrong(
        "no_dollar_quotes",
        "What stands between dollars is taken for names and operators.",
        fails=["strings_go", "quotes_hide", "can_be_read", "any_text_has_one", "statements_at_random"],
        edits=[(_DOLLAR, " )\n    | (?P<tag> (?!) )\n")],
    ),
    Wrong(
        "tags_in_capitals",
        "The whole expression ignores case: $A$ ends what $a$ has begun.",
        fails=["strings_go"],
        edits=[(r"(?-i: \$ (?P=tag) \$ )", r"\$ (?P=tag) \$")],
    ),
    Wrong(
        "comments_first",
        "Comments are taken out before anybody has looked for quotes.",
        fails=["quotes_hide", "spaces_and_comments_go", "any_text_has_one", "statements_at_random"],
        edits=[(_BEGIN, "    import re\n\n" + _BEGIN.replace(
            "sql", 're.sub(r"--[^\\n]*|/\\*.*?\\*/", " ", sql, flags=re.DOTALL)'))],
    ),
    Wrong(
        "comments_do_not_nest",
        "The first */ ends the comment, as in C.",
        fails=["spaces_and_comments_go", "any_text_has_one"],
        edits=[("        depth += 1 if edge[0] == \"/*\" else -1\n", "        depth = 1 if edge[0] == \"/*\" else 0\n")],
    ),
    Wrong(
        "spaces_are_only_shortened",
        "id=1 and id = 1 are two statements.",
        fails=["spaces_and_comments_go", "lists_of_any_length"],
        edits=[("((kind, part) for part in", "((kind, part if sql[found.start() - 1].strip() else f\" {part}\") for part in")],
    ),
    Wrong(
        "all_in_lower_case",
        "Quoted names lose their capitals: two tables become one.",
        fails=["strings_go", "case_counts_in_quotes"],
        edits=[(_BEGIN, _BEGIN.replace("sql", "sql.lower()"))],
    ),
    Wrong(
        "case_counts",
        "SELECT and select are two.",
        fails=["case_counts_in_quotes", "lists_of_any_length", "statements_at_random"],
        edits=[('            yield kind, text.lower()\n', '            yield kind, text if text.lower() not in ("in", "values") else text.lower()\n')],
    ),
    Wrong(
        "names_in_quotes_are_strings",
        "Double quotes are taken for quotes of a string.",
        fails=["quotes_hide", "case_counts_in_quotes", "can_be_read", "statements_at_random"],
        edits=[('if kind not in ("number", "string"):', 'if kind not in ("number", "string", "quoted"):')],
    ),
    Wrong(
        "lists_by_length",
        "As many fingerprints as there are lengths of lists.",
        fails=["lists_of_any_length"],
        edits=[(_END, "    return _joined(_without_rows(tokens))\n")],
    ),
    Wrong(
        "anything_behind_in",
        "A subquery behind IN is a list, too.",
        fails=["lists_of_any_length"],
        edits=[('            if inside and all(map(_stands_for_value, inside[::2])) and set(inside[1::2]) <= {","}:\n',
                '            if inside:\n')],
    ),
    Wrong(
        "rows_by_number",
        "As many fingerprints as there are sizes of imports.",
        fails=["rows_of_any_number"],
        edits=[(_END, "    return _joined(_without_lists(tokens))\n")],
    ),
    Wrong(
        "only_rows_of_values",
        "Rows with a call or NULL in them stay.",
        fails=["rows_of_any_number"],
        edits=[("            while tokens[end : end + 1] == [\",\"] and end + 1 in closing:\n",
                "            while tokens[end : end + 1] == [\",\"] and end + 1 in closing and set(\n"
                "                tokens[end + 2 : closing[end + 1]]\n"
                "            ) <= {\"?\", \",\"}:\n")],
    ),
    Wrong(
        "parameters_are_values",
        "$1 and $2 are the same.",
        fails=["unlike_ones_stay_apart"],
        edits=[('if kind not in ("number", "string"):', 'if kind not in ("number", "string", "parameter"):')],
    ),
    Wrong(
        "any_sign_is_of_the_number",
        "n + 1 and n - 1 are one.",
        fails=["unlike_ones_stay_apart"],
        edits=[('            if before[0] == "operator" or before[1] in ("(", ","):\n', "            if before:\n")],
    ),
    Wrong(
        "signs_stay",
        "Lists are not alike when one of them holds a negative number.",
        fails=["lists_of_any_length", "rows_of_any_number"],
        edits=[('if kind == "number" and kept and', 'if kind == "sign" and kept and')],
    ),
    Wrong(
        "any_sign_behind_a_parenthesis",
        "Behind ( and , every sign goes, whatever it stands before: f(-a) is f(a).",
        fails=["unlike_ones_stay_apart"],
        edits=[('        if kind not in ("number", "string"):\n',
                '        if len(kept) > 1 and kept[-1][1] in ("+", "-") and kept[-2][1] in ("(", ","):\n'
                "            kept.pop()\n"
                '        if kind not in ("number", "string"):\n')],
    ),
    Wrong(
        "null_is_a_value",
        "NULL, TRUE and FALSE are values: IS NULL is IS ?.",
        fails=["rows_of_any_number", "unlike_ones_stay_apart"],
        edits=[('if kind not in ("number", "string"):', 'if kind not in ("number", "string") and text not in ("null", "true", "false"):')],
    ),
    Wrong(
        "a_digest",
        "Short and always of the same length; and nobody can read it.",
        fails=["can_be_read"],
        edits=[(_END, "    import hashlib\n\n" + _END.replace(
            "_joined(_without_rows(_without_lists(tokens)))",
            "hashlib.sha256(_joined(_without_rows(_without_lists(tokens))).encode()).hexdigest()"))],
    ),
    Wrong(
        "comments_that_end",
        "A comment that nothing ends is none: its words stay.",
        fails=["any_text_has_one"],
        edits=[("    return len(sql)\n", "    return start + 2\n")],
    ),
    Wrong(
        "gives_up",
        "What is open at the end raises.",
        fails=["any_text_has_one"],
        edits=[("        assert found is not None  # noqa: S101 - `other` matches anything\n",
                "        assert found is not None  # noqa: S101 - `other` matches anything\n"
                "        if found[0].startswith(\"'\") and not found[0].endswith(\"'\"):\n"
                "            raise ValueError(\"a string does not end\")\n")],
    ),
    Wrong(
        "any_tag_ends_it",
        "$$ ends what $body$ has begun.",
        fails=["strings_go", "statements_at_random"],
        edits=[(r"\$ (?P=tag) \$", r"\$ \w* \$")],
    ),
]  # fmt: skip
