"""Which statements have the same fingerprint, and which have not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.social.service.fingerprints import fingerprint


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT  *\nFROM users WHERE id=42;", "select * from users where id = ?"),
        ("select a.b::text, c[1:2]", "select a.b::text, c[? : ?]"),
        ("x IN (1, -2, 'a') OR y NOT IN($1,$2)", "x in (?) or y not in (?)"),
        ("x IN (1)", "x in (?)"),
        ("x IN (a, 1)", "x in (a, ?)"),
        ("x IN (SELECT 1)", "x in (select ?)"),
        ("VALUES (1, now()), (2, NULL), ($1, ')')", "values (?, now ())"),
        ("VALUES (1), ((SELECT 2)) RETURNING id, (a)", "values (?) returning id, (a)"),
        ("VALUES ((SELECT a IN (1, 2) FROM (VALUES (3), (4)) AS t)), (5)",
         "values ((select a in (?) from (values (?)) as t))"),
        ("'it''s' E'it\\'s' 'C:\\' b'1' X'F' U&'x' n'y'", "? ? ? ? ? ? ?"),
        ("$$a$b$ 'c'$$ $tag$ $$ $tag$ $1 a$b$1", "? ? $1 a$b$1"),
        ("$Tag$ $tag$ ' $TAG$ $Tag$ a", "? a"),
        ("1 2.5 .5 5. 1e10 1.5E-3 0x1F 0b1 1_000 a1 t2.c3", "? ? ? ? ? ? ? ? ? a1 t2.c3"),
        ('"Users" "a""b" "c -- d" "e 1" U&"f"', '"Users" "a""b" "c -- d" "e 1" U&"f"'),
        ("a--b 'c\n+/* d /* e */ f' */b", "a + b"),
        ("'-- no comment' /* 'no string */ 1", "? ?"),
        ("a=-1 AND b = - 1 AND c-1 > d -1 AND f(-1)",
         "a = ? and b = ? and c - ? > d - ? and f (?)"),
        ("a ->> 'b' @-1 @> c <-1", "a ->> ? @- ? @> c < ?"),
        ("NULL TRUE", "null true"),
        ("", ""),
        (" ; ;", ""),
    ],
)  # fmt: skip
def test_a_fingerprint(sql: str, expected: str) -> None:
    assert fingerprint(sql) == expected


@pytest.mark.parametrize("begun", ["'a", "E'a\\", "E'a\\'", "/* a", "$$a", "$b$a$$", "f((1"])
def test_what_is_open_goes_to_the_end(begun: str) -> None:
    assert fingerprint(begun) == fingerprint(begun + " ")


def test_a_long_list_is_no_trouble() -> None:
    ids = ", ".join(map(str, range(50_000)))
    assert fingerprint(f"SELECT 1 WHERE id IN ({ids})") == fingerprint("SELECT 2 WHERE id IN (7)")
    rows = ", ".join(["('a', 1)"] * 50_000)
    assert fingerprint(f"VALUES {rows}") == fingerprint("VALUES ('', 2)")
    assert fingerprint("values (" * 50_000).startswith("values (values (")


# Pieces of statements: each as a token without values, and ways to write it.
_WORDS = st.sampled_from(
    ["select", "from", "in", "values", "users", "t1", "größe", "null", "e", "b"]
)
_QUOTED = st.text("ab1 ?$-'/*", min_size=1).map(lambda name: f'"{name}"')
_SIGNS = st.sampled_from(
    ["(", ")", ",", "=", "<>", "+", "->>", "@>", "*", "/", "::", "[", "]", "."]
)
_PARAMETERS = st.integers(1, 12).map(lambda number: f"${number}")
_CONTENT = st.text('ab1 $-/*,();?"\n')
_VALUES = st.one_of(
    st.integers(0, 10**6).map(str),
    st.sampled_from([".5", "5.", "1e3", "0x1f", "1_0"]),
    _CONTENT.map(lambda text: f"'{text}'"),
    _CONTENT.map(lambda text: f"E'{text}\\''''"),
    _CONTENT.map(lambda text: f"$t${text}$t$"),
)
_GAPS = st.sampled_from([" ", "\n", "\t ", " -- it's\n", "/* 'a /* \" */ $$ */", " /**/ "])
_SHAPES = st.lists(
    st.one_of(_WORDS, _QUOTED, _SIGNS, _PARAMETERS, st.just("?")), min_size=1, max_size=20
)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[list[str], str, str]:
    """A shape, and two statements of it."""
    shape = draw(_SHAPES)

    def written() -> str:
        parts = []
        for token in shape:
            text = draw(_VALUES) if token == "?" else token
            if token.isidentifier():
                text = draw(st.sampled_from([token, token.upper(), token.title()]))
                if text.lower() != token:  # SS, as the capital of ß
                    text = token
            parts.append(draw(_GAPS) + text)
        return "".join(parts) + draw(st.sampled_from(["", " ", ";", "--"]))

    return shape, written(), written()


@given(spellings())
def test_spellings_of_one_statement_are_alike(given: tuple[list[str], str, str]) -> None:
    _, one, another = given
    assert fingerprint(one) == fingerprint(another)


@given(spellings())
def test_it_keeps_all_but_the_values(given: tuple[list[str], str, str]) -> None:
    shape, one, _ = given
    if "in" not in shape and "values" not in shape:
        # A sign in front of a number may be the number's.
        kept = "".join(shape).replace("+?", "?")
        assert fingerprint(one).replace(" ", "").replace("+?", "?") in (
            kept.replace(" ", ""), kept.replace(" ", "").replace("+?", "?")
        )  # fmt: skip


@given(_SHAPES, _SHAPES)
def test_unlike_statements_stay_apart(one: list[str], another: list[str]) -> None:
    shapes = [" ".join(shape).replace("?", "1") for shape in (one, another)]
    if {"in", "values", "+"}.isdisjoint([*one, *another]):
        assert (fingerprint(shapes[0]) == fingerprint(shapes[1])) == (one == another)


@given(spellings())
def test_a_fingerprint_is_its_own(given: tuple[list[str], str, str]) -> None:
    once = fingerprint(given[1])
    assert fingerprint(once) == once


@given(st.text(alphabet=st.sampled_from("ab1 '\"$e\\-/*;(),.?x&u\n")))
def test_any_text_has_one(text: str) -> None:
    once = fingerprint(text)
    assert fingerprint(once) == fingerprint(fingerprint(once))


@given(st.lists(_VALUES, min_size=1), st.lists(_PARAMETERS, min_size=1))
def test_lists_of_any_length_are_alike(values: list[str], parameters: list[str]) -> None:
    for items in (values, parameters):
        listed = f"SELECT a FROM b WHERE c IN ({', '.join(items)}) AND d"
        assert fingerprint(listed) == fingerprint(f"SELECT a FROM b WHERE c IN ({items[0]}) AND d")
        rows = ", ".join(f"({item}, 1)" for item in items)
        assert fingerprint(f"VALUES {rows} x") == fingerprint(f"VALUES ({items[0]}, 2) x")
