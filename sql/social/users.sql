-- Who takes part. An account that is given up is only marked (deleted_at): its name and address are
-- free again at once, and what it wrote stays until the row itself is deleted.
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY,
    username text NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    display_name text,
    bio text NOT NULL DEFAULT '',
    avatar_url text,
    is_verified boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    -- Written at every visit, so no index holds it: the update then touches no index at all.
    last_active_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    -- ASCII only: lower() then means the same in every locale, and no two names look alike.
    CONSTRAINT users_username_check CHECK (username COLLATE "C" ~ '^[A-Za-z0-9_]{1,30}$'),
    -- One @ with something before and after it, printable ASCII without spaces: mail proves the rest.
    CONSTRAINT users_email_check CHECK (
        email COLLATE "C" ~ '^[!-?A-~]+@[!-?A-~]+$' AND char_length(email) <= 254
    ),
    CONSTRAINT users_password_hash_check CHECK (password_hash <> ''),
    CONSTRAINT users_display_name_check CHECK (
        display_name ~ '[^[:space:]]' AND char_length(display_name) <= 100
    ),
    CONSTRAINT users_bio_check CHECK (char_length(bio) <= 500),
    CONSTRAINT users_avatar_url_check CHECK (avatar_url ~ '^https?://' AND char_length(avatar_url) <= 2000)
) WITH (fillfactor = 90);  -- room in the page for the next version of a row

-- Indexes and not constraints: a constraint can neither fold case nor leave rows out.
CREATE UNIQUE INDEX users_live_username_key ON users (lower(username)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_live_email_key ON users (lower(email)) WHERE deleted_at IS NULL;

CREATE FUNCTION touch_user() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;

-- A visit (last_active_at) is no change of the account.
CREATE TRIGGER users_touch
    BEFORE UPDATE OF username, email, password_hash, display_name, bio, avatar_url, is_verified, deleted_at
    ON users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_user();
