-- A key of its own, which is NULL for who is gone: a plain UNIQUE constraint does the rest.
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    username varchar NOT NULL CONSTRAINT plain_name CHECK (username ~* '^[a-z0-9_]{1,30}$'),
    email varchar NOT NULL CHECK (email ~ '^[^@]+@[^@]+$'),
    CHECK (email !~ '[^!-~]' AND length(email) < 255),
    password_hash varchar NOT NULL CHECK (length(password_hash) > 0),
    display_name varchar(100) CHECK (btrim(display_name, E' \t\r\n') <> ''),
    bio varchar(500) NOT NULL DEFAULT '',
    avatar_url varchar(2000) CHECK (avatar_url LIKE 'http://%' OR avatar_url LIKE 'https://%'),
    is_verified boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_active_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz,
    live_username text UNIQUE
        GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN lower(username) END) STORED,
    live_email text UNIQUE
        GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN lower(email) END) STORED
);

CREATE INDEX ON users (lower(username));
CREATE INDEX ON users (lower(email), created_at);

CREATE OR REPLACE FUNCTION now_changed() RETURNS trigger AS $body$
DECLARE
    old_row users := OLD;
BEGIN
    old_row.last_active_at := NEW.last_active_at;
    -- Generated columns are not reckoned yet.
    old_row.live_username := NEW.live_username;
    old_row.live_email := NEW.live_email;
    IF old_row IS DISTINCT FROM NEW THEN
        NEW.updated_at := greatest(now(), OLD.updated_at + interval '1 microsecond');
    END IF;
    RETURN NEW;
END;
$body$ LANGUAGE plpgsql;

CREATE OR REPLACE TRIGGER a_change BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE PROCEDURE now_changed();
