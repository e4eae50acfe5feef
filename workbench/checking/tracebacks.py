"""Tracebacks in a log, cut down to what the reader wrote."""

from __future__ import annotations

import re

_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line \d+')
_FOREIGN = re.compile(r"site-packages|/lib/python3|<frozen ")
_STAGE = re.compile(r"/[^\s\"]*/stage-[^/\s\"]+/")


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
            kept.append(_STAGE.sub("", line))
    return "\n".join(kept)
