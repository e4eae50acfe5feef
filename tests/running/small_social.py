"""A reference whose social schema has three small parts."""

from __future__ import annotations

from pathlib import Path

PEOPLE = """-- People.
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CONSTRAINT people_name_has_text CHECK (name <> '')
);
"""

NOTES = """CREATE TABLE notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    author_id bigint NOT NULL REFERENCES people,
    text text NOT NULL,
    likes int NOT NULL DEFAULT 0
);

CREATE FUNCTION count_notes(author bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM notes WHERE author_id = author;
$$;
"""

INDEXES = "CREATE INDEX notes_author_id ON notes (author_id);\n"

BY_NAME = "SELECT id, name FROM people WHERE name = %(name)s ORDER BY id\n"

PARTS = {"people": PEOPLE, "notes": NOTES, "indexes": INDEXES}
NOTES_PART = "sql/social/notes.sql"
QUERY_PART = "sql/social/queries/by_name.sql"


def make_reference(folder: Path) -> Path:
    """Write it below `folder`; returns that."""
    schema = folder / "backend" / "social" / "schema.py"
    schema.parent.mkdir(parents=True)
    schema.write_text(f"PARTS: tuple[str, ...] = {tuple(PARTS)!r}\n")
    queries = folder / "sql" / "social" / "queries"
    queries.mkdir(parents=True)
    for name, text in PARTS.items():
        (queries.parent / f"{name}.sql").write_text(text)
    (queries / "by_name.sql").write_text(BY_NAME)
    return folder
