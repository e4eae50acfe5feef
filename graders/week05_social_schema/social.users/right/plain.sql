BEGIN;
CREATE TABLE public.users (
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 1000),
    username text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    display_name text,
    bio text DEFAULT '' NOT NULL,
    avatar_url text,
    is_verified bool DEFAULT 'no' NOT NULL,
    created_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    updated_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    last_active_at timestamp with time zone DEFAULT CURRENT_TIMESTAMP NOT NULL,
    deleted_at timestamp with time zone,
    invited_by bigint
);
ALTER TABLE users
    ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (invited_by) REFERENCES users ON DELETE SET NULL,
    ADD CHECK (username SIMILAR TO '[A-Za-z0-9\_]{1,30}'),
    ADD CHECK (octet_length(email) <= 254 AND email ~ '^[!-~]+$' AND email ~ '^[^@]+@[^@]+$'),
    ADD CHECK (password_hash != ''),
    ADD CHECK (trim(display_name) <> '' AND length(display_name) < 101),
    ADD CHECK (length(bio) <= 500),
    ADD CHECK (avatar_url ~ '^http(s)?://' AND length(avatar_url) <= 2000);

-- The state in the index as well as in its WHERE, and both orders of reading.
CREATE UNIQUE INDEX one_name ON users USING btree (lower(username) COLLATE "C" DESC) WHERE deleted_at IS NULL;
CREATE INDEX by_name ON users (lower(username)) INCLUDE (id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX one_address ON users (LOWER(email)) INCLUDE (id, username) WHERE (deleted_at IS NULL);

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS '
begin
    new.updated_at := now();
    return new;
end';
CREATE TRIGGER of_the_account BEFORE UPDATE ON users FOR EACH ROW
    WHEN (OLD.last_active_at IS NOT DISTINCT FROM NEW.last_active_at
        OR (OLD.username, OLD.email, OLD.password_hash, OLD.display_name, OLD.bio, OLD.avatar_url,
            OLD.is_verified, OLD.deleted_at)
        IS DISTINCT FROM (NEW.username, NEW.email, NEW.password_hash, NEW.display_name, NEW.bio,
            NEW.avatar_url, NEW.is_verified, NEW.deleted_at))
    EXECUTE FUNCTION set_updated_at();
COMMIT;
