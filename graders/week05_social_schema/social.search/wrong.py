"""Mistakes that people make with a search vector."""

from workbench.alternatives import Wrong

_CONTENT = "setweight(to_tsvector('pg_catalog.english', NEW.content), 'A')"
_TAGS = "setweight(to_tsvector('pg_catalog.english', array_to_string(NEW.hashtags, ' ')), 'B')"
_EVENTS = "BEFORE INSERT OR UPDATE OF content, hashtags, search_vector ON posts"
_INDEX = "CREATE INDEX posts_search_vector_idx ON posts USING gin (search_vector);"
_FILL = "UPDATE posts SET search_vector = NULL;\n"
_FUNCTION = "CREATE FUNCTION set_post_search_vector()"
_COLUMN = "ALTER TABLE posts ADD COLUMN search_vector tsvector;"
_TRIGGER = (
    "CREATE TRIGGER posts_search_vector\n"
    "    BEFORE INSERT OR UPDATE OF content, hashtags, search_vector ON posts\n"
    "    FOR EACH ROW EXECUTE FUNCTION set_post_search_vector();\n"
)
_BEGIN = "BEGIN\n"
_UNLESS = (
    "    IF TG_OP = 'UPDATE' AND NEW.search_vector IS NOT DISTINCT FROM OLD.search_vector\n"
    "        AND {} THEN\n"
    "        RETURN NEW;\n    END IF;\n"
)
_HELPER = (
    "CREATE FUNCTION post_words(content text, hashtags text[]) RETURNS tsvector\n"
    "LANGUAGE sql IMMUTABLE AS $words$\n"
    "    SELECT setweight(to_tsvector('pg_catalog.english', content), 'A')\n"
    "        || setweight(to_tsvector('pg_catalog.english', array_to_string(hashtags, ' ')), 'B')\n"
    "$words$;\n\n"
)

WRONG = [
    Wrong(
        "every_update",
        "The trigger is bound to no column: every like takes the text apart again.",
        fails=["computes_nothing_for_a_like"],
        edits=[(_EVENTS, "BEFORE INSERT OR UPDATE ON posts")],
    ),
    Wrong(
        "generated",
        "A generated column, in a table with a BEFORE UPDATE trigger: computed at every like.",
        fails=["computes_nothing_for_a_like"],
        edits=[
            (_COLUMN, _HELPER + "ALTER TABLE posts ADD COLUMN search_vector tsvector NOT NULL\n"
                      "    GENERATED ALWAYS AS (post_words(content, hashtags)) STORED;"),
            (_TRIGGER, ""),
            (_FILL, ""),
        ],
    ),
    Wrong(
        "kept_by_a_check",
        "A constraint that compares the words at every update, whatever it is for.",
        fails=["computes_nothing_for_a_like"],
        edits=[
            (_COLUMN, _HELPER + _COLUMN),
            (_INDEX, "ALTER TABLE posts ADD CHECK (search_vector = post_words(content, hashtags));\n" + _INDEX),
        ],
    ),
    Wrong(
        "only_the_text_changes",
        "New hashtags are found only after somebody has edited the text.",
        fails=["follows_the_post"],
        edits=[(_EVENTS, "BEFORE INSERT OR UPDATE OF content, search_vector ON posts")],
    ),
    Wrong(
        "compares_lengths",
        "Another text of equal length is taken for the same text.",
        fails=["follows_the_post"],
        edits=[(_BEGIN, _BEGIN + _UNLESS.format(
            "char_length(NEW.content) = char_length(OLD.content) AND NEW.hashtags = OLD.hashtags"))],
    ),
    Wrong(
        "only_more_hashtags",
        "Words are made anew when there are new ones; a hashtag that is taken away is still found.",
        fails=["follows_the_post"],
        edits=[(_BEGIN, _BEGIN + _UNLESS.format(
            "NEW.content = OLD.content AND NEW.hashtags <@ OLD.hashtags"))],
    ),
    Wrong(
        "trusts_who_edits",
        "Whoever changes the text may bring words along.",
        fails=["cannot_be_forged"],
        edits=[(_BEGIN, _BEGIN +
                "    IF TG_OP = 'UPDATE' AND NEW.content <> OLD.content\n"
                "        AND NEW.search_vector IS DISTINCT FROM OLD.search_vector THEN\n"
                "        RETURN NEW;\n    END IF;\n")],
    ),
    Wrong(
        "open_to_everybody",
        "The trigger looks at text and hashtags only: search_vector itself can be set.",
        fails=["cannot_be_forged"],
        edits=[(_EVENTS, "BEFORE INSERT OR UPDATE OF content, hashtags ON posts")],
    ),
    Wrong(
        "language_of_the_session",
        "Without a configuration it is the one that the writer's session happens to have.",
        fails=["does_not_depend_on_the_session"],
        edits=[(_CONTENT, "setweight(to_tsvector(NEW.content), 'A')"),
               (_TAGS, "setweight(to_tsvector(array_to_string(NEW.hashtags, ' ')), 'B')")],
    ),
    Wrong(
        "helper_without_its_schema",
        "A function is looked up in the search_path of whoever writes.",
        fails=["does_not_depend_on_the_session"],
        edits=[(_FUNCTION, _HELPER + _FUNCTION),
               (_CONTENT + "\n        || " + _TAGS, "post_words(NEW.content, NEW.hashtags)")],
    ),
    Wrong(
        "nothing_of_an_empty_list",
        "An aggregate over no rows is NULL, and makes the whole vector NULL.",
        fails=["finds_posts_without_hashtags"],
        edits=[("array_to_string(NEW.hashtags, ' ')",
                "(SELECT string_agg(tag, ' ') FROM unnest(NEW.hashtags) AS tag)")],
    ),
    Wrong(
        "one_long_hashtag",
        "All hashtags become one word.",
        fails=["finds_hashtags"],
        edits=[("array_to_string(NEW.hashtags, ' ')", "array_to_string(NEW.hashtags, '')")],
    ),
    Wrong(
        "long_hashtags_are_cut",
        "Of each hashtag only the first 50 letters are read.",
        fails=["finds_hashtags"],
        edits=[("array_to_string(NEW.hashtags, ' ')",
                "array_to_string(ARRAY(SELECT left(tag, 50) FROM unnest(NEW.hashtags) AS tag), ' ')")],
    ),
    Wrong(
        "hashtags_as_they_are",
        "Hashtags become lexemes in their own case and form, which no query asks for.",
        fails=["finds_hashtags", "weighs"],
        edits=[(_TAGS, "array_to_tsvector(NEW.hashtags)")],
    ),
    Wrong(
        "as_long_as_elsewhere",
        "Only the first 280 letters are read: posts of another network are not longer.",
        fails=["finds_words"],
        edits=[(_CONTENT, _CONTENT.replace("NEW.content", "left(NEW.content, 280)"))],
    ),
    Wrong(
        "words_as_they_are",
        "The configuration `simple` knows no forms: run does not find running.",
        fails=["finds_words"],
        edits=[(_CONTENT, "setweight(to_tsvector('pg_catalog.simple', NEW.content), 'A')")],
    ),
    Wrong(
        "all_weigh_the_same",
        "Nobody says which words count more.",
        fails=["weighs"],
        edits=[(_CONTENT, "to_tsvector('pg_catalog.english', NEW.content)"),
               (_TAGS, "to_tsvector('pg_catalog.english', array_to_string(NEW.hashtags, ' '))")],
    ),
    Wrong(
        "index_of_the_expression",
        "An index of what the text gives, and queries that ask the column.",
        fails=["reads_few_pages"],
        edits=[(_INDEX, "CREATE INDEX posts_words_idx ON posts\n"
                        "    USING gin (to_tsvector('pg_catalog.english', content));")],
    ),
    Wrong(
        "btree",
        "The index that comes when nobody says which: it knows the order of vectors, and no word.",
        fails=["reads_few_pages"],
        edits=[(_INDEX, "CREATE INDEX posts_search_vector_idx ON posts (search_vector);")],
    ),
    Wrong(
        "index_of_a_later_part",
        "The hashtags' own index is another part's, which now finds its name taken.",
        fails=["is_built_on"],
        edits=[(_INDEX, _INDEX + "\nCREATE INDEX ON posts USING gin (hashtags);")],
    ),
]  # fmt: skip
