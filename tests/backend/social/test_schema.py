"""The parts build on each other, and a part that fails is told by file and line."""

import shutil

import pytest
from sqlalchemy import text

from backend.database import connect_to
from backend.social.schema import FOLDER, PARTS, SocialSchemaError, create_social_schema

# Foreign keys whose columns begin no index (a partial one counts if it leaves out only NULLs).
UNINDEXED = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint AS key
    WHERE contype = 'f' AND conparentid = 0 AND NOT EXISTS (
        SELECT FROM pg_index WHERE indrelid = key.conrelid
            AND (indpred IS NULL
                OR pg_get_expr(indpred, indrelid) ~ '^[(][a-z_]+ IS NOT NULL[)]$')
            AND indkey[0] = key.conkey[1]
    )
"""
# Indexes that another one of the same table could stand for: its columns begin with the same.
REDUNDANT = """
    SELECT less.indexrelid::regclass::text, more.indexrelid::regclass::text
    FROM pg_index AS less
    JOIN pg_index AS more ON more.indrelid = less.indrelid AND more.indexrelid <> less.indexrelid
    JOIN pg_class AS less_class ON less_class.oid = less.indexrelid
    JOIN pg_class AS more_class ON more_class.oid = more.indexrelid
    JOIN pg_namespace ON pg_namespace.oid = less_class.relnamespace
    WHERE nspname = 'public' AND NOT less.indisunique AND less_class.relam = more_class.relam
        AND less.indexprs IS NULL AND more.indexprs IS NULL
        AND pg_get_expr(less.indpred, less.indrelid)
            IS NOT DISTINCT FROM pg_get_expr(more.indpred, more.indrelid)
        AND (more.indkey::text || ' ') LIKE (less.indkey::text || ' %')
"""


@pytest.fixture
def connection(social_url):
    engine = connect_to(social_url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_every_file_is_a_part_and_every_part_a_file():
    assert sorted(PARTS) == sorted(file.stem for file in FOLDER.glob("*.sql"))


def test_the_owner_has_no_further_rights(connection):
    assert connection.scalar(text("SELECT NOT rolsuper AND NOT rolcreatedb AND NOT rolcreaterole"
                                  " FROM pg_roles WHERE rolname = current_user"))  # fmt: skip


def test_every_foreign_key_has_an_index_and_says_what_a_deletion_does(connection):
    assert connection.execute(text(UNINDEXED)).all() == []
    undecided = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a'"
    assert connection.execute(text(undecided)).all() == []


def test_no_index_is_redundant(connection):
    assert connection.execute(text(REDUNDANT)).all() == []


def test_times_have_their_zone(connection):
    columns = (
        "SELECT attrelid::regclass, attname FROM pg_attribute WHERE atttypid = 'timestamp'::regtype"
    )
    assert connection.execute(text(f"{columns} AND attrelid >= 16384")).all() == []


def changed(folder, part, sql):
    shutil.copytree(FOLDER, folder)
    (folder / f"{part}.sql").write_text(sql, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("sql", "line", "said"),
    [
        ("SELECT '%s; ü';\n\nCREATE TABEL posts ()", 3, 'syntax error at or near "TABEL"'),
        ("SELECT 1;\nSELECT\n  'ü', nothing", 3, 'column "nothing" does not exist'),
        (
            "\n-- The error has no position\nCREATE TABLE users ()",
            3,
            'relation "users" already exists',
        ),
        ("DO $$\nBEGIN\n  RAISE 'no' USING HINT = 'Try';\nEND $$", 1, "no\nTry"),
    ],
)
def test_an_error_names_file_line_and_message(make_owned_database, tmp_path, sql, line, said):
    url = make_owned_database()
    folder = changed(tmp_path / "social", "posts", sql)
    with pytest.raises(SocialSchemaError) as caught:
        create_social_schema(url, folder)
    assert str(caught.value) == f"{folder / 'posts.sql'}, line {line}: {said}"


def test_a_part_that_fails_leaves_nothing_and_its_forerunners_stay(make_owned_database, tmp_path):
    url = make_owned_database()
    folder = changed(tmp_path / "social", "posts", "CREATE TABLE posts ();\nSELECT 1 / 0")
    with pytest.raises(SocialSchemaError, match=r"posts\.sql, line 2: division by zero"):
        create_social_schema(url, folder)
    engine = connect_to(url)
    with engine.connect() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        assert names.all() == ["users"]
    engine.dispose()
