"""Statements that are alike, and statements that are not. How a fingerprint is spelled is up to
the answer: only which are equal is looked at, and what can be read in them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import combinations

from workbench.checking import CheckFailed, SocialService, check, expect

QUOTES = "where each quoted text begins and ends"


def texts(app: SocialService) -> None:
    """A service that is asked for fingerprints only."""


def prints(app: SocialService, statements: Sequence[str]) -> list[str]:
    """The fingerprint of each."""
    reply = app.post("/fingerprints", json={"statements": list(statements)})
    expect.status(reply, 200, "fingerprint() must return a str for any text")
    found = reply["fingerprints"]
    right = isinstance(found, list) and len(found) == len(statements)
    expect.that(
        right and all(isinstance(one, str) for one in found),
        "a text for each statement",
        reply.shown,
        sent=reply.sent,
    )
    return list(found)


def alike(app: SocialService, *statements: str, look: str = "") -> None:
    """They have one fingerprint."""
    found = prints(app, statements)
    for statement, one in zip(statements[1:], found[1:], strict=True):
        if one != found[0]:
            raise CheckFailed(
                "one fingerprint for both",
                f"{found[0]}\n{one}",
                f"{statements[0]}\n{statement}",
                look,
            )


def apart(app: SocialService, *statements: str, look: str = "") -> None:
    """No two of them have the same fingerprint."""
    found = prints(app, statements)
    for (one, here), (another, there) in combinations(zip(statements, found, strict=True), 2):
        if here == there:
            raise CheckFailed("two fingerprints", f"twice {here}", f"{one}\n{another}", look)


@check(points=2, runs="social_service", on=texts)
def numbers_go(app: SocialService) -> None:
    """Numbers of every form are values; digits in names are none."""
    numbers = ["7", "42", "3.14", ".5", "5.", "1e10", "2.5E-3", "1e+2"]
    alike(
        app,
        *[f"SELECT id FROM posts WHERE view_count > {one}" for one in numbers],
        look="the forms that a number can have",
    )
    alike(app, "SELECT id FROM posts LIMIT 10 OFFSET 20", "SELECT id FROM posts LIMIT 5 OFFSET 0")
    names = [
        f"SELECT {column} FROM {table}" for table in ("t1", "t2", "t_3b") for column in ("c1", "c2")
    ]
    apart(app, *names, look="digits in a name")


@check(points=3, runs="social_service", on=texts)
def strings_go(app: SocialService) -> None:
    """Strings are values, in each of the four forms, whatever stands in them."""
    contents = [
        "'x'",
        "''",
        "'it''s'",
        "''''",
        "'a ''b'' c'",
        "'C:\\'",
        "'\\'''",
        "'42'",
        "'two\nlines'",
        "E'x'",
        "e'it\\'s'",
        "E'\\\\'",
        "E'a '' \\' b'",
        "E'\\\\\\''",
        "$$x$$",
        "$$it's$$",
        "$$$$",
        "$a$ $$ ' $b$ $a$",
        "$a$ $A$ ' $a$",
        "$body$x$ $a$ $$ $body $body$",
        "$$ $1 $$",
        "B'101'",
        "x'1F'",
    ]
    alike(
        app,
        *[f"SELECT id FROM users WHERE bio = {one} AND id > 1" for one in contents],
        look=QUOTES,
    )
    alike(
        app,
        "SELECT $$a$$ || 'b' || E'c\\'' || name FROM t",
        "SELECT $q$'$q$ || 'b\\' || E'c' || name FROM t",
        look=QUOTES,
    )


@check(points=2, runs="social_service", on=texts)
def quotes_hide(app: SocialService) -> None:
    """Within quotes nothing is a comment, and within comments nothing is a quote."""
    plain = "SELECT a FROM t WHERE b = 'x' AND c = 'y'"
    alike(
        app,
        plain,
        "SELECT a FROM t WHERE b = 'x -- y' AND c = 'y'",
        "SELECT a FROM t WHERE b = '/*' AND c = '*/'",
        "SELECT a FROM t WHERE b = $$ -- $$ AND c = E'-- \\' /*'",
        "SELECT a -- it's here\nFROM t WHERE b = 'x' AND c = 'y'",
        "SELECT a /* don't */ FROM t WHERE b = 'x' /* $$ */ AND c = 'y'",
        "SELECT a FROM t -- \"\n WHERE b = '\"' AND c = '\"'",
        look=QUOTES,
    )
    apart(
        app,
        'SELECT "it\'s" FROM t',
        'SELECT "its" FROM t',
        'SELECT "a -- b" FROM t',
        'SELECT "a -- c" FROM t',
        'SELECT "a/*b*/" FROM t',
        'SELECT "a" FROM t',
        look=QUOTES,
    )


@check(points=2, runs="social_service", on=texts)
def spaces_and_comments_go(app: SocialService) -> None:
    """Spaces, line breaks, comments (also within comments) and a semicolon at the end count for
    nothing."""
    alike(
        app,
        "SELECT id, name FROM users WHERE id = 5 AND lower(name) <> 'x'",
        "SELECT id,name\n\tFROM users\r\n  WHERE id=5 AND lower(name)<>'x'",
        "  SELECT id , name FROM users WHERE id =5 AND lower ( name ) <> 'x' ;  ",
        "/* by ada */ SELECT id, name FROM users WHERE id = 5 AND lower(name) <> 'x';-- end",
        "SELECT id, -- the key\nname FROM users WHERE id = 5 AND lower(name) <> 'x'",
        "SELECT/**/id,name/* a /* b */ c */FROM users WHERE id = 5 AND lower(name) <> 'x'",
        "SELECT id, name FROM users /* /* a */ /* b */ */ WHERE id = 5 AND lower(name) <> 'x' -- ;",
        look="what may stand between two tokens",
    )
    alike(
        app,
        "SELECT a*b-c FROM t WHERE d->>'e' = $1::text",
        "SELECT a * b - c FROM t WHERE d ->> 'e' = $1 :: text",
        "SELECT a*/* x */b-/* y */c FROM t WHERE d->>'e'=$1::text--",
        look="what may stand between two tokens",
    )
    apart(
        app, "SELECT ab FROM t", "SELECT a b FROM t", "SELECT a, b FROM t", look="words stay apart"
    )


@check(points=1, runs="social_service", on=texts)
def case_counts_in_quotes(app: SocialService) -> None:
    """Capitals count for nothing, but within a quoted name, which stays as it is."""
    alike(app, "SELECT name FROM users WHERE id IN (1)", "select Name from Users where ID in (1)")
    apart(
        app,
        'SELECT "Name" FROM t',
        'SELECT "name" FROM t',
        'SELECT "na me" FROM t',
        'SELECT "na  me" FROM t',
        'SELECT "na""me" FROM t',
        'SELECT "na" "me" FROM t',
        'SELECT "name 1" FROM t',
        'SELECT "name 2" FROM t',
        look="what stands in double quotes",
    )


@check(points=2, runs="social_service", on=texts)
def lists_of_any_length(app: SocialService) -> None:
    """An IN list of values is the same however long it is, and so is one of parameters."""
    select = "SELECT id FROM posts WHERE user_id IN {} AND like_count > 3"
    lists = [
        "(7)",
        "(1, 2)",
        "(1,2,3)",
        "( 1 , 2 )",
        "('a', 'it''s', ')')",
        "(1, -1)",
        "(-1, +2.5)",
        "(" + ", ".join(map(str, range(3000))) + ")",
    ]
    look = "a list behind IN"
    alike(app, *[select.format(one) for one in lists], look=look)
    alike(app, *[select.format(one) for one in ("($1)", "($1, $2)", "($1,$2,$3,$4)")], look=look)
    alike(
        app,
        "SELECT 1 FROM t WHERE a NOT IN (1) OR b IN (2, 3)",
        "select 1 from t where a not in (1, 2) or b in (3)",
        look=look,
    )
    apart(
        app,
        "SELECT a FROM t WHERE b IN (1)",
        "SELECT a FROM t WHERE b NOT IN (1)",
        "SELECT a FROM t WHERE b IN (SELECT id FROM u)",
        "SELECT a FROM t WHERE b IN (SELECT id FROM v)",
        "SELECT a FROM t WHERE b IN (c, d)",
        "SELECT a FROM t WHERE b = 1",
        look="only lists of nothing but values, or of nothing but parameters",
    )


@check(points=2, runs="social_service", on=texts)
def rows_of_any_number(app: SocialService) -> None:
    """Of the rows behind VALUES only the first counts."""
    insert = "INSERT INTO tags (id, name) VALUES {} ON CONFLICT DO NOTHING RETURNING id"
    rows = [
        "(1, 'a')",
        "(1, 'a'), (2, 'b')",
        "(1,'a'),(2,')'),(3,'(')",
        "(1, 'a'), (2, NULL)",
        "(1, 'a'), (DEFAULT, lower('B')), ((SELECT max(id) FROM t), 'c')",
        "(-1, 'a'), (2, 'b')",
        ", ".join(["(1, 'a')"] * 1000),
    ]
    look = "the rows behind VALUES, and what follows them"
    alike(app, *[insert.format(one) for one in rows], look=look)
    alike(
        app,
        insert.format("($1, lower($2))"),
        insert.format("($1, lower($2)), ($3, lower($4))"),
        look=look,
    )
    apart(
        app,
        insert.format("(1, 'a')"),
        insert.format("(1, 'a', 2)"),
        insert.format("(1, NULL)"),
        insert.format("(1, lower('a'))"),
        insert.format("(1, 'a'), (2, 'b')") + ", name",
        look=look,
    )


@check(points=3, runs="social_service", on=texts)
def unlike_ones_stay_apart(app: SocialService) -> None:
    """Statements that ask for something else have other fingerprints, though they be much alike."""
    apart(
        app,
        "SELECT id FROM posts WHERE user_id = $1",
        "SELECT id FROM posts WHERE parent_post_id = $1",
        "SELECT id FROM posts WHERE user_id = $2",
        "SELECT id FROM posts WHERE user_id = 1",
        "SELECT id FROM posts WHERE user_id < 1",
        "SELECT id FROM posts WHERE user_id <= 1",
        "SELECT id FROM posts WHERE user_id = 1 AND is_hidden",
        "SELECT id FROM posts WHERE user_id = 1 OR is_hidden",
        "SELECT id FROM posts WHERE user_id = 1 ORDER BY id",
        "SELECT id FROM posts WHERE user_id = 1 ORDER BY id DESC",
        "SELECT id FROM posts WHERE user_id = NULL",
        "SELECT id FROM posts WHERE user_id IS NULL",
        "SELECT id, user_id FROM posts WHERE user_id = 1",
        "SELECT user_id, id FROM posts WHERE user_id = 1",
        "SELECT id FROM posts WHERE is_hidden = TRUE",
        "SELECT id FROM posts WHERE is_hidden = FALSE",
        look="what is a value, and what is not",
    )
    apart(
        app,
        "SELECT a FROM t WHERE b = $1 AND c = $2",
        "SELECT a FROM t WHERE b = $2 AND c = $1",
        "SELECT a FROM t WHERE b = $1 AND c = $1",
        "SELECT a FROM t WHERE b = $1 AND c = $12",
        look="$1 is no value: it names one",
    )
    apart(
        app,
        "UPDATE t SET n = n + 1",
        "UPDATE t SET n = n - 1",
        "UPDATE t SET n = n * 1",
        "UPDATE t SET n = m + 1",
        look="a sign behind a name",
    )
    apart(
        app,
        "SELECT f(a, b)",
        "SELECT f(-a, b)",
        "SELECT f(a, -b)",
        "SELECT f(a, -$1)",
        "SELECT f(a, $1)",
        look="a sign that stands before no number",
    )
    # As the name of a column, COMMIT is possible, too.
    apart(app, "SELECT a FROM t; COMMIT", "SELECT a FROM t COMMIT", look="a ; that ends nothing")
    apart(
        app,
        "SELECT f(1)",
        "SELECT f(1, 2)",
        "SELECT g(1)",
        "SELECT a -> 'b'",
        "SELECT a ->> 'b'",
        "SELECT a[1]",
        "SELECT a.b",
        "SELECT a",
        "SELECT 'a'",
        "SELECT 'a'::date",
        "SELECT 'a'::text",
    )
    long = "SELECT " + ", ".join(f"column_{number}" for number in range(1000))
    apart(app, f"{long} FROM posts", f"{long} FROM users", f"{long} FROM users WHERE id = 1")


@check(points=2, runs="social_service", on=texts)
def can_be_read(app: SocialService) -> None:
    """A fingerprint can be read: words, names and operators in their order, ? for each value, and
    of the values nothing."""
    statement = (
        'SELECT u.name, count(*) FROM users AS u JOIN "Odd" o ON o.id = u.id'
        " WHERE u.email = 'Zanzibar' AND u.age >= 8765 AND u.bio <> E'Quito\\'s'"
        " OR u.bio = $t$Lima$t$"
    )
    (found,) = prints(app, [statement])
    tokens = r"[a-z]+|\?|[<>=]+|\*"
    words = re.findall(tokens, found.lower())
    wanted = re.findall(
        tokens,
        "select u name count * from users as u join odd o on o id = u id"
        " where u email = ? and u age >= ? and u bio <> ? or u bio = ?",
    )
    expect.equal(words, wanted, "words and operators", look="a fingerprint is for people, too")
    secret = ["zanzibar", "8765", "quito", "lima", "ada", "4711"]
    more = prints(
        app,
        [
            "SELECT f('Ada', 4711)",
            "SELECT 1 WHERE n IN ('Ada', 'Lima', 4711)",
            "INSERT INTO t VALUES (1, 'Zanzibar'), (2, 'Quito')",
            "SELECT $a$ Lima $a$",
        ],
    )
    shown = [word for word in secret if any(word in one.lower() for one in [found, *more])]
    expect.equal(shown, [], "values in fingerprints", look="who reads /statements")


@check(points=1, runs="social_service", on=texts, hidden=True)
def any_text_has_one(app: SocialService) -> None:
    """Any text has a fingerprint, also one that is cut off in the middle or is no SQL, and always
    the same one."""
    odd = [
        "",
        " ",
        ";",
        "'",
        '"',
        "SELECT 'abc",
        'SELECT "abc',
        "SELECT E'abc\\",
        "SELECT E'abc\\'",
        "SELECT /* abc",
        "SELECT /* /* */",
        "SELECT $$abc",
        "SELECT $a$abc$$",
        "-- abc",
        "f((1",
        "))",
        "IN (",
        "a IN (1, 2",
        "VALUES (1, 2",
        "VALUES",
        "SELECT ü, ñ FROM größe",
        "日本 = '語'",
        "\\",
        "$",
        "$$",
        "$1$",
        "a$b$c",
        "?",
        "#!/bin/sh",
        "\u2028",
    ]
    first, again = prints(app, odd), prints(app, odd[::-1])[::-1]
    expect.equal(again, first, "fingerprints, when asked again")
    look = "what is still open at the end of the text"
    alike(app, "SELECT a", "SELECT a /* b c", "SELECT a /* b /* c */ d", look=look)
    begun = ("'b c", "'b ''", "E'b \\'", "$$b c", "$b$ c $$", "$b$ c $B$")
    alike(app, "SELECT a || 'b'", *[f"SELECT a || {one}" for one in begun], look=look)


PIECES = {
    "value": ["5", "0.25", "'x'", "'it''s -- 1'", "E'\\' /*'", "$$'$$", "$q$ $$ $q$", "1e3", "''"],
    "gap": [" ", "\n", "  ", "\t", " /* ' */ ", ' -- "\n', "/**/ "],
}
COLUMNS = ["id", "name", "t1.c2", '"Odd "" one"', "count(*)", "lower(a)", "data ->> 'k'", "$1", "?"]
TESTS = [
    "a = ?",
    "b2 <> ?",
    "c IS NULL",
    "d < ?",
    "e LIKE ?",
    "f = $1",
    "g = $2",
    '"h ?" = ?',
    "NOT i",
]


@check(points=2, runs="social_service", on=texts, hidden=True)
def statements_at_random(app: SocialService) -> None:
    """The same holds for statements that are put together at random, and written in two ways."""
    dice = random.Random(7)  # noqa: S311 - always the same ones
    shapes = set()
    while len(shapes) < 60:
        columns = dice.sample(COLUMNS, dice.randint(1, 3))
        tests = dice.sample(TESTS, dice.randint(1, 4))
        shapes.add(f"SELECT {' , '.join(columns)} FROM t WHERE {' AND '.join(tests)}")
    ordered = sorted(shapes)
    pairs = [(written(dice, shape), written(dice, shape)) for shape in ordered]
    found = prints(app, [statement for pair in pairs for statement in pair])
    for (one, another), here, there in zip(pairs, found[::2], found[1::2], strict=True):
        if here != there:
            raise CheckFailed("one fingerprint for both", f"{here}\n{there}", f"{one}\n\n{another}")
    for (one, here), (another, there) in combinations(
        zip([pair[0] for pair in pairs], found[::2], strict=True), 2
    ):
        if here == there:
            raise CheckFailed("two fingerprints", f"twice {here}", f"{one}\n\n{another}")


def written(dice: random.Random, shape: str) -> str:
    """The statement with values, spaces and capitals as it comes."""
    parts = []
    for piece in re.findall(r'"(?:[^"]|"")*"|\'k\'|\S+', shape):
        text = dice.choice(PIECES["value"]) if piece == "?" else piece
        if piece[0] not in "\"'$?":
            text = dice.choice([piece, piece.upper(), piece.lower()])
        parts.append(text + dice.choice(PIECES["gap"]))
    return "".join(parts) + dice.choice(["", ";", " -- end"])
