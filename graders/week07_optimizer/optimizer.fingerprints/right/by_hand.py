"""Character by character, without a regular expression; keywords are shown in capitals."""

from __future__ import annotations


class Reader:
    def __init__(self, sql: str) -> None:
        self.sql, self.at = sql, 0

    def look(self, length: int = 1) -> str:
        return self.sql[self.at : self.at + length]

    def read(self) -> list[str]:
        tokens: list[str] = []
        while self.at < len(self.sql):
            token = self.next()
            if token:
                tokens.append(token)
        return tokens

    def next(self) -> str:
        here = self.look()
        if here.isspace():
            self.at += 1
            return ""
        if self.look(2) == "--":
            while self.at < len(self.sql) and self.look() not in "\r\n":
                self.at += 1
            return ""
        if self.look(2) == "/*":
            self.comment()
            return ""
        if here == "'":
            self.quoted("'", backslash=False)
            return "?"
        if here in "eE" and self.look(2)[1:] == "'":
            self.at += 1
            self.quoted("'", backslash=True)
            return "?"
        if here in "bBxXnN" and self.look(2)[1:] == "'":
            self.at += 1
            self.quoted("'", backslash=False)
            return "?"
        if here == '"':
            return self.quoted('"', backslash=False)
        if here == "$":
            return self.dollar()
        if self.is_digit(here) or (here == "." and self.is_digit(self.look(2)[1:])):
            self.number()
            return "?"
        if here.isalpha() or here == "_" or ord(here) > 127:
            begin = self.at
            while self.at < len(self.sql) and (self.is_name(self.look())):
                self.at += 1
            return self.sql[begin : self.at].upper()
        for length in (3, 2):
            if self.look(length) in (
                "->>",
                "#>>",
                "->",
                "#>",
                "<=",
                ">=",
                "<>",
                "!=",
                "::",
                "||",
                "@>",
                "<@",
                "&&",
            ):
                self.at += length
                return self.sql[self.at - length : self.at]
        self.at += 1
        return here

    @staticmethod
    def is_digit(text: str) -> bool:
        return text != "" and text in "0123456789"

    @staticmethod
    def is_name(text: str) -> bool:
        return text.isalnum() or text in "_$" or ord(text) > 127

    def comment(self) -> None:
        depth = 0
        while self.at < len(self.sql):
            if self.look(2) == "/*":
                depth, self.at = depth + 1, self.at + 2
            elif self.look(2) == "*/":
                depth, self.at = depth - 1, self.at + 2
                if depth == 0:
                    return
            else:
                self.at += 1

    def quoted(self, quote: str, *, backslash: bool) -> str:
        begin = self.at
        self.at += 1
        while self.at < len(self.sql):
            if (backslash and self.look() == "\\") or self.look(2) == quote * 2:
                self.at += 2
            elif self.look() == quote:
                self.at += 1
                break
            else:
                self.at += 1
        return self.sql[begin : self.at]

    def dollar(self) -> str:
        end = self.at + 1
        while end < len(self.sql) and self.is_name(self.sql[end]) and self.sql[end] != "$":
            end += 1
        tag = self.sql[self.at : end + 1]
        if tag.endswith("$") and len(tag) > 1 and not tag[1].isdigit():
            close = self.sql.find(tag, end + 1)
            self.at = len(self.sql) if close < 0 else close + len(tag)
            return "?"
        begin, self.at = self.at, end
        return self.sql[begin:end]

    def number(self) -> None:
        before = ""
        while self.at < len(self.sql):
            here = self.look()
            if not (here.isalnum() or here in "._" or (here in "+-" and before in "eE" and before)):
                return
            before = here
            self.at += 1


def group(tokens: list[str], at: int) -> int:
    """Where the parenthesis that opens there is closed, or -1."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[place], 0)
        if depth == 0:
            return place
    return -1


def fingerprint(sql: str) -> str:
    tokens = Reader(sql).read()
    while tokens[-1:] == [";"]:
        del tokens[-1]
    result: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        after = tokens[at + 1 : at + 2]
        if token in "+-" and after == ["?"] and result and result[-1] in ("(", ","):
            at += 1
            continue
        result.append(token)
        at += 1
        if token == "IN" and tokens[at : at + 1] == ["("]:
            end = group(tokens, at)
            inside = set(tokens[at + 1 : end])
            if (
                end > 0
                and inside
                and (
                    inside <= {"?", ",", "-", "+"}
                    or all(one == "," or one[0] == "$" for one in inside)
                )
            ):
                result += ["(", tokens[end - 1][0], "...", ")"]
                at = end + 1
        elif token == "VALUES" and tokens[at : at + 1] == ["("]:
            end = group(tokens, at)
            if end > 0:
                row = tokens[at : end + 1]
                result += [
                    one
                    for place, one in enumerate(row)
                    if not (
                        one in "+-"
                        and row[place - 1] in "(,"
                        and row[place + 1 : place + 2] == ["?"]
                    )
                ]
                at = end + 1
                while tokens[at : at + 2] == [",", "("] and group(tokens, at + 1) > 0:
                    at = group(tokens, at + 1) + 1
    return " ".join(result)
