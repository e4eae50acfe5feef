"""Attacks in SQL: through the answer's own connection, on the server and on the checks' session.

The answers return an empty page, so that a check whose own query has been bent to find nothing
would agree with them.
"""

from __future__ import annotations

from attack import Attack

_EMPTY = 'ProductPage([], query["page"], query["per_page"], 0)'


def _prepared(statements: str, then: str = _EMPTY) -> str:
    """An answer that runs these statements once, before the first check has said anything."""
    return f'''
        import psycopg2
        _connection = psycopg2.connect(os.environ["DATABASE_URL"])
        _connection.autocommit = True
        for _statement in """{statements}""".split(";;"):
            try:
                _connection.cursor().execute(_statement)
            except psycopg2.Error as error:
                print("refused:", error)
        _connection.close()

        def attack(session, query):
            return {then}
        '''


SQL = (
    Attack("server_files", "read the checks",
           "reads the server's files and runs programs by SQL", """
        def attack(session, query):
            for name, statement in {
                "COPY PROGRAM": "COPY (SELECT 1) TO PROGRAM 'touch /tmp/owned'",
                "COPY FROM": "CREATE TEMP TABLE t (l text); COPY t FROM '/etc/passwd'",
                "pg_read_file": "SELECT pg_read_file('/etc/passwd')",
                "pg_ls_dir": "SELECT pg_ls_dir('.')",
                "lo_import": "SELECT lo_import('/etc/passwd')",
                "lo_export": "SELECT lo_export(lo_creat(-1), '/tmp/owned')",
                "dblink": "CREATE EXTENSION dblink",
                "postgres_fdw": "CREATE EXTENSION postgres_fdw",
                "C function": "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'abort'",
                "untrusted language": "CREATE EXTENSION plpython3u",
            }.items():
                attempt(name, lambda: run_sql(session, statement))
        """, denied=("COPY PROGRAM", "COPY FROM", "pg_read_file", "pg_ls_dir", "lo_import",
                     "lo_export", "dblink", "postgres_fdw", "C function", "untrusted language")),
    Attack("takes_rights", "patch the checker",
           "makes itself superuser, sets what only the server may, becomes another role", """
        def attack(session, query):
            for name, statement in {
                "superuser": "DO $$ BEGIN EXECUTE format('ALTER ROLE %I SUPERUSER',"
                             " current_user); END $$",
                "ALTER SYSTEM": "ALTER SYSTEM SET max_connections = 1",
                "event trigger": "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS"
                                 " 'BEGIN END'; CREATE EVENT TRIGGER e ON ddl_command_start"
                                 " EXECUTE FUNCTION e()",
                "replica": "SET session_replication_role = replica",
                "another role": "SET ROLE postgres",
                "objects' role": "SET ROLE workbench_objects",
                "passwords": "SELECT * FROM pg_authid",
                "catalogs": "CREATE FUNCTION pg_catalog.strpos(text, text, int) RETURNS int"
                            " LANGUAGE sql AS 'SELECT 1'",
                "information_schema": "CREATE OR REPLACE VIEW information_schema.columns AS"
                                      " SELECT 1",
            }.items():
                attempt(name, lambda: run_sql(session, statement))
        """, denied=("superuser", "ALTER SYSTEM", "event trigger", "replica", "another role",
                     "objects' role", "passwords", "catalogs", "information_schema")),
    Attack("locks_checks_out", "kill the parent or the services",
           "changes its own password and closes its database",
           _prepared("""
                ALTER ROLE CURRENT_USER PASSWORD 'mine' ;;
                ALTER ROLE CURRENT_USER CONNECTION LIMIT 0 ;;
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false',
                                           current_database()); END $$""")),
    Attack("makes_a_template", "kill the parent or the services",
           "marks its database as a template, which cannot be dropped",
           _prepared("""
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true',
                                           current_database()); END $$""")),
    Attack("ends_sessions", "kill the parent or the services",
           "ends every other session of its role, in every request", """
        def attack(session, query):
            run_sql(session, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                             " WHERE usename = current_user AND pid <> pg_backend_pid()")
        """),
    Attack("sets_the_role", "patch the checker",
           "gives its role settings that the checks' session would inherit",
           _prepared("""
                ALTER ROLE CURRENT_USER SET search_path = 'trap', public ;;
                ALTER ROLE CURRENT_USER SET transform_null_equals = on ;;
                ALTER ROLE CURRENT_USER SET default_transaction_read_only = on ;;
                ALTER ROLE CURRENT_USER SET statement_timeout = 1 ;;
                ALTER ROLE CURRENT_USER SET client_encoding = 'SQL_ASCII' ;;
                ALTER ROLE CURRENT_USER SET standard_conforming_strings = off""")),
    Attack("hides_rows", "always-equal object",
           "hides every row from the checks with row security, and lists none",
           _prepared("""
                CREATE POLICY write_ ON products FOR INSERT WITH CHECK (true) ;;
                CREATE POLICY read_ ON products FOR SELECT USING (false) ;;
                ALTER TABLE products ENABLE ROW LEVEL SECURITY ;;
                ALTER TABLE products FORCE ROW LEVEL SECURITY""")),
    Attack("swallows_rows", "always-equal object",
           "swallows every row that the checks insert, and lists none",
           _prepared("""
                CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RETURN NULL; END' ;;
                CREATE TRIGGER swallow BEFORE INSERT ON products FOR EACH ROW
                    EXECUTE FUNCTION swallow()""")),
    Attack("deceives_with_a_view", "always-equal object",
           "puts an empty view in the place of the table, which takes rows and has none",
           _prepared("""
                ALTER TABLE products RENAME TO hidden ;;
                CREATE VIEW products AS SELECT * FROM hidden WHERE false""")),
    Attack("shadows_operators", "patch the checker",
           "defines operators, functions and casts that fit the checks' queries better",
           _prepared("""
                CREATE FUNCTION never(numeric, int) RETURNS bool LANGUAGE sql AS 'SELECT false' ;;
                CREATE OPERATOR public.>= (LEFTARG = numeric, RIGHTARG = int, FUNCTION = never) ;;
                CREATE OPERATOR public.<= (LEFTARG = numeric, RIGHTARG = int, FUNCTION = never) ;;
                CREATE FUNCTION never(varchar, text) RETURNS bool LANGUAGE sql
                    AS 'SELECT false' ;;
                CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = never) ;;
                CREATE FUNCTION public.lower(varchar) RETURNS text LANGUAGE sql
                    AS 'SELECT ''''::text' ;;
                CREATE FUNCTION public.strpos(varchar, varchar) RETURNS int LANGUAGE sql
                    AS 'SELECT 0'""")),
    Attack("delays_the_checks", "sleep or SIGSTOP",
           "sleeps in a trigger that runs in the checks' session",
           _prepared("""
                CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN SET statement_timeout = 0; PERFORM pg_sleep(1000); RETURN NEW; END' ;;
                CREATE TRIGGER doze BEFORE INSERT ON products FOR EACH ROW
                    EXECUTE FUNCTION doze()""")),
    Attack("holds_locks", "sleep or SIGSTOP",
           "holds the tables locked in a transaction that does not end", """
        import psycopg2
        _holder = psycopg2.connect(os.environ["DATABASE_URL"])
        _holder.cursor().execute("LOCK TABLE products, categories IN ACCESS EXCLUSIVE MODE")

        def attack(session, query):
            return None
        """),
    Attack("sleeps_in_sql", "endless loop", "runs pg_sleep in every request", """
        def attack(session, query):
            run_sql(session, "SELECT pg_sleep(1000)")
        """),
    Attack("statement_bomb", "memory",
           "sends a statement of ten megabytes, and twenty thousand small ones", """
        def attack(session, query):
            if once("bomb"):
                run_sql(session, "SELECT " + "+".join(["1"] * 3000) + " -- " + "x" * 10_000_000)
                for _ in range(2000):
                    run_sql(session, "SELECT 1; " * 10)
        """),
    Attack("drops_tables", "kill the parent or the services",
           "drops the tables and everything that the checks have made", """
        def attack(session, query):
            run_sql(session, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        """),
)  # fmt: skip
