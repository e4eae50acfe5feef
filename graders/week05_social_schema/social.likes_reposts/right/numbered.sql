-- Numbered rows, and the pair is unique beside the number. Comments are a type.
CREATE DOMAIN comment_text AS varchar(500) CHECK (VALUE ~ '\S');

CREATE TABLE likes (
    id bigserial PRIMARY KEY,
    post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (user_id, post_id)
);

CREATE TABLE reposts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    post_id bigint NOT NULL REFERENCES posts ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    comment comment_text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, post_id)
);

CREATE INDEX ON likes (post_id, created_at, user_id);
CREATE INDEX ON reposts (post_id, created_at, user_id);
