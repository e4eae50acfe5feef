"""Posts are written in every way that there is, and then looked for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from workbench.checking import CheckFailed, Refused, Session, Social, check, expect

POST = """
    INSERT INTO public.posts (user_id, content, hashtags)
    SELECT id, %s, %s::text[] FROM public.users WHERE username = 'ada'
    RETURNING id
"""

#: Posts of five words and a hashtag each; three of them have a rare word as well.
MANY = """
    INSERT INTO posts (user_id, content, hashtags)
    SELECT
        (SELECT id FROM users WHERE username = 'ada'),
        concat_ws(
            ' ', 'many', 'w' || n % 7, 'x' || n % 211, 'y' || n % 997, 'z' || n,
            CASE WHEN n % 1000 = 500 THEN 'okapi' END, repeat('and so on ', 12)
        ),
        ARRAY['tag' || n % 50]
    FROM generate_series(1, 3000) AS n
"""
SEARCH = """
    SELECT id FROM posts
    WHERE search_vector @@ to_tsquery('pg_catalog.english', 'okapi') AND NOT is_hidden
"""
MOST_PAGES = 40

#: app.sql, or a session.
Runs = Callable[..., Any]


def ada(app: Social) -> None:
    """Ada, who writes."""
    app.sql(
        "INSERT INTO users (username, email, password_hash) VALUES ('ada', 'ada@example.org', '!')"
    )


@contextlib.contextmanager
def undone(app: Social) -> Iterator[Session]:
    """A session in a transaction that is rolled back in any case: others would wait for it."""
    session = app.session()
    session("BEGIN")
    try:
        yield session
    finally:
        session("ROLLBACK")


def post(sql: Runs, content: str, hashtags: Sequence[str]) -> int:
    """Store a post of Ada's and return its id."""
    return expect.whole(sql(POST, [content, list(hashtags)])[0]["id"], "id")


def found(app: Social, ids: Sequence[int], words: str) -> list[int]:
    """Which of these posts a search for the words finds, as somebody types them."""
    rows = app.sql(
        "SELECT id FROM posts WHERE id = ANY (%s)"
        " AND search_vector @@ websearch_to_tsquery('pg_catalog.english', %s) ORDER BY id",
        [list(ids), words],
    )
    return [row["id"] for row in rows]


def finds(app: Social, texts: dict[int, str], words: str, wanted: Sequence[int], look: str) -> None:
    """A search for the words among these posts finds just those that are wanted."""
    got = found(app, list(texts), words)
    if got != sorted(wanted):
        raise CheckFailed(
            sent=f"a search for {words} among\n" + "\n".join(texts.values()),
            expected=", ".join(texts[id] for id in sorted(wanted)) or "nothing",  # noqa: A001
            got=", ".join(texts[id] for id in got) or "nothing",  # noqa: A001
            look=look,
        )


def written(app: Social, *posts: tuple[str, Sequence[str]]) -> dict[int, str]:
    """Store posts; by their ids how a message shows them."""
    return {
        post(app.sql, content, tags): f"{content!r} with {', '.join(tags) or 'no hashtags'}"
        for content, tags in posts
    }


@check(points=2, runs="social", on=ada)
def finds_words(app: Social) -> None:
    """A post is found by the words of its text: in any form and case, and as a phrase."""
    texts = written(
        app, ("Running databases in Lisbon", ["travel"]), ("We drank cold Milk", ["food"])
    )
    lisbon, milk = texts
    look = "the text search configuration, and what is kept of a word's place"
    finds(app, texts, "run", [lisbon], look)
    finds(app, texts, "DATABASE", [lisbon], look)
    finds(app, texts, "milk or lisbon", [lisbon, milk], look)
    finds(app, texts, "databases -running", [], look)
    finds(app, texts, '"running databases"', [lisbon], look)
    finds(app, texts, '"databases running"', [], look)
    long = post(app.sql, "so on " * 80 + "harbour", ["travel"])
    finds(app, {long: "480 letters and then harbour"}, "harbour", [long], "all of a long text")


@check(points=2, runs="social", on=ada)
def finds_hashtags(app: Social) -> None:
    """A post is found by each of its hashtags, in any form and case."""
    texts = written(
        app, ("Hello", ["Birds", "Gardening", "日本語"]), ("Good morning", ["birdsong"])
    )
    hello, _ = texts
    look = "how the list of hashtags becomes a text"
    for words in ("bird", "BIRDS", "gardens", "日本語", "hello birds gardening"):
        finds(app, texts, words, [hello], look)
    last = post(app.sql, "Many of them", [f"number{n}" for n in range(1, 31)])
    finds(app, {last: "a post with number1 to number30"}, "number30", [last], "all of a long list")
    longest = "z" * 100
    one = post(app.sql, "Only one", [longest])
    finds(app, {one: f"a post with {longest}"}, longest, [one], "all of a long hashtag")


@check(points=2, runs="social", on=ada)
def finds_posts_without_hashtags(app: Social) -> None:
    """A post without hashtags is found as well, and one without any word is stored."""
    texts = written(app, ("A red boat", []), ("🔥", []))
    boat, fire = texts
    look = "what your expression gives for an empty list"
    finds(app, texts, "boat", [boat], look)
    row = app.sql("SELECT search_vector IS NULL AS missing FROM posts WHERE id = %s", [fire])[0]
    expect.equal(row["missing"], False, "search_vector of the post 🔥 is NULL", look=look)


@check(points=2, runs="social", on=ada)
def weighs(app: Social) -> None:
    """Words of the text have the weight A, and those of hashtags B, so that a text ranks higher."""
    texts = written(app, ("Good evening", ["river"]), ("A quiet river", ["water"]))
    tagged, text = texts
    look = "setweight"
    for word, wanted in (("river:A", [text]), ("river:B", [tagged]), ("river:CD", [])):
        rows = app.sql(
            "SELECT id FROM posts WHERE id = ANY (%s)"
            " AND search_vector @@ to_tsquery('pg_catalog.english', %s) ORDER BY id",
            [list(texts), word],
        )
        got = [texts[row["id"]] for row in rows]
        expect.equal(got, [texts[one] for one in wanted], f"posts with {word}", look=look)
    rows = app.sql(
        "SELECT id FROM posts WHERE id = ANY (%s) ORDER BY"
        " ts_rank(search_vector, to_tsquery('pg_catalog.english', 'river')) DESC, id",
        [list(texts)],
    )
    expect.equal([row["id"] for row in rows], [text, tagged], "posts by ts_rank", look=look)


@check(points=2, after=finds_words, runs="social", on=ada)
def follows_the_post(app: Social) -> None:
    """When text or hashtags change, the new words are found, and the old ones no more."""
    look = "which updates make the words anew"
    texts = written(app, ("Old tower", ["stone"]), ("Old bridge", ["stone"]))
    tower, bridge = texts
    app.sql("UPDATE posts SET content = 'New gate' WHERE id = %s", [tower])
    finds(app, texts, "gate", [tower], look)
    finds(app, texts, "tower", [], look)
    app.sql("UPDATE posts SET content = 'New door' WHERE id = %s", [tower])
    finds(app, texts, "door", [tower], f"another text of equal length: {look}")
    finds(app, texts, "gate", [], f"another text of equal length: {look}")
    app.sql("UPDATE posts SET hashtags = ARRAY['wood'] WHERE id = ANY (%s)", [list(texts)])
    finds(app, texts, "wood", [tower, bridge], look)
    finds(app, texts, "stone", [], look)
    app.sql("UPDATE posts SET hashtags = ARRAY['wood', 'moss'] WHERE id = %s", [bridge])
    app.sql("UPDATE posts SET hashtags = ARRAY['moss'] WHERE id = %s", [bridge])
    finds(app, texts, "moss", [bridge], f"one hashtag less: {look}")
    finds(app, texts, "wood", [tower], f"one hashtag less: {look}")
    app.sql(
        "UPDATE posts SET content = 'Fresh ' || id, hashtags = '{paper}' WHERE id = ANY (%s)",
        [list(texts)],
    )
    finds(app, texts, "fresh", [tower, bridge], look)
    finds(app, texts, "wood or old", [], look)


@check(points=3, after=finds_words, runs="social", on=ada)
def computes_nothing_for_a_like(app: Social) -> None:
    """An update of other columns (counts, flags, times) does not make the words anew."""
    look = "what PostgreSQL has to do for an update that leaves text and hashtags alone"
    column = app.sql(
        "SELECT attgenerated <> '' AS generated FROM pg_attribute"
        " WHERE attrelid = 'public.posts'::regclass AND attname = 'search_vector'"
    )[0]
    expect.that(not column["generated"], "a like leaves search_vector as it is stored",
                "search_vector is a generated column: computed again at every update of this table",
                look="the table pages and its trigger, above")  # fmt: skip
    id = post(app.sql, "Counted", ["likes"])  # noqa: A001
    with undone(app) as session:
        # Other words than the post's, put there with triggers off: whoever computes shows it.
        session("ALTER TABLE posts DISABLE TRIGGER USER")
        try:
            session.attempt("UPDATE posts SET search_vector = 'unlike' WHERE id = %s", [id])
        except Refused as error:
            raise CheckFailed(
                expected="a like leaves search_vector as it is stored",
                got=f"other words are refused without triggers: every update computes it. {error}",
                look=look,
            ) from None
        session("ALTER TABLE posts ENABLE TRIGGER USER")
        for change in (
            "like_count = like_count + 1",
            "view_count = view_count + 1, repost_count = 2, reply_count = 3",
            "is_flagged = true",
            "is_hidden = true, updated_at = now()",
            "post_type = 'image', media_urls = '[\"tower.png\"]'",
        ):
            session(f"UPDATE posts SET {change} WHERE id = %s", [id])
            words = words_of(session, id)
            expect.that(words == "'unlike'", "search_vector is left as it was stored",
                        f"it was computed again: {words}",
                        sent=f"UPDATE posts SET {change}, where search_vector was 'unlike'",
                        look=look)  # fmt: skip


@check(points=2, after=finds_words, runs="social", on=ada)
def does_not_depend_on_the_session(app: Social) -> None:
    """The words are the same whatever default_text_search_config and search_path the writer has."""
    content, tags = "Walking the dogs", ["Mornings"]
    usual = post(app.sql, content, tags)
    wanted = words_of(app.sql, usual)
    look = "what your function leaves to the session"
    for setting in ("default_text_search_config = 'pg_catalog.simple'", "search_path = pg_catalog"):
        with undone(app) as session:
            inserted = session(f"SET LOCAL {setting}; {POST}", [content, tags])[0]["id"]
            expect.equal(words_of(session, inserted), wanted,
                         f"search_vector, inserted with {setting}", look=look)  # fmt: skip
            session(
                f"SET LOCAL {setting}; UPDATE public.posts"
                " SET content = %s || '.', hashtags = %s::text[] WHERE id = %s",
                [content, tags, inserted],
            )
            expect.equal(words_of(session, inserted), wanted,
                         f"search_vector, updated with {setting}", look=look)  # fmt: skip


def words_of(sql: Runs, id: int) -> str:  # noqa: A002
    """The search_vector of a post, as text."""
    return str(
        sql("SELECT search_vector::text AS words FROM posts WHERE id = %s", [id])[0]["words"]
    )


@check(points=2, after=finds_words, runs="social", on=ada, hidden=True)
def cannot_be_forged(app: Social) -> None:
    """Whoever sets search_vector, to other words or to NULL, is refused or has no effect."""
    look = "an update that names search_vector and nothing else"
    texts = written(app, ("Honest words", ["plain"]))
    (honest,) = texts
    for value in ("'forged'", "''", "NULL"):
        statement = f"UPDATE posts SET search_vector = {value} WHERE id = %s"
        taken(app, statement, [honest])
        finds(app, texts, "forged", [], look)
        finds(app, texts, "honest plain", [honest], f"after {statement}: {look}")
    for value in ("'forged'", "NULL"):
        texts = written(app, ("Honest words", ["plain"]))
        (honest,) = texts
        statement = f"UPDATE posts SET content = 'Clear words', search_vector = {value}"
        taken(app, f"{statement} WHERE id = %s", [honest])
        stored = app.sql("SELECT content FROM posts WHERE id = %s", [honest])[0]
        look = f"after {statement}: an update that sets both"
        finds(app, texts, "forged", [], look)
        finds(app, texts, f"{stored['content']} plain", [honest], look)
    statement = (
        "INSERT INTO posts (user_id, content, hashtags, search_vector)"
        " SELECT id, 'Truthful words', '{plain}', 'forged' FROM users WHERE username = 'ada'"
        " RETURNING id"
    )
    if taken(app, statement, []):
        rows = app.sql(
            "SELECT search_vector @@ 'forged'::tsquery AS forged, search_vector @@ 'truth'::tsquery"
            " AS truthful FROM posts WHERE content = 'Truthful words'"
        )
        expect.equal(dict(rows[0]), {"forged": False, "truthful": True},
                     "what is found of the post",
                     look="an INSERT that gives search_vector")  # fmt: skip


def taken(app: Social, statement: str, parameters: Sequence[int]) -> bool:
    """Whether the database takes the statement: both are right here."""
    try:
        app.sql.attempt(statement, parameters)
    except Refused:
        return False
    return True


@check(points=2, runs="social", on=ada)
def reads_few_pages(app: Social) -> None:
    """A search for a word that 3 of 3,000 posts have reads at most 40 pages."""
    app.sql(MANY)
    app.vacuum("posts")
    plan = app.explain(SEARCH)
    expect.that(plan.rows == 3, "the search finds three posts", f"{plan.rows} posts",
                sent=" ".join(SEARCH.split()), look="which words are found")  # fmt: skip
    expect.that(plan.buffers <= MOST_PAGES, f"at most {MOST_PAGES} pages are read",
                f"{plan.buffers} pages\n{plan.text}", sent=" ".join(SEARCH.split()),
                look="which kind of index knows a tsvector's words")  # fmt: skip


@check(points=1, after=finds_words, runs="social")
def is_built_on(app: Social) -> None:
    """The rest of the schema can be built on it."""
    app.complete()
