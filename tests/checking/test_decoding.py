"""Encoded bodies are decoded within a bound, whatever they claim to be."""

from __future__ import annotations

import gzip
import zlib

import pytest

from workbench.checking.decoding import decoded

TEXT = b"lamps" * 20
GZIPPED = gzip.compress(TEXT, mtime=0)  # a test's name must not hold the time
_bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
BARE = _bare.compress(TEXT) + _bare.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", GZIPPED),
        ("X-Gzip", GZIPPED),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", BARE),
        ("deflate, gzip", gzip.compress(zlib.compress(TEXT), mtime=0)),
        ("unheard-of", TEXT),
    ],
)
def test_a_body_is_decoded(encoding: str, body: bytes) -> None:
    assert decoded(body, encoding, 1000) == TEXT


def test_no_more_is_decoded_than_the_bound_and_one_byte() -> None:
    bomb = gzip.compress(bytes(5_000_000))
    assert len(decoded(bomb, "gzip", 1000)) == 1001


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", TEXT), ("gzip, gzip, gzip", b""), ("gzip," * 10_000, b"")]
)
def test_what_cannot_be_decoded_is_said(encoding: str, body: bytes) -> None:
    with pytest.raises(ValueError, match=r"encoded as|codings"):
        decoded(body, encoding, 1000)
