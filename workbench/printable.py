"""Text of strangers that can be printed: it moves no cursor, colours nothing, and turns no line."""

from __future__ import annotations

import unicodedata

#: Joiners are parts of words in many scripts, and move nothing.
_JOINERS = "\u200c\u200d"


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
