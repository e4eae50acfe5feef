"""Text of strangers that can be written, and printed: it moves no cursor, and turns no line."""

from __future__ import annotations

import unicodedata

#: Joiners are parts of words in many scripts, and move nothing.
_JOINERS = "\u200c\u200d"


def writable(text: str) -> str:
    """The text with what no encoding takes escaped: what an answer says can hold half a character.

    Failures and results hold only such text, so whoever writes one need not think of it.
    """
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str, keep: str = "") -> str:
    """The text with control characters, marks of direction and what is no character escaped.

    keep: characters that stay as they are, such as a newline.
    """
    return "".join(
        one if one in keep or one in _JOINERS or not _is_odd(one) else _escaped(one) for one in text
    )


def _is_odd(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
