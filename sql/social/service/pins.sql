-- Posts that a user shows at the top. How many there may be is for the service to say: PostgreSQL has no
-- constraint that counts rows.
CREATE TABLE pins (
    user_id bigint NOT NULL,
    post_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pins_pkey PRIMARY KEY (user_id, post_id),
    CONSTRAINT pins_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT pins_post_id_fkey FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
);

CREATE INDEX pins_post_id_idx ON pins (post_id);
