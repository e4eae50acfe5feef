"""Content-Encoding of bodies, undone within a bound: a few kilobytes can hold gigabytes."""

from __future__ import annotations

import zlib

#: More codings, one upon the other, than anybody uses: each costs as much as the largest body.
MOST_CODINGS = 2

#: What zlib is told: with its own header or gzip's; and without any, which some call "deflate" too.
_WITH_HEADER, _BARE = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


def decoded(body: bytes, encoding: str, most: int) -> bytes:
    """The body without its Content-Encoding, cut off after `most` + 1 bytes.

    Codings other than gzip and deflate are left as they are, and so is what they enclose. Raises
    ValueError for a body that is not so encoded, and for more codings than MOST_CODINGS.
    """
    codings = [name for one in encoding.split(",") if (name := one.strip().lower()) != "identity"]
    if len(codings) > MOST_CODINGS:
        raise ValueError(f"{len(codings)} codings, one upon the other")
    for coding in reversed(codings):
        if coding not in ("gzip", "x-gzip", "deflate"):
            return body
        body = _inflated(body, most + 1)
    return body


def _inflated(body: bytes, most: int) -> bytes:
    for bits in (_WITH_HEADER, _BARE):
        try:
            return zlib.decompressobj(bits).decompress(body, most)
        except zlib.error:
            continue
    raise ValueError("it is not encoded as its Content-Encoding says")
