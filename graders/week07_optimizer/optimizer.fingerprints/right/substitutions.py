"""Texts and not tokens: what is quoted is taken out first and put back in the end."""

from __future__ import annotations

import re

PROTECTED = re.compile(
    r"""--[^\n]*|(?P<comment>/\*)|"(?:[^"]|"")*(?:"|$)"""
    r"""|\b[eE]'(?:[^'\\]|''|\\.)*(?:'|\\?$)|(?:\b[bBxXnN])?'(?:[^']|'')*(?:'|$)"""
    r"""|(?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?:(?P=tag)|$)""",
    re.DOTALL,
)
NUMBER = re.compile(r"(?<![\w$.\ue000])(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?![\w\ue000])")
NAME = "\ue000{}\ue000"  # for private use: no text of SQL has it


def fingerprint(sql: str) -> str:
    names: list[str] = []
    parts: list[str] = []
    position = 0
    sql = sql.replace("\ue000", "_")
    while match := PROTECTED.search(sql, position):
        parts.append(sql[position : match.start()].lower())
        position = match.end()
        if match["comment"]:
            position = after_comment(sql, match.start())
            parts.append(" ")
        elif match[0].startswith("--"):
            parts.append(" ")
        elif match[0].startswith('"'):
            if match[0] not in names:
                names.append(match[0])
            parts.append(f" {NAME.format(match[0].encode().hex())} ")
        else:
            parts.append(" ? ")
    parts.append(sql[position:].lower())
    text = "".join(parts)
    text = NUMBER.sub("?", text)
    # One space between any two tokens.
    text = re.sub(r"(\ue000\w*\ue000|::|->>|->|<=|>=|<>|!=|\|\||[\w$?]+|\S)", r" \1 ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"( ;)+$|^;$", "", text).strip()
    text = re.sub(r"(?<=[(,] )[+-] \?", "?", text)
    text = re.sub(r"\bin \( (?:\?|\$\d+)(?: , (?:\?|\$\d+))* \)", "in (?)", text)
    text = first_rows(text)
    for name in names:
        text = text.replace(NAME.format(name.encode().hex()), name)
    return text


def after_comment(sql: str, position: int) -> int:
    depth = 0
    for edge in re.finditer(r"/\*|\*/", sql[position:]):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return position + edge.end()
    return len(sql)


def first_rows(text: str) -> str:
    head, found, tail = text.partition(" values ( ")
    if not found:
        return text
    depth, first, position = 1, None, 0
    for position, mark in enumerate(tail):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if depth == 0 and mark == ")":
            first = position if first is None else first
            if not tail[position + 1 :].startswith(" , ("):
                break
    else:
        return text
    return head + found + tail[:first] + ")" + first_rows(tail[position + 1 :])
