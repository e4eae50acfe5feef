-- In four tables, by the one who follows.
CREATE TABLE follows (
    follower_id bigint REFERENCES users (id) ON DELETE CASCADE,
    followee_id bigint REFERENCES users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    CHECK (abs(follower_id - followee_id) > 0),
    PRIMARY KEY (follower_id, followee_id)
) PARTITION BY HASH (follower_id);

CREATE TABLE follows_0 PARTITION OF follows FOR VALUES WITH (MODULUS 4, REMAINDER 0);
CREATE TABLE follows_1 PARTITION OF follows FOR VALUES WITH (MODULUS 4, REMAINDER 1);
CREATE TABLE follows_2 PARTITION OF follows FOR VALUES WITH (MODULUS 4, REMAINDER 2);
CREATE TABLE follows_3 PARTITION OF follows FOR VALUES WITH (MODULUS 4, REMAINDER 3);

CREATE INDEX ON follows (followee_id, created_at DESC, follower_id DESC);
