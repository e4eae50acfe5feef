"""Tracebacks in a log, cut down to what the reader wrote."""

from __future__ import annotations

import re

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line \d+')
_FOREIGN = re.compile(r"site-packages|/lib/python3|<frozen ")
_PATH = re.compile(r"/[^\s\"]*")


def own_frames(log: str) -> str:
    """The log without the frames of libraries, and with paths as the course writes them."""
    kept, foreign = [], False
    for line in log.splitlines():
        frame = _FRAME.match(line)
        if frame:
            foreign = bool(_FOREIGN.search(frame["file"]))
        elif not line.startswith("    "):
            foreign = False
        if not foreign:
            kept.append(_PATH.sub(_in_course, line))
    return "\n".join(kept)


def _in_course(path: re.Match[str]) -> str:
    """The path without the stage's folder. No expression could do it: a log may be all slashes."""
    before, _, after = path[0].rpartition("/stage-")
    _, slash, rest = after.partition("/")
    return rest if before and slash else path[0]
