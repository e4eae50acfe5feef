-- Who takes part. An account that is given up is only marked: deleted_at says since when.
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text,  -- TODO: what may it look like?
    email text,  -- TODO: and this one?
    password_hash text NOT NULL CHECK (password_hash <> ''),
    display_name text CHECK (display_name ~ '[^[:space:]]' AND char_length(display_name) <= 100),
    bio text NOT NULL DEFAULT '' CHECK (char_length(bio) <= 500),
    avatar_url text CHECK (avatar_url ~ '^https?://' AND char_length(avatar_url) <= 2000),
    is_verified boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,  -- TODO
    last_active_at timestamptz,  -- TODO
    deleted_at timestamptz
);

-- TODO: no two live users share a name or an address.

-- TODO: updated_at tells of changes of the account, and not of visits.
