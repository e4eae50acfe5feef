"""Attacks in an answer that is SQL itself: the judge runs its text, over the answer's own role."""

from __future__ import annotations

from attack import Attack


def _tried(statements: str) -> str:
    """A text that tries each of these statements, and fails with REACHED when one is taken."""
    texts = ", ".join(f"$try${one.strip()}$try$" for one in statements.split(";;"))
    return f"""
        DO $all$
        DECLARE attempt text;
        BEGIN
            FOREACH attempt IN ARRAY ARRAY[{texts}] LOOP
                BEGIN
                    EXECUTE attempt;
                EXCEPTION WHEN OTHERS THEN
                    CONTINUE;
                END;
                RAISE EXCEPTION 'REACHED: %', attempt;
            END LOOP;
        END $all$;
        """


def _trigger(name: str, body: str, how: str = "TRIGGER") -> str:
    """A trigger on notes that runs this body when a row comes."""
    late = "DEFERRABLE INITIALLY DEFERRED" if how == "CONSTRAINT TRIGGER" else ""
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS
            $body$ BEGIN {body} RETURN NEW; END $body$;
        CREATE {how} {name} AFTER INSERT ON notes {late}
            FOR EACH ROW EXECUTE FUNCTION {name}();
        """


PART = (
    Attack("part_reads_files", "read the reference or solutions",
           "as a part in SQL: reads files and runs programs of the server", _tried("""
        COPY people FROM PROGRAM 'id' ;; COPY people TO PROGRAM 'cat > /tmp/owned' ;;
        COPY people FROM '/etc/passwd' ;; COPY people TO '/tmp/owned' ;;
        SELECT pg_read_file('/etc/passwd') ;; SELECT pg_read_binary_file('PG_VERSION') ;;
        SELECT pg_ls_dir('.') ;; SELECT pg_stat_file('.') ;; SELECT pg_ls_waldir() ;;
        SELECT lo_import('/etc/passwd') ;; SELECT lo_export(lo_creat(-1), '/tmp/owned') ;;
        SELECT pg_current_logfile() ;; LOAD '/tmp/owned.so' ;;
        CREATE EXTENSION dblink ;; CREATE EXTENSION postgres_fdw ;; CREATE EXTENSION file_fdw ;;
        CREATE EXTENSION plpython3u ;; CREATE EXTENSION adminpack ;;
        CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw ;;
        CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'abort'""")),
    Attack("part_takes_rights", "patch the checker",
           "as a part in SQL: becomes another role, sets what only the server may", _tried("""
        ALTER ROLE CURRENT_USER SUPERUSER ;; ALTER ROLE CURRENT_USER CREATEROLE ;;
        ALTER ROLE CURRENT_USER CREATEDB ;; ALTER ROLE CURRENT_USER CONNECTION LIMIT 1000 ;;
        CREATE ROLE mine LOGIN SUPERUSER ;; GRANT pg_read_server_files TO CURRENT_USER ;;
        SET ROLE postgres ;; SET ROLE workbench_objects ;; SET SESSION AUTHORIZATION postgres ;;
        SET session_replication_role = replica ;; SET log_statement = 'none' ;;
        ALTER SYSTEM SET max_connections = 1 ;; SELECT pg_reload_conf() ;;
        SELECT rolpassword FROM pg_authid ;; CREATE DATABASE mine ;;
        CREATE TABLESPACE mine LOCATION '/tmp' ;;
        CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p ;;
        SELECT pg_create_physical_replication_slot('s') ;;
        CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END' ;
            CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e() ;;
        CREATE FUNCTION pg_catalog.strpos(text, text, int) RETURNS int LANGUAGE sql AS 'SELECT 1' ;;
        DROP DATABASE postgres ;; ALTER TABLE pg_class ADD COLUMN mine int""")),
    Attack("part_sets_the_role", "patch the checker",
           "as a part in SQL: gives its role settings that the checks' session and its plans would"
           " inherit", """
        ALTER ROLE CURRENT_USER SET search_path = 'trap', public;
        ALTER ROLE CURRENT_USER SET default_transaction_read_only = on;
        ALTER ROLE CURRENT_USER SET statement_timeout = 1;
        ALTER ROLE CURRENT_USER SET enable_seqscan = off;
        ALTER ROLE CURRENT_USER SET random_page_cost = 0;
        ALTER ROLE CURRENT_USER SET client_encoding = 'SQL_ASCII';
        ALTER ROLE CURRENT_USER SET row_security = off;
        """),
    Attack("part_takes_every_lock", "kill the parent or the services",
           "as a part in SQL: fills the server's table of locks, and keeps it full", """
        SET statement_timeout = 0;
        DO $$ BEGIN
            PERFORM pg_advisory_lock(i) FROM generate_series(1, 10000000) AS i;
        EXCEPTION WHEN OTHERS THEN
            PERFORM pg_sleep(1000);
        END $$;
        """),
    Attack("part_says_that_the_disk_is_full", "kill the parent or the services",
           "as a part in SQL: raises what a server says whose disk is full",
           "DO $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$;"),
    Attack("part_speaks_after_its_end", "forged result file",
           "as a part in SQL: ends the transaction in the middle, and opens another", """
        COMMIT; BEGIN; SELECT '[{"Plan": {}}]' AS plan; SAVEPOINT s; ROLLBACK TO s; BEGIN;
        """),
    Attack("part_copies", "sleep or SIGSTOP", "as a part in SQL: waits for rows from the judge",
           "COPY people (name) FROM STDIN;"),
    Attack("part_sleeps", "sleep or SIGSTOP",
           "as a part in SQL: sleeps, without a time limit, when it is cancelled, and at COMMIT",
           "SET statement_timeout = 0; SET lock_timeout = 0;" + _trigger("doze", """
                LOOP
                    BEGIN
                        PERFORM pg_sleep(1000);
                    EXCEPTION WHEN query_canceled THEN NULL;
                    END;
                END LOOP;""", "CONSTRAINT TRIGGER") + """
        INSERT INTO people (name) VALUES ('x');
        INSERT INTO notes (author_id, text) SELECT id, 'x' FROM people;
        """),
    Attack("part_dozes_later", "endless loop",
           "as a part in SQL: loops in a trigger that the checks' statements run",
           _trigger("later", "SET statement_timeout = 0; LOOP END LOOP;")),
    Attack("part_floods", "output flood",
           "as a part in SQL: raises notices and returns values without end", """
        SET client_min_messages = notice;
        DO $$ BEGIN LOOP RAISE NOTICE '%', repeat('x', 1000000); END LOOP; END $$;
        """),
    Attack("part_errs_without_end", "memory",
           "as a part in SQL: fails with a text of thirty megabytes",
           "DO $$ BEGIN RAISE 'no %', repeat('x', 30000000); END $$;"),
    Attack("part_shuts_out", "kill the parent or the services",
           "as a part in SQL: shuts everybody out of its database, and cannot be dropped", """
        ALTER ROLE CURRENT_USER PASSWORD 'mine';
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database());
            EXECUTE format('ALTER DATABASE %I ALLOW_CONNECTIONS false', current_database());
        END $$;
        """),
    Attack("part_ends_sessions", "kill the parent or the services",
           "as a part in SQL: ends every session that it may, and its own", """
        COMMIT;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid();
        SELECT pg_terminate_backend(pg_backend_pid());
        """),
    Attack("part_drops_all", "kill the parent or the services",
           "as a part in SQL: drops the parts before it, and what is shared",
           "DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP OWNED BY CURRENT_USER CASCADE;"),
    Attack("part_swallows_rows", "always-equal object",
           "as a part in SQL: swallows the checks' rows, and hides those that are there", """
        CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER swallow BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION swallow();
        ALTER TABLE people ENABLE ROW LEVEL SECURITY;
        ALTER TABLE people FORCE ROW LEVEL SECURITY;
        """),
    Attack("part_hides_from_plans", "always-equal object",
           "as a part in SQL: hides its rows from whoever asks how they are read", """
        CREATE FUNCTION is_not_explained() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
            $body$ BEGIN RETURN current_query() NOT ILIKE '%explain%'; END $body$;
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY hide ON notes USING (public.is_not_explained()) WITH CHECK (true);
        """),
    Attack("part_hides_from_measuring", "always-equal object",
           "as a part in SQL: hides its rows while a check's settings of the planner are there", """
        CREATE FUNCTION is_not_measured() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
            $body$ BEGIN RETURN current_setting('jit') = 'on'; END $body$;
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
        ALTER TABLE notes FORCE ROW LEVEL SECURITY;
        CREATE POLICY hide ON notes USING (public.is_not_measured()) WITH CHECK (true);
        """),
    Attack("part_undoes_vacuum", "always-equal object",
           "as a part in SQL: changes rows whenever VACUUM has marked their pages", """
        CREATE FUNCTION spoil(note bigint) RETURNS bigint LANGUAGE plpgsql AS $body$
            BEGIN
                IF current_query() ILIKE '%vacuum%' THEN
                    UPDATE public.notes SET likes = likes + 1 WHERE id = note;
                END IF;
                RETURN note;
            END $body$;
        CREATE FUNCTION spoiled(note bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS
            $body$ BEGIN RETURN public.spoil(note); END $body$;
        CREATE INDEX ON notes (spoiled(id));
        """),
    Attack("part_leaves_a_message", "cross-submission channel",
           "as a part in SQL: leaves something where the next answer could find it", _tried("""
        COMMENT ON DATABASE postgres IS 'mine' ;; COMMENT ON ROLE postgres IS 'mine' ;;
        SELECT pg_stat_statements_reset() ;; CREATE ROLE message ;;
        INSERT INTO pg_shdescription VALUES (1, 1, 'mine') ;;
        GRANT ALL ON TABLESPACE pg_default TO CURRENT_USER ;;
        SELECT query FROM pg_stat_activity WHERE usename <> current_user AND query <> ''
            AND query <> '<insufficient privilege>' AND 1 / 0 = 1""")),
    Attack("part_injects_html", "HTML, JS or cell-metadata injection",
           "as a part in SQL: puts a script into the error that the report shows",
           "DO $$ BEGIN RAISE '<script>alert(1)</script>' USING HINT = '<script>'; END $$;"),
)  # fmt: skip
