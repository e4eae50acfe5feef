-- Who follows whom. The pair is the key: an id of its own would be one more index, and nobody asks for it.
CREATE TABLE follows (
    follower_id bigint NOT NULL,
    followee_id bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The key finds whom somebody follows ...
    CONSTRAINT follows_pkey PRIMARY KEY (follower_id, followee_id),
    -- A tie to an account that is gone says nothing.
    CONSTRAINT follows_follower_id_fkey FOREIGN KEY (follower_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT follows_followee_id_fkey FOREIGN KEY (followee_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT follows_not_oneself_check CHECK (follower_id <> followee_id)
);

-- ... and this one who follows somebody, the newest first.
CREATE INDEX follows_followee_id_created_at_idx
    ON follows (followee_id, created_at DESC, follower_id DESC);
